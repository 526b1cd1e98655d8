//! Files of a session → parsed logs: reads, hashes, detects and parses, several files at a time.
//!
//! A file that cannot be read or recognised, or does not fit into [`memory`](super::memory), becomes a diagnostic; the
//! others go on. The result is in the order of the session's files, whatever the number of jobs.

mod fitting;
mod utf16;

pub use fitting::{Keeping, load};

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use sha2::{Digest as _, Sha256};
use stillstand_parsers as parsers;
use stillstand_parsers::{Domains, Format, Meaning, Parsed};

use self::utf16::{SHOWS_UTF16, in_utf8, is_utf16};
use crate::input::config::Config;
use crate::input::digest::Digest;
use crate::input::folder::{self, LARGEST};
use crate::input::memory::{Beyond, KEEPING};
use crate::input::session::{SessionFile, SessionTable};
use crate::model::{Diagnostic, Severity};

/// One file after reading.
#[derive(Debug)]
pub struct LoadedFile {
    pub file: Arc<SessionFile>,
    /// SHA-256 of the bytes, lower-case hexadecimal; `None` when the file could not be read.
    pub sha256: Option<Arc<str>>,
    /// That of its lines, however they end and the file is packed.
    pub content: Option<Arc<str>>,
    /// `None` when nothing of it could be used; then there is a diagnostic that says why.
    pub log: Option<Box<Parsed>>,
    /// What other tools wrote into the same file.
    pub others: Vec<Parsed>,
    /// Of `log`, whether its rows are there or not.
    pub digest: Digest,
    /// Whether the rows of `log` were dropped, to be read again by [`again`].
    pub dropped: bool,
    /// Its bytes, unpacked.
    pub size: u64,
    pub diagnostics: Vec<Diagnostic>,
}

impl LoadedFile {
    /// A log that comes from elsewhere than a file of a session.
    pub fn of(file: impl Into<Arc<SessionFile>>, log: Option<Parsed>) -> Self {
        let digest = log.as_ref().map(Digest::of).unwrap_or_default();
        Self {
            file: file.into(),
            sha256: None,
            content: None,
            log: log.map(Box::new),
            others: Vec::new(),
            digest,
            dropped: false,
            size: 0,
            diagnostics: Vec::new(),
        }
    }

    /// What all tools wrote into it.
    pub fn logs(&self) -> impl Iterator<Item = &Parsed> {
        self.log.as_deref().into_iter().chain(&self.others)
    }

    /// The memory that it takes until its run is measured.
    pub fn keeps(&self) -> u64 {
        if self.log.is_none() || self.dropped { 0 } else { self.size.saturating_mul(KEEPING) }
    }

    /// Drops the rows of the log unless they are needed before runs are measured.
    fn drop_rows(&mut self, config: &Config) {
        let can_go = self.others.is_empty() && self.log.as_deref().is_some_and(|log| !is_needed(log, config));
        if let Some(log) = self.log.as_deref_mut().filter(|_| can_go) {
            log.drop_rows();
            self.dropped = true;
        }
    }

    /// The file without its rows, which do not fit into memory.
    pub fn refused(self, beyond: &Beyond) -> Self {
        let refused = diagnostic(&self.file, Severity::Error, BEYOND_MEMORY, beyond.to_string());
        Self { log: None, others: Vec::new(), dropped: false, diagnostics: vec![refused], ..self }
    }

    /// Whether memory had no room for it.
    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == BEYOND_MEMORY)
    }
}

/// The code of files that were left out because memory has no room for them.
pub const BEYOND_MEMORY: &str = "beyond-memory";

/// Whether the rows of a log are needed before runs are measured: besides [those of its format](is_needed_whole) of logs with
/// several parts, for their times, of those whose times lack a year or a day, and of what ties a clock to the time of day
/// or is to be tied.
fn is_needed(log: &Parsed, config: &Config) -> bool {
    let has_other_clock = log.needs_clock_start() || log.clock_start().is_some();
    is_needed_whole(log.format, config) || log.parts.len() > 1 || log.missing().is_some() || has_other_clock
}

/// Whether more than the digest of a log of this format is needed before runs are measured: of benchmarks the values, of a
/// counter that is to be matched the curve.
fn is_needed_whole(format: Format, config: &Config) -> bool {
    match format.meaning() {
        // Each row of a table of migrations becomes a run.
        Meaning::Benchmark(_) | Meaning::Migrations => true,
        Meaning::Domains(Domains::OneByCounter) => config.file.xentop.period_s.is_none(),
        Meaning::Domains(Domains::AllWithoutTimes)
        | Meaning::HostSamples
        | Meaning::Hypervisor(_)
        | Meaning::Request
        | Meaning::Replies { .. }
        | Meaning::Requests
        | Meaning::Packets
        | Meaning::Events
        | Meaning::Quantities
        | Meaning::Work
        | Meaning::GuestClock
        | Meaning::Stream
        | Meaning::Messages => false,
    }
}

/// The file with the rows that were dropped; one that is not as it was is an error.
pub fn again(file: LoadedFile, config: &Config) -> LoadedFile {
    if !file.dropped {
        return file;
    }
    let format = file.log.as_deref().map(|log| log.format);
    let read = load_one(&file.file, config, format);
    if read.sha256 == file.sha256 {
        // What there is to say of it was said.
        return LoadedFile { file: file.file, size: file.size, diagnostics: file.diagnostics, ..read };
    }
    let message = "the file changed while it was read; its rows are left out".to_owned();
    let changed = diagnostic(&file.file, Severity::Error, "file-changed", message);
    LoadedFile { log: None, dropped: false, diagnostics: vec![changed], ..file }
}

/// A plain table of measurements after reading.
#[derive(Debug)]
pub struct LoadedTable {
    pub relative: String,
    pub sha256: Option<Arc<str>>,
    /// Its bytes, unpacked.
    pub size: u64,
    /// Unpacked; or why there are none.
    pub bytes: anyhow::Result<Vec<u8>>,
}

/// Reads a plain table of so many bytes.
fn load_table(table: &SessionTable, size: u64) -> LoadedTable {
    let bytes = folder::read(&table.path, LARGEST);
    let sha256 = bytes.as_ref().ok().map(|bytes| sha256(bytes).into());
    let bytes = bytes.and_then(|bytes| content(bytes)?.whole());
    LoadedTable { relative: table.relative.clone(), sha256, size, bytes }
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// The mark of an editor at the beginning of a file in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether [`sha256_of_lines`] is that of the bytes: they are not hashed twice then.
fn is_plain(bytes: &[u8]) -> bool {
    !bytes.starts_with(MARK) && !bytes.contains(&b'\r') && bytes.ends_with(b"\n") && !bytes.ends_with(b"\n\n")
}

/// The SHA-256 of a text whose lines end with a line feed each, whatever theirs are and however many stand at its end, in lower-case
/// hexadecimal: copies of a log that went through an editor, or another system, have the same.
fn sha256_of_lines(bytes: &[u8]) -> String {
    let text = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let end = text.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    let mut hash = Sha256::new();
    for line in text[..end].split(|byte| *byte == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\n");
    }
    hex(hash)
}

/// A SHA-256 in lower-case hexadecimal.
pub fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of all that `source` holds, in lower-case hexadecimal.
///
/// # Errors
///
/// It cannot be read.
pub fn sha256_of(mut source: impl Read) -> std::io::Result<String> {
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 64 << 10]);
    loop {
        match source.read(&mut piece)? {
            0 => return Ok(hex(hash)),
            n => hash.update(&piece[..n]),
        }
    }
}

/// The path of a file below its campaign and its SHA-256, which it has if it could be read.
pub type PathAndHash = (String, Option<Arc<str>>);

/// The hashes of files by their paths.
pub fn by_path(files: &[PathAndHash]) -> BTreeMap<String, Option<String>> {
    files.iter().map(|(path, hash)| (path.clone(), hash.as_deref().map(str::to_owned))).collect()
}

/// How compressed files begin.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What a file holds, unpacked.
#[derive(Debug, PartialEq)]
pub struct Content {
    pub bytes: Vec<u8>,
    /// What is wrong with the packed file, where `bytes` are only what stands before the damage.
    pub damage: Option<String>,
}

/// The code of [`Content::damage`].
const DAMAGED: &str = "file-damaged";

/// [`Content::damage`] beside what parsers say.
pub fn damaged(damage: &str) -> parsers::Diagnostic {
    let (severity, message) = (parsers::Severity::Error, damage.to_owned());
    parsers::Diagnostic { severity, code: DAMAGED, line: None, column: None, message, text: None }
}

impl Content {
    /// The bytes, if they are all.
    fn whole(self) -> anyhow::Result<Vec<u8>> {
        match self.damage {
            None => Ok(self.bytes),
            Some(damage) => anyhow::bail!(damage),
        }
    }
}

/// What a file holds: its bytes, unpacked if they are gzip or zstd, and in UTF-8.
///
/// # Errors
///
/// The compressed data are damaged from their beginning on, or too large.
pub fn content(bytes: Vec<u8>) -> anyhow::Result<Content> {
    Ok(unpacked(&bytes)?.unwrap_or(Content { bytes, damage: None }))
}

/// What gzip or zstd packed, and text that was UTF-16; `None` of all else. Of damaged data what stands before the damage.
///
/// # Errors
///
/// Those of [`content`].
pub fn unpacked(bytes: &[u8]) -> anyhow::Result<Option<Content>> {
    let unpack = |name: &str, reader: &mut dyn Read| {
        let mut unpacked = Vec::new();
        let read = reader.take(LARGEST + 1).read_to_end(&mut unpacked);
        anyhow::ensure!(
            unpacked.len() as u64 <= LARGEST,
            "the file is {name} and unpacks to more than 4 GiB"
        );
        let damage = match read {
            Ok(_) => None,
            Err(error) if unpacked.is_empty() => {
                return Err(error).with_context(|| format!("the file is {name}, and damaged"));
            }
            Err(error) => Some(format!(
                "the file is {name}, and damaged ({error}): only the first {} bytes of what it holds are read",
                unpacked.len()
            )),
        };
        Ok(Some(Content { bytes: in_utf8(unpacked), damage }))
    };
    if is_utf16(bytes) {
        return Ok(Some(Content { bytes: in_utf8(bytes.to_vec()), damage: None }));
    }
    if bytes.starts_with(&GZIP) {
        return unpack("gzip", &mut flate2::read::MultiGzDecoder::new(bytes));
    }
    if bytes.starts_with(&ZSTD) {
        let mut decoder = zstd::stream::read::Decoder::new(bytes).context("the file is zstd, and damaged")?;
        return unpack("zstd", &mut decoder);
    }
    Ok(None)
}

/// The bytes of a file, unpacked, or until the damage where it is damaged; 0 for one that cannot be read. It is unpacked
/// for it, but nothing is kept: what a packed file says of its size need not be so.
pub fn unpacked_size(path: &Path) -> u64 {
    let count = |reader: &mut dyn Read| {
        let (mut count, mut piece) = (0, vec![0; 64 << 10]);
        // However it ends, so much there was.
        while count <= LARGEST
            && let Ok(n @ 1..) = reader.read(&mut piece)
        {
            count += n as u64;
        }
        count
    };
    let Ok(mut file) = folder::open(path) else { return 0 };
    let mut start = [0; 4];
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let packed = file.read(&mut start).and_then(|n| file.rewind().map(|()| n));
    match packed.map(|n| &start[..n]) {
        Ok(gzip) if gzip.starts_with(&GZIP) => {
            count(&mut flate2::read::MultiGzDecoder::new(BufReader::new(file)))
        }
        Ok(zstd) if zstd.starts_with(&ZSTD) => {
            zstd::stream::read::Decoder::new(file).map_or(0, |mut decoder| count(&mut decoder))
        }
        _ => length,
    }
}

/// How much of a file is its beginning, bytes.
const HEAD: u64 = 256 << 10;

/// The beginning of a file, unpacked if it is compressed.
///
/// # Errors
///
/// The file cannot be read, or its beginning is damaged.
pub fn head(path: &Path) -> anyhow::Result<Vec<u8>> {
    let read = |reader: &mut dyn Read| {
        let mut head = Vec::new();
        reader.take(HEAD).read_to_end(&mut head).map(|_| head)
    };
    let packed = read(&mut folder::open(path)?)?;
    let head = match &packed {
        gzip if gzip.starts_with(&GZIP) => read(&mut flate2::read::MultiGzDecoder::new(folder::open(path)?))?,
        zstd if zstd.starts_with(&ZSTD) => read(&mut zstd::stream::read::Decoder::new(folder::open(path)?)?)?,
        _ => packed,
    };
    Ok(in_utf8(head))
}

/// What is kept of a line, bytes: more than anybody is shown.
const LINE: usize = 1 << 10;

/// Some lines of a file, unpacked, from 1: their beginnings. It is read as far as the last of them and not kept.
///
/// # Errors
///
/// The file cannot be read, or is damaged before the last of them.
pub fn lines(path: &Path, wanted: &BTreeSet<u64>) -> anyhow::Result<BTreeMap<u64, Vec<u8>>> {
    let mut start = Vec::new();
    folder::open(path)?.take(SHOWS_UTF16 as u64).read_to_end(&mut start)?;
    if is_utf16(&start) {
        let text = in_utf8(folder::read(path, LARGEST)?);
        return lines_of(&mut text.as_slice(), wanted);
    }
    let file = BufReader::new(folder::open(path)?);
    let mut reader: Box<dyn BufRead> = match start.as_slice() {
        gzip if gzip.starts_with(&GZIP) => {
            Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(file)))
        }
        zstd if zstd.starts_with(&ZSTD) => Box::new(BufReader::new(zstd::stream::read::Decoder::new(file)?)),
        _ => Box::new(file),
    };
    lines_of(&mut reader, wanted)
}

fn lines_of(reader: &mut dyn BufRead, wanted: &BTreeSet<u64>) -> anyhow::Result<BTreeMap<u64, Vec<u8>>> {
    let mut found: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let (mut number, last) = (1_u64, wanted.last().copied().unwrap_or_default());
    while number <= last {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        let end = piece.iter().position(|byte| *byte == b'\n');
        let text = &piece[..end.unwrap_or(piece.len())];
        if wanted.contains(&number) {
            let line = found.entry(number).or_default();
            line.extend(text.iter().take(LINE.saturating_sub(line.len())));
        }
        let used = text.len() + usize::from(end.is_some());
        number += u64::from(end.is_some());
        reader.consume(used);
    }
    // Line ends of Windows, and the mark of an editor at the beginning.
    for line in found.values_mut() {
        line.truncate(line.trim_ascii_end().len());
        if line.starts_with(MARK) {
            line.drain(..MARK.len());
        }
    }
    Ok(found)
}

/// Reads one file, of which the format may be known. A declared offset from UTC holds for all local times in it.
fn load_one(file: &Arc<SessionFile>, config: &Config, known: Option<Format>) -> LoadedFile {
    let problem = |code, message: String| LoadedFile {
        file: file.clone(),
        sha256: None,
        content: None,
        log: None,
        others: Vec::new(),
        digest: Digest::default(),
        dropped: false,
        size: 0,
        diagnostics: vec![diagnostic(file, Severity::Error, code, message)],
    };
    let bytes = match folder::read(&file.path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) => return problem("file-not-readable", format!("{error:#}")),
    };
    let (hash, packed): (Arc<str>, usize) = (sha256(&bytes).into(), bytes.len());
    let sha256 = Some(Arc::clone(&hash));
    let Content { bytes, damage } = match content(bytes) {
        Ok(content) => content,
        Err(error) => return LoadedFile { sha256, ..problem("file-not-unpacked", format!("{error:#}")) },
    };
    let damage = damage.map(|damage| diagnostic(file, Severity::Error, DAMAGED, damage));
    let read = match (file.declared.and_then(|number| config.declared.get(number)), known) {
        (Some(table), _) => match table.read(&bytes) {
            Ok(log) => Ok(vec![log]),
            Err(missing) => return LoadedFile { sha256, ..problem("column-missing", missing) },
        },
        (None, Some(format)) => Ok(vec![parsers::parse(format, &bytes)]),
        (None, None) => parsers::read(&bytes),
    };
    let logs = match read {
        Ok(logs) => logs,
        Err(error) => {
            return LoadedFile {
                sha256,
                diagnostics: damage.into_iter().chain([not_recognised(file, &error)]).collect(),
                ..problem("", String::new())
            };
        }
    };
    let content =
        if packed == bytes.len() && is_plain(&bytes) { hash } else { sha256_of_lines(&bytes).into() };
    let mut loaded = LoadedFile {
        sha256,
        content: Some(content),
        diagnostics: damage.into_iter().collect(),
        ..problem("", String::new())
    };
    let format = |log: &Result<Parsed, parsers::ParseError>| match log {
        Ok(log) => log.format,
        Err(error) => error.format,
    };
    let expected = expected(file);
    if !expected.is_empty() && !logs.iter().any(|log| expected.contains(&format(log))) {
        let names: Vec<&str> = logs.iter().map(|log| format(log).name()).collect();
        let message = format!(
            "by its content the file is {}{}; the content counts",
            names.join(" and "),
            by_its_name(file)
        );
        loaded.diagnostics.push(diagnostic(file, Severity::Warning, "name-and-content-differ", message));
    }
    // A tool that was stopped has told of its intervals, and has no results.
    let severity = if logs.iter().any(Result::is_ok) { Severity::Note } else { Severity::Error };
    for log in logs {
        match log {
            Ok(mut log) => {
                if let Some(offset_s) = config.utc_offset_s {
                    log.declare_utc_offset(offset_s);
                }
                let found = std::mem::take(&mut log.diagnostics);
                loaded.diagnostics.extend(found.into_iter().map(|d| located(file, d)));
                match loaded.log {
                    None => loaded.log = Some(Box::new(log)),
                    Some(_) => loaded.others.push(log),
                }
            }
            Err(mut error) => {
                let found = std::mem::take(&mut error.diagnostics);
                loaded.diagnostics.extend(found.into_iter().map(|d| located(file, d)));
                let unusable = diagnostic(file, severity, "file-unusable", error.to_string());
                loaded.diagnostics.push(Diagnostic { line: error.line, ..unusable });
            }
        }
    }
    loaded.digest = loaded.log.as_deref().map(Digest::of).unwrap_or_default();
    loaded
}

/// Says why no format is known.
fn not_recognised(file: &SessionFile, error: &parsers::DetectError) -> Diagnostic {
    let (severity, code) = match error {
        parsers::DetectError::Empty => (Severity::Error, "file-empty"),
        _ if !expected(file).is_empty() => (Severity::Error, "file-not-recognised"),
        _ => (Severity::Warning, "file-not-recognised"),
    };
    let message = match error {
        parsers::DetectError::Unknown { first_line, .. } if expected(file).is_empty() => {
            format!(
                "not a log of a format that is read (`stillstand formats` lists them); it begins `{first_line}`"
            )
        }
        _ => format!("{error}{}", by_its_name(file)),
    };
    diagnostic(file, severity, code, message)
}

/// The formats that the file's name promises: those with the longest name that its source is, or begins with. None of its
/// source is of no format.
fn expected(file: &SessionFile) -> Vec<Format> {
    // What is declared counts more than a name.
    let Some(source) = file.source.as_deref().filter(|_| file.declared.is_none()) else { return Vec::new() };
    let is_or_begins =
        |name: &&str| source.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let length = |format: Format| format.file_names().filter(is_or_begins).map(str::len).max();
    let longest = parsers::FORMATS.iter().filter_map(|format| length(*format)).max();
    let is_expected = |format: &Format| longest.is_some() && length(*format) == longest;
    parsers::FORMATS.iter().copied().filter(is_expected).collect()
}

fn by_its_name(file: &SessionFile) -> String {
    let names: Vec<&str> = expected(file).iter().map(|format| format.name()).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(", by its name it should be {}", names.join(" or "))
    }
}

fn diagnostic(file: &SessionFile, severity: Severity, code: &'static str, message: String) -> Diagnostic {
    Diagnostic {
        severity,
        code,
        file: Some(file.relative.clone()),
        line: None,
        column: None,
        message,
        text: None,
    }
}

fn located(file: &SessionFile, d: parsers::Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: match d.severity {
            parsers::Severity::Error => Severity::Error,
            parsers::Severity::Warning => Severity::Warning,
            parsers::Severity::Note => Severity::Note,
        },
        code: d.code,
        file: Some(file.relative.clone()),
        line: d.line,
        column: d.column,
        message: d.message,
        text: d.text,
    }
}
