//! The page in a real browser: `tests/browser/page.mjs` does what people do, in Chromium.
//!
//! It needs `node`, Chromium and the modules of `tests/browser/package.json` (`.ci/tools` installs them, and sets
//! `BROWSER_MODULES` to their folder). Without them it says that the page was not tested.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{campaign, stillstand};

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

#[test]
fn people_can_look_around_in_the_page() {
    let (Some(modules), Some(chromium)) = (modules(), chromium()) else {
        eprintln!(
            "NOT TESTED: the page in a browser, for want of Chromium or of node with playwright-core and axe-core"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for lang in ["en", "de"] {
        let out = folder.path().join(lang);
        let arguments = [
            "report",
            campaign().to_str().unwrap(),
            "-o",
            out.to_str().unwrap(),
            "--format",
            "html",
            "--lang",
            lang,
            "--quiet",
        ]
        .map(str::to_owned);
        let output = stillstand(&arguments.each_ref().map(String::as_str), &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
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
