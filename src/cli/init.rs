//! `stillstand init`

use std::path::Path;

use anstyle::AnsiColor;

use super::args::InitArgs;
use super::terminal::{print_data, safe_line, say, say_as};
use super::{Ending, progress, tell};
use crate::init;
use crate::input::config;
use crate::write::output;

pub fn run(args: &InitArgs) -> anyhow::Result<Ending> {
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    let path = args.output.clone().unwrap_or_else(|| args.folder.join(config::FILE_NAME));
    if !to_stdout {
        tell(&output::prepare_file(&path, args.force)?, &args.common);
    }
    let bar = progress::files(args.common.quiet);
    let proposal =
        init::propose(&args.folder, args.common.memory.budget(), &|n| bar.set_length(n), &|| bar.inc(1))?;
    bar.finish_and_clear();
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
