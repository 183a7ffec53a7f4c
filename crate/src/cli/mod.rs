//! The commands of `pagerace`: what they take and what they print.
mod check;
mod explore;
mod export;
mod guide;
mod import;
mod input;
mod lists;
mod mdbook;
mod races;
mod sample;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pagerace::explore::sample::{MOST_DEPTH, Plan, Strategy};
use pagerace::explore::{Limits, When};
use pagerace::view::export::Form;

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
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Search every interleaving of a scenario and list how executions end.
    Explore {
        /// The scenario file.
        file: PathBuf,
        /// The kernel: `v5.19`, or with toggles `v5.17,pincheck=bitmask`; `v5.17,patch=NAME` with
        /// a patch of the scenario.
        #[arg(long)]
        kernel: Option<String>,
        /// A file of `[[patch]]` tables, of which the first is applied unless --kernel names one.
        #[arg(long)]
        patch: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Run a scenario many times by chance, where it is too large to explore.
    Sample {
        /// The scenario file.
        file: PathBuf,
        /// The kernel: `v5.19`, or with toggles `v5.17,pincheck=bitmask`.
        #[arg(long)]
        kernel: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        runs: SampleArguments,
    },
    /// List the data races of every interleaving of a scenario, in KCSAN's words.
    Races {
        /// The scenario file.
        file: PathBuf,
        /// The kernel: `v5.19`, or with toggles `v5.17,pincheck=bitmask`.
        #[arg(long)]
        kernel: Option<String>,
        /// Those of one interleaving alone: `1*4 0*2 1*`.
        #[arg(long)]
        schedule: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        search: SearchArguments,
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
    /// Print a race in a form in which people pass it on.
    Export {
        /// The scenario file.
        file: PathBuf,
        /// The form.
        #[arg(long = "as", value_name = "FORM", value_parser = export::form())]
        form: Form,
        /// The schedule, in place of the file's: `1*4 0*2 1*`.
        #[arg(long)]
        schedule: Option<String>,
        /// The kernel: `v5.19`, or with toggles `v5.17,pincheck=bitmask`.
        #[arg(long)]
        kernel: Option<String>,
        #[command(flatten)]
        options: export::Arguments,
        #[command(flatten)]
        search: SearchArguments,
    },
    /// Print the scenario, with its schedule, of an ASCII timeline or a link that was pasted.
    Import {
        /// The file with it; standard input if none is given.
        file: Option<PathBuf>,
        /// The gallery: the folder with the scenarios that a timeline without a link, or a link
        /// `#g=NAME`, is about.
        #[arg(long, value_name = "FOLDER", default_value = "scenarios")]
        gallery: PathBuf,
    },
    /// Print the guided tour of a scenario: each stop with its kernel and its step.
    Tour {
        /// The scenario file.
        file: PathBuf,
    },
    /// Judge a scenario by the challenge of the one that was given.
    Judge {
        /// The scenario with the challenge, as it was given.
        given: PathBuf,
        /// The same with what was changed.
        file: PathBuf,
        #[command(flatten)]
        search: SearchArguments,
    },
    /// List the lines of the functions that a scenario runs, with their labels, as its patches
    /// name them.
    Lines {
        /// The scenario file.
        file: PathBuf,
        /// This function only.
        function: Option<String>,
        /// The kernel: `v5.19`, or with toggles or a patch `v5.17,patch=NAME`.
        #[arg(long)]
        kernel: Option<String>,
    },
    /// Be a preprocessor of mdBook: read a book and write it with its races.
    Mdbook {
        #[command(subcommand)]
        question: Option<mdbook::Question>,
    },
    /// List the operations of timelines.
    Ops,
    /// List the kernels and their toggles.
    Kernels,
}

/// How to search.
#[derive(Args, Clone, Copy)]
struct SearchArguments {
    /// Give up a search after this many states.
    #[arg(long, default_value_t = MAX_STATES)]
    max_states: usize,
    /// Give up a search that takes more memory than this, in MiB.
    #[arg(long, default_value_t = MAX_MEMORY)]
    max_memory: usize,
    /// Tell states apart by all their cells instead of by fingerprints: no state can be missed,
    /// at about twice the time and up to five times the memory.
    #[arg(long)]
    exact: bool,
    /// When to take steps that do not matter to each other in one order only.
    #[arg(long, value_enum, default_value_t = Reduction::Large)]
    reduce: Reduction,
    /// How many threads search; 0 for as many as there are CPUs. The results do not depend on it.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

/// Which runs to make. The same numbers make the same runs.
#[derive(Args, Clone, Copy)]
struct SampleArguments {
    /// How the runs are scheduled.
    #[arg(long, value_enum, default_value_t = How::Pct)]
    strategy: How,
    /// The depth of the bugs that PCT looks for: of how many orders between two steps they need.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=DEEPEST))]
    depth: u32,
    /// Where chance starts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many runs.
    #[arg(long, default_value_t = 10_000)]
    runs: u64,
    /// How many runs were made before, to go on with the next.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

const DEEPEST: i64 = MOST_DEPTH as i64;

#[derive(Clone, Copy, ValueEnum)]
enum How {
    /// Whoever can move does with the same probability.
    Random,
    /// By priorities that change at random steps: what is hard to hit is found with a probability
    /// that has a lower bound.
    Pct,
}

impl SampleArguments {
    fn plan(self) -> Plan {
        let SampleArguments { strategy, depth, seed, runs, from } = self;
        let strategy = match strategy {
            How::Random => Strategy::Random,
            How::Pct => Strategy::Pct { depth },
        };
        Plan { strategy, seed, from, runs }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Reduction {
    /// Behind the first million states.
    Large,
    /// From the start.
    Always,
    /// Never.
    Never,
}

/// The states after which a search gives up, unless told otherwise.
const MAX_STATES: usize = 50_000_000;
/// No more threads than this.
const MOST_THREADS: usize = 64;
/// And the MiB.
const MAX_MEMORY: usize = 4096;

impl SearchArguments {
    fn limits(self) -> Limits {
        let reduction = match self.reduce {
            Reduction::Large => When::Large,
            Reduction::Always => When::Always,
            Reduction::Never => When::Never,
        };
        let max_bytes = self.max_memory.saturating_mul(1 << 20);
        let cpus = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if self.threads == 0 { cpus() } else { self.threads.min(MOST_THREADS) };
        let Self { max_states, exact, .. } = self;
        Limits { max_states, max_bytes, exact, reduction, threads, ..Limits::default() }
    }
}

/// Runs the command line; what went wrong is on standard error.
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Check { paths, json, search } => check::check(&paths, json, search.limits()),
        Command::Explore { file, kernel, patch, json, search } => {
            explore::explore(&file, (kernel.as_deref(), patch.as_deref()), json, search.limits())
        }
        Command::Sample { file, kernel, json, runs } => {
            sample::sample(&file, kernel.as_deref(), json, runs.plan())
        }
        Command::Races { file, kernel, schedule, json, search } => {
            races::races(&file, kernel.as_deref(), schedule.as_deref(), json, search.limits())
        }
        Command::Run { file, schedule, kernel } => {
            explore::play(&file, schedule.as_deref(), kernel.as_deref())
        }
        Command::Export { file, form, schedule, kernel, options, search } => {
            let race = (schedule.as_deref(), kernel.as_deref());
            export::export(&file, form, race, (options, search.limits()))
        }
        Command::Import { file, gallery } => import::import(file.as_deref(), &gallery),
        Command::Tour { file } => guide::tour(&file),
        Command::Judge { given, file, search } => guide::judge(&given, &file, search.limits()),
        Command::Lines { file, function, kernel } => {
            lists::lines(&file, function.as_deref(), kernel.as_deref())
        }
        Command::Mdbook { question } => mdbook::preprocess(question.as_ref()),
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
