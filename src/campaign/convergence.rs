//! Runs → whether pre-copy converges in a condition: what is dirtied against what is sent, completed or not.
//!
//! Series hold completed runs only. A condition in which no migration ever ended has none, and is the one that
//! matters here: these figures come from the hypervisors' accounts of all runs.

use crate::model::{Condition, ConditionId, Convergence, Entries, Hypervisor, Run, RunId, Status};
use crate::stats::Sample;

/// From this quotient of dirtied and sent on, a migration that was given up was not on its way to an end. It is not
/// 1, because a round cannot dirty more than what the guest writes to at all: where that is sent in every round, the
/// quotient of QEMU comes to just below 1 and no further. (Xen skips what was dirtied again, so that its goes beyond.)
const NEAR: f64 = 0.95;

/// Of each condition that has an account.
pub fn convergence(conditions: &[Condition], runs: &[Run]) -> Vec<Convergence> {
    conditions.entries().filter_map(|(id, condition)| in_condition(id, condition, runs)).collect()
}

fn in_condition(id: ConditionId, condition: &Condition, runs: &[Run]) -> Option<Convergence> {
    let accounts: Vec<(RunId, &Run, &Hypervisor)> = condition
        .runs
        .iter()
        .filter_map(|&run| Some((run, &runs[run], runs[run].hypervisor.as_ref()?)))
        .collect();
    if accounts.is_empty() {
        return None;
    }
    let mean = |quantity: fn(&Hypervisor) -> Option<f64>| {
        Sample::new(accounts.iter().filter_map(|(.., account)| quantity(account)).collect())
            .map(|sample| sample.mean())
    };
    Some(Convergence {
        condition: id,
        runs: accounts.len(),
        completed: accounts.iter().filter(|(_, run, _)| run.migration.status == Status::Completed).count(),
        dirtied_bytes_per_s: mean(Hypervisor::dirtied_bytes_per_s),
        sent_bytes_per_s: mean(Hypervisor::sent_bytes_per_s),
        ratio: mean(Hypervisor::dirtied_to_sent),
        converges: agreed(
            accounts.iter().filter_map(|(_, run, account)| converges(run.migration.status, account)),
        ),
        typical: typical(&accounts),
    })
}

/// What one run says of it, if it says anything.
fn converges(status: Status, account: &Hypervisor) -> Option<bool> {
    let ratio = account.dirtied_to_sent()?;
    match status {
        _ if ratio >= 1.0 => Some(false),
        Status::Completed => Some(true),
        Status::Cancelled | Status::Unfinished if ratio >= NEAR => Some(false),
        _ => None,
    }
}

fn agreed(mut answers: impl Iterator<Item = bool>) -> Option<bool> {
    let first = answers.next()?;
    answers.all(|other| other == first).then_some(first)
}

/// The run of median length by its rounds; of an even number, the shorter of the two in the middle.
fn typical(accounts: &[(RunId, &Run, &Hypervisor)]) -> Option<RunId> {
    let mut lengths: Vec<(f64, usize, RunId)> = accounts
        .iter()
        .filter(|(.., account)| !account.rounds.is_empty())
        .map(|(run, _, account)| {
            let length = account.rounds.iter().filter_map(|round| round.duration_s).sum();
            (length, account.rounds.len(), *run)
        })
        .collect();
    lengths.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    lengths.get(lengths.len().checked_sub(1)? / 2).map(|(.., run)| *run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::with_time_lines;

    /// The first condition with runs of these fates and rates, bytes a second.
    fn converged(runs: [(Status, Option<f64>, Option<f64>); 3]) -> Convergence {
        let mut analysis = with_time_lines();
        for (run, (status, dirtied, sent)) in analysis.runs.iter_mut().zip(runs) {
            run.migration.status = status;
            let account = run.hypervisor.as_mut().unwrap();
            (account.dirty_bytes_per_s, account.throughput_bytes_per_s) = (dirtied, sent);
        }
        convergence(&analysis.conditions, &analysis.runs).remove(0)
    }

    const SENT: Option<f64> = Some(100.0);

    #[test]
    fn less_dirtied_than_sent_and_completed_converges() {
        let all = converged([
            (Status::Completed, Some(90.0), SENT),
            (Status::Completed, Some(98.0), SENT),
            (Status::Completed, None, SENT),
        ]);
        assert_eq!((all.completed, all.runs, all.converges), (3, 3, Some(true)));
        assert!((all.ratio.unwrap() - 0.94).abs() < 1e-12);
        assert_eq!((all.dirtied_bytes_per_s, all.sent_bytes_per_s), (Some(94.0), Some(100.0)));
    }

    #[test]
    fn given_up_near_one_does_not_and_well_below_says_nothing() {
        let near = (Status::Cancelled, Some(97.0), SENT);
        assert_eq!(converged([near; 3]).converges, Some(false));
        assert_eq!(converged([(Status::Cancelled, Some(50.0), SENT); 3]).converges, None);
        assert_eq!(converged([(Status::Failed, Some(97.0), SENT); 3]).converges, None);
    }

    #[test]
    fn a_hypervisor_that_ends_it_all_the_same_does_not_make_it_converge() {
        assert_eq!(converged([(Status::Completed, Some(200.0), SENT); 3]).converges, Some(false));
    }

    #[test]
    fn runs_that_do_not_agree_say_nothing() {
        let (yes, no) = ((Status::Completed, Some(97.0), SENT), (Status::Cancelled, Some(97.0), SENT));
        assert_eq!(converged([yes, no, no]).converges, None);
        assert_eq!(converged([(Status::Completed, None, None); 3]).converges, None);
    }
}
