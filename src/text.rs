//! The words of figures and documents, and how numbers are written, in English and German.
//!
//! The texts live in `report-templates/text/<language>.toml`; both files hold the same keys with
//! the same `{placeholders}` (a test compares them). A missing key is a mistake in the program,
//! shown as the key itself rather than hidden.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::Unit;

/// A language of the reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    De,
}

impl Language {
    /// The code for `lang` attributes.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::De => "de",
        }
    }

    fn source(self) -> &'static str {
        match self {
            Language::En => include_str!("../report-templates/text/en.toml"),
            Language::De => include_str!("../report-templates/text/de.toml"),
        }
    }
}

/// A name of a factor or an operation as people write it.
pub fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// An operation in words, without the unit that the headings of columns carry at their end: it is shown beside.
pub fn quantity(operation: &str, unit: Unit) -> String {
    let ends: &[&str] = match unit {
        Unit::Seconds | Unit::Milliseconds => &["_s", "_ms", "_us"],
        Unit::Percent => &["_pct", "_percent"],
        _ => &[],
    };
    words(ends.iter().find_map(|end| operation.strip_suffix(end)).unwrap_or(operation))
}

/// The texts of one language.
#[derive(Debug, Clone)]
pub struct Text {
    pub language: Language,
    entries: BTreeMap<String, String>,
}

impl Text {
    /// The words for a series such as `outage_ping` or `lost_frames.linux`; the name itself where there
    /// are none.
    pub fn metric(&self, metric: &str) -> String {
        if let Some(whole) = self.find(&format!("metric.{}", metric.replace('.', "_"))) {
            return whole.to_owned();
        }
        let (quantity, of) = metric.split_once('.').unwrap_or((metric, ""));
        let key = format!("metric.{quantity}");
        if self.find(&key).is_some() { self.fill(&key, &[("of", of)]) } else { metric.to_owned() }
    }

    pub fn new(language: Language) -> Self {
        let table: toml::Table = toml::from_str(language.source()).unwrap_or_default();
        let mut entries = BTreeMap::new();
        flatten("", &table, &mut entries);
        Self { language, entries }
    }

    /// The text of a key such as `figure.axis.time`.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.entries.get(key).map_or(key, String::as_str)
    }

    /// The text of a key if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    /// The text of a key with its `{name}` placeholders filled.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.get(key).to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// All texts below a prefix, by their keys without it.
    pub fn section(&self, prefix: &str) -> BTreeMap<String, String> {
        let below = |key: &str| Some(key.strip_prefix(prefix)?.strip_prefix('.')?.to_owned());
        self.entries.iter().filter_map(|(key, text)| Some((below(key)?, text.clone()))).collect()
    }

    /// A number with fixed decimals, a true minus sign and the language's decimal mark.
    pub fn number(&self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        // A negative number that rounds to zero has no sign.
        let text = match text.strip_prefix('-') {
            Some(rest) if rest.bytes().all(|b| b == b'0' || b == b'.') => rest.to_owned(),
            Some(rest) => format!("−{rest}"),
            None => text,
        };
        match self.language {
            Language::En => text,
            Language::De => text.replace('.', ","),
        }
    }
}

fn flatten(prefix: &str, table: &toml::Table, entries: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, entries),
            toml::Value::String(text) => {
                entries.insert(path, text.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<String> {
        let pattern = regex::Regex::new(r"\{[a-z_]+\}").unwrap();
        let mut found: Vec<String> = pattern.find_iter(text).map(|m| m.as_str().to_owned()).collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (en, de) = (Text::new(Language::En), Text::new(Language::De));
        assert!(!en.entries.is_empty());
        assert_eq!(en.entries.keys().collect::<Vec<_>>(), de.entries.keys().collect::<Vec<_>>());
        for (key, text) in &en.entries {
            assert_eq!(placeholders(text), placeholders(&de.entries[key]), "{key}");
        }
    }

    #[test]
    fn operations_do_not_say_their_unit_twice() {
        let of = |operation, unit| quantity(operation, unit);
        assert_eq!(of("total_migration_time_s", Unit::Seconds), "total migration time");
        assert_eq!(of("cpu_usage_pct", Unit::Percent), "cpu usage");
        assert_eq!(of("reads_s", Unit::Count), "reads s");
        assert_eq!(of("rand-read", Unit::BytesPerSecond), "rand-read");
    }

    #[test]
    fn numbers_follow_the_language() {
        let (en, de) = (Text::new(Language::En), Text::new(Language::De));
        assert_eq!(en.number(-0.84, 2), "−0.84");
        assert_eq!(en.number(-0.001, 1), "0.0");
        assert_eq!(de.number(12.6, 1), "12,6");
    }
}
