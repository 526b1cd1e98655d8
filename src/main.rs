use std::process::ExitCode;

fn main() -> ExitCode {
    stillstand::cli::main()
}
