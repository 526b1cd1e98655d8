//! Progress on a terminal: what is being done, and how much of it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::campaign::driver::Work;

/// One line on stderr for all of the work of a command; nothing when quiet or where stderr is no terminal.
pub struct Steps {
    bar: ProgressBar,
    /// What is being done.
    now: Mutex<Option<Work>>,
}

/// So often the seconds go on where no step is finished.
const TICK: Duration = Duration::from_millis(200);

impl Steps {
    pub fn new(quiet: bool) -> Self {
        // indicatif's own stderr target stays silent where there is no terminal.
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self { bar: ProgressBar::with_draw_target(Some(0), target), now: Mutex::new(None) }
    }

    /// More steps of the work that is being done, or the first of another.
    pub fn begin(&self, work: Work, more: u64) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.replace(work) == Some(work) {
            self.bar.inc_length(more);
            return;
        }
        // Before it is drawn anew.
        self.bar.set_length(more);
        self.bar.set_position(0);
        self.bar.reset_elapsed();
        let form = if more == 0 { "{msg} ({elapsed})" } else { "{msg} [{bar:32}] {pos}/{len} ({elapsed})" };
        if let Ok(style) = ProgressStyle::with_template(form) {
            self.bar.set_style(style.progress_chars("=> "));
        }
        self.bar.set_message(name(work));
        // Of what nobody sees there is nothing to draw again and again.
        if !self.bar.is_hidden() {
            self.bar.enable_steady_tick(TICK);
        }
    }

    pub fn step(&self) {
        self.bar.inc(1);
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn name(work: Work) -> &'static str {
    match work {
        Work::Reading => "reading logs",
        Work::Measuring => "measuring runs",
        Work::Concluding => "computing",
        Work::Drawing => "drawing figures",
        Work::Writing => "typesetting and writing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(steps: &Steps) -> (String, u64, Option<u64>) {
        (steps.bar.message(), steps.bar.position(), steps.bar.length())
    }

    #[test]
    fn the_same_work_goes_on_and_another_begins_anew() {
        let steps = Steps::new(true);
        steps.begin(Work::Reading, 2);
        steps.step();
        steps.begin(Work::Reading, 3);
        assert_eq!(state(&steps), ("reading logs".to_owned(), 1, Some(5)));
        steps.begin(Work::Measuring, 4);
        assert_eq!(state(&steps), ("measuring runs".to_owned(), 0, Some(4)));
        steps.begin(Work::Concluding, 0);
        steps.begin(Work::Reading, 7);
        steps.step();
        assert_eq!(state(&steps), ("reading logs".to_owned(), 1, Some(7)));
    }
}
