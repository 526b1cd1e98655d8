//! Sentences about outages: how long the service was away, and what of that is open.

use super::super::format::range;
use super::Composer;
use crate::model::{ConditionId, ConditionOutage, Elsewhere, Finding, FlagCode, Incomplete, Method};
use crate::stats::Interval;

/// Bounds so far from what was measured, as shares of its least and greatest, are told beside it.
const WIDE: Interval = Interval { low: 0.5, high: 1.5 };

impl Composer<'_> {
    /// How many of the migrations of a condition completed, and for how long the service was away in the others.
    pub(super) fn incomplete_of(&self, of: &Incomplete) -> String {
        let text = self.text;
        let key = if of.unfinished > 0 { "finding.completed_seen" } else { "finding.completed" };
        let completed = text.fill(
            key,
            &[
                ("condition", &self.name(of.condition)),
                ("completed", &(of.known - of.failed).to_string()),
                ("unfinished", &of.unfinished.to_string()),
                ("runs", &of.known.to_string()),
                ("interval", &range(of.rate, 100.0, 0, text)),
            ],
        );
        let failed = of.failed.to_string();
        let said = |key: &str, runs: usize, seconds: Interval| {
            let key = if runs == of.failed { format!("{key}_all") } else { key.to_owned() };
            let (runs, seconds) = (runs.to_string(), self.range_words(seconds, None));
            let share = self.share(of.stayed_below);
            let values =
                [("runs", runs.as_str()), ("failed", &failed), ("seconds", &seconds), ("share", &share)];
            text.fill(&key, &values)
        };
        let key = if of.stayed_below.is_some() { "finding.failed_below" } else { "finding.failed_lost" };
        let lost = of.lost_s.map(|seconds| said(key, of.lost, seconds));
        let away = of.away_s.map(|seconds| said("finding.failed_away", of.away, seconds));
        [Some(completed), lost, away].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether logs of one of the conditions end before their migration.
    pub(super) fn ends_unseen(&self, conditions: [ConditionId; 2]) -> bool {
        conditions.iter().any(|id| self.analysis.conditions[*id].unfinished > 0)
    }

    /// What is open of the outage of a condition.
    pub(super) fn left_open(&self, id: ConditionId, runs: usize, flags: &[(FlagCode, usize)]) -> String {
        let of_condition =
            |finding: &Finding| matches!(finding, Finding::Outage(outage) if outage.condition == id);
        let none = (!self.analysis.findings.iter().any(of_condition))
            .then(|| self.text.fill("finding.no_outage_stated", &[("condition", &self.name(id))]));
        let of = runs.to_string();
        let open = flags.iter().map(|(flag, runs)| {
            let key = format!("open.{}", flag.name());
            self.text.fill(&key, &[("runs", &runs.to_string()), ("of", &of)])
        });
        none.into_iter().chain(open).collect::<Vec<_>>().join(" ")
    }

    /// A share of the ordinary, in per cent.
    fn share(&self, share: Option<f64>) -> String {
        let percent = (share.unwrap_or_default() * 1e4).round() / 100.0;
        self.text.number(percent, if percent.fract() == 0.0 { 0 } else { 1 })
    }

    /// What another method saw where the one that is stated of `n` runs saw nothing, as the end of a sentence.
    fn elsewhere(&self, of: &Elsewhere, n: usize) -> String {
        let text = self.text;
        let key = match of.method {
            Method::Events | Method::Hypervisor => "finding.elsewhere_vm",
            Method::Probe
            | Method::Ping
            | Method::PingReplyGap
            | Method::PacketGap
            | Method::Throughput
            | Method::GuestClock => "finding.elsewhere_service",
        };
        let seen = self.range_words(of.seen_s, None);
        let (seconds, within) = match of.within_s {
            None => (text.fill("finding.at_least", &[("seconds", &seen)]), String::new()),
            Some(within) => {
                let (low, high) = (self.seconds(within.low), self.seconds(within.high));
                let is_told = [&low, &high].iter().all(|bound| **bound == seen);
                let words = text.fill("finding.within", &[("low", &low), ("high", &high)]);
                (seen, if is_told { String::new() } else { words })
            }
        };
        let runs = match (of.runs == n, of.of) {
            (true, _) => String::new(),
            (false, 1) => text.get("finding.elsewhere_run").to_owned(),
            (false, _) => text.fill(
                "finding.elsewhere_runs",
                &[("runs", &of.runs.to_string()), ("of", &of.of.to_string())],
            ),
        };
        let method = text.get(of.method.entry().texts.by);
        let values = [("method", method), ("seconds", &seconds), ("within", &within), ("runs", &runs)];
        text.fill(key, &values)
    }

    /// A range in words; of a least one that was not seen what it was at most.
    fn range_words(&self, interval: Interval, at_most_s: Option<f64>) -> String {
        let (low, high) = (self.least(interval, at_most_s), self.seconds(interval.high));
        // Where nothing was seen in any there is no greatest.
        if low == high || interval.high == 0.0 {
            return low;
        }
        self.text.fill("finding.from_to", &[("low", &low), ("high", &high)])
    }

    fn least(&self, interval: Interval, at_most_s: Option<f64>) -> String {
        at_most_s.map_or_else(|| self.seconds(interval.low), |most| format!("≤\u{a0}{}", self.seconds(most)))
    }

    /// A method as the subject of a sentence, at its beginning with a capital.
    fn who(&self, method: Method, begins: bool) -> String {
        let who = self.text.get(method.entry().texts.who);
        if begins { capitalised(who) } else { who.to_owned() }
    }

    /// The outage of a condition: its mean, or what is left of it where some have no end or nothing was seen.
    pub(super) fn outage(&self, outage: &ConditionOutage) -> String {
        let text = self.text;
        let condition = &self.analysis.conditions[outage.condition];
        let only_run = condition.runs.len() <= 1;
        let (name, n) = (self.name(outage.condition), outage.n.to_string());
        let method = text.get(outage.method.entry().texts.by);
        let over = match outage.of {
            of if of == outage.n => text.fill("finding.over_all", &[("n", &n)]),
            of => text.fill("finding.over_some", &[("n", &n), ("of", &of.to_string())]),
        };
        let [who, out] = match outage.method {
            Method::Events | Method::Hypervisor => ["finding.who_vm", "finding.out_vm"],
            Method::Probe
            | Method::Ping
            | Method::PingReplyGap
            | Method::PacketGap
            | Method::Throughput
            | Method::GuestClock => ["finding.who_service", "finding.out_service"],
        };
        let common = [
            ("condition", name.as_str()),
            ("n", n.as_str()),
            ("method", method),
            ("who", text.get(who)),
            ("out", text.get(out)),
            ("over", over.as_str()),
        ];
        let fill = |key: &str, values: &[(&str, &str)]| text.fill(key, &[&common[..], values].concat());
        let mut sentences = Vec::new();
        if let Some(at_least) = outage.at_least_s {
            let not_returned = outage.not_returned.to_string();
            let (at_least, share) = (self.range_words(at_least, None), self.share(outage.stayed_below));
            let values =
                [("not_returned", not_returned.as_str()), ("at_least", &at_least), ("share", &share)];
            let key = match (outage.n, outage.stayed_below.is_some()) {
                (1, false) if only_run => "finding.not_returned_once",
                (1, true) if only_run => "finding.stayed_below_once",
                (1, false) => "finding.not_returned_one",
                (1, true) => "finding.stayed_below_one",
                (_, false) => "finding.not_returned",
                (_, true) => "finding.stayed_below",
            };
            sentences.push(fill(key, &values));
            if let Some(ended) = outage.ended_s {
                let others = (outage.n - outage.not_returned).to_string();
                let key = if others == "1" { "finding.returned_once" } else { "finding.returned" };
                sentences.push(fill(
                    key,
                    &[("others", &others), ("ended", &self.range_words(ended, outage.least_at_most_s))],
                ));
            }
        } else if let Some(at_most) = outage.at_most_s {
            let key = match outage.method {
                Method::Probe
                | Method::Ping
                | Method::PingReplyGap
                | Method::PacketGap
                | Method::Throughput => "finding.no_outage",
                Method::GuestClock => "finding.no_step_seen",
                Method::Events | Method::Hypervisor => "finding.no_downtime_told",
            };
            sentences.push(fill(key, &[("at_most", &self.seconds(at_most))]));
        } else if let Some(unseen) = outage.unseen {
            let values = [
                ("mean", self.seconds(unseen.mean_within_s.low)),
                ("mean_at_most", self.seconds(unseen.mean_within_s.high)),
                ("seen", (outage.n - unseen.runs).to_string()),
                ("seconds", self.range_words(unseen.seen_s, None)),
                ("at_most", self.seconds(unseen.at_most_s)),
            ];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            let completed = if condition.failed > 0 {
                "finding.outage_partly_completed"
            } else {
                "finding.outage_partly"
            };
            sentences.push(fill(completed, &values));
        } else if let (Some(mean), Some(ended)) = (outage.mean_s, outage.ended_s) {
            let is_wide =
                |within: &Interval| within.low < WIDE.low * ended.low || within.high > WIDE.high * ended.high;
            let bounds = outage.within_s.filter(is_wide).map(|within| {
                let (low, high) = (self.seconds(within.low), self.seconds(within.high));
                text.fill("finding.bounds", &[("low", &low), ("high", &high)])
            });
            let within = outage.within_s.map(|within| (self.seconds(within.low), self.seconds(within.high)));
            let within = within
                .filter(|(low, high)| low != high)
                .map(|(low, high)| text.fill("finding.within", &[("low", &low), ("high", &high)]));
            let values = [
                ("mean", self.seconds(mean)),
                ("within", within.unwrap_or_default()),
                ("bounds", bounds.unwrap_or_default()),
                ("min", self.least(ended, outage.least_at_most_s)),
                ("max", self.seconds(ended.high)),
            ];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            let key = match outage.n {
                1 if only_run => "finding.outage_once",
                1 if condition.failed > 0 => "finding.outage_completed_one",
                1 => "finding.outage_one",
                // The others are no repetitions of the same.
                _ => match (condition.failed > 0, ended.low == ended.high || values[3].1 == values[4].1) {
                    (true, true) => "finding.outage_completed_each",
                    (true, false) => "finding.outage_completed",
                    (false, true) => "finding.outage_each",
                    (false, false) => "finding.outage",
                },
            };
            sentences.push(fill(key, &values));
        }
        if let (Some(elsewhere), Some(said)) = (&outage.elsewhere, sentences.last_mut()) {
            let also = self.elsewhere(elsewhere, outage.n);
            *said = format!("{}{also}.", said.strip_suffix('.').unwrap_or(said));
        }
        if let Some(other) = outage.instead_of {
            let (instead_n, other_n) = (number(outage.method), number(other));
            let (instead, other) = (self.who(outage.method, true), self.who(other, false));
            let values = [
                ("other", other.as_str()),
                ("instead", &instead),
                ("instead_n", instead_n),
                ("other_n", other_n),
            ];
            sentences.push(fill("finding.contradicted_method", &values));
        }
        if outage.contradicted > 0 {
            let values = [
                ("contradicted", outage.contradicted.to_string()),
                ("of", outage.of.to_string()),
                ("instead", self.who(outage.method, false)),
                ("instead_n", number(outage.method).to_owned()),
            ];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            sentences.push(fill("finding.contradicted_runs", &values));
        }
        if outage.method == Method::GuestClock {
            sentences.push(text.get("finding.clock_may_be_set").to_owned());
        }
        sentences.join(" ")
    }
}

/// By which number of the subject that a method is its verb goes.
fn number(method: Method) -> &'static str {
    if method.entry().texts.is_one { "1" } else { "2" }
}

/// As at the beginning of a sentence.
pub(super) fn capitalised(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}
