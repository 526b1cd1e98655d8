//! What is said when somebody, or the system, ends the program early.

/// Prints a message at SIGINT and SIGTERM, and ends as these signals end a program.
#[cfg(unix)]
pub fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::{emulate_default_handler, signal_name};

    // Without it, the program ends without a word, which does no harm.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            super::terminal::say(message(signal_name(signal).unwrap_or("a signal")));
            let _ = emulate_default_handler(signal);
        }
    });
}

#[cfg(not(unix))]
pub fn watch() {}

#[cfg(unix)]
fn message(signal: &str) -> String {
    let what = match crate::write::output::is_writing() {
        false => "nothing was written",
        true => {
            "the output in its place is whole, the earlier or the new one; the next run removes what is left beside it"
        }
    };
    format!("interrupted by {signal}: {what}")
}
