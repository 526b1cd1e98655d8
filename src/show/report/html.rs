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
use tera::{Context, Kwargs, State, Tera, TeraResult, Value, escape_html};

use super::live;
use super::outline::Outline;
use super::view::Document;
use crate::show::figures::narrow_id;
use crate::show::fonts;

/// Component files first: the page calls them.
const TEMPLATES: [(&str, &str); 3] = [
    ("blocks.html", include_str!("../../../report-templates/html/blocks.html")),
    ("parts.html", include_str!("../../../report-templates/html/parts.html")),
    ("page.html", include_str!("../../../report-templates/html/page.html")),
];
const STYLE: &str = concat!(
    include_str!("../../../report-templates/html/vendor/uPlot.min.css"),
    include_str!("../../../report-templates/html/style.css"),
);
/// uPlot 1.6.32 (MIT), which draws the curves of the script.
const SCRIPT: &str = concat!(
    include_str!("../../../report-templates/html/vendor/uPlot.iife.min.js"),
    include_str!("../../../report-templates/html/live.js"),
    include_str!("../../../report-templates/html/script.js"),
);

/// Style, weight and file of the fonts.
const FONTS: [(&str, u16, &[u8]); 3] =
    [("normal", 400, fonts::REGULAR), ("normal", 600, fonts::SEMI_BOLD), ("italic", 400, fonts::ITALIC)];

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

    let narrow = |id: &&str| -> Result<String> {
        let id = narrow_id(id);
        figures.get(&id).map_or_else(|| Ok(String::new()), |svg| inline_svg(&id, svg))
    };
    let narrow = outline.figures.keys().map(|id| Ok((*id, narrow(id)?)));
    let narrow = narrow.collect::<Result<BTreeMap<&str, String>>>()?;

    let mut context = Context::new();
    context.insert("document", document);
    context.insert("script_words", &serde_json::to_string(&document.script_words)?);
    if !document.live.is_empty() {
        context.insert("live", &live::packed(&document.live)?);
    }
    context.insert("evidence", &document.evidence);
    if let Some(evidence) = document.evidence.as_ref().filter(|evidence| !evidence.around.is_empty()) {
        context.insert("lines", &live::packed(&evidence.around)?);
    }
    context.insert("outline", &outline);
    context.insert("figures", &inline);
    context.insert("narrow", &narrow);
    context.insert("fonts", &font_faces()?);
    context.insert("style", STYLE);
    context.insert("script", SCRIPT);
    context.insert("policy", &policy());

    let mut tera = Tera::default();
    tera.register_filter("breakable", breakable);
    tera.add_raw_templates(TEMPLATES).context("the HTML templates are damaged")?;
    tera.render("page.html", &context).context("the HTML document cannot be set")
}

/// A text, escaped, whose long words may break: after their punctuation, and at last anywhere. The
/// same places as in `pdf/breaks.typ`.
fn breakable(text: &str, _: Kwargs, _: &State) -> TeraResult<Value> {
    let mut html = Vec::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        for (index, piece) in pieces(word).into_iter().enumerate() {
            if index > 0 {
                html.extend_from_slice(b"<wbr>");
            }
            escape_html(piece, &mut html)?;
        }
    }
    Ok(Value::safe_string(&String::from_utf8_lossy(&html)))
}

/// The pieces of a word that stay together.
fn pieces(word: &str) -> Vec<&str> {
    const LONG: usize = 18;
    const LONGEST_PIECE: usize = 24;
    const CHUNK: usize = 12;
    let is_mark = |sign: char| "/\\_.,:;=&?|@\u{2013}-".contains(sign);

    if word.trim_end().chars().count() < LONG {
        return vec![word];
    }
    let mut pieces = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let marks = rest.find(is_mark).unwrap_or(rest.len());
        let end = rest[marks..].find(|sign| !is_mark(sign)).map_or(rest.len(), |length| marks + length);
        let (mut part, after) = rest.split_at(end);
        rest = after;
        if part.trim_end().chars().count() > LONGEST_PIECE {
            while let Some((cut, _)) = part.char_indices().nth(CHUNK) {
                let (piece, more) = part.split_at(cut);
                pieces.push(piece);
                part = more;
            }
        }
        pieces.push(part);
    }
    pieces
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::report::example;

    /// Elements that have no end tag.
    const VOID: [&str; 4] = ["meta", "br", "wbr", "hr"];

    fn set(document: &Document) -> String {
        render(document, &example::figures()).unwrap()
    }

    /// The page without what is the same in every report.
    fn body(html: &str) -> String {
        let long =
            Regex::new(r#"(?s)<style>.*?</style>|<script>.*?</script>|<svg.*?</svg>|content="default[^>]*"#)
                .unwrap();
        long.replace_all(html, "").into_owned()
    }

    #[test]
    fn a_small_document() {
        insta::assert_snapshot!(body(&set(&example::small())));
    }

    #[test]
    fn every_element_ends() {
        let html = set(&example::hard());
        let bare = Regex::new(r"(?s)<style>.*?</style>|<script>.*?</script>|<!DOCTYPE html>").unwrap();
        let bare = bare.replace_all(&html, "");
        let tag = Regex::new(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^>]*?(/?)>").unwrap();
        let mut open = Vec::new();
        for found in tag.captures_iter(&bare) {
            let name = found[2].to_owned();
            if &found[1] == "/" {
                assert_eq!(open.pop(), Some(name), "before {}", found.get(0).unwrap().start());
            } else if &found[3] != "/" && !VOID.contains(&name.as_str()) {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<String>::new());
    }

    #[test]
    fn texts_appear_as_they_are() {
        let html = body(&set(&example::hard()));
        assert!(!html.contains("<script"));
        let tags = Regex::new("<[^>]*>").unwrap();
        let text = tags.replace_all(&html, "");
        let text = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
            .iter()
            .fold(text.into_owned(), |text, (entity, sign)| text.replace(entity, sign));
        for hostile in example::HOSTILE {
            assert!(text.contains(hostile), "{hostile}");
        }
        assert!(text.contains(&example::endless()));
    }

    #[test]
    fn long_words_may_break() {
        let check = |word: &str, expected: &[&str]| assert_eq!(pieces(word), expected, "{word}");
        check("xentop-kirsche", &["xentop-kirsche"]);
        check("Speicherauslastungen ", &["Speicherauslastungen "]);
        check("memtester/xentop-kirsche.test ", &["memtester/", "xentop-", "kirsche.", "test "]);
        check("--//0.0.0.0.0.0.0.0.0", &["--//", "0.", "0.", "0.", "0.", "0.", "0.", "0.", "0.", "0"]);
        check("äbcdefghijklmnopqrstuvwxyz", &["äbcdefghijkl", "mnopqrstuvwx", "yz"]);
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        let html = set(&example::hard());
        for outside in ["src=\"", "@import", "url(http", "href=\"http", "url(/"] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert_eq!(html.matches("<script>").count(), 1);
        // The policy names the script that the page holds.
        let script = html.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
        assert!(html.contains(&format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))));
    }

    #[test]
    fn names_in_figures_do_not_meet() {
        let html = set(&example::small());
        for id in ["overview", "left", "right"] {
            assert!(html.contains(&format!("<clipPath id=\"{id}--plot\">")));
            assert!(html.contains(&format!("clip-path=\"url(#{id}--plot)\"")));
        }
        // The label of the figure is no attribute.
        assert_eq!(html.matches(">id=\"plot\" &lt;b&gt;</text>").count(), 3);
    }

    #[test]
    fn a_figure_that_is_none_is_named() {
        let mut figures = example::figures();
        figures.insert("left".to_owned(), "no drawing".to_owned());
        let error = render(&example::small(), &figures).unwrap_err();
        assert_eq!(error.to_string(), "the figure `left` is not an SVG document");
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        assert_eq!(set(&example::hard()), set(&example::hard()));
    }
}
