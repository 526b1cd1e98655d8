//! `pidstat`: how much of the CPU each process used, as pidstat of sysstat prints it.
//!
//! ```text
//! Linux 6.1.0-13-amd64 (kirsche)  2026-11-30  _x86_64_  (2 CPU)
//!
//! # Time        UID       PID    %usr %system  %guest   %wait    %CPU   CPU  Command
//! 1796084334    106      2143   11.00    4.00   85.00    0.00  100.00     1  qemu-system-x86
//! 1796084335    106      2143    9.00    6.00   84.00    1.00   99.00     1  qemu-system-x86
//! ```
//!
//! The lines are those of [`report`]; `%CPU` is per cent of **one** CPU. Processes of one name are added. With `-t` the
//! threads stand below their process, which holds them: they are columns of their own, `process.qemu-system-x86/migration.cpu`.
//!
//! Traps: a command is the last of a row and may hold blanks; with `-l` it is a whole command line, of which the program counts.
//! Without `-H` times are those of the wall.

use crate::format::{Description, Marks, Parse};
use crate::frame::Clock;
use crate::head::Head;
use crate::meaning::Meaning;
use crate::outcome::{Outcome, Unusable};
use crate::shared::sysstat::report::{self, What};
use crate::shared::sysstat::table::Table;

pub(crate) static DESCRIPTION: Description = Description {
    name: "pidstat",
    description: "CPU of single processes and their threads as pidstat prints it",
    written_by: "pidstat of sysstat 8 to 12 with -u, also -h, -H, -t and -l (best `pidstat -h -H -u 1`)",
    begins_with: "`Linux 6.1.0 (HOST) 2026-11-30 _x86_64_ (2 CPU)`, then `# Time UID PID %usr %system … Command`",
    file_names: &["processes"],
    clocks: &[Clock::EpochSecondsAtArrival, Clock::None],
    meaning: Meaning::HostSamples,
    marks: Marks::Head(&[b"Command"]),
    recognise,
    parse: Parse::Whole(parse),
};

const WHAT: What = What {
    uses: Table::is_of_processes,
    expected: "tables of pidstat about the CPU (-u) over an interval: `pidstat -h -H -u 1`",
    since_boot: true,
};

fn recognise(head: &Head<'_>) -> bool {
    head.lines.iter().any(|line| report::is_head(line.text, |names| Table::read(names).is_of_processes()))
}

fn parse(bytes: &[u8]) -> Result<Outcome, Unusable> {
    report::read(bytes, WHAT)
}
