//! `mpstat`: the shares of the CPU, as mpstat of sysstat prints them, for people or as JSON (`-o JSON`).
//!
//! ```text
//! 01:16:48     CPU    %usr   %nice    %sys %iowait    %irq   %soft  %steal  %guest  %gnice   %idle
//! 01:16:49     all   50.25   28.57   20.69    0.00    0.00    0.00    0.49    0.00    0.00    0.00
//! 01:16:49       0   76.77    0.00   23.23    0.00    0.00    0.00    0.00    0.00    0.00    0.00
//! ```
//!
//! The lines are those of [`report`], the JSON that of [`json`]. Only the row of all CPUs counts; a log of single CPUs has
//! none, and they are never added: an idle one may be offline. Without an interval the only report is one since the
//! machine was started.

use crate::format::{Description, Marks, Parse};
use crate::frame::{Clock, Unit};
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::host::samples::Form;
use crate::shared::sysstat::json::{self, MARK, Report, number, text};
use crate::shared::sysstat::report::{self, What};
use crate::shared::sysstat::table::{self, Table};
use crate::shared::sysstat::times::{Times, leading};

pub(crate) static DESCRIPTION: Description = Description {
    name: "mpstat",
    description: "shares of the CPU of a host as mpstat prints them, as text or JSON",
    written_by: "mpstat of sysstat 10 to 12 with an interval, also -P ALL and -o JSON",
    begins_with: "`Linux 6.1.0 (HOST) 11/30/2026 _x86_64_ (2 CPU)`, then `01:16:48 CPU %usr %nice %sys %iowait %irq …`; or `{\"sysstat\": …`",
    file_names: &[],
    clocks: &[Clock::None],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"%irq", b"\"cpu-load\""]),
    recognise,
    parse: Parse::Whole(parse),
};

const EXPECTED: &str = "shares of all CPUs over an interval: `mpstat 1`, with or without -P ALL";

const WHAT: What =
    What { uses: |table| matches!(table, Table::Cpu { .. }), expected: EXPECTED, since_boot: true };

/// Names in the order in which sar does not write them.
fn is_own(names: &[&[u8]]) -> bool {
    let at = |name: &[u8]| names.iter().position(|other| *other == name);
    let irq_first = at(b"%irq").zip(at(b"%steal")).is_some_and(|(irq, steal)| irq < steal);
    irq_first && matches!(Table::read(names), Table::Cpu { .. })
}

fn recognise(head: &Head<'_>) -> bool {
    let is_json = || {
        let is_text = |at: usize| {
            let behind = head.text().get(at..).unwrap_or_default().iter().skip(11);
            behind.copied().find(|byte| !byte.is_ascii_whitespace() && *byte != b':') == Some(b'"')
        };
        let time = memchr::memmem::find(head.text(), b"\"timestamp\"");
        head.holds(MARK) && head.holds(b"\"cpu-load\"") && time.is_some_and(is_text)
    };
    head.lines.iter().any(|line| report::is_head(line.text, is_own)) || is_json()
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    if json::begins(bytes) { of_json(bytes) } else { report::read(bytes, WHAT) }
}

fn of_json(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut times = Times::new(bytes);
    let mut last_s = None;
    let mut report = Report::default();
    report.read(bytes, |report, host, statistics| {
        let Some(statistics) = statistics else {
            times.banner(text(host, "date").map(str::as_bytes), host.place(), &mut report.diagnostics);
            last_s = None;
            return;
        };
        let time = text(statistics, "timestamp").and_then(|time| Some(leading(time.as_bytes())?.0));
        let moment = time.and_then(|time| {
            let second = times.second(time, last_s);
            last_s = Some(second);
            times.moment(time, second)
        });
        let Some(moment) = moment else {
            report.unreadable(statistics, "a timestamp such as `01:16:49`, and a date that is known");
            return;
        };
        times.begin(moment, &mut report.samples);
        let cpus = statistics.get("cpu-load").map(|load| load.items()).unwrap_or_default();
        for cpu in cpus.iter().filter(|cpu| cpu.whole && matches!(text(cpu, "cpu"), Some("all" | "-1"))) {
            for (name, value) in table::shares(|key| number(cpu, key)) {
                report.set(moment, name, Unit::Percent, value, cpu);
            }
        }
    });
    let form = Form { local: times.local(), whole: true };
    if report.samples.clock(form) == Clock::None && !report.samples.is_empty() {
        times.tell(&mut report.diagnostics);
    }
    report.finish(form, EXPECTED)
}
