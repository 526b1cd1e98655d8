//! Writes the sample campaigns of stillstand: logs of experiments whose raw data was never
//! published, rebuilt so that analysing them gives the published figures.
//!
//! The flow, one way: a *campaign* ([`campaigns`]) holds the published numbers and the conditions;
//! for each run it builds a *migration* ([`migration`], with the outage from [`outage`]), a model of
//! what both hosts and the VM do over continuous time; its recorders sample that model the way the
//! real tools would, with their clocks, periods and delays; the *formats* ([`formats`]) turn the
//! samples into the bytes that those tools write. A campaign of benchmarks has no migration: its figures
//! go to the formats as they are, but for means, which are taken apart into the values behind them. Nor has one of what
//! migrations transfer: its iterations are taken apart likewise.
//!
//! The result depends on nothing but this source. All randomness comes from ChaCha streams named
//! after run and file ([`noise`]), there is no clock and no locale, and no function is used whose
//! last digit differs between platforms (only `+ − × ÷` and rounding). Changing how one file is
//! made therefore leaves all others as they are.
//!
//! Beside the campaigns stands [`simulation`]: migrations of which the truth is known, thousands of them,
//! to ask the program what it makes of their logs.
//!
//! Deliberately absent: reading logs (the formats here only write; the parsers are tested against
//! them), and any claim that the values between the published ones are measurements.

pub mod campaigns;
pub mod formats;
pub mod migration;
pub mod noise;
pub mod outage;
pub mod simulation;

/// A file of a campaign: its name inside the campaign's folder and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    pub name: String,
    pub bytes: Vec<u8>,
}
