//! How figures look: sizes, colours, fonts.
//!
//! Colours start from Okabe and Ito's set ("Color Universal Design", 2008), its light members
//! darkened until thin lines are read well on white. A quantity has its colour in every figure;
//! within a figure quantities also differ in dash or lightness, so that grey prints and
//! colour-blind readers lose nothing.

use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use plotters::style::{FontStyle, RGBColor, register_font};

use crate::model::{Hue, Method};
use crate::show::fonts;

/// Family under which the bundled fonts are known to plotters, to browsers and to typst.
pub const FAMILY: &str = "Inter";

/// Width of a figure of a pair: 8.4 cm.
pub const PAIR_WIDTH: i32 = 2380;
/// Width of a figure over the whole measure: 17 cm.
pub const FULL_WIDTH: i32 = 4820;
/// Width of what is drawn for the window of a telephone.
pub const NARROW_WIDTH: i32 = 2400;

/// Font sizes: 7.6 and 6.6 pt.
pub const TITLE_SIZE: i32 = 76;
pub const LABEL_SIZE: i32 = 66;

/// Stroke widths.
pub const HAIR: u32 = 4;
pub const RULE: u32 = 6;
pub const CURVE: u32 = 12;

/// Opacities of what stands behind the mean.
pub const BAND_ALPHA: f64 = 0.18;
/// Of what 5 to 95 % of many repetitions cover.
pub const SPREAD_ALPHA: f64 = 0.12;
pub const REPETITION_ALPHA: f64 = 0.35;

pub const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
pub const INK: RGBColor = RGBColor(0x1A, 0x1A, 0x1A);
pub const SOFT_INK: RGBColor = RGBColor(0x59, 0x59, 0x59);
pub const AXIS: RGBColor = RGBColor(0x80, 0x80, 0x80);
pub const GRID: RGBColor = RGBColor(0xDE, 0xDE, 0xDE);

/// What one group of dots has to itself, in turn.
pub const GROUPS: [RGBColor; 8] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, NAVY, ROSE, GREY];

const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
const SKY: RGBColor = RGBColor(0x3B, 0x96, 0xD2);
const VERMILLION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
const ORANGE: RGBColor = RGBColor(0xCF, 0x86, 0x00);
const GREEN: RGBColor = RGBColor(0x00, 0x85, 0x62);
const PURPLE: RGBColor = RGBColor(0xA9, 0x4A, 0x86);
const WINE: RGBColor = RGBColor(0x88, 0x22, 0x55);
const NAVY: RGBColor = RGBColor(0x00, 0x44, 0x88);
const ROSE: RGBColor = RGBColor(0xBB, 0x55, 0x66);
const GREY: RGBColor = RGBColor(0x73, 0x73, 0x73);

/// Efficiencies from very low to high; on each side of the middle they differ in grey as well.
const EFFICIENCIES: [RGBColor; 9] = [
    RGBColor(0xA8, 0x42, 0x00),
    RGBColor(0xD9, 0x77, 0x2E),
    RGBColor(0xF2, 0xAC, 0x6E),
    RGBColor(0xF9, 0xD2, 0xAC),
    RGBColor(0xFD, 0xEA, 0xD9),
    RGBColor(0xF2, 0xF2, 0xF2),
    RGBColor(0xD3, 0xE5, 0xF2),
    RGBColor(0x9A, 0xC4, 0xE3),
    RGBColor(0x3F, 0x8F, 0xC6),
];

/// Where one class of efficiencies ends and the next begins, per cent.
pub const EFFICIENCY_CLASSES: [f64; 8] = [25.0, 50.0, 75.0, 90.0, 98.0, 103.0, 110.0, 125.0];

/// The colour of the class of an efficiency, a share of the baseline: orange below it, blue above.
///
/// The class is that of whole per cents, so that the same number has the same colour.
pub fn efficiency_color(efficiency: f64) -> RGBColor {
    let percent = (100.0 * efficiency).round();
    let class = EFFICIENCY_CLASSES.iter().filter(|end| percent >= **end).count();
    EFFICIENCIES[class]
}

/// The `index`-th of `count` shades of a colour, from itself to pale.
pub fn tint(color: RGBColor, index: usize, count: usize) -> RGBColor {
    let share = 0.9 * index as f64 / count.max(1) as f64;
    let mix = |part: u8| (f64::from(part) + (255.0 - f64::from(part)) * share.min(0.8)).round() as u8;
    RGBColor(mix(color.0), mix(color.1), mix(color.2))
}

/// The colour of text on a ground: of white and black, the one with more contrast (WCAG 2.1).
pub fn on(ground: RGBColor) -> RGBColor {
    let (light, dark) = (PAPER, RGBColor(0x00, 0x00, 0x00));
    let ground = luminance(ground) + 0.05;
    if (luminance(light) + 0.05) / ground > ground / (luminance(dark) + 0.05) { light } else { dark }
}

fn luminance(color: RGBColor) -> f64 {
    let linear = |part: u8| {
        let share = f64::from(part) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

/// What a curve, a dot or a span stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    Vm,
    Hypervisor,
    OtherVm,
    User,
    System,
    Idle,
    Wait,
    SoftInterrupts,
    HardInterrupts,
    Used,
    Free,
    Received,
    Sent,
    Read,
    Written,
    RoundTrip,
    /// How long requests of a client take.
    Latency,
    /// What only the campaign knows.
    Own,
    /// The outage as a method saw it.
    Outage(Method),
    Migration,
    PreCopy,
    StopAndCopy,
    Activation,
    VmPlace,
    Transfer,
}

/// Dash and gap of a line, in units; `None` is solid.
pub type Dash = Option<(i32, i32)>;

impl Quantity {
    pub fn color(self) -> RGBColor {
        match self {
            Quantity::Outage(method) => hue(method.entry().hue),
            // The guest clock runs in the VM, round trips are what ping sees.
            Quantity::Vm => Quantity::Outage(Method::GuestClock).color(),
            Quantity::RoundTrip => Quantity::Outage(Method::Ping).color(),
            Quantity::Latency => Quantity::Outage(Method::Probe).color(),
            Quantity::Hypervisor => ORANGE,
            Quantity::Own => NAVY,
            Quantity::OtherVm | Quantity::Idle | Quantity::VmPlace => GREY,
            Quantity::User | Quantity::PreCopy => SKY,
            Quantity::System | Quantity::Free => GREEN,
            Quantity::Wait | Quantity::Activation => PURPLE,
            Quantity::SoftInterrupts => WINE,
            Quantity::HardInterrupts => GREY,
            Quantity::Used | Quantity::Received | Quantity::Read | Quantity::StopAndCopy => NAVY,
            Quantity::Sent | Quantity::Written | Quantity::Transfer => ROSE,
            Quantity::Migration => SOFT_INK,
        }
    }

    /// The text key of its name.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::Vm | Quantity::OtherVm => "figure.quantity.vm",
            Quantity::Hypervisor => "figure.quantity.hypervisor",
            Quantity::User => "figure.quantity.user",
            Quantity::System => "figure.quantity.system",
            Quantity::Idle => "figure.quantity.idle",
            Quantity::Wait => "figure.quantity.wait",
            Quantity::SoftInterrupts => "figure.quantity.soft_interrupts",
            Quantity::HardInterrupts => "figure.quantity.hard_interrupts",
            Quantity::Used => "figure.quantity.used",
            Quantity::Free => "figure.quantity.free",
            Quantity::Received => "figure.quantity.received",
            Quantity::Sent => "figure.quantity.sent",
            Quantity::Read => "figure.quantity.read",
            Quantity::Written => "figure.quantity.written",
            Quantity::RoundTrip => "figure.quantity.round_trip",
            Quantity::Latency => "figure.quantity.latency",
            Quantity::Own => "figure.quantity.own",
            Quantity::Outage(method) => method.entry().texts.lane,
            Quantity::Migration => "figure.quantity.migration",
            Quantity::PreCopy => "phase.precopy",
            Quantity::StopAndCopy => "phase.stop-and-copy",
            Quantity::Activation => "phase.activation",
            Quantity::VmPlace => "figure.quantity.vm_on",
            Quantity::Transfer => "figure.quantity.transfer",
        }
    }

    pub fn dash(self) -> Dash {
        match self {
            Quantity::Idle | Quantity::OtherVm => Some((45, 30)),
            Quantity::Wait | Quantity::HardInterrupts | Quantity::Sent | Quantity::Written => Some((18, 24)),
            Quantity::Vm
            | Quantity::Hypervisor
            | Quantity::User
            | Quantity::System
            | Quantity::SoftInterrupts
            | Quantity::Used
            | Quantity::Free
            | Quantity::Received
            | Quantity::Read
            | Quantity::RoundTrip
            | Quantity::Latency
            | Quantity::Own
            | Quantity::Outage(_)
            | Quantity::Migration
            | Quantity::PreCopy
            | Quantity::StopAndCopy
            | Quantity::Activation
            | Quantity::VmPlace
            | Quantity::Transfer => None,
        }
    }
}

fn hue(hue: Hue) -> RGBColor {
    match hue {
        Hue::Blue => BLUE,
        Hue::Vermillion => VERMILLION,
        Hue::Orange => ORANGE,
        Hue::Green => GREEN,
        Hue::Wine => WINE,
        Hue::Purple => PURPLE,
        Hue::Grey => GREY,
        Hue::Navy => NAVY,
    }
}

/// Makes the bundled fonts known to plotters, once for the process.
pub fn register_fonts() -> Result<()> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = *REGISTERED.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, fonts::REGULAR).is_ok()
            && register_font(FAMILY, FontStyle::Bold, fonts::SEMI_BOLD).is_ok()
    });
    registered.then_some(()).ok_or_else(|| anyhow!("the bundled fonts cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_on_every_ground() {
        let contrast = |a: RGBColor, b: RGBColor| {
            let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
            a.max(b) / a.min(b)
        };
        let shades = GROUPS.into_iter().flat_map(|c| (0..3).map(move |i| tint(c, i, 3)));
        for ground in shades.chain(EFFICIENCIES) {
            assert!(contrast(ground, on(ground)) >= 4.5, "{ground:?}");
        }
    }

    #[test]
    fn classes_of_efficiency_darken_away_from_the_baseline() {
        let grey: Vec<f64> = EFFICIENCIES.into_iter().map(luminance).collect();
        assert!(grey[..6].is_sorted() && grey[5..].is_sorted_by(|a, b| a > b), "{grey:?}");
        for neutral in [0.975, 1.0, 1.024] {
            assert_eq!(efficiency_color(neutral), EFFICIENCIES[5]);
        }
        assert_eq!(efficiency_color(0.0), EFFICIENCIES[0]);
        assert_eq!(efficiency_color(1.25), EFFICIENCIES[8]);
    }
}
