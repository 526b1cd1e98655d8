//! The sample campaigns, fresh from their generator, are read; nothing is lost that was not damaged on purpose.

use stillstand_generator::campaigns::xen_live_migration;
use stillstand_parsers::{FORMATS, Format, Severity, detect, parse};

/// The formats that a file's name promises; none for what is not a log.
fn promised(name: &str) -> Vec<Format> {
    let has = |words: &str| {
        name.match_indices(words).any(|(at, _)| {
            let before = name[..at].chars().next_back();
            let behind = name[at + words.len()..].chars().next();
            matches!(before, None | Some('-' | '/')) && matches!(behind, Some('-' | '.'))
        })
    };
    FORMATS.iter().copied().filter(|format| format.file_names().any(has)).collect()
}

/// Damage that the samples have on purpose: an overflowed counter, and writers that were killed.
const INTENDED: &[&str] = &["overflow-undone", "last-line-cut"];

#[test]
fn every_sample_is_read() {
    let mut read = 0;
    for file in xen_live_migration::files() {
        let promised = promised(&file.name);
        if promised.is_empty() {
            continue;
        }
        let format = detect(&file.bytes).unwrap_or_else(|error| panic!("{}: {error}", file.name));
        assert!(promised.contains(&format), "{}: {format}", file.name);
        let parsed = parse(format, &file.bytes).unwrap_or_else(|error| panic!("{}: {error}", file.name));
        let cut = parsed.diagnostics.iter().filter(|found| found.code == "last-line-cut").count();
        assert_eq!(parsed.rows.lost, cut, "{}: {:#?}", file.name, parsed.diagnostics);
        assert!(parsed.rows.read > 0, "{}", file.name);
        let bad = parsed
            .diagnostics
            .iter()
            .find(|it| it.severity != Severity::Note && !INTENDED.contains(&it.code));
        assert_eq!(bad, None, "{}", file.name);
        read += 1;
    }
    assert!(read >= 50, "{read} files");
}
