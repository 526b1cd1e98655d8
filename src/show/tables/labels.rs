//! The text keys of what the analysis names. The last part of a key is the code in data files.

use std::collections::BTreeSet;

use crate::model::{Analysis, ConditionId, Entries, Method, Verdict};
use crate::show::text::factor_words;

/// The code in data files of a text key.
pub fn code(label: &str) -> &str {
    label.rsplit('.').next().unwrap_or(label)
}

pub fn method_label(method: Method) -> &'static str {
    match method {
        Method::Ping => "method.ping",
        Method::PingReplyGap => "method.ping_reply_gap",
        Method::GuestClock => "method.guest_clock",
        Method::Hypervisor => "method.hypervisor",
    }
}

/// A method's name by itself.
pub fn method_name_label(method: Method) -> &'static str {
    match method {
        Method::Ping => "method_name.ping",
        Method::PingReplyGap => "method_name.ping_reply_gap",
        Method::GuestClock => "method_name.guest_clock",
        Method::Hypervisor => "method_name.hypervisor",
    }
}

/// The sign of a verdict where there is no room for its name.
pub fn verdict_sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Holds => '✓',
        Verdict::WithinUncertainty => '~',
        Verdict::Contradicted => '✗',
    }
}

/// What people call a condition, with the unit of the only factor that varies.
pub fn condition_label(analysis: &Analysis, condition: ConditionId) -> String {
    let name = analysis.condition_name(condition);
    let levels = |factor: &String| {
        analysis.conditions.iter().map(move |c| c.factors.get(factor)).collect::<BTreeSet<_>>()
    };
    let Some(of) = analysis.conditions.entry(condition) else { return name };
    let mut varying = of.factors.keys().filter(|factor| levels(factor).len() > 1);
    let (Some(factor), None) = (varying.next(), varying.next()) else { return name };
    match factor_words(factor).1 {
        Some(unit) => format!("{name} {unit}"),
        None => name,
    }
}
