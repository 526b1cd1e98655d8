//! The results file of Iometer, version 2008.06.18.
//!
//! Lines end with a carriage return and a line feed, numbers have six significant digits, nothing is
//! quoted. Each step of a test repeats the titles of the 56 columns and writes the same accesses at every
//! level: all managers, each manager with its processors and workers, each worker with its target. Here
//! there is one manager with one worker and one target, so that the levels are equal.

use chrono::DateTime;

/// Ticks a second of the timer that raw times are counted in: that of ACPI.
const TICKS: f64 = 3_579_545.0;
/// What Iometer writes for what it does not know.
const UNKNOWN: &str = "-1";

const TITLES: &str = "'Target Type,Target Name,Access Specification Name,# Managers,# Workers,# Disks,\
    IOps,Read IOps,Write IOps,MBps,Read MBps,Write MBps,Transactions per Second,Connections per Second,\
    Average Response Time,Average Read Response Time,Average Write Response Time,\
    Average Transaction Time,Average Connection Time,Maximum Response Time,\
    Maximum Read Response Time,Maximum Write Response Time,Maximum Transaction Time,\
    Maximum Connection Time,Errors,Read Errors,Write Errors,Bytes Read,Bytes Written,Read I/Os,Write I/Os,\
    Connections,Transactions per Connection,Total Raw Read Response Time,Total Raw Write Response Time,\
    Total Raw Transaction Time,Total Raw Connection Time,Maximum Raw Read Response Time,\
    Maximum Raw Write Response Time,Maximum Raw Transaction Time,Maximum Raw Connection Time,\
    Total Raw Run Time,Starting Sector,Maximum Size,Queue Depth,% CPU Utilization,% User Time,\
    % Privileged Time,% DPC Time,% Interrupt Time,Processor Speed,Interrupts per Second,CPU Effectiveness,\
    Packets/Second,Packet Errors,Segments Retransmitted/Second";

/// A test: all its steps, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Test<'a> {
    pub description: &'a str,
    /// Name of the machine.
    pub manager: &'a str,
    pub target: Target<'a>,
    /// Milliseconds since 1970 in local time.
    pub started: i64,
    pub steps: &'a [Step],
}

/// What is written to and read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    Disk(&'a str),
    /// The address of an interface.
    Network(&'a str),
}

/// One access specification, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub kib: u64,
    pub reads: bool,
    pub random: bool,
    /// MiB per second.
    pub rate: f64,
    /// How many accesses there were, one at a time.
    pub accesses: u64,
    /// The longest of them is so many times as long as their mean.
    pub longest: f64,
    /// Per cent of each processor, if known.
    pub processors: Vec<Option<f64>>,
}

impl Step {
    fn specification(&self) -> String {
        let size =
            if self.kib < 1024 { format!("{} KB", self.kib) } else { format!("{} MB", self.kib / 1024) };
        let (reads, random) = (100 * u8::from(self.reads), 100 * u8::from(self.random));
        format!("{size}; {reads}% read; {random}% random")
    }

    fn per_second(&self) -> f64 {
        self.rate * 1024.0 / self.kib as f64
    }

    fn seconds(&self) -> f64 {
        self.accesses as f64 / self.per_second()
    }

    /// The mean over the processors.
    fn cpu(&self) -> Option<f64> {
        let all: Option<f64> = self.processors.iter().copied().sum();
        all.map(|all| all / self.processors.len() as f64)
    }
}

/// Writes the whole file.
pub fn write(test: &Test<'_>) -> Vec<u8> {
    let mut now = test.started;
    let mut lines = vec![
        "'Test Type,Test Description".to_owned(),
        format!("0,{}", test.description),
        "'Version".to_owned(),
        "2008.06.18".to_owned(),
    ];
    stamp(&mut lines, now);
    lines.push("'Access specifications".to_owned());
    for step in test.steps {
        let (reads, random) = (100 * u8::from(step.reads), 100 * u8::from(step.random));
        lines.push("'Access specification name,default assignment".to_owned());
        lines.push(format!("{},0", step.specification()));
        lines.push("'size,% of size,% reads,% random,delay,burst,align,reply".to_owned());
        lines.push(format!("{},100,{reads},{random},0,1,0,0", step.kib * 1024));
    }
    lines.push("'End access specifications".to_owned());
    for step in test.steps {
        lines.push("'Results".to_owned());
        lines.push(TITLES.to_owned());
        rows(&mut lines, test, step);
        // Two seconds between the steps.
        now += (step.seconds() * 1000.0).round() as i64 + 2_000;
        stamp(&mut lines, now);
    }
    let mut text = lines.join("\r\n");
    text += "\r\n";
    text.into_bytes()
}

#[expect(clippy::expect_used, reason = "the generator's own times")]
fn stamp(lines: &mut Vec<String>, milliseconds: i64) {
    let time = DateTime::from_timestamp_millis(milliseconds).expect("a time of this century");
    lines.push("'Time Stamp".to_owned());
    lines.push(time.format("%Y-%m-%d %H:%M:%S:%3f").to_string());
}

/// The rows of a step at all levels.
fn rows(lines: &mut Vec<String>, test: &Test<'_>, step: &Step) {
    let specification = step.specification();
    let disks = match test.target {
        Target::Disk(_) => "1",
        Target::Network(_) => "0",
    };
    let mut row = |level: &str, name: &str, counts: [&str; 3], raw: bool, cpu: [String; 11]| {
        let [managers, workers, disks] = counts;
        let accesses = accesses(step, raw).join(",");
        lines.push(format!(
            "{level},{name},{specification},{managers},{workers},{disks},{accesses},{}",
            cpu.join(",")
        ));
    };
    let none = || [const { String::new() }; 11];
    row("ALL", "All", ["1", "1", disks], false, cpu(step.cpu(), step.per_second()));
    row("MANAGER", test.manager, ["", "1", disks], true, cpu(step.cpu(), step.per_second()));
    row("WORKER", "Worker 1", ["", "", disks], true, none());
    match test.target {
        Target::Disk(name) => row("DISK", name, ["", "", ""], true, none()),
        Target::Network(name) => row("NETWORK", name, ["", "", ""], true, none()),
    }
    // Processors have nothing but their share; they stand behind the manager.
    let at = lines.len() - 2;
    for (number, share) in step.processors.iter().enumerate() {
        let cells = cpu(*share, step.per_second());
        let row = format!("PROCESSOR,CPU {number}{}{},,,,", ",".repeat(44), cells[..7].join(","));
        lines.insert(at + number, row);
    }
}

/// The columns from `IOps` to `Queue Depth`.
fn accesses(step: &Step, raw: bool) -> Vec<String> {
    let zero = || "0".to_owned();
    // All, reads, writes.
    let three = |value: String| match step.reads {
        true => [value.clone(), value, zero()],
        false => [value.clone(), zero(), value],
    };
    let [_, read_rows, write_rows] = three("1".to_owned()).map(|one| one == "1");
    let only = |is: bool, value: String| if is { value } else { zero() };
    let response = 1000.0 / step.per_second();
    let longest = response * step.longest;
    let bytes = (step.accesses * step.kib * 1024).to_string();
    let accesses = step.accesses.to_string();
    let ticks = |milliseconds: f64| ((milliseconds / 1000.0 * TICKS).round() as u64).to_string();

    let mut cells = Vec::with_capacity(39);
    cells.extend(three(general(step.per_second())));
    cells.extend(three(general(step.rate)));
    cells.extend([general(step.per_second()), zero()]);
    cells.extend(three(general(response)));
    cells.extend([general(response), zero()]);
    cells.extend(three(general(longest)));
    cells.extend([general(longest), zero()]);
    cells.extend([zero(), zero(), zero()]);
    for value in [bytes, accesses] {
        cells.extend([only(read_rows, value.clone()), only(write_rows, value)]);
    }
    cells.extend([zero(), UNKNOWN.to_owned()]);
    if raw {
        for milliseconds in [step.seconds() * 1000.0, longest] {
            let time = ticks(milliseconds);
            cells.extend([only(read_rows, time.clone()), only(write_rows, time.clone()), time, zero()]);
        }
        cells.push(ticks(step.seconds() * 1000.0));
    } else {
        cells.extend([const { String::new() }; 9]);
    }
    cells.extend([zero(), zero(), "1".to_owned()]);
    cells
}

/// The columns from `% CPU Utilization` on. Of what a processor does only the share is known.
fn cpu(share: Option<f64>, per_second: f64) -> [String; 11] {
    let mut cells = [const { String::new() }; 11].map(|_| UNKNOWN.to_owned());
    if let Some(share) = share {
        cells[0] = general(share);
        if share > 0.0 {
            cells[7] = general(per_second / share);
        }
    }
    // The speed is that of a processor.
    cells[5] = String::new();
    cells
}

/// Six significant digits without zeros at the end, as C++ prints numbers.
fn general(value: f64) -> String {
    let mut decimals = 5usize;
    let mut size = value;
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    while size > 0.0 && size < 1.0 && decimals < 12 {
        size *= 10.0;
        decimals += 1;
    }
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_significant_digits() {
        let cases = [(0.0, "0"), (6.25, "6.25"), (1_249.996_2, "1250"), (0.078_125_44, "0.0781254")];
        for (value, text) in cases {
            assert_eq!(general(value), text);
        }
        assert_eq!((general(52_731.49), general(9.999_999_9)), ("52731.5".to_owned(), "10".to_owned()));
    }

    #[test]
    fn rows_have_the_columns_of_the_titles() {
        let step = Step {
            kib: 256,
            reads: true,
            random: false,
            rate: 50.0,
            accesses: 36_000,
            longest: 2.0,
            processors: vec![Some(2.5), Some(1.5)],
        };
        let test = Test {
            description: "net",
            manager: "LAPTOP",
            target: Target::Network("192.168.2.70"),
            started: 1_264_514_405_123,
            steps: &[step],
        };
        let text = String::from_utf8(write(&test)).expect("text");
        let rows: Vec<Vec<&str>> = text
            .split("\r\n")
            .skip_while(|line| *line != TITLES)
            .map(|line| line.split(',').collect())
            .collect();
        for row in &rows[..7] {
            assert_eq!(row.len(), 56, "{row:?}");
        }
        let levels: Vec<&str> = rows[1..7].iter().map(|row| row[0]).collect();
        assert_eq!(levels, ["ALL", "MANAGER", "PROCESSOR", "PROCESSOR", "WORKER", "NETWORK"]);
        assert_eq!(
            rows[1][..12],
            ["ALL", "All", "256 KB; 100% read; 0% random", "1", "1", "0", "200", "200", "0", "50", "50", "0"]
        );
        assert_eq!((rows[1][27], rows[1][29], rows[1][45]), ("9437184000", "36000", "2"));
        assert_eq!((rows[3][44], rows[3][45], rows[5][45]), ("", "2.5", ""));
        assert!(text.ends_with("'Time Stamp\r\n2010-01-26 14:03:07:123\r\n"));
    }
}
