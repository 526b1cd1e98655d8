//! Which program wrote a run, and in which units.
//!
//! dstat, dool and pcp-dstat write the same headings over numbers of different units:
//!
//! | | network | disk | memory, swap |
//! | --- | --- | --- | --- |
//! | dstat, dool before 1.3.0 | byte/s | byte/s | byte |
//! | dool from 1.3.0 on | bit/s, byte/s with `--bytes` or `--dstat` | the same | byte |
//! | pcp-dstat | byte/s | KiB/s | KiB |
//!
//! The title names program and version. Where a run was appended to an empty file there is no title; then the
//! command may name dool, and the headings for memory tell (`buf` is pcp's, `avai` dool's). pcp-dstat's command
//! line says `dstat`. dool also takes options from the environment (`DOOL_OPTS`), which leave no trace.

use crate::diagnostic::{Diagnostics, Place};
use crate::lines::Line;

/// A program of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    Dstat,
    Dool,
    Pcp,
}

impl Writer {
    pub fn name(self) -> &'static str {
        match self {
            Self::Dstat => "dstat",
            Self::Dool => "dool",
            Self::Pcp => "pcp-dstat",
        }
    }

    /// As the title calls it.
    pub fn of_title(name: &[u8]) -> Option<Self> {
        let all = [Self::Dstat, Self::Dool, Self::Pcp];
        all.into_iter().find(|writer| name.eq_ignore_ascii_case(writer.name().as_bytes()))
    }

    /// As the command names it; `dstat` may be any of the three.
    pub fn of_command(command: &str) -> Option<Self> {
        let mut words = command.split_ascii_whitespace();
        let program = words.next()?;
        let named = |name: &str| program.split('/').any(|part| part == name);
        if named("dool") || named("dool.py") {
            Some(Self::Dool)
        } else if named("pcp") || named("pcp-dstat") || named("pcp-dstat.py") {
            Some(Self::Pcp)
        } else {
            None
        }
    }

    /// Which program the headings belong to, if only one has such; whether the title disagrees.
    pub fn settle(claimed: Option<Self>, shown: Option<Headings>) -> (Self, bool) {
        match (claimed, shown) {
            (Some(Self::Pcp), Some(Headings::Buff)) => (Self::Dstat, true),
            (Some(Self::Pcp) | None, Some(Headings::Pcp)) => (Self::Pcp, false),
            (Some(_), Some(Headings::Pcp)) => (Self::Pcp, true),
            (Some(Self::Dool) | None, Some(Headings::Available)) => (Self::Dool, false),
            (Some(_), Some(Headings::Available)) => (Self::Dool, true),
            (claimed, _) => (claimed.unwrap_or(Self::Dstat), false),
        }
    }
}

/// Headings that not all of them write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Headings {
    /// `total usage`, or memory with `buf`.
    Pcp,
    /// Memory with `avai`: dool from 1.1 on.
    Available,
    /// Memory with `buff`: dstat, and dool up to 1.0.
    Buff,
}

impl Headings {
    /// What the columns, each with the group it is in, give away.
    pub fn of(columns: &[(&str, &str)]) -> Option<Self> {
        let mut shown = None;
        for (group, subtitle) in columns {
            let memory = matches!(*group, "memory usage" | "advanced memory usage");
            match subtitle.rsplit(':').next().unwrap_or_default() {
                _ if *group == "total usage" => return Some(Self::Pcp),
                "buf" if memory => return Some(Self::Pcp),
                "avai" if memory => shown = Some(Self::Available),
                "buff" if memory => shown = shown.or(Some(Self::Buff)),
                _ => {}
            }
        }
        shown
    }
}

/// What values are multiplied by to have bytes and bytes per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Units {
    /// None where the unit is not known.
    pub network: Option<f64>,
    pub disk: Option<f64>,
    pub memory: f64,
}

impl Units {
    pub const BYTES: Self = Self { network: Some(1.0), disk: Some(1.0), memory: 1.0 };
    const BITS: Self = Self { network: Some(0.125), disk: Some(0.125), memory: 1.0 };
    const UNKNOWN: Self = Self { network: None, disk: None, memory: 1.0 };
    const KIB: Self = Self { network: Some(1.0), disk: Some(1024.0), memory: 1024.0 };

    pub fn of(writer: Writer, version: Option<&str>, command: Option<&str>, shown: Option<Headings>) -> Self {
        match writer {
            Writer::Dstat => Self::BYTES,
            Writer::Pcp => Self::KIB,
            // Up to 1.0.
            Writer::Dool if shown == Some(Headings::Buff) => Self::BYTES,
            Writer::Dool => match (version.and_then(release), command.map(wants_bytes)) {
                (Some(release), _) if release < (1, 3) => Self::BYTES,
                (_, Some(true)) => Self::BYTES,
                (Some(_), Some(false)) => Self::BITS,
                (None, _) | (_, None) => Self::UNKNOWN,
            },
        }
    }

    /// The unit of the network in the log.
    pub fn of_network(self) -> &'static str {
        match self.network {
            None => "unknown",
            Some(factor) if factor < 1.0 => "bit/s",
            Some(_) => "byte/s",
        }
    }
}

/// Tells what the units of a run are where they are not dstat's.
pub(super) fn report(
    writer: Writer,
    contradiction: bool,
    units: Units,
    rates: bool,
    line: Line<'_>,
    diagnostics: &mut Diagnostics,
) {
    let place = Place { line: Some(line.number), ..Place::FILE };
    if contradiction {
        diagnostics.warning("title-contradicted", place, || {
            format!(
                "title or command say otherwise, but only {} writes these headings: read as its",
                writer.name()
            )
        });
    }
    match (units.network, writer) {
        (None, _) if rates => diagnostics.error("network-unit-unknown", place, || {
            "dool writes network and disk in bits per second since 1.3.0 unless run with --bytes; the version, or \
             the command, is not in the file: null. If you know it, put `\"dool VERSION CSV output\"` into the first \
             line"
                .to_owned()
        }),
        (Some(factor), Writer::Dool) if rates && factor < 1.0 => {
            diagnostics.note("bits-per-second", place, || {
                "this dool writes network and disk in bits per second, since it was not run with --bytes; divided \
                 by 8"
                    .to_owned()
            });
        }
        (_, Writer::Pcp) => diagnostics.note("kibibytes", place, || {
            "pcp-dstat writes memory, swap and disk in KiB; multiplied by 1024".to_owned()
        }),
        _ => {}
    }
}

/// Major and minor number of a version such as `1.3.1`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next().unwrap_or(0)))
}

/// Whether dool counts bytes by its options. The last option counts, and options may be shortened.
fn wants_bytes(command: &str) -> bool {
    let is = |word: &str, option: &str, least: usize| word.len() >= least && option.starts_with(word);
    let mut bytes = false;
    for word in command.split_ascii_whitespace() {
        if is(word, "--bytes", 4) || is(word, "--dstat", 4) {
            bytes = true;
        } else if is(word, "--bits", 4) {
            bytes = false;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_title_command_and_headings() {
        assert_eq!(Writer::of_title(b"Dstat"), Some(Writer::Dstat));
        assert_eq!(Writer::of_title(b"pcp-dstat"), Some(Writer::Pcp));
        assert_eq!(Writer::of_title(b"My"), None);
        assert_eq!(Writer::of_command("/home/u/bin/dool --time"), Some(Writer::Dool));
        assert_eq!(Writer::of_command("/usr/lib/python3/dool/__main__.py -T"), Some(Writer::Dool));
        assert_eq!(Writer::of_command("dstat -T --output dool"), None);
        let columns = [("epoch", "epoch"), ("memory usage", "used"), ("memory usage", "avai")];
        assert_eq!(Headings::of(&columns), Some(Headings::Available));
        assert_eq!(Writer::settle(None, None), (Writer::Dstat, false));
        assert_eq!(Writer::settle(Some(Writer::Pcp), Some(Headings::Buff)), (Writer::Dstat, true));
        assert_eq!(Writer::settle(Some(Writer::Dool), Some(Headings::Buff)), (Writer::Dool, false));
        assert_eq!(Writer::settle(Some(Writer::Dstat), Some(Headings::Pcp)), (Writer::Pcp, true));
    }

    #[test]
    fn dool_counts_bits_from_1_3_on() {
        let dool = |version, command| Units::of(Writer::Dool, version, command, None).of_network();
        assert_eq!(dool(Some("1.2.0"), Some("dool -n")), "byte/s");
        assert_eq!(dool(Some("1.3.0"), Some("dool -n")), "bit/s");
        assert_eq!(dool(Some("1.10.0-dev"), Some("dool -n")), "bit/s");
        assert_eq!(dool(Some("1.3.8"), Some("dool -n --bytes 1 8")), "byte/s");
        assert_eq!(dool(Some("1.3.8"), Some("dool --dstat")), "byte/s");
        assert_eq!(dool(Some("1.3.8"), Some("dool --byte --bits")), "bit/s");
        assert_eq!(dool(None, Some("dool -n")), "unknown");
        assert_eq!(dool(None, Some("dool -n --bytes")), "byte/s");
        assert_eq!(dool(Some("1.3.8"), None), "unknown");
        assert_eq!(Units::of(Writer::Dool, None, None, Some(Headings::Buff)), Units::BYTES);
        assert_eq!(Units::of(Writer::Pcp, Some("6.2.0"), None, None).memory, 1024.0);
    }
}
