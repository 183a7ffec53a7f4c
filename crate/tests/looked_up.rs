//! A search that compares states by their fingerprints looks up what steps do, an exact one runs
//! each of them: both find the same states in the same order, whatever runs.
#[path = "common/alike.rs"]
mod alike;
#[path = "common/gallery.rs"]
mod gallery;

use std::collections::BTreeSet;
use std::rc::Rc;

use alike::{Random, text};
use gallery::scenarios;
use pagerace::explore::{Explorer, Limits, Report, When};
use pagerace::scenario::{KernelChoice, Scenario, parse};

/// The most states of a search.
const MOST_STATES: usize = 1_500;

/// How many states both find; nothing if the scenario cannot be made.
fn compare(scenario: &Scenario, kernel: &KernelChoice, threads: usize) -> Option<usize> {
    let told = |exact: bool| {
        let (system, memory) = scenario.build(kernel).ok()?;
        let (max_states, reduction) = (MOST_STATES, When::Never);
        let limits = Limits { max_states, exact, reduction, threads, ..Limits::default() };
        Some(Explorer::new(Rc::new(system), memory, limits).run())
    };
    let reports = [told(false)?, told(true)?];
    let [looked_up, run] = reports.map(|report| {
        let Report { states, transitions, depth, complete, limit, outcomes, starving, .. } = report;
        (states, format!("{transitions} {depth} {complete} {limit:?} {outcomes:#?} {starving:?}"))
    });
    assert_eq!(looked_up, run, "{} {kernel:?}", scenario.title);
    Some(run.0)
}

#[test]
fn each_scenario_of_the_gallery_is_searched_alike() {
    let mut states = 0;
    for (number, (_, scenario)) in scenarios().into_iter().enumerate() {
        let claimed = scenario.expects.iter().map(|claim| claim.kernel.clone());
        let kernels: BTreeSet<KernelChoice> = claimed.chain([scenario.kernel.clone()]).collect();
        for kernel in kernels {
            states += compare(&scenario, &kernel, 1 + number % 2).expect("it can be made");
        }
    }
    assert!(states > 300_000, "{states}");
}

#[test]
fn random_machines_are_searched_alike() {
    let mut states = 0;
    for seed in 0..400 {
        let scenario = parse(&text(&mut Random::of(seed), 2));
        let Ok(scenario) = scenario else { continue };
        states += compare(&scenario, &scenario.kernel, 1).unwrap_or_default();
    }
    assert!(states > 50_000, "{states}");
}
