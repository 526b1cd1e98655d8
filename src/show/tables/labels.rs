//! The text keys of what the analysis names. The last part of a key is the code in data files.

use crate::model::{Analysis, ConditionId, Verdict};
use crate::show::text::{factor_words, level_words};

/// The code in data files of a text key.
pub fn code(label: &str) -> &str {
    label.rsplit('.').next().unwrap_or(label)
}

/// The sign of a verdict where there is no room for its name.
pub fn verdict_sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Holds => '✓',
        Verdict::WithinUncertainty => '~',
        Verdict::Contradicted => '✗',
    }
}

/// What people call a condition. A level that is a number says nothing by itself: it has the unit of its factor, else the factor
/// in front of it.
pub fn condition_label(analysis: &Analysis, condition: ConditionId) -> String {
    let levels = analysis.telling_levels(condition);
    match levels.as_slice() {
        [] => analysis.condition_name(condition),
        [(factor, level)] => match factor_words(factor).1 {
            Some(unit) => format!("{level} {unit}"),
            None => level_words(factor, level),
        },
        levels => {
            let words = levels.iter().map(|(factor, level)| level_words(factor, level));
            words.collect::<Vec<_>>().join(", ")
        }
    }
}
