//! The words of figures and documents, and how numbers are written, in English and German.
//!
//! The texts live in `report-templates/text/<language>.toml`; both files hold the same keys with
//! the same `{placeholders}` (a test compares them). A missing key is a mistake in the program,
//! shown as the key itself rather than hidden.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::curves::CURVES;
use crate::model::{Metric, Unit, metrics};

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
            Language::En => include_str!("../../report-templates/text/en.toml"),
            Language::De => include_str!("../../report-templates/text/de.toml"),
        }
    }
}

/// An operation in words, without the unit that the headings of columns carry at their end: it is shown beside.
pub fn quantity(operation: &str, unit: Unit) -> String {
    let ends = match unit {
        Unit::Seconds | Unit::Milliseconds => &UNITS[..3],
        Unit::Percent => &UNITS[3..],
        Unit::Bytes | Unit::BytesPerSecond | Unit::PerSecond | Unit::Count | Unit::Ratio => &[],
    };
    without_unit(operation, ends).replace('_', " ")
}

/// The endings of columns of times, and those of shares.
const UNITS: [&str; 5] = ["_s", "_ms", "_us", "_pct", "_percent"];

fn without_unit<'a>(operation: &'a str, units: &[&str]) -> &'a str {
    units.iter().find_map(|unit| operation.strip_suffix(unit)).unwrap_or(operation)
}

/// The texts of one language.
#[derive(Debug, Clone)]
pub struct Text {
    pub language: Language,
    entries: BTreeMap<String, String>,
}

impl Text {
    /// The words for a series such as `outage_ping` or `lost_frames.linux`, or an operation of a benchmark such as
    /// `migration.total_time_s`, also with a statistic such as `outage_ping.mean`; the name itself where there are none.
    pub fn metric(&self, metric: &str) -> String {
        let statistic = metric.rsplit_once('.').and_then(|(of, statistic)| {
            Some(format!("{}, {}", self.metric(of), self.find(&format!("statistic.{statistic}"))?))
        });
        if let Some(statistic) = statistic {
            return statistic;
        }
        if let Some(entry) = metrics::find(metric) {
            return self.fill(&entry.label(), &[("of", entry.key.parameter(metric).unwrap_or_default())]);
        }
        let Some((benchmark, figure)) = metric.split_once('.') else {
            // What is compared and is no series.
            return self.find(&format!("metric.{metric}")).unwrap_or(metric).to_owned();
        };
        let key = format!("metric.{benchmark}");
        match self.find(&key) {
            Some(_) => self.fill(&key, &[("of", figure)]),
            None => format!("{benchmark}: {}", without_unit(figure, &UNITS).replace('_', " ")),
        }
    }

    /// The label of a number of a run; of a family with the parameter as its name has it, in angle brackets.
    pub fn metric_label(&self, metric: &Metric) -> String {
        let parameter = metric.key.0.split_once('<').map(|(_, rest)| format!("<{rest}"));
        self.fill(&metric.label(), &[("of", &parameter.unwrap_or_default())])
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

    /// A quantity over time in words; one that has none is its name in data.
    pub fn curve(&self, metric: &str) -> String {
        let entry = CURVES.iter().find(|known| known.key.parameter(metric).is_some());
        let of = entry.and_then(|entry| entry.key.parameter(metric)).unwrap_or_default();
        let key = entry.map(|entry| format!("figure.curve.{}", entry.key.in_texts()));
        let known = key.filter(|key| self.find(key).is_some());
        known.map_or_else(|| metric.to_owned(), |key| self.fill(&key, &[("of", of)]))
    }

    /// The text of a key with its `{name}` placeholders filled. `{name|one|many}` is the first word where the value of the
    /// name is 1, else the second.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.get(key).to_owned();
        for (name, value) in values {
            // First, since the forms may hold it.
            text = text.replace(&format!("{{{name}}}"), value);
            let forms = format!("{{{name}|");
            while let Some((before, (forms, after))) =
                text.split_once(&forms).and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
            {
                let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
                text = [before, if *value == "1" { one } else { many }, after].concat();
            }
        }
        text
    }

    /// All texts below a prefix, by their keys without it.
    pub fn section(&self, prefix: &str) -> BTreeMap<String, String> {
        let below = |key: &str| Some(key.strip_prefix(prefix)?.strip_prefix('.')?.to_owned());
        self.entries.iter().filter_map(|(key, text)| Some((below(key)?, text.clone()))).collect()
    }

    /// Names in a sentence: “a, b and c”.
    pub fn listed(&self, names: &[String]) -> String {
        match names.split_last() {
            Some((last, before)) if !before.is_empty() => {
                self.fill("placement.list", &[("before", &before.join(", ")), ("last", last)])
            }
            Some(_) | None => names.concat(),
        }
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

    /// A number with so many significant digits.
    pub fn significant(&self, value: f64, digits: u8) -> String {
        let size = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
        self.number(value, (f64::from(digits) - 1.0 - size).clamp(0.0, 9.0) as usize)
    }

    /// The same with its sign, also if it is above zero.
    pub fn signed(&self, value: f64, digits: u8) -> String {
        let sign = if value > 0.0 { "+" } else { "" };
        format!("{sign}{}", self.significant(value, digits))
    }
}

/// The units that the name of a factor may end in, longer endings before those they end in.
const FACTOR_UNITS: [(&str, &str); 24] = [
    ("_kib_per_s", "KiB/s"),
    ("_mib_per_s", "MiB/s"),
    ("_gib_per_s", "GiB/s"),
    ("_mb_per_s", "MB/s"),
    ("_gb_per_s", "GB/s"),
    ("_mbit_per_s", "Mbit/s"),
    ("_gbit_per_s", "Gbit/s"),
    ("_mib_s", "MiB/s"),
    ("_mb_s", "MB/s"),
    ("_mbit_s", "Mbit/s"),
    ("_gbit_s", "Gbit/s"),
    ("_per_s", "1/s"),
    ("_kib", "KiB"),
    ("_mib", "MiB"),
    ("_gib", "GiB"),
    ("_kb", "kB"),
    ("_mb", "MB"),
    ("_gb", "GB"),
    ("_mbit", "Mbit/s"),
    ("_gbit", "Gbit/s"),
    ("_pct", "%"),
    ("_percent", "%"),
    ("_ms", "ms"),
    ("_s", "s"),
];

/// The name of a factor as people write it, and the unit that it ends in: `dirty_mib_per_s` is `dirty`, in MiB/s.
pub fn factor_words(name: &str) -> (String, Option<&'static str>) {
    let unit = FACTOR_UNITS.iter().find_map(|(end, unit)| Some((name.strip_suffix(end)?, *unit)));
    let (name, unit) = match unit.filter(|(rest, _)| !rest.is_empty()) {
        Some((rest, unit)) => (rest, Some(unit)),
        None => (name, None),
    };
    (name.replace('_', " "), unit)
}

/// A level in words; a number by itself says nothing, so it has its factor in front and the unit behind: `ram 512 MB`.
pub fn level_words(factor: &str, level: &str) -> String {
    if level.parse::<f64>().is_err() {
        return level.to_owned();
    }
    let (words, unit) = factor_words(factor);
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    format!("{words} {level}{unit}")
}

/// A factor as a heading or the label of an axis: `dirty (MiB/s)`.
pub fn factor_label(name: &str) -> String {
    match factor_words(name) {
        (words, Some(unit)) => format!("{words} ({unit})"),
        (words, None) => words,
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
    use crate::model::metrics::{Definition, Shown};
    use crate::model::{Method, MethodTexts};

    #[test]
    fn words_follow_the_number_beside_them() {
        let mut text = Text::new(Language::En);
        let counted = "in {n} {n|run|runs} of {of} {of|run|runs}, {n|which is|which are} {n|odd|even}";
        text.entries.insert("counted".to_owned(), counted.to_owned());
        let fill = |n, of| text.fill("counted", &[("n", n), ("of", of)]);
        assert_eq!(fill("1", "3"), "in 1 run of 3 runs, which is odd");
        assert_eq!(fill("2", "1"), "in 2 runs of 1 run, which are even");
    }

    fn placeholders(text: &str) -> Vec<String> {
        let pattern = regex::Regex::new(r"\{([a-z_]+)[|}]").unwrap();
        let mut found: Vec<String> = pattern.captures_iter(text).map(|m| m[1].to_owned()).collect();
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
    fn every_number_has_a_label_and_a_definition_in_both_languages() {
        for text in [Text::new(Language::En), Text::new(Language::De)] {
            let mut missing = Vec::new();
            for metric in metrics::metrics() {
                let heading = match metric.shown {
                    Shown::Overview(heading) => Some(heading.to_owned()),
                    Shown::Condition | Shown::Elsewhere => None,
                };
                let own = match metric.definition {
                    Definition::Own | Definition::Shared(_) => {
                        Some(metric.definition().replace(".text", ".term"))
                    }
                    Definition::Caption(_) => None,
                };
                let keys = [Some(metric.label()), Some(metric.definition()), heading, own];
                let without = keys.into_iter().flatten().filter(|key| text.find(key).is_none());
                missing.extend(without.map(|key| format!("{} lacks {key}", metric.key.0)));
            }
            assert!(missing.is_empty(), "{:?}: {missing:#?}", text.language);
        }
    }

    #[test]
    fn every_method_has_its_words_in_both_languages() {
        for text in [Text::new(Language::En), Text::new(Language::De)] {
            let mut missing = Vec::new();
            for method in Method::ALL {
                let MethodTexts { name, heading, who, by, mean, lane, span, definition, is_one: _ } =
                    method.entry().texts;
                let always = [name, heading, who, by, lane, span].map(str::to_owned);
                let lengthened = format!("finding.lengthened_{}", method.metric());
                let of_service = [mean.to_owned(), lengthened];
                let of_service = of_service.into_iter().filter(|_| method.entry().for_service);
                let defined = ["term", "text"].map(|part| format!("definition.{definition}.{part}"));
                let keys = always.into_iter().chain(of_service).chain(defined);
                let without = keys.filter(|key| text.find(key).is_none());
                missing.extend(without.map(|key| format!("{} lacks {key}", method.name())));
            }
            assert!(missing.is_empty(), "{:?}: {missing:#?}", text.language);
        }
    }

    #[test]
    fn numbers_are_labelled_by_their_entry_and_results_of_benchmarks_by_what_they_are_called() {
        let text = Text::new(Language::En);
        for (metric, label) in [
            ("outage_ping", "Outage by ping"),
            ("outage_ping.mean", "Outage by ping, mean"),
            ("lost_frames.linux", "Lost frames, linux"),
            ("precopy.rounds", "Rounds"),
            ("netperf.TCP_STREAM.receiver", "netperf, TCP_STREAM.receiver"),
            ("migration.total_time_s", "migration: total time"),
            ("unheard_of", "unheard_of"),
        ] {
            assert_eq!(text.metric(metric), label);
        }
    }

    #[test]
    fn factors_are_written_with_the_unit_they_end_in() {
        for (name, label) in [
            ("dirty_mib_per_s", "dirty (MiB/s)"),
            ("dirty_rate_mib_s", "dirty rate (MiB/s)"),
            ("vm_memory_mib", "vm memory (MiB)"),
            ("ram_mb", "ram (MB)"),
            ("cap_pct", "cap (%)"),
            ("downtime_limit_ms", "downtime limit (ms)"),
            ("link_mbit", "link (Mbit/s)"),
            ("think_time_s", "think time (s)"),
            ("load", "load"),
            ("guest_os", "guest os"),
            ("vms", "vms"),
            ("_mib", " mib"),
        ] {
            assert_eq!(factor_label(name), label);
        }
        assert_eq!(level_words("ram_mb", "512"), "ram 512 MB");
        assert_eq!(level_words("cores", "2"), "cores 2");
        assert_eq!(level_words("load", "none"), "none");
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
        assert_eq!(en.significant(0.020_436, 3), "0.0204");
        assert_eq!((en.signed(1234.0, 3), de.signed(-1.5, 2)), ("+1234".to_owned(), "−1,5".to_owned()));
    }
}
