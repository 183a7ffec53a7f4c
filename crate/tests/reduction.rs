//! The reduced search finds what the whole one finds: on every scenario of the gallery that the
//! whole one finishes soon, the same outcomes, each with what was broken on the way, and the same
//! shortest ways; and on random machines the same outcomes.
#[path = "common/alike.rs"]
mod alike;
#[path = "common/gallery.rs"]
mod gallery;

use std::collections::BTreeSet;
use std::rc::Rc;

use alike::{Random, text};
use gallery::scenarios;
use pagerace::explore::{Explorer, Found, Limits, Means, Report, When};
use pagerace::machine::System;
use pagerace::mm::Memory;
use pagerace::scenario::{KernelChoice, parse};

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

/// The largest whole of a random machine that is compared, and how many machines are tried.
const MOST_OF_A_RANDOM_ONE: usize = 30_000;
const MACHINES: u64 = 400;

#[test]
fn no_outcome_of_a_random_machine_is_lost() {
    let (mut compared, mut reduced) = (0, 0);
    for seed in 0..MACHINES {
        let Ok(scenario) = parse(&text(&mut Random::of(seed), 1)) else { continue };
        let Ok((system, memory)) = scenario.build(&scenario.kernel) else { continue };
        let system = Rc::new(system);
        let search = |reduction: When| {
            let limits =
                Limits { max_states: MOST_OF_A_RANDOM_ONE, reduction, ..Limits::default() };
            let means = Means::Orders;
            let mut explorer =
                Explorer::new(Rc::clone(&system), memory.clone(), Limits { means, ..limits });
            while !explorer.is_complete() && explorer.advance(1 << 16) {}
            explorer.report()
        };
        let reports = [search(When::Never), search(When::Always)];
        if !reports.iter().all(|report| report.complete) {
            continue;
        }
        let outcomes = reports.each_ref().map(|report| {
            let told = report.outcomes.iter().map(|found| format!("{:?}", found.outcome));
            told.collect::<BTreeSet<String>>()
        });
        assert_eq!(outcomes[0], outcomes[1], "seed {seed}");
        compared += 1;
        reduced += usize::from(reports[1].states < reports[0].states);
    }
    assert!(compared > 100 && reduced > 50, "{compared} compared, {reduced} of them were reduced");
}
