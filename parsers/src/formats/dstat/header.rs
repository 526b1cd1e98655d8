//! The quoted rows above the numbers.
//!
//! They are few, so they are copied into strings. Quotes may be missing where a spreadsheet has saved the
//! file again, and unbalanced where someone has edited it.

/// Which program wrote the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writer {
    /// dstat itself.
    Dstat,
    /// A successor whose numbers mean something else; with the reason.
    Other(&'static str),
}

impl Writer {
    pub const DOOL: Self =
        Self::Other("dool writes network and disk in bits per second since 1.3.0 and is not read yet");
    pub const PCP: Self = Self::Other("pcp-dstat writes memory in KiB and is not read yet");
}

/// A row that is not one of numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderRow {
    /// `"Dstat 0.7.0 CSV output"`
    Title { writer: Writer, version: String },
    /// `"Author:",…`
    Author,
    /// `"Host:",…,"User:",…` or `"Cmdline:",…,"Date:",…`
    About(About),
    /// Groups or subtitles.
    Names,
}

/// What the rows `Host:` and `Cmdline:` say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub host: Option<String>,
    pub user: Option<String>,
    pub command_line: Option<String>,
    pub date: Option<String>,
    /// Known only where the command names it.
    pub writer: Option<Writer>,
}

/// Takes a row for what it is; `None` for a row of numbers.
pub(super) fn read(line: &[u8]) -> Option<HeaderRow> {
    // Rows of numbers are the many, and all but text cells begin with a digit.
    if line.first().is_none_or(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b',')) {
        return None;
    }
    if let Some(title) = title(line) {
        return Some(title);
    }
    let known = [b"Author:".as_slice(), b"Host:", b"Cmdline:", b"Cmd:"];
    let bare = line.strip_prefix(b"\"").unwrap_or(line);
    if known.iter().any(|key| bare.starts_with(key)) {
        let cells = cells(line);
        if cells.first().is_some_and(|cell| cell == "Author:") {
            return Some(HeaderRow::Author);
        }
        return Some(HeaderRow::About(about(&cells)));
    }
    (line.starts_with(b"\"") || is_groups(line) || is_subtitles(line)).then_some(HeaderRow::Names)
}

fn title(line: &[u8]) -> Option<HeaderRow> {
    let first = cells(line.get(..200).unwrap_or(line)).into_iter().next()?;
    let rest = first.strip_suffix(" CSV output").or_else(|| first.strip_suffix(" CSV Output"))?;
    let (name, version) = rest.rsplit_once(' ')?;
    let writer = match name.to_ascii_lowercase().as_str() {
        "dstat" => Writer::Dstat,
        "dool" => Writer::DOOL,
        "pcp-dstat" => Writer::PCP,
        _ => return None,
    };
    Some(HeaderRow::Title { writer, version: version.to_owned() })
}

pub(super) fn is_title(line: &[u8]) -> bool {
    title(line).is_some()
}

fn about(cells: &[String]) -> About {
    let mut about = About::default();
    let mut key = None;
    for cell in cells.iter().filter(|cell| !cell.is_empty()) {
        match (key.take(), cell.as_str()) {
            (Some("Host:"), value) => about.host = Some(value.to_owned()),
            (Some("User:"), value) => about.user = Some(value.to_owned()),
            (Some("Cmdline:" | "Cmd:"), value) => about.command_line = Some(value.to_owned()),
            (Some("Date:"), value) => about.date = Some(value.to_owned()),
            (_, name) => key = Some(name),
        }
    }
    about.writer = about.command_line.as_deref().and_then(|command| {
        let program = command.split_ascii_whitespace().next()?;
        match program.rsplit('/').next()? {
            "dool" => Some(Writer::DOOL),
            "pcp" | "pcp-dstat" => Some(Writer::PCP),
            _ => None,
        }
    });
    about
}

/// Seconds between two rows: dstat's first argument that is no option. 1 where the command does not say.
pub(super) fn delay(command: &str) -> u32 {
    let numbers: Vec<u32> =
        command.split_ascii_whitespace().rev().map_while(|word| word.parse().ok()).take(2).collect();
    // `… 1 60` is delay and count, `… 1` the delay.
    numbers.last().copied().filter(|delay| *delay > 0).unwrap_or(1)
}

/// The cells of a header row. A quote that is not closed ends with the line.
pub(super) fn cells(line: &[u8]) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = Vec::new();
    let mut quoted = false;
    for byte in line {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                cells.push(String::from_utf8_lossy(&std::mem::take(&mut cell)).trim().to_owned());
            }
            _ => cell.push(*byte),
        }
    }
    cells.push(String::from_utf8_lossy(&cell).trim().to_owned());
    cells
}

/// Whether a row holds names of dstat's groups.
pub(super) fn is_groups(line: &[u8]) -> bool {
    let known = |cell: &String| {
        matches!(
            cell.as_str(),
            "total cpu usage"
                | "total usage"
                | "memory usage"
                | "load avg"
                | "most expensive"
                | "system"
                | "paging"
        ) || cell.starts_with("net/")
            || cell.starts_with("dsk/")
            || cell.starts_with("io/")
    };
    let cells = cells(line);
    // `net/eth0:recv` is a subtitle.
    cells.iter().any(known) && !cells.iter().any(|cell| cell.contains(':'))
}

/// Whether a row holds subtitles that only dstat has side by side.
pub(super) fn is_subtitles(line: &[u8]) -> bool {
    const PAIRS: &[[&str; 2]] = &[
        ["usr", "sys"],
        ["recv", "send"],
        ["read", "writ"],
        ["used", "buff"],
        ["used", "free"],
        ["1m", "5m"],
    ];
    let cells = cells(line);
    let name = |cell: &String| cell.rsplit(':').next().unwrap_or_default().to_owned();
    let names: Vec<String> = cells.iter().map(name).collect();
    names.windows(2).any(|two| PAIRS.iter().any(|pair| two == pair))
}

/// Whether a quoted row has a column that only dstat has. Weaker than [`is_subtitles`].
pub(super) fn has_subtitle(line: &[u8]) -> bool {
    line.starts_with(b"\"")
        && (is_subtitles(line)
            || cells(line).iter().any(|cell| cell == "epoch" || cell == "time" || cell.ends_with(" process")))
}

/// pcp-dstat without its title: it alone calls the group of the CPU so.
pub(super) fn is_pcp(groups: &[String]) -> bool {
    groups.iter().any(|group| group == "total usage")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_name_the_writer() {
        let title = |line: &str| match read(line.as_bytes()) {
            Some(HeaderRow::Title { writer, version }) => Some((writer, version)),
            _ => None,
        };
        assert_eq!(title("\"Dstat 0.6.9 CSV output\""), Some((Writer::Dstat, "0.6.9".to_owned())));
        assert_eq!(title("Dstat 0.7.2 CSV output,,,"), Some((Writer::Dstat, "0.7.2".to_owned())));
        assert_eq!(title("\"dool 1.3.1 CSV output\""), Some((Writer::DOOL, "1.3.1".to_owned())));
        assert_eq!(title("\"pcp-dstat 6.2.0 CSV Output\""), Some((Writer::PCP, "6.2.0".to_owned())));
        assert_eq!(title("\"My 1.0 CSV output\""), None);
    }

    #[test]
    fn about_the_run() {
        let line = br#""Cmdline:","dstat -N eth0,eth1 1 60",,,,"Date:","26 Jan 2010 14:00:00 CET""#;
        let about = About {
            command_line: Some("dstat -N eth0,eth1 1 60".to_owned()),
            date: Some("26 Jan 2010 14:00:00 CET".to_owned()),
            ..About::default()
        };
        assert_eq!(read(line), Some(HeaderRow::About(about)));
        let old = br#""Host:","h",,,,"Date:","26 Jan 2010""#;
        let about =
            About { host: Some("h".to_owned()), date: Some("26 Jan 2010".to_owned()), ..About::default() };
        assert_eq!(read(old), Some(HeaderRow::About(about)));
        let author = br#""Author:","PCP team <pcp@groups.io>,,,,"URL:","http://x/""#;
        assert_eq!(read(author), Some(HeaderRow::Author));
    }

    #[test]
    fn delays() {
        assert_eq!(delay("dstat -T -c -m -n --output x.test 1 60"), 1);
        assert_eq!(delay("dstat -t -cdns --output=/tmp/dstat.csv 60"), 60);
        assert_eq!(delay("dstat --output dstat.csv"), 1);
        assert_eq!(delay(""), 1);
    }
}
