//! Several documents → one, with an index and a chapter for each campaign.

use super::super::format::table;
use super::super::view::{Block, Definition, Document, FindingItem, Section, TableView};
use crate::model::Analysis;
use crate::model::VERSION;
use crate::show::tables;
use crate::show::text::Text;

/// The anchor of the section that defines the numbers, in a chapter and in the whole.
const METHOD: &str = "method";
/// How many findings of each campaign the index tells.
const IN_SHORT: usize = 3;

/// Where a chapter's figures, tables and data lie in the report folder.
pub fn folder_of(chapter: &str) -> String {
    format!("campaigns/{chapter}/")
}

/// What an identifier of a chapter's figure, table or section is called in the whole document.
pub fn id_in(chapter: &str, id: &str) -> String {
    format!("{chapter}--{id}")
}

/// The document of several campaigns: `name` is the folder's, `documents` are those of the `chapters`.
pub fn portfolio(
    name: &str,
    chapters: &[(&str, &Analysis)],
    documents: Vec<Document>,
    text: &Text,
) -> Document {
    let mut sections = vec![index(chapters, &documents, text)];
    let live = documents.iter().flat_map(|document| document.live.clone()).collect();
    let mut definitions = Definitions::default();
    for ((name, _), document) in chapters.iter().zip(documents) {
        sections.push(chapter(name, document, &mut definitions));
    }
    let items = definitions.items();
    if !items.is_empty() {
        sections.push(Section {
            id: METHOD.to_owned(),
            title: text.get("report.method").to_owned(),
            blocks: vec![Block::Definitions { items }],
            sections: Vec::new(),
        });
    }
    let count = |of: fn(&Analysis) -> usize| -> usize { chapters.iter().map(|(_, a)| of(a)).sum() };
    let fact = |key: &str, value: String| (text.get(key).to_owned(), value);
    Document {
        lang: text.language.code(),
        title: text.fill("report.portfolio_title", &[("name", name)]),
        subtitle: text.get("report.portfolio_subtitle").to_owned(),
        notice: None,
        facts: vec![
            fact("report.campaigns", chapters.len().to_string()),
            fact("report.portfolio_runs", count(|analysis| analysis.runs.len()).to_string()),
            fact("report.portfolio_results", count(tables::results).to_string()),
            fact("report.written_by", format!("stillstand {VERSION}")),
        ],
        chapters: true,
        // The index is a list of them.
        contents: false,
        sections,
        live,
        evidence: None,
        words: text.section("document"),
        script_words: text.section("live"),
    }
}

/// The first page: every campaign with what it holds, and what it says in a few words.
fn index(chapters: &[(&str, &Analysis)], documents: &[Document], text: &Text) -> Section {
    let blocks = vec![
        Block::Paragraph { text: text.get("report.portfolio_summary").to_owned() },
        Block::Table { table: campaigns(chapters, text) },
    ];
    let items: Vec<Definition> = documents.iter().filter_map(in_short).collect();
    let in_short = Section {
        id: "in-short".to_owned(),
        title: text.get("report.in_short").to_owned(),
        blocks: vec![Block::Definitions { items }],
        sections: Vec::new(),
    };
    Section {
        id: "index".to_owned(),
        title: text.get("report.index").to_owned(),
        blocks,
        sections: vec![in_short],
    }
}

/// The table of the campaigns, each with a link to its chapter and the chapter's folder below its title.
fn campaigns(chapters: &[(&str, &Analysis)], text: &Text) -> TableView {
    let mut view = table(&tables::campaigns(chapters), text.get("caption.campaigns").to_owned(), text);
    view.columns.remove(1);
    for (row, (name, _)) in view.rows.iter_mut().zip(chapters) {
        let folder = row.cells.remove(1);
        row.cells[0].below = Some(folder.text);
        row.cells[0].link = Some((*name).to_owned());
    }
    view
}

/// What a campaign says first: what exceeded a limit or was lost, then the worst, then the rest in its order.
fn in_short(document: &Document) -> Option<Definition> {
    let findings = document.sections.first()?.blocks.iter().find_map(|block| match block {
        Block::Findings { items } => Some(items),
        _ => None,
    })?;
    let mut first: Vec<&FindingItem> = findings.iter().collect();
    first.sort_by_key(|item| item.rank);
    let sentences: Vec<&str> = first.iter().take(IN_SHORT).map(|item| item.text.as_str()).collect();
    Some(Definition { term: document.title.clone(), text: sentences.join(" "), formula: None })
}

/// A document as a chapter. What it defines stands once, for all.
fn chapter(name: &str, document: Document, definitions: &mut Definitions) -> Section {
    let mut blocks = Vec::new();
    blocks.extend(document.notice.map(|text| Block::Notice { text }));
    blocks.push(Block::Facts { items: document.facts });
    let mut sections = Vec::new();
    for mut section in document.sections {
        if section.id == METHOD {
            definitions.add(section, &document.title);
        } else {
            rename(&mut section, name);
            sections.push(section);
        }
    }
    Section { id: name.to_owned(), title: document.title, blocks, sections }
}

/// Makes the identifiers of a section, its figures and its tables those of the chapter.
fn rename(section: &mut Section, chapter: &str) {
    let of_chapter = |id: &mut String| *id = id_in(chapter, id);
    let link = |link: &mut String| {
        if link != METHOD {
            of_chapter(link);
        }
    };
    let in_folder = |file: &mut String| *file = format!("{}{file}", folder_of(chapter));
    of_chapter(&mut section.id);
    for block in &mut section.blocks {
        match block {
            Block::Findings { items } => {
                items.iter_mut().filter_map(|item| item.link.as_mut()).for_each(link)
            }
            Block::Figure { figure } => {
                of_chapter(&mut figure.id);
                in_folder(&mut figure.file);
            }
            Block::FigurePair { figures } => {
                figures.iter_mut().for_each(|figure| {
                    of_chapter(&mut figure.id);
                    in_folder(&mut figure.file);
                });
            }
            Block::Table { table } => {
                of_chapter(&mut table.id);
                in_folder(&mut table.file);
                let cells = table.rows.iter_mut().flat_map(|row| &mut row.cells);
                cells.filter_map(|cell| cell.link.as_mut()).for_each(link);
            }
            Block::Paragraph { .. }
            | Block::Notice { .. }
            | Block::Facts { .. }
            | Block::Definitions { .. } => {}
        }
    }
    section.sections.iter_mut().for_each(|inner| rename(inner, chapter));
}

/// The definitions of all chapters: what is the same in several stands once.
#[derive(Default)]
struct Definitions {
    /// Each with the titles of the campaigns that it holds for, in the order of first mention.
    all: Vec<(Definition, Vec<String>)>,
}

impl Definitions {
    fn add(&mut self, section: Section, campaign: &str) {
        for block in section.blocks {
            let Block::Definitions { items } = block else { continue };
            for item in items {
                let same = |known: &&mut (Definition, Vec<String>)| {
                    known.0.term == item.term && known.0.text == item.text && known.0.formula == item.formula
                };
                match self.all.iter_mut().find(same) {
                    Some((_, campaigns)) => campaigns.push(campaign.to_owned()),
                    None => self.all.push((item, vec![campaign.to_owned()])),
                }
            }
        }
    }

    /// A term that is defined in several ways names the campaigns of each, all of them where it came first.
    fn items(self) -> Vec<Definition> {
        let mut items: Vec<Definition> = Vec::new();
        for (index, (first, _)) in self.all.iter().enumerate() {
            if self.all[..index].iter().any(|(known, _)| known.term == first.term) {
                continue;
            }
            let same: Vec<_> = self.all.iter().filter(|(item, _)| item.term == first.term).collect();
            let several = same.len() > 1;
            items.extend(same.into_iter().map(|(item, campaigns)| {
                let term = match several {
                    true => format!("{} ({})", item.term, campaigns.join("; ")),
                    false => item.term.clone(),
                };
                Definition { term, ..item.clone() }
            }));
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::analysis;
    use crate::show::report::{example, html};
    use crate::show::text::Language;

    fn definition(text: &str) -> Section {
        let item = Definition { term: "Outage".to_owned(), text: text.to_owned(), formula: None };
        let blocks = vec![Block::Definitions { items: vec![item] }];
        Section { id: METHOD.to_owned(), title: String::new(), blocks, sections: Vec::new() }
    }

    #[test]
    fn what_campaigns_define_alike_is_told_once_and_what_differs_names_them() {
        let mut definitions = Definitions::default();
        for (text, campaign) in [("a hole", "A"), ("a gap", "B"), ("a hole", "C")] {
            definitions.add(definition(text), campaign);
        }
        let told: Vec<_> = definitions.items().into_iter().map(|item| (item.term, item.text)).collect();
        let expected = [("Outage (A; C)", "a hole"), ("Outage (B)", "a gap")];
        assert_eq!(told, expected.map(|(term, text)| (term.to_owned(), text.to_owned())));
    }

    #[test]
    fn equal_campaigns_stand_apart_and_every_link_leads_somewhere() {
        let analysis = analysis();
        let chapters = [("a", &analysis), ("b", &analysis)];
        let documents = vec![example::small(), example::small()];
        let figures = ["a", "b"].iter().flat_map(|chapter| {
            example::figures().into_iter().map(move |(id, svg)| (id_in(chapter, &id), svg))
        });
        let document = portfolio("logs", &chapters, documents, &Text::new(Language::En));
        let html = html::render(&document, &figures.collect()).unwrap();
        for told in [
            "id=\"a--overview\"",
            "href=\"#b--hosts\"",
            "href=\"campaigns/b/figures/left.svg\"",
            "href=\"campaigns/a/tables/outages.csv\"",
            "<a href=\"#b\">",
        ] {
            assert!(html.contains(told), "{told}");
        }
        assert_eq!(html.matches("The longest run of requests without a reply.").count(), 1);
    }
}
