//! `workloads SEARCH WORKLOAD [SIZE...]`: explores it once and prints a line of JSON, with the
//! seconds that it took.
use std::process::ExitCode;
use std::time::Instant;

use pagerace_workloads::explore;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let start = Instant::now();
    match explore(&words) {
        Ok(mut found) => {
            found["seconds"] = start.elapsed().as_secs_f64().into();
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("workloads: {why}");
            ExitCode::FAILURE
        }
    }
}
