//! One file of the gallery.
use std::fs;
use std::path::PathBuf;

use pagerace::scenario::{Scenario, parse};

/// Where the files are.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

/// The scenario of a name, which is its file's without the ending.
pub fn scenario(name: &str) -> Scenario {
    let text = fs::read_to_string(folder().join(format!("{name}.toml")))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    parse(&text).unwrap_or_else(|complaints| panic!("{name}: {complaints:#?}"))
}
