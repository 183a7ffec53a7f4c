//! `loom THREADS ITERATIONS SECONDS`: Loom runs the executions of the counters that differ (DPOR),
//! or as many as it can in the time given, and prints a line of JSON.
//!
//! Loom's memory is that of C11, so it looks for more than sequential consistency admits: its count
//! is for comparison of the effort, not of the question.
use std::process::ExitCode;

use loom::model::Builder;
use peers::Executions;

static FOUND: Executions = Executions::none();
/// More switch points than any execution here has.
const MOST_BRANCHES: usize = 100_000;

peers::count_with!(loom);

fn main() -> ExitCode {
    FOUND.main(|threads, iterations, limit| {
        let mut model = Builder::new();
        model.max_duration = Some(limit);
        model.max_branches = MOST_BRANCHES;
        model.check(move || count(&FOUND, threads, iterations));
    })
}
