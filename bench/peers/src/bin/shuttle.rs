//! `shuttle THREADS ITERATIONS SECONDS`: Shuttle runs every interleaving of the counters, depth
//! first, or as many as it can in the time given, and prints a line of JSON.
use std::process::ExitCode;

use peers::Executions;
use shuttle::scheduler::DfsScheduler;
use shuttle::{Config, Runner};

static FOUND: Executions = Executions::none();

peers::count_with!(shuttle);

fn main() -> ExitCode {
    FOUND.main(|threads, iterations, limit| {
        let mut config = Config::default();
        config.max_time = Some(limit);
        let runner = Runner::new(DfsScheduler::new(None, false), config);
        runner.run(move || count(&FOUND, threads, iterations));
    })
}
