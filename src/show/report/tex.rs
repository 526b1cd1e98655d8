//! The document and its tables for TeX.
//!
//! `report.tex` takes tables and figures from the files beside it, so that a paper can take the same.

use super::view::{Block, Definition, Document, FigureRef, Section, TableView};

/// How deep sections are, from the top.
const LEVELS: [&str; 4] = ["section", "subsection", "subsubsection", "paragraph"];

/// What comes before the text. A table that is wider or higher than the page is set smaller; figures and tables stand where they
/// are told of, as in the other documents, so that there may be many.
const PREAMBLE: &str = r"\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{graphicx}
\usepackage{booktabs}
\usepackage[hidelinks]{hyperref}
\setcounter{secnumdepth}{-1}
% A letter that pdfTeX has no font for; LuaTeX and XeTeX do not ask.
\makeatletter\def\UTFviii@undefined@err#1{?}\makeatother
\newsavebox{\tablebox}
\newcommand{\fittable}[1]{%
  \sbox{\tablebox}{\input{#1}}%
  \ifdim\dimexpr\ht\tablebox+\dp\tablebox\relax>0.85\textheight
    \sbox{\tablebox}{\resizebox{!}{0.85\textheight}{\usebox{\tablebox}}}%
  \fi
  \ifdim\wd\tablebox>\textwidth
    \resizebox{\textwidth}{!}{\usebox{\tablebox}}%
  \else
    \usebox{\tablebox}%
  \fi}
\newcommand{\told}[3]{\begin{minipage}[t]{#1\textwidth}\centering #2\par\smallskip{\small #3\par}\end{minipage}}
";

/// The document, which `pdflatex` sets with the packages of a usual installation. Tables and figures are those of the folder.
pub fn render(document: &Document) -> String {
    // Its own name would be that of the PDF beside it.
    let mut text = String::from("% pdflatex -jobname=paper report.tex\n\\documentclass[10pt]{article}\n");
    if document.lang == "de" {
        text.push_str("\\usepackage[ngerman]{babel}\n");
    }
    text.push_str(PREAMBLE);
    text.push_str(&format!("\\title{{{}}}\n\\date{{}}\n", escaped(&document.title)));
    text.push_str("\\begin{document}\n\\maketitle\n");
    text.push_str(&format!("\\noindent {}\n\n", escaped(&document.subtitle)));
    if let Some(notice) = &document.notice {
        text.push_str(&format!("\\noindent\\textbf{{{}}}\n\n", escaped(notice)));
    }
    text.push_str(&facts(&document.facts));
    if document.contents {
        text.push_str("\\tableofcontents\n");
    }
    document.sections.iter().for_each(|section| self::section(section, 0, &mut text));
    text.push_str("\\end{document}\n");
    text
}

fn section(section: &Section, depth: usize, text: &mut String) {
    let level = LEVELS.get(depth).unwrap_or(&"paragraph");
    text.push_str(&format!("\n\\{level}{{{}}}\n", escaped(&section.title)));
    section.blocks.iter().for_each(|block| text.push_str(&self::block(block)));
    section.sections.iter().for_each(|inner| self::section(inner, depth + 1, text));
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph { text } => format!("{}\n\n", escaped(text)),
        Block::Notice { text } => format!("\\textbf{{{}}}\n\n", escaped(text)),
        Block::Facts { items } => facts(items),
        Block::Findings { items } => {
            list("itemize", items.iter().map(|item| format!(" {}", escaped(&item.text))))
        }
        Block::Figure { figure } => beside(&[self::figure(figure, 1.0)]),
        Block::FigurePair { figures } => {
            beside(&figures.iter().map(|figure| self::figure(figure, 0.485)).collect::<Vec<_>>())
        }
        Block::Table { table } => {
            let file = table.file.strip_suffix(".csv").unwrap_or(&table.file);
            beside(&[format!("\\told{{1}}{{\\fittable{{{file}.tex}}}}{{{}}}", escaped(&table.caption))])
        }
        Block::Definitions { items } => list("description", items.iter().map(definition)),
    }
}

fn definition(Definition { term, text, formula }: &Definition) -> String {
    let formula =
        formula.as_ref().map(|formula| format!(" \\emph{{{}}}", escaped(formula))).unwrap_or_default();
    format!("[{{{}}}] {}{formula}", escaped(term), escaped(text))
}

/// Label and value of each.
fn facts(items: &[(String, String)]) -> String {
    list(
        "description",
        items.iter().map(|(label, value)| format!("[{{{}}}] {}", escaped(label), escaped(value))),
    )
}

/// Nothing without an item, which TeX would refuse.
fn list(kind: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("\\item{item}\n")).collect();
    if items.is_empty() { items } else { format!("\\begin{{{kind}}}\n{items}\\end{{{kind}}}\n") }
}

/// What stands beside each other, with some room around.
fn beside(parts: &[String]) -> String {
    format!("\\par\\medskip\\noindent\n{}\n\\par\\medskip\n", parts.join("\\hfill\n"))
}

/// A figure over this share of the width of the text.
fn figure(figure: &FigureRef, width: f64) -> String {
    let file = figure.file.strip_suffix(".svg").unwrap_or(&figure.file);
    let picture =
        format!("\\includegraphics[width=\\linewidth,height=0.8\\textheight,keepaspectratio]{{{file}.pdf}}");
    format!("\\told{{{width}}}{{{picture}}}{{{}}}", escaped(&figure.caption))
}

/// A formatted table as a TeX tabular in the manner of the package booktabs.
pub fn table(table: &TableView) -> String {
    let spec: String = table.columns.iter().map(|column| if column.numeric { 'r' } else { 'l' }).collect();
    let mut text = format!("\\begin{{tabular}}{{{spec}}}\n\\toprule\n");
    for line in &table.above {
        let spans = line.iter().map(|span| match (span.text.as_str(), span.columns) {
            ("", columns) => " & ".repeat(columns - 1),
            (text, columns) => format!("\\multicolumn{{{columns}}}{{c}}{{{}}}", escaped(text)),
        });
        text.push_str(&row(&spans.collect::<Vec<_>>()));
    }
    let heads: Vec<String> = table
        .columns
        .iter()
        .map(|column| match &column.unit {
            Some(unit) => format!("{} ({})", escaped(&column.heading), escaped(unit)),
            None => escaped(&column.heading),
        })
        .collect();
    text.push_str(&row(&heads));
    text.push_str("\\midrule\n");
    let mut in_summary = false;
    for (index, row) in table.rows.iter().enumerate() {
        if let Some(group) = &row.group {
            let space = if index == 0 { "" } else { "\\addlinespace\n" };
            let columns = table.columns.len();
            text.push_str(&format!(
                "{space}\\multicolumn{{{columns}}}{{l}}{{\\textit{{{}}}}} \\\\\n",
                escaped(group)
            ));
        }
        if row.summary && !in_summary {
            text.push_str("\\midrule\n");
        }
        in_summary = row.summary;
        let cells: Vec<String> = row.cells.iter().map(|cell| escaped(&cell.in_line())).collect();
        text.push_str(&self::row(&cells));
    }
    text.push_str("\\bottomrule\n\\end{tabular}\n");
    text
}

/// A row of cells. One that begins with a star or a bracket would be an option of what ends the row before it.
fn row(cells: &[String]) -> String {
    let row = cells.join(" & ");
    let guard = if row.trim_start().starts_with(['[', '*']) { "{}" } else { "" };
    format!("{guard}{row} \\\\\n")
}

/// Signs that pdfTeX's fonts have in formulas only.
const SIGNS: [(char, &str); 45] = [
    ('−', "-"),
    ('±', "\\pm"),
    ('×', "\\times"),
    ('✗', "\\times"),
    ('✓', "\\surd"),
    ('·', "\\cdot"),
    ('÷', "\\div"),
    ('≤', "\\leq"),
    ('≥', "\\geq"),
    ('≈', "\\approx"),
    ('≠', "\\neq"),
    ('∞', "\\infty"),
    ('∈', "\\in"),
    ('√', "\\surd"),
    ('∫', "\\int"),
    ('→', "\\to"),
    ('←', "\\leftarrow"),
    ('⁄', "/"),
    ('Σ', "\\Sigma"),
    ('Δ', "\\Delta"),
    ('Φ', "\\Phi"),
    ('α', "\\alpha"),
    ('β', "\\beta"),
    ('θ', "\\theta"),
    ('λ', "\\lambda"),
    ('µ', "\\mu"),
    ('μ', "\\mu"),
    ('ρ', "\\rho"),
    ('σ', "\\sigma"),
    ('τ', "\\tau"),
    ('χ', "\\chi"),
    ('⁻', "^{-}"),
    ('⁶', "^6"),
    ('⁹', "^9"),
    ('ⁿ', "^n"),
    ('₀', "_0"),
    ('₁', "_1"),
    ('₂', "_2"),
    ('●', "\\bullet"),
    ('∑', "\\sum"),
    ('ᵢ', "_i"),
    ('ⱼ', "_j"),
    ('≪', "\\ll"),
    ('─', "-"),
    ('━', "-"),
];

/// Text with TeX's special characters escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            // A bar over the sign before.
            '\u{304}' => {
                let under = escaped.pop().map(String::from).unwrap_or_default();
                escaped.push_str(&format!("$\\bar{{{under}}}$"));
            }
            // An empty line would end the paragraph, which no cell may.
            c if c.is_control() => escaped.push(' '),
            c => match SIGNS.iter().find(|(sign, _)| *sign == c) {
                Some((_, formula)) => escaped.push_str(&format!("${formula}$")),
                None => escaped.push(c),
            },
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::report::example;
    use crate::show::report::view::{ColumnView, RowView};

    fn sample_table(first: &[&str]) -> TableView {
        let column = |heading: &str, numeric| ColumnView { heading: heading.to_owned(), unit: None, numeric };
        let row =
            |cell: &&str| RowView { group: None, cells: vec![(*cell).into(), "0.3".into()], summary: false };
        TableView {
            columns: vec![column("load", false), column("outage", true)],
            rows: first.iter().map(row).collect(),
            ..TableView::default()
        }
    }

    #[test]
    fn tex_takes_no_cell_for_an_option() {
        for first in ["[5cm]", "*", " [x"] {
            assert_eq!(row(&[escaped(first), escaped("b")]), format!("{{}}{first} & b \\\\\n"));
        }
        assert_eq!(row(&[escaped("a [b]")]), "a [b] \\\\\n");
        assert_eq!(escaped("a\n\nb"), "a  b");
    }

    #[test]
    fn tex_escapes_what_tex_would_read() {
        assert_eq!(escaped("50 % of_a & b −1"), "50 \\% of\\_a \\& b $-$1");
    }

    /// Where TeX is installed, it has the last word.
    fn compile(folder: &std::path::Path, name: &str, document: &str) {
        std::fs::write(folder.join(name), document).unwrap();
        let arguments = ["-interaction=nonstopmode", "-halt-on-error", name];
        match std::process::Command::new("pdflatex").args(arguments).current_dir(folder).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
            Err(_) => println!("not tested: there is no pdflatex here"),
        }
    }

    #[test]
    fn hostile_tables_compile() {
        let hostile = ["[5cm] x", "*", "\\input{/etc/passwd}", "a\n\nb", "$x_1^2$ ~ %"];
        let tabular = table(&sample_table(&hostile));
        assert!(tabular.contains("\n{}[5cm] x") && tabular.contains("\n{}* &"), "{tabular}");
        let document = format!(
            "\\documentclass{{article}}\\usepackage{{booktabs}}\\begin{{document}}{tabular}\\end{{document}}"
        );
        compile(tempfile::tempdir().unwrap().path(), "table.tex", &document);
    }

    #[test]
    fn a_document_compiles_with_the_tables_and_figures_beside_it() {
        let mut document = example::small();
        let folder = tempfile::tempdir().unwrap();
        let text = render(&document);
        for view in document.tables() {
            let path = folder.path().join(view.file.replace(".csv", ".tex"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, table(view)).unwrap();
        }
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10" width="20" height="10"><rect width="9" height="9"/></svg>"#;
        let pictures = text.matches("figures/").count();
        for name in text.split("figures/").skip(1).filter_map(|rest| rest.split('}').next()) {
            std::fs::create_dir_all(folder.path().join("figures")).unwrap();
            std::fs::write(
                folder.path().join("figures").join(name),
                crate::show::pictures::pdf(svg).unwrap(),
            )
            .unwrap();
        }
        assert!(pictures > 0 && text.contains("\\fittable{tables/"), "{text}");
        compile(folder.path(), "report.tex", &text);
    }
}
