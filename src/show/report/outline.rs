//! The numbers of sections, figures and tables, and what both documents need to hold.
//!
//! HTML and PDF must agree on "Section 3.2" and "Figure 12", so neither counts for itself. What
//! would end in a dead link or a hole on the page is an error here, with the name of the culprit.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use serde::Serialize;

use super::view::{Block, Document, Section, TableView};

/// Where everything is, by identifier.
#[derive(Debug, Default, Serialize)]
pub struct Outline<'a> {
    /// `3` and `3.2`.
    pub sections: BTreeMap<&'a str, String>,
    /// In order of appearance; a figure shown twice keeps its first number.
    pub figures: BTreeMap<&'a str, usize>,
    pub tables: BTreeMap<&'a str, usize>,
}

impl<'a> Outline<'a> {
    /// Numbers the document.
    ///
    /// # Errors
    ///
    /// An anchor used twice, a link to no section, a figure that was not drawn, a row that does not
    /// fit its columns.
    pub fn new(document: &'a Document, figures: &BTreeMap<String, String>) -> Result<Self> {
        let mut outline = Self::default();
        for (index, section) in document.sections.iter().enumerate() {
            outline.section(section, (index + 1).to_string(), figures)?;
        }
        for section in &document.sections {
            outline.check_links(section)?;
        }
        Ok(outline)
    }

    fn section(
        &mut self,
        section: &'a Section,
        number: String,
        figures: &BTreeMap<String, String>,
    ) -> Result<()> {
        let id = section.id.as_str();
        ensure!(!id.is_empty(), "section {number} has no anchor");
        for block in &section.blocks {
            self.block(block, figures)?;
        }
        for (index, inner) in section.sections.iter().enumerate() {
            self.section(inner, format!("{number}.{}", index + 1), figures)?;
        }
        if let Some(other) = self.sections.insert(id, number.clone()) {
            bail!("the anchor `{id}` belongs to section {number} and to section {other}");
        }
        Ok(())
    }

    fn block(&mut self, block: &'a Block, figures: &BTreeMap<String, String>) -> Result<()> {
        let shown = match block {
            Block::Figure { figure } => std::slice::from_ref(figure),
            Block::FigurePair { figures } => figures,
            Block::Table { table } => {
                check_rows(table)?;
                let next = self.tables.len() + 1;
                self.tables.entry(&table.id).or_insert(next);
                return Ok(());
            }
            Block::Paragraph { .. }
            | Block::Notice { .. }
            | Block::Facts { .. }
            | Block::Findings { .. }
            | Block::Definitions { .. } => return Ok(()),
        };
        for figure in shown {
            ensure!(figures.contains_key(&figure.id), "the figure `{}` was not drawn", figure.id);
            let next = self.figures.len() + 1;
            self.figures.entry(&figure.id).or_insert(next);
        }
        Ok(())
    }

    fn check_links(&self, section: &Section) -> Result<()> {
        for link in section.blocks.iter().flat_map(Block::links) {
            ensure!(
                self.sections.contains_key(link),
                "section `{}` links to `{link}`, which is no section",
                section.id
            );
        }
        section.sections.iter().try_for_each(|inner| self.check_links(inner))
    }
}

fn check_rows(table: &TableView) -> Result<()> {
    let columns = table.columns.len();
    ensure!(columns > 0, "the table `{}` has no columns", table.id);
    for (index, row) in table.rows.iter().enumerate() {
        ensure!(
            row.cells.len() == columns,
            "row {} of the table `{}` has {} cells for {columns} columns",
            index + 1,
            table.id,
            row.cells.len()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::report::example;

    fn refusal(change: impl FnOnce(&mut Document, &mut BTreeMap<String, String>)) -> String {
        let (mut document, mut figures) = (example::small(), example::figures());
        change(&mut document, &mut figures);
        Outline::new(&document, &figures).unwrap_err().to_string()
    }

    #[test]
    fn everything_has_its_number() {
        let (document, figures) = (example::small(), example::figures());
        let outline = Outline::new(&document, &figures).unwrap();
        assert_eq!(outline.sections["hosts"], "1.1");
        assert_eq!(outline.sections["method"], "2");
        assert_eq!(outline.figures["overview"], 1);
        assert_eq!(outline.figures["right"], 3);
        assert_eq!(outline.tables["outages"], 1);
    }

    #[test]
    fn what_would_be_a_hole_is_named() {
        let missing = refusal(|_, figures| drop(figures.remove("left")));
        assert_eq!(missing, "the figure `left` was not drawn");
        let dead = refusal(|document, _| document.sections[0].sections.clear());
        assert_eq!(dead, "section `overview` links to `hosts`, which is no section");
        let twice = refusal(|document, _| document.sections[1].id = "overview".to_owned());
        assert_eq!(twice, "the anchor `overview` belongs to section 2 and to section 1");
        let ragged = refusal(|document, _| {
            if let Some(Block::Table { table }) = document.sections[0].blocks.last_mut() {
                table.rows[1].cells.pop();
            }
        });
        assert_eq!(ragged, "row 2 of the table `outages` has 2 cells for 3 columns");
    }
}
