//! Reports in JSON.

use super::{EXPECTED, tell_no_times, tell_since_boot};
use crate::frame::{Clock, Unit};
use crate::outcome::{Outcome, Unusable};
use crate::shared::host::samples::{Form, Moment};
use crate::shared::json::Node;
use crate::shared::sysstat::json::{Report, number, text};
use crate::shared::sysstat::table;
use crate::shared::sysstat::times::Stamps;

const KIB: f64 = 1024.0;
/// What was read and written, by the keys of options and versions.
const RATES: [[(&str, &str, f64); 2]; 5] = [
    [("kB_read/s", "read", KIB), ("kB_wrtn/s", "written", KIB)],
    [("MB_read/s", "read", KIB * KIB), ("MB_wrtn/s", "written", KIB * KIB)],
    [("rkB/s", "read", KIB), ("wkB/s", "written", KIB)],
    [("rMB/s", "read", KIB * KIB), ("wMB/s", "written", KIB * KIB)],
    [("Blk_read/s", "read", 512.0), ("Blk_wrtn/s", "written", 512.0)],
];

pub(super) fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    let mut stamps = Stamps::new(bytes);
    let mut report = Report::default();
    let (mut is_first, mut since_boot, mut count, mut has_times) = (true, 0_usize, 0_i64, false);
    report.read(bytes, |report, _, statistics| {
        let Some(statistics) = statistics else {
            is_first = true;
            return;
        };
        let moment = match text(statistics, "timestamp") {
            Some(stamp) => {
                has_times = true;
                stamps.moment(stamp.as_bytes(), statistics.place(), &mut report.diagnostics)
            }
            None => {
                count = count.saturating_add(1);
                Some(Moment { epoch_ns: None, local_ns: Some(count) }).filter(|_| !has_times)
            }
        };
        let Some(moment) = moment else {
            report.unreadable(statistics, "a timestamp with a date and a time");
            return;
        };
        if std::mem::take(&mut is_first) {
            since_boot = since_boot.saturating_add(1);
            if report.samples.latest().is_some_and(|latest| latest < moment) {
                report.samples.restart(moment);
            }
            return;
        }
        values(report, moment, statistics);
    });
    tell_since_boot(since_boot, &mut report.diagnostics);
    let form = Form { local: if has_times { stamps.local() } else { "" }, whole: true };
    if !has_times {
        tell_no_times(&mut report.diagnostics);
    } else if report.samples.clock(form) == Clock::None {
        stamps.tell(&mut report.diagnostics);
    }
    report.finish(form, EXPECTED)
}

fn values(report: &mut Report, moment: Moment, statistics: &Node<'_>) {
    if let Some(cpu) = statistics.get("avg-cpu").filter(|cpu| cpu.whole) {
        for (name, value) in table::shares(|key| number(cpu, key)) {
            report.set(moment, name, Unit::Percent, value, cpu);
        }
    }
    for disk in statistics.get("disk").map(Node::items).unwrap_or_default() {
        let Some(name) = text(disk, "disk_device") else { continue };
        let prefix = format!("disk.{}.", name.trim());
        let keys = RATES.iter().find(|keys| keys.iter().all(|(key, ..)| disk.get(key).is_some()));
        report.rates(moment, disk, &prefix, keys.map(<[_; 2]>::as_slice).unwrap_or_default());
        if let Some(util) = number(disk, "util") {
            report.set(moment, &format!("{prefix}util"), Unit::Percent, util, disk);
        }
    }
}
