//! The kernels that a scenario is about.
use std::collections::BTreeSet;

use pagerace::scenario::{KernelChoice, Scenario};

/// Those that its claims name, and its own.
pub fn kernels(scenario: &Scenario) -> BTreeSet<KernelChoice> {
    let claimed = scenario.expects.iter().map(|claim| claim.kernel.clone());
    claimed.chain([scenario.kernel.clone()]).collect()
}
