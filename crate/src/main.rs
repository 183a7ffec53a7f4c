//! Floor 7: the door to the terminal.
//!
//! Exit status: 0 when all is well, 1 when a claim is broken or undecided, 2 for bad input.
mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
