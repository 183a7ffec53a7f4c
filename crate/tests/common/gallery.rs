//! All files of the gallery.
#[path = "file.rs"]
mod file;

use std::fs;

use pagerace::scenario::Scenario;

/// Every scenario with its name, in the order of names.
pub fn scenarios() -> Vec<(String, Scenario)> {
    let entries = fs::read_dir(file::folder()).expect("the folder exists");
    let files = entries.map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = files
        .filter_map(|file| Some(file.to_string_lossy().strip_suffix(".toml")?.to_string()))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    let read = |name: String| {
        let scenario = file::scenario(&name);
        (name, scenario)
    };
    names.into_iter().map(read).collect()
}
