//! Explores every scenario of the gallery under every kernel that it names, then
//! `bench/largest.toml`, and prints a line of JSON for each: states, transitions, outcomes, the
//! least of three times in milliseconds and the resident memory that the first search added.
//! `bench/gallery.mjs` runs it beside the page's module.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use pagerace::explore::{Explorer, Limits, Means, When};
use pagerace::routines::{kernels, presets};
use pagerace::scenario::{KernelChoice, Scenario, parse};

const RUNS: usize = 3;
const LIMITS: Limits = Limits {
    max_states: 20_000_000,
    max_bytes: 4 << 30,
    exact: false,
    means: Means::All,
    reduction: When::Large,
    threads: 1,
};

/// A line of /proc/self/status in bytes; 0 where there is no such file.
fn status(line: &str) -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = text.lines().find_map(|row| row.strip_prefix(line)?.split_whitespace().next());
    found.and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or(0) * 1024
}

/// Makes the most memory ever used that of now (proc(5), clear_refs).
fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let gallery = std::fs::read_dir(folder.join("scenarios")).expect("the gallery is here");
    let mut files: Vec<PathBuf> = gallery
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files.push(folder.join("bench/largest.toml"));
    for file in files {
        let text = std::fs::read_to_string(&file).expect("text");
        let scenario = parse(&text).expect("a scenario of the gallery is good");
        let own = scenario.kernel.clone();
        let claimed = scenario.expects.iter().map(|claim| claim.kernel.clone());
        for kernel in claimed.chain([own]).collect::<BTreeSet<KernelChoice>>() {
            measure(&file, &scenario, &kernel);
        }
    }
}

fn measure(file: &Path, scenario: &Scenario, kernel: &KernelChoice) {
    let (mut least, mut counts, mut bytes) = (f64::INFINITY, (0, 0, 0), 0);
    for _ in 0..RUNS {
        let (system, memory) = scenario.build(kernel).expect("it builds");
        reset_peak();
        let before = status("VmRSS:");
        let start = Instant::now();
        let report = Explorer::new(Rc::new(system), memory, LIMITS).run();
        least = least.min(start.elapsed().as_secs_f64() * 1e3);
        // Later runs get the memory of the first again.
        bytes = bytes.max(status("VmHWM:").saturating_sub(before));
        assert!(report.complete, "{} is too large", file.display());
        counts = (report.states, report.transitions, report.outcomes.len());
    }
    let (states, transitions, outcomes) = counts;
    let base = presets::preset(&kernel.base).expect("the reader knows it");
    println!(
        "{}",
        serde_json::json!({
            "scenario": file.file_stem().expect("a name").to_string_lossy(),
            "kernel": kernels::name(base, &kernel.toggles),
            "base": kernel.base,
            "toggles": kernel.toggles,
            "states": states,
            "transitions": transitions,
            "outcomes": outcomes,
            "ms": least,
            "bytes": bytes,
        })
    );
}
