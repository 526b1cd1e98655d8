//! Tables and sentences for a terminal, as wide as it is; tables in Markdown.

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, Table as TerminalTable, TableComponent, Width,
    presets,
};
use terminal_size::terminal_size_of;

use crate::show::report::view::{CellView, SpanView, TableView};
use crate::show::tables::Bar;

/// Spaces around the text of a cell.
const PADDING: usize = 2;
/// A space between columns.
const BETWEEN: usize = 1;
/// Signs up to which a text should not wrap.
const SHORT: usize = 14;
/// Longer lines are hard to read.
const LONGEST_LINE: usize = 100;

/// A table without frame that fits a terminal and never wraps in a pipe.
pub fn plain_table() -> TerminalTable {
    let mut table = TerminalTable::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    table.remove_style(TableComponent::HorizontalLines).remove_style(TableComponent::MiddleIntersections);
    if let Some(columns) = columns() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    } else {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table
}

/// Columns of the terminal; `None` in a pipe.
fn columns() -> Option<u16> {
    terminal_size_of(std::io::stdout()).map(|(width, _)| width.0)
}

fn room() -> Option<usize> {
    columns().map(usize::from)
}

/// Sentences in lines as wide as the terminal, from the second line on behind `indent`.
pub fn sentences(text: &str, indent: &str) -> String {
    match room() {
        Some(room) => wrap(text, indent, room.min(LONGEST_LINE)),
        None => text.to_owned(),
    }
}

/// Bars on one scale from 0 on, for a terminal; `None` in a pipe. A thin line reaches from the least to the greatest value, a thick one
/// over the 95 % interval, the dot is the mean; an arrow is an end that was not seen.
pub fn bars(bars: &[Bar], number: impl Fn(f64) -> String) -> Option<String> {
    let room = room()?.min(LONGEST_LINE);
    let widest = bars.iter().map(|bar| bar.condition.chars().count()).max()?;
    let name = widest.min(room / 3);
    let width = room.checked_sub(name + 4).filter(|width| *width >= 20)?;
    let reach =
        |bar: &Bar| bar.interval.and_then(|(_, high)| high).map_or(bar.ends.1, |high| high.max(bar.ends.1));
    let most = bars.iter().map(reach).fold(0.0, f64::max);
    (most > 0.0 && most.is_finite()).then(|| {
        let lines = bars.iter().map(|bar| {
            let label: String = bar.condition.chars().take(name).collect();
            format!("  {label:name$}  {}\n", drawn(bar, most, width).trim_end())
        });
        let end = number(most);
        let scale = format!("  {:name$}  0{end:>right$} s\n", "", right = (width - 1).saturating_sub(2));
        lines.collect::<String>() + &scale
    })
}

fn drawn(bar: &Bar, most: f64, width: usize) -> String {
    let at = |value: f64| ((value / most).clamp(0.0, 1.0) * (width - 1) as f64).round() as usize;
    let mut signs = vec![' '; width];
    let mut line = |from: f64, until: f64, sign: char| signs[at(from)..=at(until.max(from))].fill(sign);
    line(bar.ends.0, bar.ends.1, '─');
    if let Some((low, high)) = bar.interval {
        line(low, high.unwrap_or(most), '━');
    }
    if let Some(mean) = bar.mean {
        signs[at(mean)] = '●';
    }
    if bar.interval.is_some_and(|(_, high)| high.is_none()) {
        signs[width - 1] = '▶';
    }
    signs.into_iter().collect()
}

fn wrap(text: &str, indent: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    // No-break spaces stay.
    for word in text.split(' ') {
        let taken = lines.last().map(|line| line.chars().count() + 1 + word.chars().count());
        match lines.last_mut().filter(|_| taken.is_some_and(|taken| taken <= width)) {
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(if lines.is_empty() { word.to_owned() } else { format!("{indent}{word}") }),
        }
    }
    lines.join("\n")
}

/// A table for a terminal, with its caption. One that is too wide stands in parts below each other, each with the
/// first column.
pub fn terminal(view: &TableView) -> String {
    let room = room();
    let extents: Vec<Extent> = (0..view.columns.len()).map(|index| extent(view, index)).collect();
    let mut shown = vec![sentences(&view.caption, "")];
    for part in parts(&extents, room) {
        let mut table = plain_table();
        fill(&mut table, view, &part, "\n");
        if let Some(room) = room {
            for (place, width) in widths(&extents, &part, room).into_iter().enumerate() {
                let width = Width::Fixed(u16::try_from(width).unwrap_or(u16::MAX));
                if let Some(column) = table.column_mut(place) {
                    column.set_constraint(ColumnConstraint::Absolute(width));
                }
            }
        }
        shown.push(table.to_string());
    }
    shown.join("\n")
}

/// A table in Markdown, with its caption.
pub fn markdown(view: &TableView) -> String {
    let mut table = TerminalTable::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    let all: Vec<usize> = (0..view.columns.len()).collect();
    fill(&mut table, view, &all, " ");
    format!("{}\n\n{table}", view.caption)
}

/// The columns of each part of a table beside the first: in as few parts as there is room for, about as wide as each
/// other.
fn parts(extents: &[Extent], room: Option<usize>) -> Vec<Vec<usize>> {
    let Some(room) = room else { return vec![(0..extents.len()).collect()] };
    let fewest = filled(extents, room);
    let narrower = (1..room).rev().map(|room| filled(extents, room));
    narrower.take_while(|parts| parts.len() == fewest.len()).last().unwrap_or(fewest)
}

/// The columns of parts of which each is filled before the next. Columns that belong together share one.
fn filled(extents: &[Extent], room: usize) -> Vec<Vec<usize>> {
    let first = extents.first().map_or(0, |extent| extent.least);
    let mut parts = vec![vec![0]];
    let mut taken = first;
    let mut index = 1;
    while index < extents.len() {
        let following = extents[index + 1..].iter().take_while(|extent| extent.of_the_one_before).count();
        let group = index..index + 1 + following;
        let least: usize = extents[group.clone()].iter().map(|extent| BETWEEN + extent.least).sum();
        if taken + least > room && taken > first {
            parts.push(vec![0]);
            taken = first;
        }
        taken += least;
        index = group.end;
        if let Some(part) = parts.last_mut() {
            part.extend(group);
        }
    }
    parts
}

/// The widths of some columns: what is left beside the least goes first to those that lack least.
fn widths(extents: &[Extent], columns: &[usize], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|index| extents[*index].least).collect();
    let between = BETWEEN * columns.len().saturating_sub(1);
    let mut left = room.saturating_sub(widths.iter().sum::<usize>() + between);
    let lacks = |place: usize| extents[columns[place]].natural - extents[columns[place]].least;
    let mut places: Vec<usize> = (0..columns.len()).collect();
    places.sort_by_key(|place| lacks(*place));
    for place in places {
        let more = lacks(place).min(left);
        widths[place] += more;
        left -= more;
    }
    widths
}

/// What a column needs, and what it takes where there is room.
#[derive(Debug, Clone, Copy)]
struct Extent {
    least: usize,
    natural: usize,
    /// It has the heading of others, such as that of an interval: only beside the column before it is it clear.
    of_the_one_before: bool,
}

/// Words and numbers never break.
fn extent(view: &TableView, index: usize) -> Extent {
    let longest_word =
        |text: &str| text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    let numeric = view.columns[index].numeric;
    let cell = |text: &str| match text.chars().count() {
        whole if numeric || whole <= SHORT => whole,
        _ => longest_word(text).max(SHORT),
    };
    let cells = view.rows.iter().filter_map(|row| row.cells.get(index)).map(|shown| cell(&shown.in_line()));
    let groups = view.rows.iter().filter(|_| index == 0).filter_map(|row| row.group.as_deref()).map(cell);
    let least = cells.chain(groups).chain([longest_word(&heading(view, index, " "))]).max().unwrap_or(0);
    let cells = view.rows.iter().filter_map(|row| row.cells.get(index)).map(CellView::in_line);
    let groups = view.rows.iter().filter(|_| index == 0).filter_map(|row| row.group.clone());
    let heading = heading(view, index, "\n");
    let lines = heading.lines().map(str::to_owned).chain(cells).chain(groups);
    let natural = lines.map(|line| line.chars().count()).max().unwrap_or(0).max(least);
    let headed_alike =
        view.columns.iter().filter(|other| other.heading == view.columns[index].heading).count();
    let of_the_one_before = index > 0 && headed_alike > 1 && view.above.is_empty();
    Extent { least: least + PADDING, natural: natural + PADDING, of_the_one_before }
}

/// The heading over a column.
fn above(spans: &[SpanView], column: usize) -> &str {
    let mut columns = spans.iter().flat_map(|span| std::iter::repeat_n(span.text.as_str(), span.columns));
    columns.nth(column).unwrap_or_default()
}

/// The lines of a column's heading.
fn heading(view: &TableView, index: usize, break_with: &str) -> String {
    let column = &view.columns[index];
    let mut lines: Vec<String> = view.above.iter().map(|spans| above(spans, index).to_owned()).collect();
    lines.push(match &column.unit {
        Some(unit) => format!("{} ({unit})", column.heading),
        None => column.heading.clone(),
    });
    lines.retain(|line| !line.is_empty());
    lines.join(break_with)
}

/// Sets the columns `columns` of a table.
fn fill(table: &mut TerminalTable, view: &TableView, columns: &[usize], break_with: &str) {
    table.set_header(columns.iter().map(|index| heading(view, *index, break_with)));
    for row in &view.rows {
        if let Some(group) = &row.group {
            table.add_row([group.as_str()].into_iter().chain(columns.iter().skip(1).map(|_| "")));
        }
        table.add_row(
            columns.iter().map(|index| row.cells.get(*index).map(CellView::in_line).unwrap_or_default()),
        );
    }
    for (place, index) in columns.iter().enumerate() {
        if view.columns[*index].numeric
            && let Some(column) = table.column_mut(place)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_its_ends_its_interval_and_its_mean() {
        let bar = |ends, interval, mean| Bar { condition: String::new(), ends, interval, mean };
        assert_eq!(drawn(&bar((2.0, 8.0), Some((4.0, Some(6.0))), Some(5.0)), 10.0, 11), "  ──━●━──  ");
        assert_eq!(drawn(&bar((2.0, 4.0), Some((3.0, None)), None), 10.0, 11), "  ─━━━━━━━▶");
        assert_eq!(drawn(&bar((0.0, 0.0), None, Some(0.0)), 10.0, 11), "●          ");
    }

    #[test]
    fn lines_end_between_words_and_hang() {
        let text = "- aaa bbb\u{a0}s ccc";
        assert_eq!(wrap(text, "  ", 11), "- aaa bbb\u{a0}s\n  ccc");
        assert_eq!(wrap(text, "  ", 5), "- aaa\n  bbb\u{a0}s\n  ccc");
    }

    #[test]
    fn a_table_that_is_too_wide_stands_in_parts() {
        let of = |least: &[usize]| least.iter().map(|&least| narrow(least, least)).collect::<Vec<_>>();
        assert_eq!(parts(&of(&[10, 5, 5, 5]), None), [vec![0, 1, 2, 3]]);
        assert_eq!(parts(&of(&[10, 5, 5, 5]), Some(28)), [vec![0, 1, 2, 3]]);
        assert_eq!(parts(&of(&[10, 5, 5, 5]), Some(27)), [vec![0, 1, 2], vec![0, 3]]);
        assert_eq!(parts(&of(&[10, 50, 5]), Some(20)), [vec![0, 1], vec![0, 2]]);
        // As wide as each other.
        assert_eq!(parts(&of(&[10, 5, 5, 5, 5]), Some(28)), [vec![0, 1, 2], vec![0, 3, 4]]);
        let mut with_interval = of(&[10, 5, 5, 5]);
        with_interval[3].of_the_one_before = true;
        assert_eq!(parts(&with_interval, Some(27)), [vec![0, 1], vec![0, 2, 3]]);
    }

    fn narrow(least: usize, natural: usize) -> Extent {
        Extent { least, natural, of_the_one_before: false }
    }

    #[test]
    fn what_is_left_goes_to_those_that_lack_least() {
        let extents = [(5, 20), (5, 8), (5, 5)].map(|(least, natural)| narrow(least, natural));
        assert_eq!(widths(&extents, &[0, 1, 2], 24), [9, 8, 5]);
        assert_eq!(widths(&extents, &[0, 1, 2], 80), [20, 8, 5]);
        assert_eq!(widths(&extents, &[0, 1], 9), [5, 5]);
    }
}
