//! Figures as a whole, drawn from a small made-up analysis.

mod benchmarks;
mod placement;
mod rounds;
mod time_lines;
mod values;

use std::collections::BTreeMap;

use plotters::style::{FontDesc, FontFamily, FontStyle};

use super::kit::{svg, theme};
use super::{Figure as _, Layout, Listed, OverviewFigure, Place, list};
use crate::model::example::{analysis, with_time_lines};
use crate::model::*;
use crate::show::text::{Language, Text};
use crate::stats::Interval;

/// The condition without load.
const FIRST: ConditionId = Id::new(0);

fn english() -> Text {
    Text::new(Language::En)
}

fn listed(analysis: &Analysis) -> Vec<Listed<'_>> {
    list(analysis).unwrap()
}

fn ids(analysis: &Analysis) -> Vec<String> {
    listed(analysis).into_iter().map(|listed| listed.id).collect()
}

/// Every figure with its identifier.
fn draw_all(analysis: &Analysis, text: &Text) -> Vec<(String, String)> {
    listed(analysis).into_iter().map(|listed| (listed.id.clone(), listed.draw(text).unwrap())).collect()
}

fn figure(analysis: &Analysis, id: &str) -> String {
    let listed = listed(analysis).into_iter().find(|listed| listed.id == id).unwrap();
    listed.draw(&english()).unwrap()
}

/// Every figure can be read by those who do not see it, in both languages.
fn check_words(analysis: &Analysis) {
    for language in [Language::En, Language::De] {
        let text = Text::new(language);
        for listed in listed(analysis) {
            let words = listed.figure.description(&text);
            for (key, words) in [("caption.", words.caption), ("alt.", words.alternative)] {
                let complete = !words.is_empty() && !words.starts_with(key) && !words.contains(['{', '}']);
                assert!(complete, "{language:?} {}: {words}", listed.id);
            }
        }
    }
}

/// Every label with its left and right ends and the line that its middle is on.
fn labels(svg: &str) -> Vec<(String, [f64; 2], f64)> {
    let attribute = |line: &str, name: &str| {
        let rest = line.split(&format!(" {name}=\"")).nth(1)?;
        Some(rest.split('"').next()?.to_owned())
    };
    let number = |line: &str, name: &str| attribute(line, name).unwrap().parse::<f64>().unwrap();
    svg.lines()
        .filter(|line| line.starts_with("<text "))
        .map(|line| {
            let content = line.split_once('>').unwrap().1.trim_end_matches("</text>");
            let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
            let content = entities.iter().fold(content.to_owned(), |text, (from, to)| text.replace(from, to));
            let weight = if line.contains("font-weight") { FontStyle::Bold } else { FontStyle::Normal };
            let size = number(line, "font-size");
            let font = FontDesc::new(FontFamily::Name(theme::FAMILY), size * svg::FONT_HEIGHT, weight);
            let width = f64::from(font.box_size(&content).unwrap().0);
            let x = number(line, "x");
            let left = match attribute(line, "text-anchor").as_deref() {
                Some("end") => x - width,
                Some("middle") => x - width / 2.0,
                _ => x,
            };
            (content, [left, left + width], number(line, "y"))
        })
        .collect()
}

/// Names of files and labels of all figures are harmless, whatever the names in the data hold.
fn check_names(analysis: &Analysis) {
    for (id, svg) in draw_all(analysis, &english()) {
        assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{id}");
        assert!(!svg.contains("<script") && !svg.contains('\u{202E}'), "{id}");
        assert!(!svg.chars().any(|c| c.is_control() && c != '\n'), "{id}");
        check_labels(&id, &svg);
    }
}

/// Labels stay on the canvas and apart from each other.
fn check_labels(id: &str, svg: &str) {
    let size = svg.split("viewBox=\"0 0 ").nth(1).unwrap();
    let size: Vec<f64> =
        size.split('"').next().unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    let labels = labels(svg);
    for (index, (label, x, y)) in labels.iter().enumerate() {
        assert!(
            x[0] >= 0.0 && x[1] <= size[0] && *y > 40.0 && *y < size[1],
            "{id}: {label:?} leaves the canvas"
        );
        for (other, x2, y2) in &labels[..index] {
            let apart = x[1] < x2[0] || x2[1] < x[0] || (y - y2).abs() >= 55.0;
            assert!(apart, "{id}: {label:?} and {other:?} overlap");
        }
    }
}

/// What every figure must hold to.
pub(super) fn check(id: &str, svg: &str) {
    check_labels(id, svg);
    for word in ["NaN", "inf", " id=", "class=", "href", "url(", "clip", "style="] {
        assert!(!svg.contains(word), "{id} has {word}");
    }
    assert!(!svg.chars().any(|c| c.is_control() && c != '\n'), "{id} has control characters");
    assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{id}");
    assert!(svg.len() < 25_000, "{id} has {} bytes", svg.len());
}

#[test]
fn what_the_data_allow_is_listed_in_the_order_of_the_report() {
    let mut analysis = analysis();
    // Nothing measured: no figure. One host only: one figure.
    analysis
        .curves
        .retain(|c| !(c.condition == FIRST && c.metric == "net.sent" && c.host.as_deref() == Some("apfel")));
    for curve in &mut analysis.curves {
        if curve.condition == FIRST && curve.metric == "cpu.softirq" {
            for bin in &mut curve.bins {
                bin.mean = None;
            }
        }
    }
    let figures = listed(&analysis);
    let ids: Vec<&str> = figures.iter().map(|listed| listed.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "overview",
            "all-ping-rtt",
            "all-kirsche-net-sent",
            "all-apfel-mem-used",
            "all-kirsche-domain-asam-cpu",
            "all-apfel-domain-asam-cpu",
            "none-kirsche-cpu-by-domain",
            "none-apfel-cpu-by-domain",
            "none-kirsche-cpu-by-state",
            "none-apfel-cpu-by-state",
            "none-kirsche-memory",
            "none-apfel-memory",
            "none-kirsche-network",
            "none-round-trips",
            "memtester-kirsche-cpu-by-domain",
            "memtester-apfel-cpu-by-domain",
            "memtester-kirsche-cpu-by-state",
            "memtester-apfel-cpu-by-state",
            "memtester-kirsche-soft-interrupts",
            "memtester-apfel-soft-interrupts",
            "memtester-kirsche-memory",
            "memtester-apfel-memory",
            "memtester-kirsche-network",
            "memtester-apfel-network",
            "memtester-round-trips",
        ]
    );
    let stands = |index: usize| (figures[index].figure.place().unwrap(), figures[index].figure.layout());
    assert_eq!(stands(0), (Place::Overview, Layout::Whole));
    let target = Some(Id::new(1));
    assert_eq!(stands(1), (Place::Across, Layout::Half { row: "across", host: None }));
    assert_eq!(stands(7), (Place::Hosts(FIRST), Layout::Half { row: "cpu-by-domain", host: target }));
    assert_eq!(stands(24), (Place::Service(Id::new(1)), Layout::Whole));
}

#[test]
fn nothing_measured_means_no_figure() {
    let mut analysis = analysis();
    analysis.curves.clear();
    analysis.series.clear();
    assert_eq!(ids(&analysis), Vec::<String>::new());
}

#[test]
fn every_figure_has_a_caption_and_an_alternative_text() {
    check_words(&analysis());
    check_words(&with_time_lines());
}

#[test]
fn every_figure_holds_to_the_rules_in_both_languages() {
    for language in [Language::En, Language::De] {
        for (id, svg) in draw_all(&analysis(), &Text::new(language)) {
            check(&id, &svg);
        }
    }
}

#[test]
fn every_event_can_be_time_zero() {
    for (align, name) in [
        (Event::Outage, "Time since the start of the outage (s)"),
        (Event::Resume, "Time since the service answered again (s)"),
        (Event::End, "Time since the end of the migration (s)"),
    ] {
        let mut analysis = analysis();
        analysis.campaign.align = align;
        analysis.curves.iter_mut().for_each(|curve| curve.align = align);
        for (id, svg) in draw_all(&analysis, &english()) {
            check(&id, &svg);
            assert!(id == "overview" || svg.contains(name), "{id}");
        }
    }
}

#[test]
fn few_repetitions_and_no_completed_run_are_drawn_as_what_they_are() {
    let mut analysis = analysis();
    for curve in &mut analysis.curves {
        curve.repetitions.truncate(1);
        for bin in &mut curve.bins {
            (bin.n, bin.sd, bin.ci95) = (bin.n.min(1), None, None);
        }
    }
    for run in &mut analysis.runs {
        run.migration.status = Status::Failed;
    }
    let svg = figure(&analysis, "none-kirsche-network");
    check("single", &svg);
    assert!(svg.contains("a single run, not a mean") && !svg.contains("Migration"), "{svg}");
}

#[test]
fn a_gap_breaks_the_curve() {
    let svg = figure(&analysis(), "none-round-trips");
    let mean = format!("<path stroke=\"#D55E00\" stroke-width=\"{}\" d=\"", theme::CURVE);
    let data = svg.split(&mean).nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(data.matches('M').count(), 2, "{data}");
}

#[test]
fn values_that_are_no_numbers_are_gaps() {
    let mut analysis = analysis();
    for (index, curve) in analysis.curves.iter_mut().enumerate() {
        let value = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][index % 3];
        curve.bins[4].mean = Some(value);
        curve.bins[5].ci95 = Some(Interval::new(f64::NEG_INFINITY, value));
        let seventh = curve.bins[6].t_s as i64;
        let bins = curve.bins.iter().map(|bin| bin.t_s as i64);
        let of = &curve.repetitions[0].means;
        let means: Vec<_> =
            bins.filter_map(|k| Some((k, if k == seventh { value } else { of.at(k)? }))).collect();
        curve.repetitions[0].means = Means::new(means);
    }
    for (id, svg) in draw_all(&analysis, &english()) {
        check(&id, &svg);
    }
}

#[test]
fn hosts_of_a_condition_share_their_axes() {
    let mut analysis = analysis();
    let busy = |c: &&mut Curve| c.host.as_deref() == Some("apfel") && c.metric == "net.sent";
    for bin in &mut analysis.curves.iter_mut().find(busy).unwrap().bins {
        bin.mean = Some(93e6);
    }
    let ticks = |id: &str| -> Vec<String> {
        let labels = labels(&figure(&analysis, id)).into_iter().map(|(label, ..)| label);
        labels.filter(|label| label.trim_start_matches('−').bytes().all(|b| b.is_ascii_digit())).collect()
    };
    assert_eq!(ticks("none-kirsche-network"), ticks("none-apfel-network"));
    assert!(ticks("none-kirsche-network").contains(&"100".to_owned()));
}

#[test]
fn names_from_logs_cannot_break_out() {
    let mut analysis = analysis();
    let evil = "</text><script>x</script>\"&'\u{0}\u{202E}\nname that goes on and on and on and on and on";
    let other = "../../etc/passwd";
    for curve in &mut analysis.curves {
        curve.host = curve.host.take().map(|host| if host == "kirsche" { evil } else { other }.to_owned());
        curve.metric = curve.metric.replace("asam", evil);
    }
    analysis.campaign.hosts[0].name = evil.to_owned();
    analysis.campaign.hosts[1].name = other.to_owned();
    analysis.campaign.vm = Some(evil.to_owned());
    for condition in &mut analysis.conditions {
        condition.factors.insert("load".to_owned(), format!("{evil}{}", condition.id));
    }
    check_names(&analysis);
}

#[test]
fn file_names_are_unique() {
    let mut analysis = analysis();
    for (index, name) in ["a b", "A/B"].into_iter().enumerate() {
        let old = std::mem::replace(&mut analysis.campaign.hosts[index].name, name.to_owned());
        for curve in analysis.curves.iter_mut().filter(|curve| curve.host.as_deref() == Some(&old)) {
            curve.host = Some(name.to_owned());
        }
    }
    let mut ids = ids(&analysis);
    assert!(ids.contains(&"none-a-b-network-2".to_owned()), "{ids:?}");
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn the_same_analysis_gives_the_same_bytes() {
    let (a, b) = (analysis(), analysis());
    assert_eq!(draw_all(&a, &english()), draw_all(&b, &english()));
}

#[test]
fn hours_of_samples_stay_small_and_keep_their_peak() {
    let mut analysis = analysis();
    let long = |c: &&mut Curve| {
        c.condition == FIRST && c.host.as_deref() == Some("kirsche") && c.metric == "net.sent"
    };
    let curve = analysis.curves.iter_mut().find(long).unwrap();
    let bin = |i: usize| Bin { t_s: i as f64, n: 1, mean: Some(20e6), sd: None, ci95: None };
    curve.bins = (0..=18_000).map(bin).collect();
    curve.bins[12_345].mean = Some(80e6);
    curve.repetitions.clear();
    // A migration that takes hours, so that all of them are shown.
    for run in analysis.runs.iter_mut().filter(|run| run.condition == FIRST) {
        run.migration.duration_s = Some(15_000.0);
    }
    let svg = figure(&analysis, "none-kirsche-network");
    check("long", &svg);
    // The value axis ends at 80 MB/s: only the peak reaches its highest grid line.
    let curve = format!("stroke-width=\"{}\"", theme::CURVE);
    let curve = svg.lines().rfind(|line| line.contains(&curve)).unwrap();
    let grid = svg.lines().find(|line| line.contains("#DEDEDE")).unwrap();
    assert_eq!(highest(curve), highest(grid));
}

/// The smallest y of a path.
fn highest(path: &str) -> i32 {
    let data = path.split(" d=\"M").nth(1).unwrap().split('"').next().unwrap();
    let heights = data.split('M').flat_map(|subpath| {
        let spaced = subpath.replace('-', " -").replace('l', " ");
        let numbers: Vec<i32> =
            spaced.split_ascii_whitespace().map(|number| number.parse().unwrap()).collect();
        let steps = numbers.chunks(2).map(|step| step[1]);
        steps.scan(0, |y, step| Some(std::mem::replace(y, *y + step) + step)).collect::<Vec<_>>()
    });
    heights.min().unwrap()
}

#[test]
fn what_was_logged_long_after_the_migration_is_not_drawn() {
    let mut analysis = analysis();
    for curve in analysis.curves.iter_mut().filter(|c| c.condition == FIRST && c.metric == "net.sent") {
        let bin = |i: i32| Bin { t_s: f64::from(i), n: 1, mean: Some(20e6), sd: None, ci95: None };
        curve.bins = (-10..=3600).map(bin).collect();
        curve.bins[3000].mean = Some(80e6);
        curve.repetitions.clear();
    }
    let svg = figure(&analysis, "none-kirsche-network");
    check("window", &svg);
    assert!(!svg.contains(">3000<") && !svg.contains(">80<"), "{svg}");
}

#[test]
fn overview_as_reviewed() {
    insta::assert_snapshot!(figure(&analysis(), "overview"));
}

#[test]
fn a_figure_of_one_number_is_called_for_it() {
    let analysis = analysis();
    let figure = OverviewFigure::of(&analysis, "migration_duration").unwrap();
    let svg = figure.draw(&english()).unwrap();
    assert!(svg.contains("<title>Migration duration by condition</title>"), "{svg}");
    let german = OverviewFigure::of(&analysis, "migration_duration").unwrap().draw(&Text::new(Language::De));
    assert!(german.unwrap().contains("<title>Migrationsdauer nach Bedingung</title>"));
}

/// Where values scatter, their interval is wider than they are, and the axis as wide as it.
#[test]
fn intervals_end_inside_of_the_axis() {
    let ends = |values: &[f64]| {
        let mut analysis = analysis();
        for condition in 0..analysis.conditions.len() {
            let id = Id::new(condition);
            analysis.series.retain(|series| series.condition != id || series.metric != "migration_duration");
            analysis.series.push(Series::exact(id, "migration_duration", Unit::Seconds, values));
        }
        let highest = analysis.series.iter().filter(|series| series.metric == "migration_duration");
        let highest = highest.filter_map(|series| series.summary?.ci95?.high).fold(0.0, f64::max);
        let svg = OverviewFigure::of(&analysis, "migration_duration").unwrap().draw(&english()).unwrap();
        let ticks = labels(&svg).into_iter().filter_map(|(label, ..)| label.parse::<f64>().ok());
        (highest, ticks.fold(0.0, f64::max))
    };
    let (highest, last_tick) = ends(&[10.0, 14.0, 22.0]);
    assert!(highest > 22.0 && highest < 66.0, "the interval is wider than the values: {highest}");
    assert!(last_tick >= 0.8 * highest, "{last_tick} for {highest}");
}

/// What is drawn for a telephone has its text as large as elsewhere, on half the width.
#[test]
fn the_overview_is_drawn_for_narrow_windows() {
    let analysis = analysis();
    let narrow: Vec<String> = listed(&analysis)
        .into_iter()
        .filter_map(|listed| Some(listed.figure.narrow(&english())?.unwrap()))
        .collect();
    let [svg] = narrow.as_slice() else { panic!("{} figures", narrow.len()) };
    let (_, [_, right], _) = labels(svg).into_iter().max_by(|a, b| a.1[1].total_cmp(&b.1[1])).unwrap();
    assert!(right <= f64::from(theme::NARROW_WIDTH), "{right}");
}

#[test]
fn pair_figure_as_reviewed() {
    let mut analysis = analysis();
    analysis.curves.retain(|curve| curve.metric != "domain.Domain-0.cpu");
    insta::assert_snapshot!(figure(&analysis, "memtester-kirsche-cpu-by-domain"));
}
