//! The models of pre-copy against measurement.

use super::super::view::{Block, Section};
use super::Composer;
use crate::model::Model;
use crate::show::tables;

impl Composer<'_> {
    /// How well models predict what was measured: a sentence, and in full a row a run.
    pub(super) fn prediction(&self) -> Option<Section> {
        let table = self.table(tables::predictions(self.analysis), "caption.predictions", &[])?;
        let sentence = |key: &str, model| {
            let errors = tables::prediction_errors(self.analysis, model)?;
            let percent = |value: f64| self.text.number(value, 0);
            let values = [
                ("n", errors.n.to_string()),
                ("min", percent(errors.min)),
                ("max", percent(errors.max)),
                ("median", percent(errors.median)),
            ];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Some(self.text.fill(key, &values))
        };
        let sentences: Vec<String> = [
            sentence("report.prediction_standard", Model::Standard),
            sentence("report.prediction_working_set", Model::WorkingSet),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut blocks = Vec::new();
        if !sentences.is_empty() {
            blocks.push(Block::Paragraph { text: sentences.join(" ") });
        }
        if self.is_full() || blocks.is_empty() {
            blocks.push(table);
        }
        Some(self.section("prediction", self.text.get("report.prediction").to_owned(), blocks))
    }
}
