//! The CSV of pmrep and pcp2csv.

use super::metrics::{Amount, Part};
use super::{Reader, Value, moment, offset_s};
use crate::diagnostic::Place;
use crate::lines::{Line, Lines};
use crate::shared::cells;
use crate::text::float;

/// What the line of names says.
#[derive(Clone, Debug)]
pub(super) struct Names {
    between: u8,
    /// Where the time stands.
    time: usize,
    /// What each column is, and of which disk or interface.
    columns: Vec<Option<(Part, String)>>,
}

impl Names {
    /// None for other lines, and where no metric of a host is among the names.
    pub fn read(line: &[u8]) -> Option<Self> {
        let rest = line.strip_prefix(b"Time").or_else(|| line.strip_prefix(b"Host"))?;
        let between = *rest.first().filter(|byte| byte.is_ascii_punctuation() || **byte == b'\t')?;
        let names = cells::read(line, between, b'"')?;
        let time = names.iter().position(|name| name == "Time")?;
        let is_head = time == 0 || (time == 2 && names.get(1).is_some_and(|name| name == "Interval"));
        let column = |name: &str| {
            let (metric, instance) = name.split_once('-').unwrap_or((name, ""));
            Some((Part::of(metric)?, instance.to_owned()))
        };
        let columns: Vec<Option<(Part, String)>> = names.iter().map(|name| column(name)).collect();
        (is_head && columns.iter().any(Option::is_some)).then_some(Self { between, time, columns })
    }
}

pub(super) fn read(bytes: &[u8], reader: &mut Reader) {
    let mut names: Option<Names> = None;
    for line in Lines::new(bytes).filter(|line| !line.is_blank()) {
        if let Some(found) = Names::read(line.text) {
            names = Some(found);
            reader.begins = true;
            continue;
        }
        let row = names.as_ref().filter(|_| line.terminated).and_then(|names| row(line, names, reader));
        if row.is_none() {
            reader.lost = reader.lost.saturating_add(1);
            let code = if line.terminated { "row-unreadable" } else { "last-line-cut" };
            reader.diagnostics.warning(code, Place::line(line.number, line.text), || {
                "expected a time, and as many cells as names above; the line is left out".to_owned()
            });
        }
    }
}

fn row(line: Line<'_>, names: &Names, reader: &mut Reader) -> Option<()> {
    let cells =
        cells::read(line.text, names.between, b'"').filter(|cells| cells.len() == names.columns.len())?;
    let time = cells.get(names.time)?.trim();
    let (time, zone) = time.split_once(" UTC").map_or((time, None), |(time, zone)| (time, Some(zone)));
    let offset_s = zone.and_then(|zone| offset_s(&format!("UTC{zone}")));
    let moment = moment(time, offset_s)?;
    if names.time == 2 && reader.facts.get("host").is_none() {
        reader.facts.set_text("host", cells.first()?.as_bytes());
    }
    let place = Place::line(line.number, line.text);
    let mut values = Vec::new();
    for (column, cell) in names.columns.iter().zip(&cells) {
        let Some((part, instance)) = column else { continue };
        let cell = cell.trim();
        let mut push = |amount| values.push(Value { part: *part, instance: instance.clone(), amount });
        let Some(number) = float(cell.as_bytes()).filter(|number| *number >= 0.0) else {
            if !matches!(cell, "" | "N/A" | "?" | "nan" | "NaN") {
                reader.diagnostics.warning("unreadable-value", place, || {
                    format!("expected a number of at least 0, found `{cell}`; the value is null")
                });
            }
            push(Amount::Missing);
            continue;
        };
        // Kibibytes are whole. The first row has those of memory, and no rate.
        let has_decimals = cell.contains('.');
        reader.is_scaled |= matches!(part, Part::Memory(_)) && has_decimals;
        let amount = match part {
            // A rate has decimals, what was counted has none.
            part if part.is_counter() && !has_decimals => Amount::Counted,
            Part::Memory(_)
            | Part::Device("net", _)
            | Part::Device("disk", "read" | "written")
            | Part::All(_)
                if reader.is_scaled =>
            {
                Amount::Unknown
            }
            Part::Cpu(_) | Part::Count | Part::Memory(_) | Part::Device(..) | Part::All(_) => {
                Amount::Plain(number)
            }
        };
        push(amount);
    }
    reader.sample(moment, &values, place);
    Some(())
}
