//! `stillstand figure`

use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::args::FigureArgs;
use super::terminal::print_data;
use super::{Ending, conclude, side_by_side, tell};
use crate::campaign::driver;
use crate::model::{Analysis, CurveMetric, Entries, HostId, Role, curves};
use crate::show::figures::{Figure as _, OverlayFigure, OverviewFigure, theme};
use crate::show::pictures;
use crate::show::text::Text;
use crate::write::output;

pub fn run(args: &FigureArgs) -> anyhow::Result<Ending> {
    let options = driver::Options {
        align: args.align.into_iter().collect(),
        layout: args.layout(),
        partial: args.dataset.partial,
        ..super::options(&args.common)
    };
    let file = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    if let Some(path) = file {
        tell(&output::prepare_file(path, args.force)?, &args.common);
    }
    let outcome = side_by_side(&args.campaigns, &options, &args.common)?;
    let analysis = &outcome.analysis;
    let text = Text::new(args.lang);
    let size = args.width.map(|mm| Paper::new(mm, args.font_size.unwrap_or(8))).transpose()?;
    let width = size.as_ref().map_or(theme::FULL_WIDTH, |paper| paper.width);
    let svg = match OverviewFigure::of(analysis, &args.metric) {
        Some(figure) => figure.of_width(width).draw(&text)?,
        None => over_time(analysis, args)?.of_width(width).draw(&text)?,
    };
    let svg = size.map_or(svg.clone(), |paper| pictures::of_width(&svg, paper.mm));
    match file {
        Some(path) => {
            let picture = picture(path, svg)?;
            tell(&output::write_file(path, &picture, args.force)?, &args.common);
        }
        None => print_data(svg.as_bytes())?,
    }
    conclude(&analysis.diagnostics, outcome.exceeded.iter(), false, &args.common)
}

/// The size of a figure on paper.
struct Paper {
    mm: f64,
    /// In the units of figures, of which the text has its size.
    width: i32,
}

impl Paper {
    fn new(mm: u16, font_pt: u16) -> anyhow::Result<Self> {
        let points = f64::from(mm) / 25.4 * 72.0;
        let units = points * f64::from(theme::LABEL_SIZE) / f64::from(font_pt);
        // Narrower there is no room for names and numbers.
        const NARROWEST: f64 = 1900.0;
        let least_mm = (f64::from(mm) * NARROWEST / units).ceil();
        ensure!(
            units >= NARROWEST,
            "with text of {font_pt} pt a figure is at least {least_mm} mm wide; choose a smaller --font-size or a larger --width"
        );
        #[expect(clippy::cast_possible_truncation, reason = "the arguments have limits")]
        Ok(Self { mm: f64::from(mm), width: units.round() as i32 })
    }
}

/// The figure in the form that the ending of its file says.
fn picture(path: &Path, svg: String) -> anyhow::Result<Vec<u8>> {
    match path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
        Some("png") => pictures::png(&svg),
        Some("pdf") => pictures::pdf(&svg),
        _ => Ok(svg.into_bytes()),
    }
}

/// The quantity over time, on the host that the command line names; without one, on the only host that has it, or of
/// the service.
fn over_time<'a>(analysis: &'a Analysis, args: &FigureArgs) -> anyhow::Result<OverlayFigure<'a>> {
    let metric = args.metric.as_str();
    let here = || analysis.curves.iter().filter(|curve| curve.metric == metric);
    if here().next().is_none() {
        let mut known: Vec<&str> = analysis.curves.iter().map(|curve| curve.metric.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        let lanes = OverviewFigure::metrics(analysis);
        let family = curves::CURVES.iter().any(|entry: &CurveMetric| entry.key.parameter(metric).is_some());
        let why = if family { "the logs have no" } else { "there is no quantity" };
        let all = [lanes, known].concat();
        let has = if all.is_empty() { "none over time".to_owned() } else { all.join(", ") };
        bail!("{why} `{metric}`; this campaign has {has}");
    }
    let mut hosts: Vec<Option<&str>> = here().map(|curve| curve.host.as_deref()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let wanted = match args.host.as_deref() {
        Some(name) => Some(host(analysis, name)?),
        None => match hosts.as_slice() {
            [None] => None,
            [Some(only)] => Some(host(analysis, only)?),
            several => {
                let names: Vec<&str> = several.iter().flatten().copied().collect();
                bail!("{metric} was logged on several hosts: choose one with --host ({})", names.join(", "));
            }
        },
    };
    OverlayFigure::new(analysis, metric, wanted, analysis.campaign.align)
        .with_context(|| format!("{metric} has no value on that host"))
}

/// A host by its name or its role.
fn host(analysis: &Analysis, wanted: &str) -> anyhow::Result<HostId> {
    let role = [Role::Source, Role::Target, Role::Observer].into_iter().find(|role| role.name() == wanted);
    let mut hosts = analysis.campaign.hosts.entries();
    let found = hosts.find(|(_, host)| host.name == wanted || role == Some(host.role)).map(|(id, _)| id);
    found.with_context(|| {
        let names: Vec<&str> = analysis.campaign.hosts.iter().map(|host| host.name.as_str()).collect();
        format!("there is no host `{wanted}`; the hosts are {}", names.join(", "))
    })
}
