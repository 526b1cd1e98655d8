//! Which rooms touch the disk, the logs and the clock. The floors themselves are kept by `floors.rs`.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder (or the file itself) with its text.
fn sources(path: &str) -> Vec<(PathBuf, String)> {
    fn collect(path: &Path, into: &mut Vec<(PathBuf, String)>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap().flatten() {
                collect(&entry.path(), into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push((path.to_owned(), fs::read_to_string(path).unwrap()));
        }
    }
    let mut found = Vec::new();
    collect(&root().join(path), &mut found);
    assert!(!found.is_empty(), "{path}");
    found
}

/// No file below `path` mentions any of `words` outside of comments and tests.
fn never(path: &str, words: &[&str]) {
    for (file, text) in sources(path) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in
            code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for word in words {
                assert!(!line.contains(word), "{}:{}: {word}", file.display(), number + 1);
            }
        }
    }
}

#[test]
fn what_shows_the_analysis_never_sees_the_logs() {
    for below in ["src/show", "src/stats", "src/write/json", "src/write/tables.rs", "src/write/report.rs"] {
        never(
            below,
            &["stillstand_parsers", "crate::input::load", "crate::input::session", "crate::run::align"],
        );
    }
}

#[test]
fn only_the_rooms_for_it_touch_the_disk() {
    let allowed = [
        "src/input/folder.rs",
        "src/input/folder/listed.rs",
        "src/input/session.rs",
        "src/input/load.rs",
        // What the system says of its memory.
        "src/input/memory.rs",
        "src/write/output.rs",
        "src/write/output/disk.rs",
        "src/write/output/staging.rs",
        "src/write/output/tests.rs",
        "src/write/present.rs",
        "src/write/manifest.rs",
        "src/cli/inspect.rs",
        "src/cli/inspect/mod.rs",
    ];
    for (file, text) in sources("src") {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let may = allowed.iter().any(|allowed| file.ends_with(allowed));
        assert!(may || !code.contains("fs::"), "{}", file.display());
    }
}

#[test]
fn parsers_have_no_files_clock_environment_or_printing() {
    never(
        "parsers/src",
        &["std::fs", "std::env", "Utc::now", "Local::now", "Instant", "SystemTime", "println!", "dbg!"],
    );
}

#[test]
fn nothing_depends_on_the_clock_or_the_order_of_a_hash_map() {
    never("src", &["Utc::now", "Local::now", "SystemTime::now", "Instant::now", "HashMap", "HashSet"]);
}
