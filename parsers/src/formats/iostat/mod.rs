//! `iostat -t`: disks and CPU of a host, as iostat of sysstat prints them, for people or as JSON (`-o JSON`).
//!
//! ```text
//! Linux 6.1.0-13-amd64 (kirsche)  2026-12-01  _x86_64_  (2 CPU)
//!
//! 2026-12-01T01:18:54+0100
//! avg-cpu:  %user   %nice %system %iowait  %steal   %idle
//!           91.00    0.00    9.00    0.00    0.00    0.00
//!
//! Device             tps    kB_read/s    kB_wrtn/s    kB_dscd/s    kB_read    kB_wrtn    kB_dscd
//! vda              84.00      1304.00         0.00         0.00       1304          0          0
//! ```
//!
//! Traps:
//!
//! * The first report is the mean since the machine was started. It is left out; `-y`, which leaves it out already, is
//!   not to be seen.
//! * Times are local: with `S_TIME_FORMAT=ISO` they have an offset, else dates in the order of the locale
//!   ([`Stamps`](crate::shared::sysstat::times::Stamps)). Without `-t` there are none.
//! * Partitions, volumes and RAIDs lie on disks: only whole disks are added ([`disks`](crate::shared::host::disks)).
//! * Columns and their units are those of the version and the options (`-k`, `-m`, `-x`).

mod json;
mod text;

use crate::diagnostic::{Diagnostics, Place};
use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::sysstat::json::{MARK, begins};

pub(crate) static DESCRIPTION: Description = Description {
    name: "iostat",
    description: "disks and CPU of a host as `iostat -t` prints them, as text or JSON",
    written_by: "iostat -t of sysstat 9 to 12, also with -x, -k, -m, -p and -o JSON (best `S_TIME_FORMAT=ISO iostat -t 1`)",
    begins_with: "`Linux 6.1.0 (HOST) 2026-11-30 _x86_64_ (2 CPU)`, then `avg-cpu: %user …` or `Device tps kB_read/s …`; or `{\"sysstat\": …`",
    file_names: &["disks"],
    clocks: &[Clock::EpochSecondsAtArrival, Clock::Epoch, Clock::None],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"avg-cpu", b"Device", b"\"disk_device\""]),
    recognise,
    parse: Parse::Whole(parse),
};

const EXPECTED: &str = "reports of `iostat -t 1` behind the first one";

fn recognise(head: &Head<'_>) -> bool {
    text::is_own(head) || (head.holds(MARK) && (head.holds(b"\"avg-cpu\"") || head.holds(b"\"disk_device\"")))
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    if begins(bytes) { json::parse(bytes) } else { text::parse(bytes) }
}

/// Says that first reports were left out.
fn tell_since_boot(count: usize, diagnostics: &mut Diagnostics) {
    if count > 0 {
        diagnostics.note("since-boot", Place::FILE, || {
            format!(
                "{count} reports, the first of each recording, are means since the machine was started; they are left out"
            )
        });
    }
}

fn tell_no_times(diagnostics: &mut Diagnostics) {
    diagnostics.warning("no-times", Place::FILE, || {
        "the reports have no times: they have no place in a run. Record with iostat -t".to_owned()
    });
}
