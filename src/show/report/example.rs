//! A document with every kind of block and texts that mean mischief, for the tests.

use std::collections::BTreeMap;

use super::view::{
    Block, CellView, ColumnView, Definition, Document, EvidenceView, FigureRef, FindingItem, LegendView,
    NumberView, PlaceView, RowView, RunEvidence, Section, SpanView, TableView,
};
use crate::show::text::{Language, Text};

/// Texts that must appear as they are.
pub const HOSTILE: [&str; 7] = [
    "<script>alert(\"1\")</script> & 'co'",
    "#panic(\"typst\") #let x = 1",
    "$x^2$ *bold* _italic_ `raw` @label // comment",
    "{{ document.title }} {% raw %} ${name}",
    "\\u{1F600} \\ -> != --- \"quoted\" ~ end\\",
    "</td></table></section> <!-- ]]> &amp; &#60;",
    "a_very/long-name.without/any_space/that.must_wrap/somewhere-in.its_cell/xentop-kirsche.example.test",
];

/// A word that breaks nowhere by itself.
pub fn endless() -> String {
    "0123456789abcdef".repeat(40)
}

pub fn figures() -> BTreeMap<String, String> {
    let svg = |color: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"119\" height=\"60\" \
             viewBox=\"0 0 2380 1200\" font-family=\"Inter\"><defs><clipPath id=\"plot\"><rect width=\"2380\" \
             height=\"1200\"/></clipPath></defs><g clip-path=\"url(#plot)\"><path d=\"M0 0L2380 1200\" \
             stroke=\"{color}\" stroke-width=\"12\"/></g><text x=\"90\" y=\"600\" font-size=\"76\">id=\"plot\" \
             &lt;b&gt;</text></svg>\n"
        )
    };
    [("overview", "#0072b2"), ("left", "#d55e00"), ("right", "#008562")]
        .map(|(id, color)| (id.to_owned(), svg(color)))
        .into()
}

fn figure(id: &str) -> FigureRef {
    FigureRef {
        id: id.to_owned(),
        file: format!("figures/{id}.svg"),
        caption: format!("{} in the caption of {id}", HOSTILE[0]),
        alt: format!("{} seen by nobody", HOSTILE[0]),
    }
}

fn column(heading: &str, unit: Option<&str>, numeric: bool) -> ColumnView {
    ColumnView { heading: heading.to_owned(), unit: unit.map(str::to_owned), numeric }
}

fn row(cells: &[&str], summary: bool) -> RowView {
    RowView { group: None, cells: cells.iter().map(|cell| (*cell).into()).collect(), summary }
}

fn small_table() -> TableView {
    TableView {
        id: "outages".to_owned(),
        file: "tables/outages.csv".to_owned(),
        caption: "Outages".to_owned(),
        columns: vec![
            column("Condition", None, false),
            column("Outage", Some("s"), true),
            column("Runs", None, true),
        ],
        rows: vec![
            row(&["memtester", "11.72", "5"], false),
            row(&["none", "n/a", "5"], false),
            row(&["Mean", "6.28", "5"], true),
        ],
        ..TableView::default()
    }
}

/// More numeric columns than a page is wide.
fn wide_table() -> TableView {
    let mut columns = vec![column("Benchmark", None, false)];
    columns.extend((0..30).map(|index| column(&format!("Operation {index}"), Some("MB/s"), true)));
    let cells =
        |row: usize| (0..30).map(move |index| format!("{}.5 ± 12.5 (95 %)", 10_000 + row * 100 + index));
    let rows = (0..3)
        .map(|index| RowView {
            group: None,
            cells: std::iter::once(format!("ramspeed {index}")).chain(cells(index)).map(Into::into).collect(),
            summary: false,
        })
        .collect();
    TableView {
        id: "wide".to_owned(),
        caption: "Wider than the page".to_owned(),
        columns,
        rows,
        ..TableView::default()
    }
}

/// Shaded cells of two lines, headings above headings and groups, and texts that mean mischief in all of them.
fn shaded_table(columns: usize) -> TableView {
    let span = |text: &str, columns| SpanView { text: text.to_owned(), columns };
    let cell = |index: usize| CellView {
        text: format!("{}.5", 90 + index),
        below: Some("89.5 … 101.5".to_owned()),
        shade: Some(["worse-5", "even", "better-1"][index % 3]),
        ..CellView::default()
    };
    let line = |group: Option<&str>, name: &str| RowView {
        group: group.map(str::to_owned),
        cells: std::iter::once(CellView::from(name)).chain((0..columns).map(cell)).collect(),
        summary: false,
    };
    TableView {
        id: format!("shaded-{columns}"),
        file: format!("tables/shaded-{columns}.csv"),
        caption: "Shares".to_owned(),
        above: vec![vec![span("", 1), span(HOSTILE[0], 2), span("hvm-pvdrivers", columns - 2)]],
        columns: std::iter::once(column("Operation", None, false))
            .chain((0..columns).map(|index| column(&format!("{}", 32 * (index + 1)), None, true)))
            .collect(),
        rows: vec![
            line(Some(HOSTILE[1]), "rand-read"),
            line(None, "rand-write"),
            line(Some(HOSTILE[5]), "solve-1000"),
        ],
        legend: vec![LegendView { shade: "worse-5", text: HOSTILE[0].to_owned() }],
        layout: None,
    }
}

/// File names and messages that no column can take, on more than a page.
fn hostile_table() -> TableView {
    let endless = endless();
    let mut rows: Vec<RowView> =
        HOSTILE.iter().map(|text| row(&["warning", text, "12", text], false)).collect();
    rows.push(row(&["error", &endless, "7", &endless], false));
    rows.extend((0..60).map(|line| row(&["note", HOSTILE[6], &line.to_string(), "No reply"], false)));
    TableView {
        id: "problems".to_owned(),
        caption: format!("{} and others", HOSTILE[1]),
        columns: vec![
            column("Severity", None, false),
            column("File", None, false),
            column("Line", None, true),
            column(HOSTILE[0], None, false),
        ],
        rows,
        ..TableView::default()
    }
}

fn section(id: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), blocks, sections: Vec::new() }
}

/// A document that a snapshot can show.
pub fn small() -> Document {
    let findings = vec![
        FindingItem::new("The service was out of reach for 11.72 s.".to_owned(), Some("hosts".to_owned())),
        FindingItem::new(HOSTILE[0].to_owned(), None),
    ];
    let definitions = vec![
        Definition {
            term: "Outage".to_owned(),
            text: "The longest run of requests without a reply.".to_owned(),
            formula: Some("k · i, k ≥ 1; x̄ = ∑ xᵢ / n".to_owned()),
        },
        Definition { term: HOSTILE[2].to_owned(), text: HOSTILE[3].to_owned(), formula: None },
    ];
    let mut overview = section(
        "overview",
        "Overview",
        vec![
            Block::Paragraph { text: HOSTILE[0].to_owned() },
            Block::Findings { items: findings },
            Block::Figure { figure: figure("overview") },
            Block::Table { table: small_table() },
        ],
    );
    overview.sections.push(section(
        "hosts",
        "Hosts",
        vec![Block::FigurePair { figures: vec![figure("left"), figure("right")] }],
    ));
    Document {
        lang: "en",
        title: "Live migration <under> #load".to_owned(),
        subtitle: "A report".to_owned(),
        notice: Some("Reconstructed data".to_owned()),
        facts: vec![
            ("Source".to_owned(), "kirsche".to_owned()),
            ("Target".to_owned(), HOSTILE[0].to_owned()),
        ],
        chapters: false,
        contents: true,
        live: Vec::new(),
        evidence: None,
        sections: vec![
            overview,
            section("method", "Method", vec![Block::Definitions { items: definitions }]),
        ],
        words: Text::new(Language::En).section("document"),
        script_words: Text::new(Language::En).section("live"),
    }
}

/// The small document and everything that is hard to set.
pub fn hard() -> Document {
    let mut document = small();
    document.title = format!("{} {}", HOSTILE[1], HOSTILE[6]);
    document.facts.push(("Configuration".to_owned(), endless()));
    let mut blocks: Vec<Block> =
        HOSTILE.iter().map(|text| Block::Paragraph { text: (*text).to_owned() }).collect();
    blocks.push(Block::Paragraph { text: endless() });
    blocks.push(Block::Paragraph { text: String::new() });
    let empty = TableView {
        id: "empty".to_owned(),
        caption: String::new(),
        columns: vec![column("File", None, false)],
        ..TableView::default()
    };
    let tables = [hostile_table(), wide_table(), shaded_table(10), shaded_table(28), empty];
    blocks.extend(tables.into_iter().map(|table| Block::Table { table }));
    document.sections.push(section("hard", HOSTILE[6], blocks));
    document.sections.push(section("bare", "", Vec::new()));
    document.evidence = Some(hostile_evidence());
    document
}

/// Lines of a log that mean mischief.
fn hostile_evidence() -> EvidenceView {
    let place = |text: &&str| PlaceView {
        numbers: vec![NumberView {
            id: Some(format!("evidence-{}", text.len())),
            name: (*text).to_owned(),
            says: Some((*text).to_owned()),
        }],
        file: (*text).to_owned(),
        lines: "1–2".to_owned(),
        first: Some((*text).to_owned()),
        last: Some((*text).to_owned()),
    };
    EvidenceView {
        around: std::collections::BTreeMap::new(),
        title: HOSTILE[0].to_owned(),
        text: HOSTILE[0].to_owned(),
        file: "tables/evidence.csv",
        headings: ["Numbers", "Place", "Lines"].map(str::to_owned),
        runs: vec![RunEvidence {
            id: "evidence-run".to_owned(),
            name: HOSTILE[0].to_owned(),
            places: HOSTILE.iter().map(place).collect(),
        }],
    }
}
