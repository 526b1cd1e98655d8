//! The PDF document, typeset by typst.
//!
//! Templates, data, figures and fonts live in memory: the typesetter reads no file, no clock and no
//! environment. Text reaches it as strings of a JSON file, never as markup, so it appears as it is
//! whatever it holds. The same document gives the same bytes with any number of threads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow, bail};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use typst::comemo::{self, Track as _};
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::visualize::SvgImage;
use typst::{Library, LibraryExt as _, World, WorldExt as _};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::columns;
use super::outline::Outline;
use super::view::Document;
use crate::show::fonts;

const MAIN: &str = "report.typ";
const DATA: &str = "data.json";
const TEMPLATES: [(&str, &str); 6] = [
    (MAIN, include_str!("../../../report-templates/pdf/report.typ")),
    ("blocks.typ", include_str!("../../../report-templates/pdf/blocks.typ")),
    ("breaks.typ", include_str!("../../../report-templates/pdf/breaks.typ")),
    ("data.typ", include_str!("../../../report-templates/pdf/data.typ")),
    ("tables.typ", include_str!("../../../report-templates/pdf/tables.typ")),
    ("theme.typ", include_str!("../../../report-templates/pdf/theme.typ")),
];
/// Inter, then a font for the signs that it lacks.
const FONTS: [&[u8]; 4] = [fonts::REGULAR, fonts::SEMI_BOLD, fonts::ITALIC, fonts::OTHER];
/// Their families, in the order and the letters in which the typesetter asks for them.
const FAMILIES: [&str; 2] = ["inter", "dejavu sans"];

/// Sets the document as PDF.
///
/// `figures` maps identifiers to standalone SVG documents.
///
/// # Errors
///
/// What [`Outline::new`] refuses, and whatever the typesetter cannot set, such as a figure that is
/// not an SVG document.
pub fn render(document: &Document, figures: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let desk = Desk::new(document, figures)?;
    desk.look_at_figures();
    let set = typeset(&desk)?;
    // What the typesetter remembers serves a second run over the same document; there is none.
    comemo::evict(0);
    let written = |standards| {
        let options = PdfOptions {
            ident: Smart::Custom(desk.fingerprint.clone()),
            creator: Smart::Custom(Some("stillstand".to_owned())),
            timestamp: None,
            standards,
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&set.document, &options)
    };
    // Only a document that the typesetter finds accessible says that it is.
    let accessible = PdfStandards::new(&[PdfStandard::Ua_1]).ok().and_then(|standards| {
        let written = written(standards);
        #[cfg(test)]
        if let Err(errors) = &written {
            println!("no PDF/UA-1: {}", desk.explain(errors));
        }
        written.ok()
    });
    let bytes = accessible.map_or_else(|| written(PdfStandards::default()), Ok);
    let bytes =
        bytes.map_err(|errors| anyhow!("the PDF document cannot be written: {}", desk.explain(&errors)));
    comemo::evict(0);
    bytes
}

/// A typeset document and what the typesetter said about it.
struct Typeset {
    document: PagedDocument,
    /// Empty unless a template is wrong; the tests insist on that.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a report is not worth less for a warning about its setting")
    )]
    warnings: String,
}

fn typeset(desk: &Desk) -> Result<Typeset> {
    let Warned { output, warnings } = typst::compile::<PagedDocument>(desk);
    match output {
        Ok(document) => Ok(Typeset { document, warnings: desk.explain(&warnings) }),
        Err(errors) => bail!("the PDF document cannot be set: {}", desk.explain(&errors)),
    }
}

/// What `data.json` holds.
#[derive(Serialize)]
struct Data<'a> {
    document: &'a Document,
    outline: Outline<'a>,
    heads: Heads<'a>,
}

/// What stands above each page, as long as there is room for it.
#[derive(Serialize)]
struct Heads<'a> {
    title: String,
    /// By the identifiers of the sections that are not in another.
    sections: BTreeMap<&'a str, String>,
}

impl<'a> Heads<'a> {
    fn new(document: &'a Document) -> Self {
        // Size, the gap between the two and their shares of the line are those of the template.
        const SIZE: f64 = 7.5;
        let room = columns::MEASURE / SIZE - 1.0;
        let section = |title: &str| columns::one_line(title, room / 2.6);
        Self {
            title: columns::one_line(&document.title, room * 1.6 / 2.6),
            sections: document.sections.iter().map(|it| (it.id.as_str(), section(&it.title))).collect(),
        }
    }
}

/// The longest text that is set, in bytes: of words that may break – they have 18 signs – a paragraph must not hold
/// more than some 500, or the typesetter gives up the whole document.
const LONGEST: usize = 4_000;

/// The data with their longest texts cut, and `more` where they are.
fn cut(value: Value, more: &str) -> Value {
    match value {
        Value::String(text) if text.len() > LONGEST => {
            Value::String(format!("{} … {more}", &text[..text.floor_char_boundary(LONGEST)]))
        }
        Value::Array(items) => items.into_iter().map(|item| cut(item, more)).collect(),
        Value::Object(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, cut(value, more))).collect())
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Everything that the typesetter may see.
struct Desk {
    library: LazyHash<Library>,
    main: FileId,
    sources: BTreeMap<&'static str, Source>,
    /// By path: the data and the figures.
    files: BTreeMap<String, Bytes>,
    /// SHA-256 of data and figures: the identity of the document.
    fingerprint: String,
}

impl Desk {
    fn new(document: &Document, figures: &BTreeMap<String, String>) -> Result<Self> {
        let outline = Outline::new(document, figures)?;
        let heads = Heads::new(document);
        let mut laid_out = document.clone();
        let empty = document.words.get("empty").map(String::as_str).unwrap_or_default();
        laid_out
            .tables()
            .into_par_iter()
            .for_each(|table| table.layout = Some(columns::layout(table, empty)));
        let mut files = BTreeMap::new();
        for id in outline.figures.keys() {
            let svg = figures.get(*id).with_context(|| format!("the figure `{id}` was not drawn"))?;
            files.insert(format!("figures/{id}.svg"), Bytes::from_string(svg.clone()));
        }
        let data = serde_json::to_value(Data { document: &laid_out, outline, heads })
            .context("the document has no JSON form")?;
        let more = document.words.get("cut").map(String::as_str).unwrap_or_default();
        files.insert(DATA.to_owned(), Bytes::from_string(cut(data, more).to_string()));

        let mut digest = Sha256::new();
        for (path, bytes) in &files {
            digest.update((path.len() as u64).to_le_bytes());
            digest.update(path);
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes.as_slice());
        }
        let mut fingerprint = String::new();
        for byte in digest.finalize() {
            write!(fingerprint, "{byte:02x}")?;
        }

        let mut sources = BTreeMap::new();
        for (path, text) in TEMPLATES {
            sources.insert(path, Source::new(file_id(path)?, text.to_owned()));
        }
        Ok(Self {
            library: LazyHash::new(Library::default()),
            main: file_id(MAIN)?,
            sources,
            files,
            fingerprint,
        })
    }

    /// Parses all figures in parallel. The typesetter asks for one after the other, and finds each in its memory, as long
    /// as it is asked for with the same arguments; what is wrong with one it tells then.
    fn look_at_figures(&self) {
        self.files.par_iter().filter(|(path, _)| *path != DATA).for_each(|(path, svg)| {
            let world: &dyn World = self;
            let _ = file_id(path)
                .map(|id| SvgImage::with_fonts_images(svg.clone(), world.track(), &FAMILIES, Some(id)));
        });
    }

    /// Diagnostics as one line each: file, line, message, hints.
    fn explain(&self, diagnostics: &[SourceDiagnostic]) -> String {
        let lines = diagnostics.iter().map(|diagnostic| {
            let place = self.place(diagnostic).map(|place| format!("{place}: ")).unwrap_or_default();
            let hints: String = diagnostic.hints.iter().map(|hint| format!(" ({})", hint.v)).collect();
            format!("{place}{}{hints}", diagnostic.message)
        });
        lines.collect::<Vec<_>>().join("; ")
    }

    fn place(&self, diagnostic: &SourceDiagnostic) -> Option<String> {
        let id = diagnostic.span.id()?;
        let path = id.vpath().get_without_slash();
        let line = self
            .source(id)
            .ok()
            .and_then(|source| source.lines().byte_to_line(self.range(diagnostic.span)?.start));
        Some(line.map_or_else(|| path.to_owned(), |line| format!("{path}:{}", line + 1)))
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &loaded().book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let path = id.vpath().get_without_slash();
        self.sources.get(path).cloned().ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.vpath().get_without_slash();
        self.files.get(path).cloned().ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        loaded().fonts.get(index).cloned()
    }

    /// There is no clock here.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

fn loaded() -> &'static Fonts {
    static LOADED: OnceLock<Fonts> = OnceLock::new();
    LOADED.get_or_init(|| {
        let fonts: Vec<Font> = FONTS.iter().flat_map(|file| Font::iter(Bytes::new(*file))).collect();
        Fonts { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    })
}

fn file_id(path: &str) -> Result<FileId> {
    let path = VirtualPath::new(path).map_err(|error| anyhow!("`{path}` is no path: {error}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

#[cfg(test)]
mod tests {
    use typst::layout::{Abs, Frame, FrameItem, Point};

    use super::*;
    use crate::show::report::example;
    use crate::show::report::view::{Block, Section};
    use crate::show::text::{Language, Text};

    fn set(document: &Document) -> Typeset {
        typeset(&Desk::new(document, &example::figures()).unwrap()).unwrap()
    }

    /// Every piece of text with its left and right end on the page.
    fn texts(frame: &Frame, origin: Point, found: &mut Vec<(String, Abs, Abs)>) {
        for (position, item) in frame.items() {
            let place = origin + *position;
            match item {
                FrameItem::Group(group) => texts(&group.frame, place, found),
                FrameItem::Text(text) => found.push((text.text.to_string(), place.x, place.x + text.width())),
                _ => {}
            }
        }
    }

    fn all_texts(set: &Typeset) -> Vec<(String, Abs, Abs)> {
        let mut found = Vec::new();
        for page in set.document.pages() {
            texts(&page.frame, Point::zero(), &mut found);
        }
        found
    }

    /// Without spaces, which are not always there where a line breaks.
    fn dense(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn typst_has_nothing_to_say() {
        assert_eq!(set(&example::hard()).warnings, "");
        let mut german = example::small();
        german.lang = "de";
        german.words = Text::new(Language::De).section("document");
        assert_eq!(set(&german).warnings, "");
    }

    #[test]
    fn texts_appear_as_they_are() {
        let all: String = all_texts(&set(&example::hard())).iter().map(|(text, ..)| dense(text)).collect();
        for hostile in example::HOSTILE {
            assert!(all.contains(&dense(hostile)), "{hostile}");
        }
        assert!(all.contains(&example::endless()));
    }

    #[test]
    fn nothing_leaves_the_type_area() {
        let (left, right) = (Abs::cm(2.0) - Abs::pt(0.5), Abs::cm(19.0) + Abs::pt(0.5));
        for (text, start, end) in all_texts(&set(&example::hard())) {
            assert!(start >= left && end <= right, "{text:?} reaches from {start:?} to {end:?}");
        }
    }

    #[test]
    fn pages_are_few() {
        let small = set(&example::small());
        assert!((1..=2).contains(&small.document.pages().len()));
        let hard = set(&example::hard());
        assert!((5..=12).contains(&hard.document.pages().len()), "{} pages", hard.document.pages().len());
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let bytes = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| render(&example::hard(), &example::figures()).unwrap())
        };
        let one = bytes(1);
        assert!(one.starts_with(b"%PDF-"));
        assert!(one == bytes(1));
        assert!(one == bytes(4));
    }

    /// What would stop the typesetter: contents that fill pages, many long words in one text or one column, endless and
    /// empty titles.
    #[test]
    fn there_is_no_document_that_is_too_much() {
        let mut document = example::small();
        document.title = "A very long title of a campaign ".repeat(300);
        let long_words: String = (0..2_000).map(|n| format!("a-word-that-may-break-{n} ")).collect();
        let mut section = document.sections[1].clone();
        section.blocks.push(Block::Paragraph { text: long_words });
        document.sections = (0..150)
            .map(|number| {
                let title = if number == 0 { String::new() } else { format!("Load {number}") };
                Section { id: format!("s{number}"), title, blocks: Vec::new(), sections: Vec::new() }
            })
            .collect();
        document.sections.push(section);
        document.chapters = true;
        let mut table = match example::small().sections.swap_remove(0).blocks.pop() {
            Some(Block::Table { table }) => table,
            other => panic!("{other:?}"),
        };
        let row = table.rows[0].clone();
        table.rows = (0..1_200).map(|_| row.clone()).collect();
        for (number, row) in table.rows.iter_mut().enumerate() {
            row.cells[0].text = format!("/a/path/to/the/log/file-{number}.test");
        }
        document.sections.push(Section {
            id: "problems".to_owned(),
            title: "x".repeat(10_000),
            blocks: vec![Block::Table { table }],
            sections: Vec::new(),
        });
        let set = set(&document);
        assert_eq!(set.warnings, "");
        assert!(set.document.pages().len() > 20);
        assert!(all_texts(&set).iter().any(|(text, ..)| text.contains("1199")));
    }

    #[test]
    fn errors_name_file_and_line() {
        let mut figures = example::figures();
        figures.insert("left".to_owned(), "no drawing".to_owned());
        let error = render(&example::small(), &figures).unwrap_err().to_string();
        assert!(error.contains("figures/left.svg") || error.contains("blocks.typ:"), "{error}");
    }
}
