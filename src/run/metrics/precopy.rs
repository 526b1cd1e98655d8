//! Whether the figures that a hypervisor prints of the rounds of pre-copy agree with each other.

use crate::model::diagnostics::campaign_diagnostic;
use crate::model::{Diagnostic, Hypervisor, Severity};

/// A warning where the total that the hypervisor prints is not the sum of the rounds it prints; `id` names the run.
pub fn contradiction(id: &str, account: &Hypervisor) -> Option<Diagnostic> {
    let off = parts_off(account)?;
    let message = format!(
        "{id}: the log prints {} pages in all, but its {} rounds sent {}, which is {:.0} {}",
        account.printed_pages.unwrap_or_default(),
        account.rounds.len(),
        account.pages_in_rounds(),
        off.abs(),
        if off > 0.0 { "less" } else { "more" }
    );
    Some(Diagnostic {
        file: Some(account.source_file.clone()),
        ..campaign_diagnostic(Severity::Warning, "rounds-do-not-add-up", message)
    })
}

/// By how much the total that the hypervisor prints differs from the sum of the rounds it prints, pages; `None`
/// where they agree to the page, or where it prints no total.
fn parts_off(account: &Hypervisor) -> Option<f64> {
    let printed = account.printed_pages?;
    let off = printed - account.pages_in_rounds();
    (off != 0.0 && !account.rounds.is_empty()).then_some(off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, PrecopyRound};

    fn account(sent: &[f64], printed: Option<f64>) -> Hypervisor {
        let round = |(index, sent): (usize, &f64)| PrecopyRound {
            number: index as u64 + 1,
            pages_sent: *sent,
            bytes_sent: None,
            pages_skipped: Some(0.0),
            pages_dirtied: Some(30.0),
            duration_s: Some(1.0),
        };
        Hypervisor {
            source_file: "xend.log".to_owned(),
            downtime_s: None,
            expected_downtime_s: None,
            resolution_s: None,
            total_time_s: None,
            setup_time_s: None,
            iterations: Some(sent.len() as u64),
            transferred_bytes: None,
            remaining_bytes: None,
            memory_bytes: Some(100.0 * 4096.0),
            precopy_bytes: None,
            downtime_bytes: None,
            postcopy_bytes: None,
            postcopy_requests: None,
            postcopy_blocktime_s: None,
            pages_sent: None,
            pages_normal: None,
            pages_duplicate: None,
            page_bytes: Some(4096.0),
            sent: None,
            dirty_bytes_per_s: None,
            mean_throughput_bytes_per_s: None,
            throughput_bytes_per_s: None,
            rounds: sent.iter().enumerate().map(round).collect(),
            return_path: None,
            printed_pages: printed,
        }
    }

    #[test]
    fn figures_as_computed_by_hand() {
        let account = account(&[100.0, 40.0, 20.0, 10.0], Some(170.0));
        assert_eq!(account.pages_total(), Some(170.0));
        assert_eq!((account.pages_first(), account.pages_last()), (Some(100.0), Some(10.0)));
        assert_eq!(account.pages_middle_mean(), Some(30.0));
        assert_eq!(account.amplification(), Some(1.7));
        assert!((account.wasted().unwrap() - 70.0 / 170.0).abs() < 1e-12);
        // 30 were dirtied in each of the two middle rounds, which sent 60 pages.
        assert_eq!(account.dirtied_per_sent(), Some(1.0));
        assert_eq!(parts_off(&account), None);
    }

    /// An answer at the end tells how many rounds there were, and what all of them sent.
    #[test]
    fn rounds_that_no_answer_told_apart_are_neither_the_first_nor_the_last() {
        let mut account = account(&[100.0, 40.0, 20.0], None);
        account.rounds[2].number = 7;
        assert_eq!((account.pages_first(), account.pages_last()), (Some(100.0), None));
        account.rounds.drain(..2);
        assert_eq!(
            (account.pages_first(), account.pages_last(), account.pages_total()),
            (None, None, Some(20.0))
        );
    }

    #[test]
    fn the_model_sums_a_geometric_series() {
        let mut account = account(&[100.0, 50.0, 25.0], None);
        (account.throughput_bytes_per_s, account.dirty_bytes_per_s) = (Some(409_600.0), Some(204_800.0));
        // 100 pages of 4096 bytes at 100 pages a second; half of what is sent is dirtied.
        let predicted = |account: &Hypervisor, model| {
            let predicted = account.predicted(model)?;
            Some((predicted.duration_s, predicted.downtime_s))
        };
        assert_eq!(predicted(&account, Model::Standard), Some((1.75, 0.25)));
        // No round sent more than half of the memory, so that the working set limits nothing.
        assert_eq!(predicted(&account, Model::WorkingSet), Some((1.75, 0.25)));
        let standard = account.predicted(Model::Standard).unwrap();
        assert_eq!(standard.error_percent(Some(2.0)), Some(-12.5));
        assert_eq!(account.working_set_bytes(), Some(50.0 * 4096.0));
        // The same 20 pages over and over: 1 + 0.2 + 0.1 s.
        account.rounds[1].pages_sent = 20.0;
        account.rounds[2].pages_sent = 10.0;
        assert_eq!(predicted(&account, Model::Standard), Some((1.75, 0.25)));
        let (duration_s, downtime_s) = predicted(&account, Model::WorkingSet).unwrap();
        assert!((duration_s - 1.3).abs() < 1e-12 && (downtime_s - 0.1).abs() < 1e-12);
        account.dirty_bytes_per_s = account.throughput_bytes_per_s;
        assert_eq!(predicted(&account, Model::WorkingSet), None);
    }

    #[test]
    fn a_printed_total_that_is_not_the_sum_is_told() {
        assert_eq!(parts_off(&account(&[100.0, 40.0], Some(150.0))), Some(10.0));
        assert_eq!(parts_off(&account(&[100.0, 40.0], None)), None);
    }

    #[test]
    fn one_round_has_no_middle_and_less_than_the_memory_wastes_nothing() {
        let account = account(&[80.0], None);
        assert_eq!((account.pages_first(), account.pages_last()), (Some(80.0), Some(80.0)));
        assert_eq!((account.pages_middle_mean(), account.dirtied_per_sent()), (None, None));
        assert_eq!(account.wasted(), Some(0.0));
    }
}
