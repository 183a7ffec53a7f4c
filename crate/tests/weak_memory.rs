//! Store buffers change nothing where a handshake is ordered by locked operations: a scenario that
//! is not about a missing fence ends in the same ways with memory = sc and memory = tso.
#[path = "common/gallery.rs"]
mod gallery;
#[path = "common/kernels.rs"]
mod kernels;
#[path = "common/search.rs"]
mod search;

use std::collections::BTreeSet;

use gallery::scenarios;
use kernels::kernels;
use pagerace::scenario::{KernelChoice, Outcome, Scenario};
use search::explore;

/// A larger scenario is left out: with store buffers it has many times the states.
const MOST_STATES: usize = 50_000;

/// Here a plain store erases a reference. Where it waits in a buffer nobody notes what it erases as
/// it arrives, and the ledger says that something is wrong.
const ERASES: &str = "gigantic-page-erases-reference";

/// Nothing is said of it with store buffers.
const NOT_LOOKED_AT: &str = "mapping-lost";

/// The outcomes, and the number of states.
fn outcomes(scenario: &Scenario, kernel: &KernelChoice) -> (BTreeSet<Outcome>, usize) {
    let report = explore(scenario.build(kernel).expect("it builds"));
    let outcomes = report.outcomes.into_iter().map(|found| {
        let mut outcome = found.outcome;
        outcome.breaks.retain(|name| *name != NOT_LOOKED_AT);
        outcome
    });
    (outcomes.collect(), report.states)
}

#[test]
fn every_other_scenario_ends_alike_with_store_buffers() {
    for (name, scenario) in scenarios().into_iter().filter(|(name, _)| name != ERASES) {
        for kernel in
            kernels(&scenario).iter().filter(|kernel| !kernel.toggles.contains_key("memory"))
        {
            let mut weak = kernel.clone();
            weak.toggles.insert("memory".into(), "tso".into());
            let (before, states) = outcomes(&scenario, kernel);
            if states <= MOST_STATES {
                let (after, _) = outcomes(&scenario, &weak);
                assert_eq!(before, after, "{name}: {kernel:?}");
            }
        }
    }
}
