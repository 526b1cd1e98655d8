//! What the numbers say, as sentences.

use super::super::format::{plus_minus, probability, range};
use super::super::view::{FindingItem, Rank};
use super::Composer;
use super::outages::capitalised;
use crate::model::{
    Check, ClockOwner, Comparison, ConditionId, Diagnostic, Entries, Finding, FlagCode, Method, Run, Status,
    Verdict,
};
use crate::show::tables::{incomplete, is_unclear};

/// From this number on, conditions of which there is only the outage to say share one sentence: the table below has each.
const TOGETHER: usize = 3;

/// So many conditions with migrations of unknown fate are named.
const UNCLEAR_NAMED: usize = 4;

/// What was found, in sentences.
pub(super) struct Findings {
    /// One item a condition for its outage and what lengthened it, and what benchmarks say. Conditions whose service or
    /// migrations were lost come first.
    pub(super) answer: Vec<FindingItem>,
    /// One item for each kind of what conditions have in common, and how far the sources agree.
    pub(super) further: Vec<FindingItem>,
}

impl Composer<'_> {
    pub(super) fn findings(&self) -> Findings {
        let mut items: Vec<FindingItem> =
            self.analysis.findings.iter().filter_map(|finding| self.limit_exceeded(finding)).collect();
        let assumed = |told: &Diagnostic| told.code == Diagnostic::REPETITIONS_ASSUMED;
        if self.analysis.diagnostics.iter().any(assumed) {
            let text = self.text.get("finding.repetitions_assumed").to_owned();
            items.push(FindingItem::new(text, None).ranked(Rank::Lost));
        }
        items.extend(self.of_placement());
        let worst = self.worst();
        let plain = self.plain_outages();
        let mut others = Vec::new();
        for (id, condition) in self.analysis.conditions.entries() {
            let mut sentences: Vec<String> = self
                .analysis
                .findings
                .iter()
                .filter(|finding| !plain.contains(finding))
                .filter_map(|finding| self.of_condition(finding, id))
                .collect();
            // Said once.
            let prefix = format!("{}: ", self.name(id));
            for sentence in sentences.iter_mut().skip(1) {
                if let Some(rest) = sentence.strip_prefix(&prefix) {
                    *sentence = capitalised(rest);
                }
            }
            if !sentences.is_empty() {
                let item = FindingItem::new(sentences.join(" "), self.section_of_condition(id));
                if condition.failed + condition.not_returned > 0 {
                    items.push(item.ranked(Rank::Lost));
                } else {
                    others.push(if worst == Some(id) { item.ranked(Rank::Worst) } else { item });
                }
            }
        }
        items.extend(
            self.outages_together(&plain).map(|text| FindingItem::new(text, None).ranked(Rank::Worst)),
        );
        items.extend(others);
        let linked = |link: &str| {
            let link = link.to_owned();
            move |text| FindingItem::new(text, Some(link.clone()))
        };
        items.extend(self.incomplete().map(linked("failures")).map(|item| item.ranked(Rank::Lost)));
        items.extend(self.unclear().map(linked("data-quality")).map(|item| item.ranked(Rank::Lost)));
        items.extend(self.of_transfer());
        items.extend(self.of_benchmarks());

        let mut further = Vec::new();
        let round_trips: Vec<String> =
            self.analysis.findings.iter().filter_map(|finding| self.round_trips_raised(finding)).collect();
        if !round_trips.is_empty() {
            let text = self.text.fill("finding.round_trips", &[("list", &round_trips.join(", "))]);
            further.push(FindingItem::new(text, None));
        }
        further.extend(self.analysis.findings.iter().filter_map(|finding| self.of_all(finding)));
        further.extend(self.stopped_clocks().map(|text| FindingItem::new(text, None)));
        further.extend(self.contradictions());
        further.extend(self.wrong_clocks().into_iter().map(linked("clocks")));
        Findings { answer: items, further }
    }

    fn limit_exceeded(&self, finding: &Finding) -> Option<FindingItem> {
        let Finding::LimitExceeded { limited, value, at_least, at_most, tested, runs } = finding else {
            return None;
        };
        let of_runs = [("tested", &*tested.to_string()), ("runs", &*runs.to_string())];
        let among = match tested < runs {
            true => self.text.fill("finding.limit_tested", &of_runs),
            false => String::new(),
        };
        let values = [self.text.number(*value, 3), at_most.to_string()];
        let [value, at_most] = values.each_ref().map(String::as_str);
        let values = [
            ("limited", limited.as_str()),
            ("value", value),
            ("at_most", at_most),
            ("among", among.as_str()),
        ];
        let key = if *at_least { "finding.limit_exceeded_at_least" } else { "finding.limit_exceeded" };
        Some(FindingItem::new(self.text.fill(key, &values), None).ranked(Rank::Lost))
    }

    /// The condition with the longest outage of those that ended.
    fn worst(&self) -> Option<ConditionId> {
        let longest = self.analysis.findings.iter().filter_map(|finding| {
            let Finding::Outage(outage) = finding else { return None };
            Some((outage.ended_s?.high, outage.condition))
        });
        longest.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, condition)| condition)
    }

    /// The outages of conditions of which there is nothing else to say, if they are many and of one method.
    fn plain_outages(&self) -> Vec<&Finding> {
        let findings = &self.analysis.findings;
        let sentences = |of: ConditionId| {
            findings.iter().filter(|finding| self.of_condition(finding, of).is_some()).count()
        };
        let plain: Vec<(&Finding, Method)> = findings
            .iter()
            .filter_map(|finding| {
                let Finding::Outage(outage) = finding else { return None };
                let has_mean =
                    outage.mean_s.is_some() && outage.at_most_s.is_none() && outage.unseen.is_none();
                (has_mean && outage.instead_of.is_none() && sentences(outage.condition) == 1)
                    .then_some((finding, outage.method))
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
            outages.iter().filter_map(|finding| {
                let Finding::Outage(outage) = finding else { return None };
                Some((outage.mean_s?, outage.condition, outage.method))
            })
        };
        let (min, min_condition, method) = means().min_by(|a, b| a.0.total_cmp(&b.0))?;
        let (max, max_condition, _) = means().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let key = match method {
            Method::Events | Method::Hypervisor => "finding.outages_vm",
            Method::Probe
            | Method::Ping
            | Method::PingReplyGap
            | Method::PacketGap
            | Method::Throughput
            | Method::GuestClock => "finding.outages",
        };
        let most = outages.iter().filter_map(|finding| match finding {
            Finding::Outage(outage) => Some(outage.n),
            _ => None,
        });
        Some(self.text.fill(
            key,
            &[
                ("n", &most.max().unwrap_or_default().to_string()),
                ("conditions", &outages.len().to_string()),
                ("min", &self.seconds(min)),
                ("min_condition", &self.name(min_condition)),
                ("max", &self.seconds(max)),
                ("max_condition", &self.name(max_condition)),
                ("method", self.text.get(method.entry().texts.by)),
            ],
        ))
    }

    /// What a finding says of one condition.
    fn of_condition(&self, finding: &Finding, id: ConditionId) -> Option<String> {
        let text = self.text;
        match finding {
            Finding::Incomplete(of) if of.condition == id => Some(self.incomplete_of(of)),
            Finding::Outage(outage) if outage.condition == id => Some(self.outage(outage)),
            Finding::OutageOpen { condition, runs, flags } if *condition == id => {
                Some(self.left_open(id, *runs, flags))
            }
            Finding::Worse { metric, condition, reference, p_adjusted } if *condition == id => {
                let key = match metric.as_str() {
                    Comparison::COMPLETION if self.ends_unseen([id, *reference]) => {
                        "finding.worse_completion_seen"
                    }
                    Comparison::COMPLETION => "finding.worse_completion",
                    Comparison::WITH_FAILURES => "finding.worse_with_failures",
                    _ => "finding.worse_outage",
                };
                let (sign, p) = probability(*p_adjusted, text);
                let p = format!("{sign}\u{a0}{p}");
                Some(text.fill(key, &[("reference", &self.name(*reference)), ("p", &p)]))
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
            Finding::OrderTrend { condition, grows, runs, p_adjusted } if *condition == id => {
                let (sign, p) = probability(*p_adjusted, text);
                let key = if *grows { "finding.order_grows" } else { "finding.order_shrinks" };
                Some(text.fill(key, &[("runs", &runs.to_string()), ("p", &format!("{sign}\u{a0}{p}"))]))
            }
            Finding::SessionsDiffer { condition, sessions, p_adjusted } if *condition == id => {
                let (sign, p) = probability(*p_adjusted, text);
                let values = [("sessions", sessions.to_string()), ("p", format!("{sign}\u{a0}{p}"))];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                Some(text.fill("finding.sessions_differ", &values))
            }
            // Of another condition, or of none.
            Finding::LimitExceeded { .. }
            | Finding::LeastEfficient { .. }
            | Finding::LosesMore { .. }
            | Finding::Together { .. }
            | Finding::Uneven { .. }
            | Finding::Incomplete(_)
            | Finding::Outage(_)
            | Finding::OutageOpen { .. }
            | Finding::Worse { .. }
            | Finding::Lengthened { .. }
            | Finding::MethodsAgree { .. }
            | Finding::MethodsDisagree { .. }
            | Finding::OutageOutlastsMigration { .. }
            | Finding::FirstRepetitionsSlower { .. }
            | Finding::OrderTrend { .. }
            | Finding::SessionsDiffer { .. }
            | Finding::RecordedInBlocks { .. }
            | Finding::RoundTripsRaised { .. }
            | Finding::PrecopyLimit { .. }
            | Finding::DoesNotConverge { .. }
            | Finding::Amplified { .. }
            | Finding::Trend { .. } => None,
        }
    }

    fn round_trips_raised(&self, finding: &Finding) -> Option<String> {
        let Finding::RoundTripsRaised { condition, ratio } = finding else {
            return None;
        };
        let (condition, ratio) = (self.name(*condition), self.text.number(*ratio, 1));
        Some(self.text.fill("finding.round_trips_item", &[("condition", &condition), ("ratio", &ratio)]))
    }

    /// What a finding says of all runs: of the order of recording, and how ping and guest clock compare.
    fn of_all(&self, finding: &Finding) -> Option<FindingItem> {
        match finding {
            Finding::FirstRepetitionsSlower { p, conditions } => {
                let item = |(condition, first_s, later_s): &(ConditionId, f64, f64)| {
                    let values = [self.name(*condition), self.seconds(*first_s), self.seconds(*later_s)];
                    let [condition, first, later] = values.each_ref().map(String::as_str);
                    let values = [("condition", condition), ("first", first), ("later_mean", later)];
                    self.text.fill("finding.first_repetition_item", &values)
                };
                let list = conditions.iter().map(item).collect::<Vec<_>>().join(", ");
                let (sign, p) = probability(*p, self.text);
                let values = [("list", list.as_str()), ("p", &format!("{sign}\u{a0}{p}"))];
                Some(FindingItem::new(self.text.fill("finding.first_repetitions", &values), None))
            }
            Finding::RecordedInBlocks { conditions } => {
                let values = [("conditions", &*conditions.to_string())];
                Some(FindingItem::new(self.text.fill("finding.in_blocks", &values), None))
            }
            Finding::MethodsAgree { runs, overlapping, mean_difference_s, largest_difference_s } => {
                Some(FindingItem::new(
                    self.text.fill(
                        "finding.methods_agree",
                        &[
                            ("runs", &runs.to_string()),
                            ("overlapping", &overlapping.to_string()),
                            ("mean", &self.seconds(*mean_difference_s)),
                            ("largest", &self.seconds(*largest_difference_s)),
                        ],
                    ),
                    None,
                ))
            }
            Finding::MethodsDisagree { run, ping_s, guest_clock_s } => {
                let run = &self.analysis.runs[*run];
                Some(FindingItem::new(
                    self.text.fill(
                        "finding.methods_disagree",
                        &[
                            ("run", &run.id),
                            ("ping", &self.seconds(*ping_s)),
                            ("guest_clock", &self.seconds(*guest_clock_s)),
                        ],
                    ),
                    self.section_of_condition(run.condition),
                ))
            }
            Finding::LimitExceeded { .. }
            | Finding::LeastEfficient { .. }
            | Finding::LosesMore { .. }
            | Finding::Together { .. }
            | Finding::Uneven { .. }
            | Finding::Incomplete(_)
            | Finding::Outage(_)
            | Finding::OutageOpen { .. }
            | Finding::Worse { .. }
            | Finding::Lengthened { .. }
            | Finding::OutageOutlastsMigration { .. }
            | Finding::OrderTrend { .. }
            | Finding::SessionsDiffer { .. }
            | Finding::RoundTripsRaised { .. }
            | Finding::PrecopyLimit { .. }
            | Finding::DoesNotConverge { .. }
            | Finding::Amplified { .. }
            | Finding::Trend { .. } => None,
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
            return (all != "0").then_some(FindingItem::new(text, None));
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
        let course = |section| if self.is_full() { format!("{section}-course") } else { section };
        let link = self.section_of_condition(run.condition).map(course);
        Some(FindingItem::new(text, link))
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

    /// How many migrations may have completed or not, and of which conditions they are where there are several.
    fn unclear(&self) -> Option<String> {
        let runs = &self.analysis.runs;
        let number = runs.iter().filter(|run| is_unclear(run)).count();
        let of = |id: ConditionId| {
            let all = self.analysis.conditions[id].runs.iter();
            (id, all.filter(|run| is_unclear(&runs[**run])).count())
        };
        let by_condition = self.migrated.iter().copied().map(of).filter(|(_, number)| *number > 0);
        let names: Vec<String> =
            by_condition.map(|(id, number)| format!("{} ({number})", self.name(id))).collect();
        let list = match names.len() {
            _ if self.migrated.len() == 1 => String::new(),
            few if few <= UNCLEAR_NAMED => format!(": {}", names.join(", ")),
            _ => format!(": {}, …", names[..UNCLEAR_NAMED].join(", ")),
        };
        let values = [("unclear", number.to_string()), ("runs", runs.len().to_string()), ("list", list)];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        (number > 0).then(|| self.text.fill("finding.unclear", &values))
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
        let unseen = runs.iter().any(|run| run.migration.status == Status::Unfinished);
        let key = if unseen { "finding.incomplete_seen" } else { "finding.incomplete" };
        (!runs.is_empty()).then(|| self.text.fill(key, &values))
    }
}
