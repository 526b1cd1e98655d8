//! Mean curves as Parquet.

use anyhow::Context;
use polars::prelude::{Column as Series, DataFrame};
use sha2::{Digest, Sha256};

use super::number::round;
use crate::input::parquet;
use crate::model::key::short;
use crate::model::{Analysis, Curve};

/// File name of a curve without extension: `<condition>-<host>-<metric>`, metric dots as hyphens; with
/// `-at-<event>` where it is not the campaign's first.
fn curve_id(analysis: &Analysis, curve: &Curve) -> String {
    let condition = &analysis.conditions[curve.condition].id;
    let host = curve.host.as_deref().map(|host| format!("-{}", file_name(host))).unwrap_or_default();
    let main = curve.align == analysis.campaign.align;
    let event = if main { String::new() } else { format!("-at-{}", curve.align.name()) };
    short(format!("{condition}{host}-{}{event}", file_name(&curve.metric)), LONGEST)
}

/// The longest name of a curve in bytes.
const LONGEST: usize = 200;

/// Letters and digits as they are, all else a hyphen: safe as a file name anywhere. Names with other signs than
/// points, hyphens and underscores would often become the same, and have a piece of their SHA-256 behind them.
fn file_name(text: &str) -> String {
    let safe = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if text.chars().all(plain) {
        return safe;
    }
    let hash: String = Sha256::digest(text).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{safe}-{hash}")
}

/// Where the report folder has a curve.
pub fn curve_path(analysis: &Analysis, curve: &Curve) -> String {
    format!("data/{}.parquet", curve_id(analysis, curve))
}

/// A curve as Parquet: `t_s, mean, sd, ci95_low, ci95_high, n` and one column a repetition.
///
/// # Errors
///
/// polars refuses the frame, which would be a mistake in the program.
pub fn curve_parquet(analysis: &Analysis, curve: &Curve) -> anyhow::Result<Vec<u8>> {
    let path = curve_path(analysis, curve);
    let bins = &curve.bins;
    let column = |name: &str, values: Vec<Option<f64>>| {
        Series::new(name.into(), values.into_iter().map(|value| value.and_then(round)).collect::<Vec<_>>())
    };
    let mut columns = vec![
        Series::new("t_s".into(), bins.iter().map(|bin| bin.t_s).collect::<Vec<f64>>()),
        column("mean", bins.iter().map(|bin| bin.mean).collect()),
        column("sd", bins.iter().map(|bin| bin.sd).collect()),
        column("ci95_low", bins.iter().map(|bin| bin.ci95.map(|ci| ci.low)).collect()),
        column("ci95_high", bins.iter().map(|bin| bin.ci95.map(|ci| ci.high)).collect()),
        Series::new("n".into(), bins.iter().map(|bin| bin.n).collect::<Vec<u32>>()),
    ];
    for trace in &curve.repetitions {
        let values = curve.values(trace, 0..bins.len()).collect();
        columns.push(column(&format!("repetition_{}", trace.repetition), values));
    }
    let mut frame = DataFrame::new_infer_height(columns).with_context(|| path.clone())?;
    parquet::write(&mut frame).with_context(|| path)
}
