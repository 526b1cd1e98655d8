//! From the bytes of a file to every log that it holds.

use crate::detect::{DetectError, all_from, detect};
use crate::format::Format;
use crate::meaning::Family;
use crate::parsed::{ParseError, Parsed, Survey, parse_alone, survey_alone};

/// Reads every log that the bytes hold: those of [`detect_all`](crate::detect_all), each as by [`parse`](crate::parse). A log of ping of which
/// every line is its own is not searched for others.
///
/// # Errors
///
/// Those of [`detect_all`](crate::detect_all).
pub fn read(bytes: &[u8]) -> Result<Vec<Result<Parsed, ParseError>>, DetectError> {
    each(bytes, |format| parse_alone(format, bytes))
}

/// [`read`] for who wants to show the first `rows` rows of each log and no more, which takes less memory and time.
///
/// # Errors
///
/// Those of [`read`].
pub fn survey(bytes: &[u8], rows: usize) -> Result<Vec<Result<Survey, ParseError>>, DetectError> {
    each(bytes, |format| survey_alone(format, bytes, rows))
}

/// What `read` makes of the bytes as each of the formats that they hold. It also says whether the log is of this one alone.
fn each<T>(
    bytes: &[u8],
    read: impl Fn(Format) -> (Result<T, ParseError>, bool),
) -> Result<Vec<Result<T, ParseError>>, DetectError> {
    let first = detect(bytes);
    let service = first.as_ref().ok().filter(|format| format.meaning().family() == Family::Service);
    let mut known = match service.map(|format| (*format, read(*format))) {
        Some((_, (log, true))) => return Ok(vec![log]),
        Some((format, (log, false))) => Some((format, log)),
        None => None,
    };
    let formats = all_from(bytes, first)?.into_iter();
    let one = |format: Format| match known.take_if(|(read, _)| *read == format) {
        Some((_, log)) => log,
        None => read(format).0,
    };
    Ok(formats.map(one).collect())
}
