//! Explores every scenario of the gallery and prints a line of JSON for each: states, transitions
//! and the least of five times in milliseconds. `bench/gallery.mjs` runs it beside the page's
//! module.
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use pagerace::explore::{Explorer, Limits};
use pagerace::scenario::parse;

const RUNS: usize = 5;

fn main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the gallery is here")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        let scenario = parse(&text).expect("a scenario of the gallery is good");
        let mut least = f64::INFINITY;
        let mut counts = (0, 0, 0);
        for _ in 0..RUNS {
            let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
            let start = Instant::now();
            let report = Explorer::new(Rc::new(system), memory, Limits::default()).run();
            least = least.min(start.elapsed().as_secs_f64() * 1e3);
            counts = (report.states, report.transitions, report.outcomes.len());
        }
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let (states, transitions, outcomes) = counts;
        println!(
            "{}",
            serde_json::json!({
                "scenario": name,
                "states": states,
                "transitions": transitions,
                "outcomes": outcomes,
                "ms": least,
            })
        );
    }
}
