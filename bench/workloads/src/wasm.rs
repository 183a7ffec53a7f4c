//! The same in the browser's kind of machine: `bench/wasm.mjs` calls it under Node.
// The bindings that the macro makes are the one place where unsafe code is allowed.
#![allow(unsafe_code)]

use wasm_bindgen::prelude::*;

/// What the words name, explored once, as JSON.
///
/// # Errors
/// As [`crate::explore`], in words.
#[wasm_bindgen]
pub fn explore(words: &str) -> Result<String, String> {
    let words: Vec<&str> = words.split_whitespace().collect();
    crate::explore(&words).map(|found| found.to_string())
}
