//! What an input may take: a number in it must not become an allocation.

use std::sync::Once;

/// Bytes at a time for each byte of an input.
const FOR_EACH_BYTE: u64 = 160;
/// Bytes that any input may take.
const FOR_ANY: u64 = 1 << 20;

/// What libraries make once for all inputs is no input's: polars has 8 MiB of zeros that columns without values share.
static ONCE: Once = Once::new();
/// A log with such columns.
const SPARSE: &[u8] = b"xc: progress: Frames iteration 0 of 5: 2048/3277  62%\n";

/// Runs `work` on an input.
///
/// # Panics
///
/// It takes more memory at a time than the input can account for.
pub fn bounded(data: &[u8], work: impl FnOnce()) {
    ONCE.call_once(|| {
        let sparse = stillstand_parsers::format_named("xen-migrate").map(|format| stillstand_parsers::parse(format, SPARSE));
        assert!(sparse.is_some_and(|log| log.is_ok()), "the sparse log is none");
    });
    let taken = allocation_counter::measure(work).bytes_max;
    let most = FOR_ANY + FOR_EACH_BYTE * data.len() as u64;
    assert!(taken <= most, "{taken} bytes of memory for {} bytes of input", data.len());
}
