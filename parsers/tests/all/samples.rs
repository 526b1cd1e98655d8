//! The sample campaigns, fresh from their generator, are read; nothing is lost that was not damaged on purpose.

use stillstand_generator::campaigns::xen_live_migration;
use stillstand_parsers::{Format, Severity, detect, parse};

/// The format that a file's name promises; none for what is not read.
fn promised(name: &str) -> Option<Format> {
    [
        ("-dstat-", Format::Dstat),
        ("-xentop-", Format::XentopGawk),
        ("-ping.", Format::PingGawk),
        ("zeit.log", Format::Zeit),
        ("-migration-time.", Format::MigrationTime),
        ("-netperf.", Format::Netperf),
    ]
    .into_iter()
    .find(|(part, _)| name.contains(part))
    .map(|(_, format)| format)
}

/// Damage that the samples have on purpose: an overflowed counter, and writers that were killed.
const INTENDED: &[&str] = &["overflow-undone", "last-line-cut"];

#[test]
fn every_sample_is_read() {
    let mut read = 0;
    for file in xen_live_migration::files() {
        let Some(format) = promised(&file.name) else { continue };
        assert_eq!(detect(&file.bytes), Ok(format), "{}", file.name);
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
