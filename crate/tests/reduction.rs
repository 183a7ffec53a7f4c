//! The reduced search finds what the whole one finds: on every scenario of the gallery that the
//! whole one finishes soon, the same outcomes, each with what was broken on the way, and the same
//! shortest ways.
#[path = "common/gallery.rs"]
mod gallery;

use std::collections::BTreeSet;
use std::rc::Rc;

use gallery::scenarios;
use pagerace::explore::{Explorer, Found, Limits, Report, When};
use pagerace::machine::System;
use pagerace::mm::Memory;
use pagerace::scenario::KernelChoice;

/// The largest whole that is compared.
const MOST_STATES: usize = 1_500;

fn report(system: &Rc<System>, memory: &Memory, limits: Limits) -> Report {
    Explorer::new(Rc::clone(system), memory.clone(), limits).run()
}

/// Each outcome, and the cost of the way to it.
fn told(report: &Report) -> Vec<String> {
    let cost = |found: &Found| {
        let witness = found.witness.as_ref().expect("every outcome has one");
        assert!(witness.fewest);
        // A livelock's loop is as long as it happens to be.
        (witness.stem().switches(), witness.stem().0.len())
    };
    let line = |found: &Found| format!("{:?} {} {:?}", found.outcome, found.always, cost(found));
    report.outcomes.iter().map(line).collect()
}

#[test]
fn no_outcome_is_lost_and_no_way_is_longer() {
    let (mut compared, mut reduced) = (0, 0);
    for (name, scenario) in scenarios() {
        let claimed = scenario.expects.iter().map(|claim| claim.kernel.clone());
        for kernel in claimed.chain([scenario.kernel.clone()]).collect::<BTreeSet<KernelChoice>>() {
            let (system, memory) = scenario.build(&kernel).expect("it builds");
            let system = Rc::new(system);
            let never = Limits {
                max_states: MOST_STATES,
                reduction: When::Never,
                exact: true,
                ..Limits::default()
            };
            let whole = report(&system, &memory, never);
            if !whole.complete {
                continue;
            }
            let always = Limits { reduction: When::Always, ..Limits::default() };
            let found = report(&system, &memory, always);
            let told = [&whole, &found].map(told);
            assert_eq!(told[0], told[1], "{name} {kernel:?}");
            assert!(found.complete && found.states <= whole.states, "{name} {kernel:?}");
            compared += 1;
            reduced += usize::from(found.states < whole.states);
        }
    }
    assert!(compared > 200 && reduced > 60, "{compared} compared, {reduced} of them were reduced");
}
