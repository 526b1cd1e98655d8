//! The known word that somebody may have meant.

/// A question for the known word nearest to an unknown one; empty when none is near.
pub fn nearest(unknown: &str, known: &[&str]) -> String {
    known
        .iter()
        .map(|word| (strsim::jaro_winkler(unknown, word), word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, word)| format!("\nDid you mean `{word}`?"))
}
