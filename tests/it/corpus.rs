//! Real logs of strangers, where they are at hand: what is read from each, and what is not.
//!
//! The files are not part of the project. Where the folder is missing the test says so and passes; where it is
//! there, every file must be read or refused exactly as `corpus.csv` records. After a parser has learnt
//! something, run with `STILLSTAND_RECORD_CORPUS=1` and review the difference.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use stillstand_parsers::{Severity, detect, parse};

/// Which formats the files of a folder may be taken for.
fn allowed(folder: &str) -> &'static [&'static str] {
    match folder {
        "dstat" => &["dstat"],
        "ping" => &["ping", "ping-gawk"],
        "xentop" => &["xentop", "xentop-gawk"],
        "vlc" => &["vlc-stats", "vlc-log"],
        "netperf" => &["netperf"],
        "time" => &["migration-time"],
        "qemu" => &["qmp-migrate", "hmp-migrate", "virsh-domjobinfo"],
        "xen_migration" => &["xen-migrate"],
        "fio" => &["fio"],
        "linpack" => &["linpack"],
        "ramspeed" => &["ramspeed"],
        "stream" => &["stream"],
        "sysbench" => &["sysbench"],
        "sar" => &["sar"],
        "vmstat" => &["vmstat"],
        "pidstat" => &["pidstat"],
        "collectl" => &["collectl"],
        _ => &[],
    }
}

/// One line of `corpus.csv`: file, format or `refused`, rows read, rows lost, warnings, errors.
fn line(folder: &str, name: &str, bytes: &[u8]) -> String {
    let file = format!("{folder}/{name}");
    let format = match detect(bytes) {
        Ok(format) => format,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return format!("{file},refused,,,,");
        }
    };
    assert!(allowed(folder).contains(&format.name()), "{file} is taken for {format}");
    let parsed = match parse(format, bytes) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(!error.expected.is_empty(), "{file}");
            return format!("{file},{format} unusable,,,,");
        }
    };
    let count = |severity| parsed.diagnostics.iter().filter(|d| d.severity == severity).count();
    let (warnings, errors) = (count(Severity::Warning), count(Severity::Error));
    assert!(parsed.rows.lost == 0 || warnings + errors > 0, "{file}: rows are lost in silence");
    format!("{file},{format},{},{},{warnings},{errors}", parsed.rows.read, parsed.rows.lost)
}

fn folders(corpus: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_real_file_is_read_or_refused_as_recorded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus =
        env::var_os("STILLSTAND_CORPUS").map_or_else(|| root.join("../shared/realdata"), PathBuf::from);
    if !corpus.is_dir() {
        println!("skipped: no corpus of real logs here (STILLSTAND_CORPUS names its folder)");
        return;
    }
    let mut seen = String::from("file,format,rows_read,rows_lost,warnings,errors\n");
    for folder in folders(&corpus) {
        let mut files: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let folder = folder.file_name().unwrap().to_str().unwrap();
        for file in files {
            let name = file.file_name().unwrap().to_str().unwrap();
            writeln!(seen, "{}", line(folder, name, &fs::read(&file).unwrap())).unwrap();
        }
    }
    let record = root.join("tests/it/corpus.csv");
    if env::var_os("STILLSTAND_RECORD_CORPUS").is_some() {
        fs::write(&record, &seen).unwrap();
    }
    let recorded = fs::read_to_string(&record).unwrap();
    for (seen, recorded) in seen.lines().zip(recorded.lines()) {
        assert_eq!(seen, recorded);
    }
    assert_eq!(seen.lines().count(), recorded.lines().count());
}
