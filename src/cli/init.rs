//! `stillstand init`

use std::io::Write as _;
use std::path::Path;

use super::args::InitArgs;
use super::{Ending, print, progress};
use crate::init;
use crate::input::config;
use crate::write::output;

pub fn run(args: &InitArgs) -> anyhow::Result<Ending> {
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    let path = args.output.clone().unwrap_or_else(|| args.folder.join(config::FILE_NAME));
    if !to_stdout {
        output::check_file(&path, args.force)?;
    }
    let bar = progress::files(args.common.quiet);
    let proposal = init::propose(&args.folder, &|n| bar.set_length(n), &|| bar.inc(1))?;
    bar.finish_and_clear();
    if to_stdout {
        print(proposal.text.as_bytes())?;
    } else {
        output::write_file(&path, proposal.text.as_bytes(), args.force)?;
    }
    if !args.common.quiet {
        let mut stderr = anstream::stderr().lock();
        for line in &proposal.found {
            let _ = writeln!(stderr, "{line}");
        }
        let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Yellow.into()));
        let _ = writeln!(stderr, "{style}to check{style:#}:");
        for line in &proposal.check {
            let _ = writeln!(stderr, "- {line}");
        }
        if !to_stdout {
            let _ = writeln!(stderr, "→ {}", path.display());
        }
    }
    Ok(Ending::Done)
}
