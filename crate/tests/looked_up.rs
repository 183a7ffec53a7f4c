//! A search that compares states by their fingerprints looks up what steps do, an exact one runs
//! each of them: both find the same states in the same order, whatever runs, and whether each step
//! is made or no more than outcomes need.
#[path = "common/alike.rs"]
mod alike;
#[path = "common/gallery.rs"]
mod gallery;

use std::collections::BTreeSet;
use std::rc::Rc;

use alike::{Random, text};
use gallery::scenarios;
use pagerace::explore::{Explorer, Limits, Means, Report, When};
use pagerace::scenario::{KernelChoice, Scenario, parse};

/// The most states of a search.
const MOST_STATES: usize = 1_500;

/// How many states both find; nothing if the scenario cannot be made.
fn compare(
    scenario: &Scenario,
    kernel: &KernelChoice,
    threads: usize,
    reduction: When,
) -> Option<usize> {
    let told = |exact: bool| {
        let (system, memory) = scenario.build(kernel).ok()?;
        let (max_states, means, max_bytes) = (MOST_STATES, Means::Orders, usize::MAX);
        let limits = Limits { max_states, max_bytes, exact, reduction, means, threads };
        let mut explorer = Explorer::new(Rc::new(system), memory, limits);
        // The shortest ways are looked for in the whole, whatever was searched.
        while (reduction == When::Never || !explorer.is_complete()) && explorer.advance(1 << 16) {}
        Some(explorer.report())
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
            let both = [When::Never, When::Always];
            let few = usize::from(kernel == scenario.kernel) + 1;
            for reduction in &both[..few] {
                let threads = 1 + number % 2;
                states += compare(&scenario, &kernel, threads, *reduction).expect("it can be made");
            }
        }
    }
    assert!(states > 400_000, "{states}");
}

#[test]
fn random_machines_are_searched_alike() {
    let mut states = 0;
    for seed in 0..400 {
        let scenario = parse(&text(&mut Random::of(seed), 2));
        let Ok(scenario) = scenario else { continue };
        for reduction in [When::Never, When::Always] {
            states += compare(&scenario, &scenario.kernel, 1, reduction).unwrap_or_default();
        }
    }
    assert!(states > 90_000, "{states}");
}
