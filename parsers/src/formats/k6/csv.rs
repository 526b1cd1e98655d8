//! The table of `--out csv`.

use super::{Metric, Point, Reader};
use crate::diagnostic::Place;
use crate::lines::{Line, Lines};
use crate::outcome::{Unusable, unusable};
use crate::shared::cells;
use crate::shared::requests::is_success;
use crate::text::{float, unsigned};
use crate::time::{epoch, stamp};

pub(super) const HEADER: &[u8] = b"metric_name,timestamp,metric_value";
const EXPECTED: &str = "the columns `metric_name,timestamp,metric_value,…,status,…`";

/// Where the columns are that are used.
struct Columns {
    count: usize,
    status: usize,
    error_code: Option<usize>,
    expected: Option<usize>,
}

impl Columns {
    fn read(header: &[u8]) -> Option<Self> {
        let names = cells::read(header, b',', b'"')?;
        let place = |name: &str| names.iter().position(|known| known == name);
        Some(Self {
            count: names.len(),
            status: place("status")?,
            error_code: place("error_code"),
            expected: place("expected_response"),
        })
    }
}

pub(super) fn read(bytes: &[u8], reader: &mut Reader) -> Result<(), Unusable> {
    let mut lines = Lines::new(bytes).filter(|line| !line.is_blank());
    let header = lines.next();
    let Some(columns) = header.and_then(|line| Columns::read(line.text)) else {
        let place = header.map_or(Place::FILE, |line| Place::line(line.number, line.text));
        return Err(unusable(place, EXPECTED, std::mem::take(&mut reader.requests.diagnostics)));
    };
    for line in lines {
        // A header stands again where k6 was told to append.
        if line.text.starts_with(HEADER) {
            continue;
        }
        let metric =
            line.text.split(|byte| *byte == b',').next().and_then(|name| std::str::from_utf8(name).ok());
        let Some(metric) = metric.and_then(Metric::named) else {
            reader.others = reader.others.saturating_add(1);
            continue;
        };
        match point(line, metric, &columns) {
            Some(point) => reader.point(&point),
            None => {
                let expected = format!("{} columns with a time, a value in ms and a status", columns.count);
                reader.requests.lose(line, &expected);
            }
        }
    }
    Ok(())
}

fn point(line: Line<'_>, metric: Metric, columns: &Columns) -> Option<Point> {
    let cells = cells::read(line.text, b',', b'"')?;
    let cell = |at: usize| cells.get(at).map(|cell| cell.trim()).unwrap_or_default();
    (cells.len() == columns.count && line.terminated).then_some(())?;
    let time = cell(1).as_bytes();
    let epoch_s = epoch::any_unit(time).or_else(|| stamp::alone(time)?.epoch_s())?;
    let status = unsigned(cell(columns.status).as_bytes()).unwrap_or_default();
    let failed = columns.error_code.is_some_and(|at| !matches!(cell(at), "" | "0"));
    let worked = match columns.expected.map(cell) {
        Some("true") => true,
        Some("false") => false,
        _ => is_success(status) && !failed,
    };
    let value = float(cell(2).as_bytes()).filter(|value| *value >= 0.0)?;
    Some(Point { line: line.number, metric, epoch_s, value, worked: worked && status != 0 })
}
