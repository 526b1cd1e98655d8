//! What the numbers say, as sentences.

use super::super::format::{plus_minus, probability, range};
use super::super::view::FindingItem;
use super::Composer;
use crate::model::{Check, ClockOwner, ConditionId, Entries, Finding, FlagCode, Method, Run, Verdict};
use crate::show::tables::incomplete;

/// From this number on, conditions of which only the outage is told share one sentence: the table below has each.
const TOGETHER: usize = 3;

impl Composer<'_> {
    /// The findings as a few sentences: one item a condition for its outage and what lengthened it, one for each
    /// kind of what conditions have in common.
    pub(super) fn findings(&self) -> Vec<FindingItem> {
        let mut items: Vec<FindingItem> = self.of_placement().into_iter().collect();
        let plain = self.plain_outages();
        items.extend(self.outages_together(&plain).map(|text| FindingItem { text, link: None }));
        for (id, condition) in self.analysis.conditions.entries() {
            let sentences: Vec<String> = self
                .analysis
                .findings
                .iter()
                .filter(|finding| !plain.contains(finding))
                .filter_map(|finding| self.of_condition(finding, id))
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
        items.extend(self.stopped_clocks().map(|text| FindingItem { text, link: None }));
        items.extend(self.contradictions());
        let linked = |link: &str| {
            let link = link.to_owned();
            move |text| FindingItem { text, link: Some(link.clone()) }
        };
        items.extend(self.wrong_clocks().into_iter().map(linked("clocks")));
        items.extend(self.incomplete().map(linked("failures")));
        items.extend(self.of_transfer());
        items.extend(self.of_benchmarks());
        items
    }

    /// The outages of conditions of which nothing else is told, if they are many and of one method.
    fn plain_outages(&self) -> Vec<&Finding> {
        let findings = &self.analysis.findings;
        let told = |of: ConditionId| {
            findings.iter().filter(|finding| self.of_condition(finding, of).is_some()).count()
        };
        let plain: Vec<(&Finding, Method)> = findings
            .iter()
            .filter_map(|finding| match finding {
                Finding::Outage { condition, method, .. } if told(*condition) == 1 => {
                    Some((finding, *method))
                }
                _ => None,
            })
            .collect();
        let alike = plain.windows(2).all(|pair| pair[0].1 == pair[1].1);
        if alike && plain.len() >= TOGETHER {
            plain.into_iter().map(|(finding, _)| finding).collect()
        } else {
            Vec::new()
        }
    }

    /// The least and the greatest of several outages.
    fn outages_together(&self, outages: &[&Finding]) -> Option<String> {
        let means = || {
            outages.iter().filter_map(|finding| match finding {
                Finding::Outage { condition, method, mean_s, .. } => Some((*mean_s, *condition, *method)),
                _ => None,
            })
        };
        let (min, min_condition, method) = means().min_by(|a, b| a.0.total_cmp(&b.0))?;
        let (max, max_condition, _) = means().max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(self.text.fill(
            "finding.outages",
            &[
                ("conditions", &outages.len().to_string()),
                ("min", &self.seconds(min)),
                ("min_condition", &self.name(min_condition)),
                ("max", &self.seconds(max)),
                ("max_condition", &self.name(max_condition)),
                ("method", self.text.get(method_words(method))),
            ],
        ))
    }

    /// What a finding says of one condition.
    fn of_condition(&self, finding: &Finding, id: ConditionId) -> Option<String> {
        let text = self.text;
        match finding {
            Finding::Outage { condition, method, mean_s, min_s, max_s, n } if *condition == id => {
                Some(text.fill(
                    "finding.outage",
                    &[
                        ("condition", &self.name(id)),
                        ("mean", &self.seconds(*mean_s)),
                        ("min", &self.seconds(*min_s)),
                        ("max", &self.seconds(*max_s)),
                        ("n", &n.to_string()),
                        ("method", text.get(method_words(*method))),
                    ],
                ))
            }
            Finding::Lengthened { metric, condition, reference, ratio, ci95, p_adjusted }
                if *condition == id =>
            {
                let missing = || text.get("report.missing").to_owned();
                let decimals = if *ratio < 10.0 { 2 } else { 1 };
                let p_words = |p| {
                    let (sign, p) = probability(p, text);
                    format!("{sign}\u{a0}{p}")
                };
                Some(text.fill(
                    &format!("finding.lengthened_{metric}"),
                    &[
                        ("reference", &self.name(*reference)),
                        ("ratio", &text.number(*ratio, decimals)),
                        ("interval", &ci95.map_or_else(missing, |ci| range(ci, 1.0, decimals, text))),
                        ("p", &p_adjusted.map_or_else(missing, p_words)),
                    ],
                ))
            }
            Finding::OutageOutlastsMigration { condition, runs, of } if *condition == id => Some(text.fill(
                "finding.outage_outlasts_migration",
                &[("runs", &runs.to_string()), ("of", &of.to_string())],
            )),
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

    /// In how many runs the clock in the VM measured no outage.
    fn stopped_clocks(&self) -> Option<String> {
        let with = self.analysis.runs.iter().filter(|run| run.outage(Method::GuestClock).is_some());
        let of = with.clone().count();
        let stopped = |run: &&Run| run.flags.iter().any(|flag| flag.code == FlagCode::GuestClockStopped);
        let runs = with.filter(stopped).count();
        let values = [("runs", runs.to_string()), ("of", of.to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        (runs > 0).then(|| self.text.fill("finding.guest_clock_stopped", &values))
    }

    /// How many checks were contradicted, and the worst.
    fn contradictions(&self) -> Option<FindingItem> {
        let checks =
            || self.analysis.runs.iter().flat_map(|run| run.checks.iter().map(move |check| (run, check)));
        let contradicted = || checks().filter(|(_, check)| check.verdict == Verdict::Contradicted);
        let all = checks().count().to_string();
        let beyond = |check: &Check| check.margin_s().abs() - check.uncertainty_s;
        let worst = contradicted().max_by(|a, b| beyond(a.1).total_cmp(&beyond(b.1)));
        let Some((run, check)) = worst else {
            let text = self.text.fill("finding.no_contradiction", &[("checks", &all)]);
            return (all != "0").then_some(FindingItem { text, link: None });
        };
        let mut runs: Vec<&str> = contradicted().map(|(run, _)| run.id.as_str()).collect();
        let number = runs.len().to_string();
        runs.dedup();
        let text = self.text.fill(
            "finding.contradictions",
            &[
                ("contradicted", &number),
                ("checks", &all),
                ("runs", &runs.len().to_string()),
                ("run", &run.id),
                ("check", self.text.get(check.kind.label())),
                ("margin", &plus_minus(check.margin_s(), check.uncertainty_s, 2, self.text)),
            ],
        );
        let condition = &self.analysis.conditions[run.condition].id;
        Some(FindingItem { text, link: Some(format!("condition-{condition}-course")) })
    }

    /// A sentence for each clock that is wrong, and for each that drifts.
    pub(super) fn wrong_clocks(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        for clock in &self.analysis.clocks {
            let name = match &clock.owner {
                ClockOwner::Host(host) => self.text.fill("clock.of_host", &[("host", host)]),
                ClockOwner::Guest => self.text.get("clock.of_guest").to_owned(),
            };
            let against = match &clock.against {
                None => self.text.get("clock.than_observer").to_owned(),
                Some(ClockOwner::Host(host)) => self.text.fill("clock.than_host", &[("host", host)]),
                Some(ClockOwner::Guest) => self.text.get("clock.than_guest").to_owned(),
            };
            let mut say = |key: &str, value: String| {
                let values = [("clock", name.as_str()), ("against", &against), ("value", &value)];
                sentences.push(self.text.fill(key, &values));
            };
            if let Some(offset) = clock.offset_s.filter(|_| clock.wrong) {
                say("finding.clock_wrong", plus_minus(offset.value, offset.half_width, 2, self.text));
            }
            if let Some(drift) = clock.drift_ppm.filter(|_| clock.drifts) {
                say("finding.clock_drifts", plus_minus(drift.value, drift.half_width, 0, self.text));
            }
        }
        sentences
    }

    /// How many migrations did not complete, by their fate and its reasons.
    pub(super) fn incomplete(&self) -> Option<String> {
        let runs: Vec<&Run> = self.analysis.runs.iter().filter(|run| incomplete(run)).collect();
        let mut fates: Vec<(&str, usize, Vec<&str>)> = Vec::new();
        for run in &runs {
            let status = self.text.get(run.migration.status.label());
            let reason = run.migration.reason.as_deref();
            match fates.iter_mut().find(|(known, ..)| *known == status) {
                Some((_, number, reasons)) => {
                    *number += 1;
                    reasons.extend(reason.filter(|reason| !reasons.contains(reason)));
                }
                None => fates.push((status, 1, reason.into_iter().collect())),
            }
        }
        let told = fates.iter().map(|(status, number, reasons)| match reasons.as_slice() {
            [] => format!("{number} {status}"),
            reasons => format!("{number} {status} ({})", reasons.join("; ")),
        });
        let values = [
            ("incomplete", runs.len().to_string()),
            ("runs", self.analysis.runs.len().to_string()),
            ("list", told.collect::<Vec<_>>().join(", ")),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        (!runs.is_empty()).then(|| self.text.fill("finding.incomplete", &values))
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
