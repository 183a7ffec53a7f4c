//! The workloads that Pagerace explores beside other model checkers: counters that those are given
//! too, and a machine of its own.
pub mod counters;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

use std::collections::BTreeSet;
use std::rc::Rc;

use pagerace::explore::{Explorer, Limits, Means, Report, When};
use pagerace::machine::System;
use pagerace::mm::Memory;
use pagerace::scenario::{Outcome, parse};

use counters::Counters;

/// Two faults, an unmap, a pin and a migration, with the routines of a kernel.
const MM: &str = include_str!("../../mm.toml");

/// A way to search; `bench/peers.mjs` names these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Search {
    /// Every state, known by all its cells.
    Exact,
    /// Every state, known by a fingerprint.
    Whole,
    /// The same with two threads.
    Threads,
    /// One order of steps that do not matter to each other.
    Reduced,
    /// One of those that differ in the numbers of lanes alone.
    Symmetric,
    /// Both.
    Least,
}

impl Search {
    /// The search of a name.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn named(name: &str) -> Result<Search, String> {
        match name {
            "exact" => Ok(Search::Exact),
            "whole" => Ok(Search::Whole),
            "threads" => Ok(Search::Threads),
            "reduced" => Ok(Search::Reduced),
            "symmetric" => Ok(Search::Symmetric),
            "least" => Ok(Search::Least),
            other => Err(format!("no search is named `{other}`")),
        }
    }

    /// Runs it until the outcomes are known: the other checkers look for no shortest witness, and
    /// their clocks stop before the states are given back, too.
    fn run(self, system: System, memory: Memory) -> Report {
        let means = match self {
            Search::Reduced => Some(Means::Orders),
            Search::Symmetric => Some(Means::Symmetry),
            Search::Least => Some(Means::All),
            Search::Exact | Search::Whole | Search::Threads => None,
        };
        let limits = Limits {
            max_states: usize::MAX,
            max_bytes: usize::MAX,
            exact: self == Search::Exact,
            reduction: if means.is_some() { When::Always } else { When::Never },
            means: means.unwrap_or(Means::All),
            threads: if self == Search::Threads { 2 } else { 1 },
        };
        let mut explorer = Explorer::new(Rc::new(system), memory, limits);
        while !explorer.is_complete() && explorer.advance(1 << 16) {}
        let report = explorer.report();
        std::mem::forget(explorer);
        report
    }
}

/// Explores what the words name: a search, then `mm` or `counters THREADS ITERATIONS PRIVATE
/// DISJOINT`. States, transitions and outcomes, as a line of JSON.
///
/// # Errors
/// The words name nothing, or the search did not come to an end.
pub fn explore(words: &[&str]) -> Result<serde_json::Value, String> {
    let [search, workload, sizes @ ..] = words else {
        return Err("say a search and a workload".into());
    };
    let search = Search::named(search)?;
    let (system, memory, outcome): (System, Memory, fn(&Outcome) -> String) = match *workload {
        "mm" => {
            let (system, memory) = mm()?;
            (system, memory, in_words)
        }
        "counters" => {
            let (system, memory) = Counters::of(sizes)?.build()?;
            (system, memory, |outcome| outcome.drift.to_string())
        }
        other => return Err(format!("no workload is named `{other}`")),
    };
    let report = search.run(system, memory);
    if !report.complete {
        return Err(report.limit.unwrap_or_else(|| "the search did not end".into()));
    }
    let outcomes = report.outcomes.iter().map(|found| outcome(&found.outcome));
    Ok(serde_json::json!({
        "states": report.states,
        "transitions": report.transitions,
        "outcomes": outcomes.collect::<BTreeSet<String>>(),
    }))
}

fn mm() -> Result<(System, Memory), String> {
    let scenario = parse(MM).map_err(|complaints| format!("bench/mm.toml: {complaints:?}"))?;
    scenario.build(&scenario.kernel).map_err(|error| format!("bench/mm.toml: {error:?}"))
}

fn in_words(outcome: &Outcome) -> String {
    let Outcome { results, breaks, drift, end } = outcome;
    format!("{} {results:?} {breaks:?} {drift}", end.word())
}
