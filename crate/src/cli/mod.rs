//! The commands of `pagerace`: what they take and what they print.
mod check;
mod explore;
mod input;
mod lists;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use input::Problem;

/// Explore races in Linux memory management, one atomic step at a time.
#[derive(Parser)]
#[command(version, max_term_width = 90)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge every claim of scenario files, or of the files of folders.
    Check {
        /// Files, or folders of *.toml files.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Give up a search after this many states.
        #[arg(long, default_value_t = explore::MAX_STATES)]
        max_states: usize,
    },
    /// Search every interleaving of a scenario and list how executions end.
    Explore {
        /// The scenario file.
        file: PathBuf,
        /// The kernel: `v5.19`, or with toggles `v5.17,pincheck=bitmask`.
        #[arg(long)]
        kernel: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Give up after this many states.
        #[arg(long, default_value_t = explore::MAX_STATES)]
        max_states: usize,
        /// How many threads may search. The search takes one so far, and the results do not
        /// depend on it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
        threads: u8,
    },
    /// Play a schedule and print the timeline as a commit message draws it.
    Run {
        /// The scenario file.
        file: PathBuf,
        /// The schedule, in place of the file's: `1*4 0*2 1*`.
        #[arg(long)]
        schedule: Option<String>,
        /// The kernel: `v5.19`, or with toggles `v5.17,pincheck=bitmask`.
        #[arg(long)]
        kernel: Option<String>,
    },
    /// List the operations of timelines.
    Ops,
    /// List the kernels and their toggles.
    Kernels,
}

/// Runs the command line; what went wrong is on standard error.
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Check { paths, json, max_states } => check::check(&paths, json, max_states),
        Command::Explore { file, kernel, json, max_states, threads: _ } => {
            explore::explore(&file, kernel.as_deref(), json, max_states)
        }
        Command::Run { file, schedule, kernel } => {
            explore::play(&file, schedule.as_deref(), kernel.as_deref())
        }
        Command::Ops => {
            input::print(&lists::operations());
            Ok(ExitCode::SUCCESS)
        }
        Command::Kernels => {
            input::print(&lists::kernels());
            Ok(ExitCode::SUCCESS)
        }
    };
    outcome.unwrap_or_else(|Problem(message)| {
        eprint!("{message}");
        ExitCode::from(2)
    })
}
