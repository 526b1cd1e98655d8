//! The CSV file of `dstat -T -c -m -n --output FILE 1 SECONDS`, dstat 0.6 and 0.7 up to 0.7.2.
//!
//! A preamble of four lines, a blank line (absent since 0.7.3), two header rows, then a row a
//! second. Limits: this one choice of column groups, and no appended runs.

use chrono::NaiveDateTime;

/// What the preamble says about a run.
#[derive(Debug, Clone)]
pub struct Preamble<'a> {
    pub version: &'a str,
    pub host: &'a str,
    pub user: &'a str,
    /// The command line without the program's name.
    pub arguments: &'a str,
    /// Local time of the start.
    pub started: NaiveDateTime,
    /// Abbreviation of the time zone, such as `CET`.
    pub zone: &'a str,
}

/// One row. The first row of a run holds averages since the machine was booted, and no network
/// traffic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Seconds since 1970, with a fraction.
    pub epoch: f64,
    pub cpu: Cpu,
    pub memory: Memory,
    /// Bytes per second received; negative where a counter overflowed.
    pub received: f64,
    /// Bytes per second sent; negative where a counter overflowed.
    pub sent: f64,
}

/// Shares of the processor time of the whole host in per cent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cpu {
    pub user: f64,
    pub system: f64,
    pub idle: f64,
    pub wait: f64,
    pub hard_interrupts: f64,
    pub soft_interrupts: f64,
}

/// Memory of the host's operating system in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Memory {
    pub used: f64,
    pub buffers: f64,
    pub cache: f64,
    pub free: f64,
}

const GROUPS: &str = r#""epoch","total cpu usage",,,,,,"memory usage",,,,"net/total","#;
const COLUMNS: &str =
    r#""epoch","usr","sys","idl","wai","hiq","siq","used","buff","cach","free","recv","send""#;

/// Writes the whole file.
pub fn write(preamble: &Preamble<'_>, rows: &[Row]) -> Vec<u8> {
    let Preamble { version, host, user, arguments, started, zone } = preamble;
    let date = started.format("%d %b %Y %H:%M:%S");
    let mut text = format!(
        "\"Dstat {version} CSV output\"\n\
         \"Author:\",\"Dag Wieers <dag@wieers.com>\",,,,\"URL:\",\"http://dag.wieers.com/home-made/dstat/\"\n\
         \"Host:\",\"{host}\",,,,\"User:\",\"{user}\"\n\
         \"Cmdline:\",\"dstat {arguments}\",,,,\"Date:\",\"{date} {zone}\"\n\
         \n\
         {GROUPS}\n\
         {COLUMNS}\n"
    );
    for row in rows {
        let cells: Vec<String> = row.cells().into_iter().map(number).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text.into_bytes()
}

impl Row {
    /// The values in the order of the columns.
    fn cells(&self) -> [f64; 13] {
        let Self { cpu, memory, .. } = self;
        [
            self.epoch,
            cpu.user,
            cpu.system,
            cpu.idle,
            cpu.wait,
            cpu.hard_interrupts,
            cpu.soft_interrupts,
            memory.used,
            memory.buffers,
            memory.cache,
            memory.free,
            self.received,
            self.sent,
        ]
    }
}

/// A number as dstat prints it: three decimals, but a whole number as Python 2 prints a float, which
/// is twelve significant digits and an exponent from 10¹² on.
fn number(value: f64) -> String {
    if value.fract() != 0.0 {
        return format!("{value:.3}");
    }
    if value.abs() < 1e12 {
        return format!("{value:.1}");
    }
    let scientific = format!("{value:.11e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific.as_str(), "0"));
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}e+{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn numbers_look_like_those_of_python_2() {
        let cases = [
            (0.0, "0.0"),
            (100.0, "100.0"),
            (0.4975124, "0.498"),
            (0.0001, "0.000"),
            (2_632_093_696.0, "2632093696.0"),
            (-4_252_967_296.0, "-4252967296.0"),
            (1_264_510_987.412_3, "1264510987.412"),
            (1_234_567_890_123.0, "1.23456789012e+12"),
            (2e18, "2e+18"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn a_file_has_preamble_headers_and_rows() {
        let preamble = Preamble {
            version: "0.7.0",
            host: "apfel",
            user: "root",
            arguments: "-T -c -m -n --output x 1 2",
            started: NaiveDate::from_ymd_opt(2010, 1, 26)
                .and_then(|day| day.and_hms_opt(14, 3, 7))
                .expect("a valid time"),
            zone: "CET",
        };
        let row = Row {
            epoch: 1_264_510_987.25,
            cpu: Cpu { user: 1.5, idle: 98.5, ..Cpu::default() },
            memory: Memory { used: 4096.0, ..Memory::default() },
            received: 118.0,
            sent: 0.0,
        };
        let text = String::from_utf8(write(&preamble, &[row])).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8);
        assert_eq!(lines[0], r#""Dstat 0.7.0 CSV output""#);
        assert_eq!(
            lines[3],
            r#""Cmdline:","dstat -T -c -m -n --output x 1 2",,,,"Date:","26 Jan 2010 14:03:07 CET""#
        );
        assert_eq!(lines[4], "");
        assert_eq!(lines[7], "1264510987.250,1.500,0.0,98.500,0.0,0.0,0.0,4096.0,0.0,0.0,0.0,118.0,0.0");
    }
}
