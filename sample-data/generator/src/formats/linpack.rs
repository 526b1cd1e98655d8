//! A plain log of a LINPACK client.
//!
//! The client of the study was written in C and solved systems of several orders ten times each. What
//! it printed is not known; this form is our own.

/// All repetitions of one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Solutions {
    pub order: u32,
    pub repetitions: u32,
    /// Hundredths of a second for all of them.
    pub time_cs: u64,
}

/// Writes the whole log; `end` ends its lines.
pub fn write(solutions: &[Solutions], end: &str) -> Vec<u8> {
    let mut text = format!("# LINPACK (C): ten solutions of each order{end}");
    for Solutions { order, repetitions, time_cs } in solutions {
        let (seconds, hundredths) = (time_cs / 100, time_cs % 100);
        text += &format!("n = {order}: {repetitions} repetitions, {seconds}.{hundredths:02} s{end}");
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_time_of_all_repetitions() {
        let bytes = write(&[Solutions { order: 2000, repetitions: 10, time_cs: 2_105 }], "\n");
        let text = String::from_utf8(bytes).expect("text");
        assert_eq!(text.lines().nth(1), Some("n = 2000: 10 repetitions, 21.05 s"));
    }
}
