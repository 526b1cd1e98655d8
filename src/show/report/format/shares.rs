//! Shares of a baseline: in per cent, with a shade that shows less and more at a glance.

use super::super::view::{CellView, LegendView};
use super::range;
use crate::show::text::Text;
use crate::stats::Interval;

/// The shades and, in per cent, where each begins. As in the figures.
pub const SHADES: [(f64, &str); 9] = [
    (f64::NEG_INFINITY, "worse-5"),
    (25.0, "worse-4"),
    (50.0, "worse-3"),
    (75.0, "worse-2"),
    (90.0, "worse-1"),
    (98.0, "even"),
    (103.0, "better-1"),
    (110.0, "better-2"),
    (125.0, "better-3"),
];

/// A share in per cent, with its interval below, and its shade.
pub fn share(value: f64, interval: Option<Interval>, text: &Text) -> CellView {
    let below = interval.map(|interval| range(interval, 100.0, decimals(interval.high), text));
    CellView {
        text: text.number(value * 100.0, decimals(value)),
        below,
        shade: Some(shade(value)),
        ..CellView::default()
    }
}

/// The decimals of a share in per cent.
pub fn decimals(value: f64) -> usize {
    if value >= 9.995 { 0 } else { 1 }
}

/// The shade of a share: that of the number as it is shown.
fn shade(value: f64) -> &'static str {
    let percent = (1000.0 * value).round() / 10.0;
    let begun = SHADES.iter().filter(|(from, _)| percent >= *from).count();
    SHADES[begun.saturating_sub(1)].1
}

/// What the shades mean.
pub fn legend(text: &Text) -> Vec<LegendView> {
    let shown = |percent: f64| text.number(percent, 0);
    let entry = |index: usize| {
        let (from, shade) = SHADES[index];
        let text = match SHADES.get(index + 1) {
            Some((to, _)) if from.is_finite() => format!("{} … {}", shown(from), shown(*to)),
            Some((to, _)) => format!("< {}", shown(*to)),
            None => format!("≥ {}", shown(from)),
        };
        LegendView { shade, text }
    };
    (0..SHADES.len()).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::text::Language;

    #[test]
    fn the_shade_is_that_of_the_number_as_it_is_shown() {
        for (value, wanted) in [
            (0.0, "worse-5"),
            (0.2494, "worse-5"),
            (0.2496, "worse-4"),
            (0.8999, "worse-1"),
            (0.9794, "worse-1"),
            (0.98, "even"),
            (1.029, "even"),
            (1.03, "better-1"),
            (1.2499, "better-3"),
            (9.0, "better-3"),
        ] {
            assert_eq!(shade(value), wanted, "{value}");
        }
    }

    #[test]
    fn every_shade_is_in_the_legend_and_in_both_documents() {
        let style = include_str!("../../../../report-templates/html/style.css");
        let theme = include_str!("../../../../report-templates/pdf/theme.typ");
        let legend = legend(&Text::new(Language::En));
        let told: Vec<&str> = legend.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!([told[0], told[1], told[8]], ["< 25", "25 … 50", "≥ 125"]);
        for (_, shade) in SHADES {
            // In light and dark, and where it is used.
            assert_eq!(style.matches(&format!("--{shade}: light-dark(#")).count(), 1, "{shade}");
            assert!(style.contains(&format!(".{shade} {{ background: var(--{shade});")), "{shade}");
            assert!(theme.contains(&format!("  {shade}: rgb(")), "{shade}");
        }
    }
}
