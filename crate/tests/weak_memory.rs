//! Store buffers change nothing where a handshake is ordered by locked operations: a scenario that
//! is not about a missing fence ends in the same ways with memory = sc and memory = tso.
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use pagerace::explore::{Explorer, Limits};
use pagerace::scenario::{KernelChoice, Outcome, Scenario, parse};

/// A larger scenario is left out: with store buffers it has many times the states.
const MOST_STATES: usize = 50_000;

/// The outcomes, and the number of states.
fn outcomes(scenario: &Scenario, kernel: &KernelChoice) -> (BTreeSet<Outcome>, usize) {
    let (system, memory) = scenario.build(kernel).expect("it builds");
    let report = Explorer::new(Rc::new(system), memory, Limits::default()).run();
    assert!(report.complete, "{}: {kernel:?}", scenario.title);
    (report.outcomes.into_iter().map(|found| found.outcome).collect(), report.states)
}

#[test]
fn every_other_scenario_ends_alike_with_store_buffers() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let scenario = parse(&fs::read_to_string(&path).expect("text")).expect("it reads");
        let claimed = scenario.expects.iter().map(|claim| claim.kernel.clone());
        let kernels: BTreeSet<KernelChoice> = claimed.chain([scenario.kernel.clone()]).collect();
        for kernel in kernels.iter().filter(|kernel| !kernel.toggles.contains_key("memory")) {
            let mut weak = kernel.clone();
            weak.toggles.insert("memory".into(), "tso".into());
            let (before, states) = outcomes(&scenario, kernel);
            if states <= MOST_STATES {
                let (after, _) = outcomes(&scenario, &weak);
                assert_eq!(before, after, "{}: {kernel:?}", path.display());
            }
        }
    }
}
