//! `stillstand init`

use std::path::Path;

use anstyle::AnsiColor;

use super::args::InitArgs;
use super::ask::Console;
use super::progress::Steps;
use super::terminal::{print_data, safe_line, say, say_as};
use super::{Ending, tell};
use crate::campaign::driver::Work;
use crate::init::{self, questions::Asks};
use crate::input::config;
use crate::write::output;

pub fn run(args: &InitArgs) -> anyhow::Result<Ending> {
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    let path = args.output.clone().unwrap_or_else(|| args.folder.join(config::FILE_NAME));
    if !to_stdout {
        tell(&output::prepare_file(&path, args.force)?, &args.common);
    }
    let steps = Steps::new(args.common.quiet);
    let mut somebody = Console::somebody(args.yes || args.common.quiet, &steps);
    let asks = somebody.as_mut().map(|console| console as &mut dyn Asks);
    let memory = args.common.memory.budget();
    let files = |n| steps.begin(Work::Reading, n);
    let proposal = init::propose(&args.folder, memory, &files, &|| steps.step(), asks)?;
    steps.clear();
    if to_stdout {
        print_data(proposal.text.as_bytes())?;
    } else {
        tell(&output::write_file(&path, proposal.text.as_bytes(), args.force)?, &args.common);
    }
    if !args.common.quiet {
        for line in &proposal.found {
            say(safe_line(line));
        }
        say_as("to check", AnsiColor::Yellow, "");
        for line in &proposal.check {
            say(format!("- {}", safe_line(line)));
        }
        if !to_stdout {
            say(format!("→ {}", path.display()));
        }
    }
    Ok(Ending::Done)
}
