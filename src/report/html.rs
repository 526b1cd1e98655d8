//! The HTML document: one file that needs nothing else.
//!
//! Style, fonts, figures and the little script are written into the page; it reads the same from a
//! disk, without a network and without JavaScript. All text is escaped by the template engine; only
//! what comes from this program (style, script, fonts, figures) is placed as it is, and a content
//! security policy keeps the page from loading or running anything else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Captures, Regex};
use sha2::{Digest, Sha256};
use tera::{Context, Tera};

use super::outline::Outline;
use super::view::Document;

/// Component files first: the page calls them.
const TEMPLATES: [(&str, &str); 3] = [
    ("blocks.html", include_str!("../../report-templates/html/blocks.html")),
    ("parts.html", include_str!("../../report-templates/html/parts.html")),
    ("page.html", include_str!("../../report-templates/html/page.html")),
];
const STYLE: &str = include_str!("../../report-templates/html/style.css");
const SCRIPT: &str = include_str!("../../report-templates/html/script.js");

/// Style, weight and file of the fonts.
const FONTS: [(&str, u16, &[u8]); 3] = [
    ("normal", 400, include_bytes!("../../report-templates/fonts/Inter-Regular.ttf")),
    ("normal", 600, include_bytes!("../../report-templates/fonts/Inter-SemiBold.ttf")),
    ("italic", 400, include_bytes!("../../report-templates/fonts/Inter-Italic.ttf")),
];

/// Sets the document as one HTML file.
///
/// `figures` maps identifiers to standalone SVG documents.
///
/// # Errors
///
/// What [`Outline::new`] refuses, and a figure that is not an SVG document.
pub fn render(document: &Document, figures: &BTreeMap<String, String>) -> Result<String> {
    let outline = Outline::new(document, figures)?;
    let mut inline = BTreeMap::new();
    for id in outline.figures.keys() {
        let svg = figures.get(*id).map(String::as_str).unwrap_or_default();
        inline.insert(*id, inline_svg(id, svg)?);
    }

    let mut context = Context::new();
    context.insert("document", document);
    context.insert("outline", &outline);
    context.insert("figures", &inline);
    context.insert("fonts", &font_faces()?);
    context.insert("style", STYLE);
    context.insert("script", SCRIPT);
    context.insert("policy", &policy());

    let mut tera = Tera::default();
    tera.add_raw_templates(TEMPLATES).context("the HTML templates are damaged")?;
    tera.render("page.html", &context).context("the HTML document cannot be set")
}

/// The fonts as `@font-face` rules that hold their files.
fn font_faces() -> Result<String> {
    let mut rules = String::new();
    for (style, weight, file) in FONTS {
        writeln!(
            rules,
            "@font-face {{ font-family: Inter; font-style: {style}; font-weight: {weight}; \
             src: url(data:font/ttf;base64,{}) format(\"truetype\"); }}",
            STANDARD.encode(file)
        )?;
    }
    Ok(rules)
}

/// Nothing is loaded from anywhere, and no script runs but ours, known by its hash.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; \
         script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    )
}

/// A standalone SVG document as an element of the page: without its prologue, and with its
/// identifiers made unique in the page.
fn inline_svg(id: &str, svg: &str) -> Result<String> {
    let start = svg.find("<svg").with_context(|| format!("the figure `{id}` is not an SVG document"))?;
    let element = svg[start..].trim_end();
    if !element.contains(" id=") {
        return Ok(element.to_owned());
    }
    // Names are changed inside of tags only: labels stay as they are.
    let tag = Regex::new(r"<[^>]*>")?;
    let name = Regex::new(r##"(\bid="|\bid='|url\(["']?#|\bhref="#|\bhref='#)"##)?;
    let rename = |found: &Captures| name.replace_all(&found[0], format!("${{1}}{id}--")).into_owned();
    Ok(tag.replace_all(element, rename).into_owned())
}
