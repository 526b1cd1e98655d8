//! [`Analysis`] → [`Document`]: which sections a report has, and every number as a string.
//!
//! Numbers become text exactly once, here; the typesetters below only place it.

use super::format::{range, shown_unit, table};
use super::view::{Block, Definition, Document, FigureRef, FindingItem, Section};
use crate::analysis::{Analysis, Condition, Event, Finding, Method, Role, Severity, Unit};
use crate::figures::{Kind, Plan};
use crate::provenance::VERSION;
use crate::tables::{self, Table};
use crate::text::Text;

/// The whole report.
pub fn document(analysis: &Analysis, figures: &[Plan], text: &Text) -> Document {
    let composer = Composer { analysis, figures, text };
    let mut sections = vec![composer.overview()];
    sections.extend((0..analysis.conditions.len()).map(|index| composer.condition(index)));
    sections.extend(composer.published());
    sections.push(composer.data_quality());
    sections.push(composer.method());
    let campaign = &analysis.campaign;
    let notice = match (campaign.reconstructed, &campaign.notice) {
        (true, Some(notice)) => Some(format!("{} {notice}", text.get("report.reconstructed"))),
        (true, None) => Some(text.get("report.reconstructed").to_owned()),
        (false, notice) => notice.clone(),
    };
    Document {
        lang: text.language.code(),
        title: campaign.title.clone(),
        subtitle: text.get("report.subtitle").to_owned(),
        notice,
        facts: composer.facts(),
        sections,
        words: text.section("document"),
    }
}

struct Composer<'a> {
    analysis: &'a Analysis,
    figures: &'a [Plan],
    text: &'a Text,
}

impl Composer<'_> {
    fn name(&self, condition: usize) -> String {
        self.analysis.condition_name(condition)
    }

    fn seconds(&self, value: f64) -> String {
        self.text.number(value, if value.abs() < 0.095 { 3 } else { 2 })
    }

    /// The table as a block; `None` when it has no rows.
    fn table(&self, data: Table, caption_key: &str, values: &[(&str, &str)]) -> Option<Block> {
        if data.rows.is_empty() {
            return None;
        }
        let caption = self.text.fill(caption_key, values);
        Some(Block::Table { table: table(&data, caption, self.text) })
    }

    fn facts(&self) -> Vec<(String, String)> {
        let campaign = &self.analysis.campaign;
        let text = self.text;
        let fact = |key: &str, value: String| (text.get(key).to_owned(), value);
        let mut facts = Vec::new();
        for host in &campaign.hosts {
            let role = match host.role {
                Role::Source => "report.source",
                Role::Target => "report.target",
                Role::Observer => "report.observer",
            };
            let cpus =
                host.cpus.map(|n| format!(", {n} CPU{}", if n == 1 { "" } else { "s" })).unwrap_or_default();
            facts.push(fact(role, format!("{}{cpus}", host.name)));
        }
        if let Some(vm) = &campaign.vm {
            let memory = campaign.vm_memory_bytes.map(|bytes| {
                let (factor, unit) = shown_unit(Unit::Bytes);
                format!(", {} {unit}", text.number(bytes * factor, 0))
            });
            facts.push(fact("report.vm", format!("{vm}{}", memory.unwrap_or_default())));
        }
        let completed: usize = self.analysis.conditions.iter().map(|c| c.completed).sum();
        facts.push(fact(
            "report.runs",
            text.fill(
                "report.runs_value",
                &[
                    ("runs", &self.analysis.runs.len().to_string()),
                    ("completed", &completed.to_string()),
                    ("conditions", &self.analysis.conditions.len().to_string()),
                ],
            ),
        ));
        facts.push(fact("report.folder", campaign.path.clone()));
        facts.push(fact("report.written_by", format!("stillstand {VERSION}")));
        facts
    }

    fn overview(&self) -> Section {
        let items = self.findings();
        let mut blocks = Vec::new();
        if !items.is_empty() {
            blocks.push(Block::Findings { items });
        }
        blocks.extend(self.table(tables::overview(self.analysis), "caption.overview", &[]));
        blocks.extend(self.figures_where(|plan| plan.condition.is_none()));
        blocks.extend(self.table(
            tables::comparisons(self.analysis),
            "caption.comparisons",
            &[
                ("resamples", &self.analysis.campaign.bootstrap.resamples.to_string()),
                ("seed", &self.analysis.campaign.bootstrap.seed.to_string()),
            ],
        ));
        self.section("overview", self.text.get("report.overview").to_owned(), blocks)
    }

    fn section(&self, id: &str, title: String, blocks: Vec<Block>) -> Section {
        Section { id: id.to_owned(), title, blocks, sections: Vec::new() }
    }

    fn condition(&self, index: usize) -> Section {
        let condition: &Condition = &self.analysis.conditions[index];
        let name = self.name(index);
        let caption = [("condition", name.as_str())];
        let mut blocks = Vec::new();
        blocks.extend(self.table(tables::outages(self.analysis, index), "caption.outages", &caption));
        let flagged: Vec<FindingItem> = condition
            .runs
            .iter()
            .flat_map(|&run| self.analysis.runs[run].flags.iter().map(move |flag| (run, flag)))
            .map(|(run, flag)| {
                let values: Vec<(&str, String)> =
                    flag.values.iter().map(|(name, value)| (*name, self.flag_value(name, *value))).collect();
                let borrowed: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
                let run = &self.analysis.runs[run];
                let sentence = self.text.fill(flag.code.label(), &borrowed);
                let repetition = run.repetition.to_string();
                FindingItem {
                    text: self.text.fill(
                        "report.in_repetition",
                        &[("repetition", &repetition), ("sentence", &sentence)],
                    ),
                    link: None,
                }
            })
            .collect();
        if !flagged.is_empty() {
            blocks.push(Block::Findings { items: flagged });
        }
        blocks.extend(self.table(tables::methods(self.analysis, index), "caption.methods", &caption));
        // A single factor called load says what the condition is; several are named by their levels.
        let varying = |name: &String| {
            self.analysis.conditions.iter().any(|c| c.factors.get(name) != condition.factors.get(name))
        };
        let only_load = condition.factors.keys().filter(|name| varying(name)).eq(["load"]);
        let title = if only_load { "report.load" } else { "report.condition" };
        let mut subsections = Vec::new();
        let id = &condition.id;
        let mut service = self.figures_where(|p| p.condition == Some(index) && p.kind == Kind::RoundTrips);
        service.extend(self.table(
            tables::round_trips(self.analysis, index),
            "caption.round_trips",
            &caption,
        ));
        let mut hosts = self.figures_where(|p| p.condition == Some(index) && p.host.is_some());
        hosts.extend(self.table(tables::resources(self.analysis, index), "caption.resources", &caption));
        for (part, blocks) in [("service", service), ("hosts", hosts)] {
            if !blocks.is_empty() {
                let title = self.text.fill(&format!("report.{part}"), &caption);
                subsections.push(self.section(&format!("condition-{id}-{part}"), title, blocks));
            }
        }
        Section {
            sections: subsections,
            ..self.section(&format!("condition-{id}"), self.text.fill(title, &caption), blocks)
        }
    }

    fn flag_value(&self, name: &str, value: f64) -> String {
        if name == "requests" { self.text.number(value, 0) } else { self.seconds(value) }
    }

    /// The figures that fit: those of one kind on two hosts as pairs, others alone.
    fn figures_where(&self, fits: impl Fn(&Plan) -> bool) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut fitting = self.figures.iter().filter(|plan| fits(plan)).peekable();
        while let Some(plan) = fitting.next() {
            if plan.host.is_none() {
                blocks.push(Block::Figure { figure: self.figure(plan) });
                continue;
            }
            let mut figures = vec![self.figure(plan)];
            while let Some(next) =
                fitting.next_if(|next| next.kind == plan.kind && next.condition == plan.condition)
            {
                figures.push(self.figure(next));
            }
            blocks.extend(figures.chunks(2).map(|pair| Block::FigurePair { figures: pair.to_vec() }));
        }
        blocks
    }

    fn figure(&self, plan: &Plan) -> FigureRef {
        let kind = match plan.kind {
            Kind::Overview => "overview",
            Kind::CpuByDomain => "cpu_by_domain",
            Kind::CpuByState => "cpu_by_state",
            Kind::SoftInterrupts => "soft_interrupts",
            Kind::Memory => "memory",
            Kind::Network => "network",
            Kind::RoundTrips => "round_trips",
        };
        let condition = plan.condition.map(|index| self.name(index)).unwrap_or_default();
        let host = plan.host.and_then(|index| self.analysis.campaign.hosts.get(index));
        let role = match host.map(|host| host.role) {
            Some(Role::Source) => self.text.get("report.role_source"),
            Some(Role::Target) => self.text.get("report.role_target"),
            _ => self.text.get("report.role_observer"),
        };
        let host = host.map(|host| host.name.as_str()).unwrap_or_default();
        let values = [("condition", condition.as_str()), ("host", host), ("role", role)];
        FigureRef {
            id: plan.id.clone(),
            caption: self.text.fill(&format!("caption.{kind}_figure"), &values),
            alt: self.text.fill(&format!("alt.{kind}"), &values),
        }
    }

    fn published(&self) -> Option<Section> {
        let all = &self.analysis.published;
        if all.is_empty() {
            return None;
        }
        let differing = all.iter().filter(|p| p.agrees == Some(false)).count();
        let summary = self.text.fill(
            "report.published_summary",
            &[("all", &all.len().to_string()), ("differing", &differing.to_string())],
        );
        let mut blocks = vec![Block::Paragraph { text: summary }];
        blocks.extend(self.table(tables::published(self.analysis), "caption.published", &[]));
        Some(self.section("published", self.text.get("report.published").to_owned(), blocks))
    }

    fn data_quality(&self) -> Section {
        let count = |severity| {
            self.analysis.diagnostics.iter().filter(|d| d.severity == severity).count().to_string()
        };
        let summary = self.text.fill(
            "report.quality_summary",
            &[
                ("errors", &count(Severity::Error)),
                ("warnings", &count(Severity::Warning)),
                ("notes", &count(Severity::Note)),
            ],
        );
        let mut blocks = vec![Block::Paragraph { text: summary }];
        blocks.extend(self.table(tables::problems_grouped(self.analysis), "caption.problems", &[]));
        blocks.extend(self.table(tables::runs(self.analysis), "caption.runs", &[]));
        self.section("data-quality", self.text.get("report.data_quality").to_owned(), blocks)
    }

    fn method(&self) -> Section {
        let align = match self.analysis.campaign.align {
            Event::Request => "definition.align_request",
            Event::Outage => "definition.align_outage",
            Event::Resume => "definition.align_resume",
            Event::End => "definition.align_end",
        };
        let resamples = self.analysis.campaign.bootstrap.resamples.to_string();
        let seed = self.analysis.campaign.bootstrap.seed.to_string();
        let values =
            [("align", self.text.get(align)), ("resamples", resamples.as_str()), ("seed", seed.as_str())];
        const TERMS: [&str; 13] = [
            "time_zero",
            "ping",
            "reply_gap",
            "guest_clock",
            "contradictions",
            "duration",
            "curves",
            "summaries",
            "comparisons",
            "first_repetitions",
            "round_trips",
            "xentop",
            "overflow",
        ];
        let items = TERMS
            .iter()
            .map(|term| Definition {
                term: self.text.get(&format!("definition.{term}.term")).to_owned(),
                text: self.text.fill(&format!("definition.{term}.text"), &values),
                formula: self.text.find(&format!("definition.{term}.formula")).map(str::to_owned),
            })
            .collect();
        let blocks = vec![Block::Definitions { items }];
        self.section("method", self.text.get("report.method").to_owned(), blocks)
    }

    /// The findings as a few sentences: one item a condition for its outage and what lengthened it, one for each
    /// kind of what conditions have in common.
    fn findings(&self) -> Vec<FindingItem> {
        let mut items: Vec<FindingItem> = Vec::new();
        for (index, condition) in self.analysis.conditions.iter().enumerate() {
            let sentences: Vec<String> = self
                .analysis
                .findings
                .iter()
                .filter_map(|finding| self.of_condition(finding, index))
                .collect();
            if !sentences.is_empty() {
                let link = Some(format!("condition-{}", condition.id));
                items.push(FindingItem { text: sentences.join(" "), link });
            }
        }
        for (key, of) in [
            ("finding.first_repetitions", Self::first_repetitions as fn(&Self, &Finding) -> Option<String>),
            ("finding.round_trips", Self::round_trips_raised),
        ] {
            let list: Vec<String> =
                self.analysis.findings.iter().filter_map(|finding| of(self, finding)).collect();
            if !list.is_empty() {
                let text = self.text.fill(key, &[("list", &list.join(", "))]);
                items.push(FindingItem { text, link: None });
            }
        }
        items.extend(self.analysis.findings.iter().filter_map(|finding| self.of_methods(finding)));
        items
    }

    /// What a finding says of one condition.
    fn of_condition(&self, finding: &Finding, index: usize) -> Option<String> {
        let text = self.text;
        match finding {
            Finding::Outage { condition, method, mean_s, min_s, max_s, n } if *condition == index => {
                Some(text.fill(
                    "finding.outage",
                    &[
                        ("condition", &self.name(index)),
                        ("mean", &self.seconds(*mean_s)),
                        ("min", &self.seconds(*min_s)),
                        ("max", &self.seconds(*max_s)),
                        ("n", &n.to_string()),
                        ("method", text.get(method_words(*method))),
                    ],
                ))
            }
            Finding::Lengthened { metric, condition, reference, ratio, ci95, p_adjusted }
                if *condition == index =>
            {
                let missing = || text.get("report.missing").to_owned();
                let decimals = if *ratio < 10.0 { 2 } else { 1 };
                Some(text.fill(
                    &format!("finding.lengthened_{metric}"),
                    &[
                        ("reference", &self.name(*reference)),
                        ("ratio", &text.number(*ratio, decimals)),
                        ("interval", &ci95.map_or_else(missing, |ci| range(ci, 1.0, decimals, text))),
                        ("p", &p_adjusted.map_or_else(missing, |p| text.number(p, 3))),
                    ],
                ))
            }
            Finding::OutageOutlastsMigration { condition, runs, of } if *condition == index => {
                Some(text.fill(
                    "finding.outage_outlasts_migration",
                    &[("runs", &runs.to_string()), ("of", &of.to_string())],
                ))
            }
            _ => None,
        }
    }

    fn first_repetitions(&self, finding: &Finding) -> Option<String> {
        let Finding::FirstRepetitionsSlower { condition, first, first_mean_s, later_mean_s } = finding else {
            return None;
        };
        let key =
            if *first == 1 { "finding.first_repetition_item" } else { "finding.first_repetitions_item" };
        Some(self.text.fill(
            key,
            &[
                ("condition", &self.name(*condition)),
                ("first", &first.to_string()),
                ("first_mean", &self.seconds(*first_mean_s)),
                ("later_mean", &self.seconds(*later_mean_s)),
            ],
        ))
    }

    fn round_trips_raised(&self, finding: &Finding) -> Option<String> {
        let Finding::RoundTripsRaised { condition, ratio } = finding else {
            return None;
        };
        let (condition, ratio) = (self.name(*condition), self.text.number(*ratio, 1));
        Some(self.text.fill("finding.round_trips_item", &[("condition", &condition), ("ratio", &ratio)]))
    }

    /// How ping and guest clock compare.
    fn of_methods(&self, finding: &Finding) -> Option<FindingItem> {
        match finding {
            Finding::MethodsAgree { runs, overlapping, mean_difference_s, largest_difference_s } => {
                Some(FindingItem {
                    text: self.text.fill(
                        "finding.methods_agree",
                        &[
                            ("runs", &runs.to_string()),
                            ("overlapping", &overlapping.to_string()),
                            ("mean", &self.seconds(*mean_difference_s)),
                            ("largest", &self.seconds(*largest_difference_s)),
                        ],
                    ),
                    link: None,
                })
            }
            Finding::MethodsDisagree { run, ping_s, guest_clock_s } => {
                let run = &self.analysis.runs[*run];
                Some(FindingItem {
                    text: self.text.fill(
                        "finding.methods_disagree",
                        &[
                            ("run", &run.id),
                            ("ping", &self.seconds(*ping_s)),
                            ("guest_clock", &self.seconds(*guest_clock_s)),
                        ],
                    ),
                    link: Some(format!("condition-{}", self.analysis.conditions[run.condition].id)),
                })
            }
            _ => None,
        }
    }
}

fn method_words(method: Method) -> &'static str {
    match method {
        Method::Ping => "method.by_ping",
        Method::PingReplyGap => "method.by_ping_reply_gap",
        Method::GuestClock => "method.by_guest_clock",
        Method::Hypervisor => "method.by_hypervisor",
    }
}
