//! Whether what a hypervisor says it transferred is what the network carried, and what its pages make.
//!
//! Nothing here is fitted: what is to be expected follows from the headers of the protocols and from QEMU's format
//! (`docs/methodology/pre-copy.md`, "Reported against counted bytes").

use crate::model::curves::{CurveMetric, LOOPBACK, NET_RECEIVED, NET_SENT};
use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{
    Counted, Diagnostic, Host, Hypervisor, PageBytes, Role, SentPages, Severity, Status, Transfer, Verdict,
};
use crate::run::align::{AlignedRun, HypervisorLog, Samples, Traffic};
use crate::stats::{Interval, Sample, t_quantile_975};

/// The most that headers add to data on a network: Ethernet with VLAN, IPv6, TCP with time stamps, 90 bytes for 1428.
const HEADERS: f64 = 0.063;
/// The same on `lo`, whose segments hold 64 KiB, with their acknowledgements, which it counts too: 132 bytes for
/// 65483 are 0.2 %. Room for segments a fifth as long.
const HEADERS_LOOPBACK: f64 = 0.01;
/// What is sent besides memory, bytes: the state of the devices. Of a small VM it is 0.1 to 0.2 MB.
const DEVICES: f64 = 1_048_576.0;
/// What a sender may hold that never leaves it when the connection breaks, bytes: `tcp_wmem` of Linux.
const SOCKET_BUFFER: f64 = 4_194_304.0;
/// What QEMU sends with a page besides its bytes, and for one of a single byte altogether.
const PAGE_HEADER: f64 = 8.0;
const DUPLICATE_PAGE: f64 = 9.0;
/// By what share pages may differ from bytes: marks between the calls that send them, and names of blocks.
const MARKS: f64 = 0.001;
/// Fewer samples give no baseline.
const LEAST_BASELINE: usize = 3;

/// The comparison of one run, if its hypervisor tells bytes, and what is to be said of it; `id` names the run.
pub fn transfer(id: &str, run: &AlignedRun, hosts: &[Host]) -> (Option<Transfer>, Vec<Diagnostic>) {
    let account = run.hypervisor.as_ref().and_then(|log| {
        Some((log, log.account.transferred_bytes.filter(|bytes| bytes.is_finite() && *bytes > 0.0)?))
    });
    let Some((log, told_bytes)) = account else { return (None, Vec::new()) };
    let mut diagnostics = Vec::new();
    let mut counted = Vec::new();
    for traffic in counters(&run.traffic, hosts, log.destination.as_deref()) {
        match count(traffic, &job(run, log, told_bytes)) {
            Ok(found) => counted.push(found),
            Err(why) => {
                let message = format!(
                    "{id}: what {} of {} carried cannot be compared with the hypervisor's bytes: {why}",
                    traffic.samples.metric, traffic.host
                );
                diagnostics.push(file_diagnostic(
                    &traffic.file,
                    Severity::Note,
                    "bytes-not-counted",
                    message,
                ));
            }
        }
    }
    let pages = log.account.sent.and_then(by_pages);
    let transfer = Transfer {
        status: run.migration.status,
        source_file: log.account.source_file.clone(),
        told_bytes,
        counted,
        pages,
    };
    diagnostics.extend(contradictions(id, &transfer, &log.account));
    (Some(transfer), diagnostics)
}

/// What is known of a job apart from the counters.
struct Job {
    told_bytes: f64,
    /// Seconds since the request; `None` where it is not known.
    end_s: Option<f64>,
    completed: bool,
    /// How long before the end the hypervisor last reported its bytes.
    unreported_s: f64,
}

fn job(run: &AlignedRun, log: &HypervisorLog, told_bytes: f64) -> Job {
    let ended = log.ended.map(|(_, to)| to).or(run.migration.duration_s);
    // The job of the source ends when all is in its socket, the VM runs on the target when all has arrived.
    let over = !matches!(run.migration.status, Status::Unfinished | Status::Unknown | Status::Unclear);
    let ends = [run.migration.duration_s, ended, log.resumed].into_iter().flatten();
    let end_s = ends.reduce(f64::max).filter(|_| over);
    let unreported = ended.zip(log.bytes_reported).map(|(ended, reported)| (ended - reported).max(0.0));
    let completed = run.migration.status == Status::Completed;
    Job { told_bytes, end_s, completed, unreported_s: unreported.unwrap_or_default() }
}

/// The counters that a migration goes through: what the source sent and what the target received; of a migration to
/// the machine itself what its `lo` received, of the first host that logged it.
fn counters<'a>(traffic: &'a [Traffic], hosts: &[Host], destination: Option<&str>) -> Vec<&'a Traffic> {
    let of = |host: &Host, counter: CurveMetric| {
        traffic.iter().find(|traffic| traffic.host == host.name && traffic.samples.metric == counter.name())
    };
    match route(destination) {
        Route::Elsewhere => Vec::new(),
        Route::Loopback => hosts.iter().find_map(|host| of(host, LOOPBACK)).into_iter().collect(),
        Route::Network => {
            let ends = [(Role::Source, NET_SENT), (Role::Target, NET_RECEIVED)];
            let of_end = |(role, counter)| {
                hosts.iter().filter(move |host| host.role == role).find_map(|host| of(host, counter))
            };
            ends.into_iter().filter_map(of_end).collect()
        }
    }
}

/// Which way a migration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// From host to host; also where nothing tells.
    Network,
    /// To the machine itself.
    Loopback,
    /// Past the counters of the kernel: a local socket, a file, RDMA.
    Elsewhere,
}

fn route(destination: Option<&str>) -> Route {
    let Some((scheme, place)) = destination.and_then(|destination| destination.split_once(':')) else {
        return Route::Network;
    };
    // `tcp:kirsche:4444`, and libvirt's `tcp://kirsche`.
    let place = place.trim_start_matches('/');
    let own = ["127.", "localhost", "[::1]"].iter().any(|own| place.starts_with(own));
    match scheme {
        "unix" | "file" | "rdma" | "vsock" => Route::Elsewhere,
        "tcp" | "tls" if own => Route::Loopback,
        _ => Route::Network,
    }
}

/// What a counter carried beyond its baseline from the request to the end, a sample more on either side.
///
/// dstat and dool divide what was counted by their delay and not by the time that passed: a rate stands for one
/// delay, which is the median time between two samples.
fn count(traffic: &Traffic, job: &Job) -> Result<Counted, String> {
    let Samples { t_s, values, .. } = &traffic.samples;
    let steps: Vec<f64> = t_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let period = Sample::new(steps).map(|steps| steps.median()).filter(|period| *period > 0.0);
    let Some(period) = period else { return Err("its log has a single sample".to_owned()) };
    let Some(end_s) = job.end_s else { return Err("no log tells the end of the migration".to_owned()) };
    // A sample tells of the time before its stamp.
    let first = t_s.partition_point(|t| *t <= 0.0).saturating_sub(1);
    let last = t_s.partition_point(|t| *t < end_s);
    if last >= t_s.len() {
        return Err("the log of the counter ends before the migration".to_owned());
    }
    let last = (last + 1).min(t_s.len() - 1);
    let before = Sample::new(values[..first].to_vec()).filter(|sample| sample.n() >= LEAST_BASELINE);
    let Some((before, sd)) = before.and_then(|before| before.sd().map(|sd| (before, sd))) else {
        return Err(format!("its log has fewer than {LEAST_BASELINE} samples before the migration"));
    };
    let hole = t_s[first - 1..=last].windows(2).map(|pair| pair[1] - pair[0]).reduce(f64::max);
    if let Some(hole) = hole.filter(|hole| *hole > 1.5 * period) {
        return Err(format!("its log has a hole of {hole:.1} s in the migration"));
    }
    let during = &values[first..=last];
    let n = during.len() as f64;
    let bytes = during.iter().map(|rate| (rate - before.mean()) * period).sum::<f64>();
    // The traffic of others in n samples, foretold by that of the samples before.
    let spread = sd * (1.0 / before.n() as f64 + 1.0 / n).sqrt();
    let uncertainty_bytes = t_quantile_975(before.n() - 1) * spread * n * period;
    let peak = during.iter().copied().fold(0.0, f64::max);
    let expected = expected(traffic.samples.metric == LOOPBACK.name(), job, peak);
    let surplus = bytes / job.told_bytes - 1.0;
    Ok(Counted {
        host: traffic.host.clone(),
        counter: traffic.samples.metric.clone(),
        source_file: traffic.file.clone(),
        bytes,
        uncertainty_bytes,
        surplus,
        expected,
        verdict: verdict(surplus, expected, uncertainty_bytes / job.told_bytes),
    })
}

/// Between what counted ÷ reported − 1 is to be expected. `peak` is the highest rate, bytes per second.
fn expected(loopback: bool, job: &Job, peak: f64) -> Interval {
    let headers = if loopback { HEADERS_LOOPBACK } else { HEADERS };
    let unsent = if job.completed { 0.0 } else { SOCKET_BUFFER };
    let besides = DEVICES + peak * job.unreported_s;
    Interval::new(-unsent / job.told_bytes, headers + besides / job.told_bytes)
}

fn verdict(figure: f64, expected: Interval, uncertainty: f64) -> Verdict {
    match figure {
        figure if (expected.low..=expected.high).contains(&figure) => Verdict::Holds,
        figure if (expected.low - uncertainty..=expected.high + uncertainty).contains(&figure) => {
            Verdict::WithinUncertainty
        }
        _ => Verdict::Contradicted,
    }
}

/// What pages make by QEMU's format. The bytes that QEMU 10 tells hold the state of the devices too, those of 7.2 do not.
fn by_pages(sent: SentPages) -> Option<PageBytes> {
    let reported = Some(sent.transferred_bytes).filter(|bytes| *bytes > 0.0)?;
    let bytes = sent.normal * (sent.page_bytes + PAGE_HEADER) + sent.duplicate * DUPLICATE_PAGE;
    let surplus = bytes / reported - 1.0;
    let expected = Interval::new(-MARKS - DEVICES / reported, MARKS);
    Some(PageBytes { bytes, surplus, expected, verdict: verdict(surplus, expected, 0.0) })
}

/// A warning for each comparison that does not hold.
fn contradictions(id: &str, transfer: &Transfer, account: &Hypervisor) -> Vec<Diagnostic> {
    let reported = transfer.told_bytes;
    let range = |expected: Interval| {
        format!("{:+.2} to {:+.2} % are to be expected", 100.0 * expected.low, 100.0 * expected.high)
    };
    let by_counter = transfer.counted.iter().filter(|c| c.verdict == Verdict::Contradicted).map(|counted| {
        let message = format!(
            "{id}: {} of {} carried {:.0} ± {:.0} bytes beyond its baseline, and {} tells {reported:.0}: {:+.2} %, where {}",
            counted.counter,
            counted.host,
            counted.bytes,
            counted.uncertainty_bytes,
            account.source_file,
            100.0 * counted.surplus,
            range(counted.expected),
        );
        file_diagnostic(&counted.source_file, Severity::Warning, "bytes-do-not-match", message)
    });
    let by_pages = transfer.pages.filter(|pages| pages.verdict == Verdict::Contradicted).map(|pages| {
        let message = format!(
            "{id}: the pages of the log make {:.0} bytes, and it tells {:.0}: {:+.2} %, where {}; pages that were \
             compressed (XBZRLE, multifd) would be so",
            pages.bytes,
            account.sent.map_or(reported, |sent| sent.transferred_bytes),
            100.0 * pages.surplus,
            range(pages.expected),
        );
        file_diagnostic(&account.source_file, Severity::Warning, "pages-do-not-match", message)
    });
    by_counter.chain(by_pages).collect()
}

fn file_diagnostic(file: &str, severity: Severity, code: &'static str, message: String) -> Diagnostic {
    Diagnostic { file: Some(file.to_owned()), ..campaign_diagnostic(severity, code, message) }
}

#[cfg(test)]
mod tests;
