//! From the bytes of a file to every log that it holds.

use crate::detect::{DetectError, all_from, detect};
use crate::format::Format;
use crate::meaning::Family;
use crate::parsed::{ParseError, Parsed, parse_alone};

/// Reads every log that the bytes hold: those of [`detect_all`](crate::detect_all), each as by [`parse`](crate::parse). A log of ping of which
/// every line is its own is not searched for others.
///
/// # Errors
///
/// Those of [`detect_all`](crate::detect_all).
pub fn read(bytes: &[u8]) -> Result<Vec<Result<Parsed, ParseError>>, DetectError> {
    let first = detect(bytes);
    let service = first.as_ref().ok().filter(|format| format.meaning().family() == Family::Service);
    let mut known = match service.map(|format| (*format, parse_alone(*format, bytes))) {
        Some((_, (log, true))) => return Ok(vec![log]),
        Some((format, (log, false))) => Some((format, log)),
        None => None,
    };
    let formats = all_from(bytes, first)?.into_iter();
    let one = |format: Format| match known.take_if(|(read, _)| *read == format) {
        Some((_, log)) => log,
        None => parse_alone(format, bytes).0,
    };
    Ok(formats.map(one).collect())
}
