//! `stillstand completions` and `stillstand man`

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Ending;
use super::args::Cli;
use super::terminal::print_data;

/// Prints the completions of a shell.
pub fn completions(shell: Shell) -> anyhow::Result<Ending> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stillstand", &mut script);
    print_data(&script)?;
    Ok(Ending::Done)
}

/// Prints the manual page: the program, then each of its commands.
pub fn man() -> anyhow::Result<Ending> {
    let mut page = Vec::new();
    let command = Cli::command();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        let man =
            clap_mangen::Man::new(command.clone().bin_name(format!("stillstand {}", command.get_name())));
        page.extend(format!(".SH COMMAND {}\n", command.get_name().to_uppercase()).bytes());
        man.render_description_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    print_data(&page)?;
    Ok(Ending::Done)
}
