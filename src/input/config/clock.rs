//! What `campaign.toml` declares of a clock.

use anyhow::{Context, ensure};

/// A clock against the observer's: an offset, and a drift from the instant on for which it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DeclaredClock {
    offset_s: f64,
    drift_ppm: f64,
    /// Unix seconds; 0 where there is no drift.
    at_s: f64,
}

impl DeclaredClock {
    /// From the keys of a table, which `of` names in messages.
    ///
    /// # Errors
    ///
    /// A drift that is none, an instant that is none, or a drift without an instant.
    pub(super) fn new(of: &str, offset_s: f64, drift_ppm: f64, at: Option<&str>) -> anyhow::Result<Self> {
        ensure!(
            drift_ppm.is_finite() && drift_ppm.abs() < 1e5,
            "{of}: clock_drift_ppm = {drift_ppm}: expected parts per million, less than 100000"
        );
        ensure!(
            drift_ppm == 0.0 || at.is_some(),
            "{of}: clock_drift_ppm needs clock_offset_at, the instant for which clock_offset_s holds"
        );
        Ok(Self { offset_s, drift_ppm, at_s: at.map(|at| instant(of, at)).transpose()?.unwrap_or(0.0) })
    }

    /// Seconds by which the clock is ahead of the observer's at an instant, given in Unix seconds.
    pub fn offset_s(&self, at: f64) -> f64 {
        self.offset_s + self.drift_ppm * 1e-6 * (at - self.at_s)
    }
}

fn instant(of: &str, text: &str) -> anyhow::Result<f64> {
    let instant = chrono::DateTime::parse_from_rfc3339(text).with_context(|| {
        format!("{of}: clock_offset_at = \"{text}\": expected a form like 2010-01-26T14:03:12+01:00")
    })?;
    Ok(instant.timestamp() as f64 + f64::from(instant.timestamp_subsec_nanos()) * 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drift_grows_from_its_instant_on() {
        let clock = DeclaredClock::new("vm", 0.5, 200.0, Some("2010-01-26T14:03:12+01:00")).unwrap();
        let at = 1_264_510_992.0;
        assert!((clock.offset_s(at) - 0.5).abs() < 1e-9);
        assert!((clock.offset_s(at + 5000.0) - 1.5).abs() < 1e-9);
        let constant = DeclaredClock::new("vm", 0.5, 0.0, None).unwrap();
        assert_eq!(constant.offset_s(at), 0.5);
    }

    #[test]
    fn senseless_clocks_are_refused() {
        let error = |offset, drift, at| {
            format!("{:#}", DeclaredClock::new("host `a`", offset, drift, at).unwrap_err())
        };
        assert!(error(0.0, 200.0, None).contains("needs clock_offset_at"));
        assert!(error(0.0, f64::INFINITY, None).contains("clock_drift_ppm"));
        assert!(error(0.0, 200.0, Some("noon")).contains("2010-01-26T14:03:12+01:00"));
    }
}
