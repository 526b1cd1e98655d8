//! A line of `info migrate`, in the layouts of all versions.
//!
//! Up to 10.0 a figure a line (`transferred ram: 883709 kbytes`; milliseconds were written out before 4.1).
//! Since 10.1 several of them (`Time (ms): total=47317, setup=5, down=8`); a version in development had sizes in
//! KiB on lines without a label.

use crate::shared::hypervisor::Field;
use crate::text::{split_once, words};

pub(super) const PROMPT: &[u8] = b"(qemu)";

/// What a line says.
pub(super) enum Content<'a> {
    Status {
        old: bool,
        word: &'a [u8],
        error: Option<&'a [u8]>,
    },
    Figure {
        field: Field,
        digits: &'a [u8],
        scale: f64,
        unit_fits: bool,
        has_unit: bool,
    },
    /// Figures of the layout since 10.1.
    Pairs {
        context: Context,
        kib: bool,
        pairs: &'a [u8],
    },
    /// The same without a label.
    Unlabelled {
        pairs: &'a [u8],
    },
    /// The settings, with which answers begin up to 10.0.
    Globals,
    /// Something of an answer that is not used.
    Label,
    Other,
}

/// What the pairs of a line are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Time,
    Ram,
    Other,
}

#[derive(Clone, Copy)]
enum Of {
    Ms,
    Kbytes,
    Pages,
    Mbps,
    Nothing,
}

/// Figures up to 10.0.
fn figure_of(label: &[u8]) -> Option<(Field, Of)> {
    Some(match label {
        b"total time" => (Field::TotalTime, Of::Ms),
        b"expected downtime" => (Field::ExpectedDowntime, Of::Ms),
        b"downtime" => (Field::Downtime, Of::Ms),
        b"setup" => (Field::SetupTime, Of::Ms),
        b"transferred ram" => (Field::Transferred, Of::Kbytes),
        b"throughput" => (Field::Throughput, Of::Mbps),
        b"remaining ram" => (Field::Remaining, Of::Kbytes),
        b"total ram" => (Field::Total, Of::Kbytes),
        b"duplicate" => (Field::PagesDuplicate, Of::Pages),
        b"skipped" => (Field::PagesSkipped, Of::Pages),
        b"normal" => (Field::PagesNormal, Of::Pages),
        b"normal bytes" => (Field::NormalBytes, Of::Kbytes),
        b"dirty sync count" => (Field::Iteration, Of::Nothing),
        b"page size" => (Field::PageBytes, Of::Kbytes),
        b"dirty pages rate" => (Field::DirtyPages, Of::Pages),
        _ => return None,
    })
}

/// Whether what has this label is known and not used.
fn is_unused(label: &[u8]) -> bool {
    matches!(
        label,
        b"return-path"
            | b"capabilities"
            | b"store-global-state"
            | b"only-migratable"
            | b"send-configuration"
            | b"send-section-footer"
            | b"send-switchover-start"
            | b"decompress-error-check"
            | b"clear-bitmap-shift"
            | b"Outgoing migration blocked"
            | b"multifd bytes"
            | b"pages-per-second"
            | b"precopy ram"
            | b"downtime ram"
            | b"Zero-copy-send fallbacks happened"
            | b"transferred disk"
            | b"remaining disk"
            | b"total disk"
            | b"cache size"
            | b"compressed size"
            | b"cpu throttle percentage"
            | b"vfio device transferred"
            | b"Globals"
    )
}

/// Beginnings of other lines that are known and not used.
const UNUSED: [&[u8]; 10] = [
    b"postcopy ",
    b"xbzrle ",
    b"compression ",
    b"dirty-limit ",
    b"socket address: [",
    b"Sockets: [",
    b"]",
    b"CPU Throttle",
    b"Dirty-limit ",
    b"Postcopy ",
];

/// Labels since 10.1.
const LABELS: [(&[u8], Context); 10] = [
    (b"Time (ms)", Context::Time),
    (b"RAM info", Context::Ram),
    (b"Sizes", Context::Ram),
    (b"Transfers", Context::Ram),
    (b"Channels", Context::Other),
    (b"Page Types", Context::Ram),
    (b"Pages", Context::Ram),
    (b"Page Rates (pps)", Context::Ram),
    (b"Others", Context::Ram),
    (b"XBZRLE", Context::Other),
];

/// Keys since 10.1, with whether they are sizes.
const KEYS: [(&[u8], Context, Field, bool); 15] = [
    (b"total", Context::Time, Field::TotalTime, false),
    (b"setup", Context::Time, Field::SetupTime, false),
    (b"exp_down", Context::Time, Field::ExpectedDowntime, false),
    (b"down", Context::Time, Field::Downtime, false),
    (b"pagesize", Context::Ram, Field::PageBytes, true),
    (b"psize", Context::Ram, Field::PageBytes, true),
    (b"total", Context::Ram, Field::Total, true),
    (b"transferred", Context::Ram, Field::Transferred, true),
    (b"remain", Context::Ram, Field::Remaining, true),
    (b"normal", Context::Ram, Field::PagesNormal, false),
    (b"zero", Context::Ram, Field::PagesDuplicate, false),
    (b"dirty", Context::Ram, Field::DirtyPages, false),
    (b"dirty_pages_rate", Context::Ram, Field::DirtyPages, false),
    (b"dirty_syncs", Context::Ram, Field::Iteration, false),
    (b"downtime_bytes", Context::Other, Field::Transferred, true),
];

/// Commands of the monitor that are rows, by the name they have in QMP.
pub(super) fn entry(command: &[u8]) -> Option<&'static str> {
    match words(command).next()?.1 {
        b"migrate" => Some("migrate"),
        b"migrate_cancel" => Some("migrate_cancel"),
        b"migrate_incoming" => Some("migrate-incoming"),
        b"stop" | b"s" => Some("stop"),
        b"cont" | b"c" => Some("cont"),
        b"quit" | b"q" => Some("quit"),
        _ => None,
    }
}

/// Where `migrate -d tcp:kirsche:4444` sends the VM.
pub(super) fn destination(command: &[u8]) -> Option<&[u8]> {
    words(command).skip(1).map(|(_, word)| word).find(|word| !word.starts_with(b"-"))
}

/// Whether the capability is `on` or `off`: `return-path: on` in answer to `info migrate_capabilities`;
/// `migrate_set_capability return-path on`. Versions that did not know it yet listed all others in each answer.
pub(super) fn return_path(text: &[u8]) -> Option<&'static [u8]> {
    let mut hyphens = memchr::memchr_iter(b'-', text).filter_map(|at| text.split_at_checked(at));
    let Some(rest) = hyphens
        .find_map(|(before, behind)| behind.strip_prefix(b"-path").filter(|_| before.ends_with(b"return")))
    else {
        return text.trim_ascii().starts_with(b"capabilities: ").then_some(b"off".as_slice());
    };
    match words(rest.strip_prefix(b":").unwrap_or(rest)).next()?.1 {
        b"on" => Some(b"on"),
        b"off" => Some(b"off"),
        _ => None,
    }
}

/// The version in `QEMU 7.2.22 monitor - type 'help' for more information`.
pub(super) fn banner(line: &[u8]) -> Option<String> {
    let mut words = words(line).map(|(_, word)| word);
    let version = (words.next() == Some(b"QEMU")).then(|| words.next())??;
    (words.next() == Some(b"monitor")).then(|| String::from_utf8_lossy(version).into_owned())
}

pub(super) fn read(line: &[u8]) -> Content<'_> {
    known(line).unwrap_or_else(|| {
        let indented = line.first().is_some_and(u8::is_ascii_whitespace);
        let text = line.trim_ascii();
        if indented && text.contains(&b'=') && !text.contains(&b':') {
            Content::Unlabelled { pairs: text }
        } else if indented {
            Content::Label
        } else {
            Content::Other
        }
    })
}

/// What a line says that begins with words of an answer; neither a prompt nor a time stands before them.
pub(super) fn known(line: &[u8]) -> Option<Content<'_>> {
    let text = line.trim_ascii();
    let first = text.first()?;
    if let Some(rest) = text.strip_prefix(b"Migration status:") {
        return Some(status(true, rest));
    }
    if let Some(rest) = text.strip_prefix(b"Status:") {
        return Some(status(false, rest));
    }
    if text == b"globals:" {
        return Some(Content::Globals);
    }
    if let Some((label, rest)) = split_once(text, b':') {
        if let Some((field, of)) = figure_of(label) {
            return Some(figure(field, of, rest));
        }
        if is_unused(label) {
            return Some(Content::Label);
        }
        if let b"Throughput (Mbps)" | b"Throughput (mbps)" | b"Bandwidth (mbps)" = label {
            let digits = rest.trim_ascii();
            return Some(Content::Figure {
                field: Field::Throughput,
                digits,
                scale: 125_000.0,
                unit_fits: true,
                has_unit: false,
            });
        }
        let plain = label.strip_suffix(b" (KiB)").or_else(|| label.strip_suffix(b" (KB)"));
        let found = LABELS.iter().find(|(known, _)| *known == plain.unwrap_or(label));
        if let Some((_, context)) = found {
            return Some(Content::Pairs { context: *context, kib: plain.is_some(), pairs: rest });
        }
    }
    UNUSED
        .iter()
        .any(|known| known.first() == Some(first) && text.starts_with(known))
        .then_some(Content::Label)
}

fn status(old: bool, rest: &[u8]) -> Content<'_> {
    let rest = rest.trim_ascii();
    let (word, error) = match split_once(rest, b' ') {
        Some((word, error)) => (word, error.trim_ascii().strip_prefix(b"(")),
        None => (rest, None),
    };
    Content::Status { old, word, error: error.map(|error| error.strip_suffix(b")").unwrap_or(error)) }
}

fn figure(field: Field, of: Of, rest: &[u8]) -> Content<'_> {
    let mut words = words(rest).map(|(_, word)| word);
    let digits = words.next().unwrap_or_default();
    let unit = words.next();
    let (scale, units): (f64, [Option<&[u8]>; 2]) = match of {
        Of::Ms => (0.001, [Some(b"ms"), Some(b"milliseconds")]),
        Of::Kbytes => (1024.0, [Some(b"kbytes"), Some(b"kbytes")]),
        Of::Pages => (1.0, [Some(b"pages"), Some(b"pages")]),
        Of::Mbps => (125_000.0, [Some(b"mbps"), Some(b"mbps")]),
        Of::Nothing => (1.0, [None, None]),
    };
    let unit_fits = units.contains(&unit) && words.next().is_none();
    Content::Figure { field, digits, scale, unit_fits, has_unit: unit.is_some() }
}

/// One of the figures of a line.
pub(super) struct Pair<'a> {
    pub field: Option<Field>,
    pub digits: &'a [u8],
    pub scale: f64,
    /// The last one of its line.
    pub last: bool,
    /// A size with a unit has three digits.
    pub rounded: bool,
}

/// `transferred=1.41 GiB, remain=2.46 GiB`
pub(super) fn pairs(context: Context, kib: bool, text: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    let end = text.len();
    let mut at = 0_usize;
    text.split(|byte| *byte == b',').filter_map(move |part| {
        at = at.saturating_add(part.len()).saturating_add(1);
        let (key, value) = split_once(part.trim_ascii(), b'=')?;
        let known =
            KEYS.iter().find(|(name, of, ..)| *name == key && *of == context && context != Context::Other);
        let size = known.is_some_and(|(.., size)| *size);
        let (digits, unit) = split_once(value, b' ').unwrap_or((value, b""));
        let unit_scale = match unit {
            b"" if size && kib => Some(1024.0),
            b"" | b"B" => Some(1.0),
            b"KiB" => Some(1024.0),
            b"MiB" => Some(1_048_576.0),
            b"GiB" => Some(1_073_741_824.0),
            b"TiB" => Some(1_099_511_627_776.0),
            b"PiB" => Some(1_125_899_906_842_624.0),
            _ => None,
        };
        let scale = if context == Context::Time { 0.001 } else { unit_scale.unwrap_or(1.0) };
        let digits = if unit_scale.is_some() { digits } else { b"".as_slice() };
        let rounded = size && !matches!(unit, b"" | b"B");
        Some(Pair { field: known.map(|(_, _, field, _)| *field), digits, scale, last: at > end, rounded })
    })
}
