//! The page in a real browser: `tests/browser/page.mjs` does what people do, in Chromium.
//!
//! It needs `node`, Chromium and the modules of `tests/browser/package.json` (`.ci/tools` installs them, and sets
//! `BROWSER_MODULES` to their folder). Without them it says that the page was not tested.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::campaign;

fn modules() -> Option<PathBuf> {
    let given = std::env::var_os("BROWSER_MODULES").map(PathBuf::from);
    let cached = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/stillstand/browser"));
    given.or_else(cached).filter(|folder| folder.join("node_modules/playwright-core").is_dir())
}

fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let all = std::env::split_paths(&folders)
        .flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)));
    all.into_iter().find(|path| path.is_file())
}

/// The modules and the browser, or word that there are none.
fn browser() -> Option<(PathBuf, PathBuf)> {
    let found = modules().zip(chromium());
    if found.is_none() {
        eprintln!(
            "NOT TESTED: the page in a browser, for want of Chromium or of node with playwright-core and axe-core"
        );
    }
    found
}

/// The page of the sample campaign. Its path is what every checkout has, so that it always shows the same.
fn page(out: &Path, lang: &str) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_stillstand"));
    program.current_dir(env!("CARGO_MANIFEST_DIR"));
    program.args([
        "report",
        "sample-data/xen-live-migration",
        "--format",
        "html",
        "--quiet",
        "--lang",
        lang,
        "-o",
    ]);
    let output = program.arg(out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Whether the page looks as somebody saw that it should: `RENEW_PICTURES=1` draws the pictures anew, to be looked at.
#[test]
fn the_page_looks_as_reviewed() {
    let Some((modules, chromium)) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    page(&folder.path().join("en"), "en");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let renew = std::env::var_os("RENEW_PICTURES").is_some();
    let seen = Command::new("node")
        .arg(tests.join("pictures.mjs"))
        .args([chromium, folder.path().join("en/report.html"), tests.join("reviewed")])
        .args(renew.then_some("renew"))
        .env("BROWSER_MODULES", modules)
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&seen.stdout), String::from_utf8_lossy(&seen.stderr));
    assert!(seen.status.success() && told.contains(" pictures "), "{told}");
}

#[test]
fn people_can_look_around_in_the_page() {
    let Some((modules, chromium)) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    for lang in ["en", "de"] {
        let out = folder.path().join(lang);
        page(&out, lang);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/page.mjs");
        let seen = Command::new("node")
            .arg(script)
            .args([&chromium, &out.join("report.html")])
            .arg("")
            .arg(campaign())
            .env("BROWSER_MODULES", &modules)
            .output()
            .unwrap();
        let told =
            format!("{}{}", String::from_utf8_lossy(&seen.stdout), String::from_utf8_lossy(&seen.stderr));
        assert!(seen.status.success(), "{lang}: {told}");
        assert!(
            told.contains("all as it should be") && told.contains("is what the log says"),
            "{lang}: {told}"
        );
    }
}
