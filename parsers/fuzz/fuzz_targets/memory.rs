//! What an input may take: a number in it must not become an allocation.

/// Bytes at a time for each byte of an input.
const FOR_EACH_BYTE: u64 = 160;
/// Bytes that any input may take.
const FOR_ANY: u64 = 1 << 20;

/// Runs `work` on an input.
///
/// # Panics
///
/// It takes more memory at a time than the input can account for.
pub fn bounded(data: &[u8], work: impl FnOnce()) {
    let taken = allocation_counter::measure(work).bytes_max;
    let most = FOR_ANY + FOR_EACH_BYTE * data.len() as u64;
    assert!(taken <= most, "{taken} bytes of memory for {} bytes of input", data.len());
}
