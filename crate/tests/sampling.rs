//! Runs by chance: the same numbers make the same runs, PCT finds bugs as often as it promises, and
//! nothing is found that is not there.
#[path = "common/counters.rs"]
mod counters;
#[path = "common/gallery.rs"]
mod gallery;

use std::collections::BTreeSet;
use std::rc::Rc;

use counters::{calls, lane, racy, system};
use pagerace::explore::sample::{Plan, Sample, Sampler, Strategy};
use pagerace::explore::{Explorer, Limits, Verdict, judge};
use pagerace::machine::System;
use pagerace::machine::system::Timeline;
use pagerace::mm::Memory;
use pagerace::player::Player;
use pagerace::scenario::{End, Outcome, Pattern, Quantifier};

const STRATEGIES: [Strategy; 3] =
    [Strategy::Random, Strategy::Pct { depth: 1 }, Strategy::Pct { depth: 3 }];

fn plan(strategy: Strategy, runs: u64) -> Plan {
    Plan { strategy, seed: 7, from: 0, runs }
}

fn sample(system: &Rc<System>, start: &Memory, plan: Plan) -> Sample {
    let mut sampler = Sampler::new(Rc::clone(system), start, plan);
    while sampler.advance(1_000_000) {}
    sampler.sample().clone()
}

#[test]
fn the_same_seed_makes_the_same_runs_in_slices_and_in_parts() {
    let (system, start) = system(&[lane(&["both"]), lane(&["ba"]), lane(&["increment", "ab"])]);
    for strategy in STRATEGIES {
        let plan = plan(strategy, 500);
        let whole = sample(&system, &start, plan);
        let mut sliced = Sampler::new(Rc::clone(&system), &start, plan);
        while sliced.advance(1) {}
        assert_eq!(*sliced.sample(), whole);
        // Told how many runs were made, another sampler goes on with the next.
        let first = sample(&system, &start, Plan { runs: 200, ..plan });
        let rest = sample(&system, &start, Plan { from: 200, runs: 300, ..plan });
        assert_eq!(first.steps + rest.steps, whole.steps);
        for sampled in &whole.outcomes {
            let runs = [&first, &rest].map(|part| {
                let own = part.outcomes.iter().find(|o| o.found.outcome == sampled.found.outcome);
                own.map_or(0, |own| own.runs)
            });
            assert_eq!(runs[0] + runs[1], sampled.runs);
        }
        let other = sample(&system, &start, Plan { seed: 8, ..plan });
        let alike = other.outcomes == whole.outcomes;
        assert!(!alike || strategy == Strategy::Pct { depth: 1 });
    }
}

/// The numbers themselves: they are the same on every machine.
#[test]
fn the_runs_of_a_seed_are_these() {
    let (system, start) = system(&[lane(&["both"]), lane(&["ba"]), lane(&["increment", "ab"])]);
    let told = STRATEGIES.map(|strategy| {
        let sample = sample(&system, &start, plan(strategy, 100));
        let runs: Vec<u64> = sample.outcomes.iter().map(|sampled| sampled.runs).collect();
        (sample.steps, sample.length, runs)
    });
    assert_eq!(told, [(1300, 16, vec![60, 40]), (1600, 16, vec![100]), (1444, 16, vec![80, 20])]);
}

/// How many of the runs end in a state like this.
fn often(lanes: &[Timeline], strategy: Strategy, is_bug: fn(&Outcome, i16) -> bool) -> Sample {
    let (system, start) = system(lanes);
    let mut sample = sample(&system, &start, plan(strategy, 4_000));
    sample.outcomes.retain(|sampled| {
        let witness = sampled.found.witness.as_ref().expect("every outcome has one");
        let mut player = Player::new(Rc::clone(&system), start.clone());
        player.play(&witness.schedule.to_text(), Default::default()).expect("it runs");
        is_bug(&sampled.found.outcome, racy(player.memory()))
    });
    sample
}

fn holds(sample: &Sample) {
    let found: u64 = sample.outcomes.iter().map(|sampled| sampled.runs).sum();
    let rate = found as f64 / sample.done as f64;
    let promised = sample.found_by_a_run().expect("of PCT");
    assert!(rate >= promised, "{rate} of {promised}: {:?}", sample.plan);
    let missed = sample.missed().expect("of PCT");
    assert!((missed - (1.0 - promised).powi(4_000)).abs() < 1e-9, "{missed}");
}

#[test]
fn pct_finds_a_bug_of_its_depth_as_often_as_it_promises() {
    // One order: the store is before the look.
    let one = [lane(&["increment"]), lane(&["bug"])];
    let bug = |outcome: &Outcome, _| outcome.end == End::Bug;
    holds(&often(&one, Strategy::Pct { depth: 1 }, bug));
    // Behind a lock and other work.
    let late = [lane(&["ab", "increment"]), lane(&["ab", "bug"]), lane(&["both"])];
    holds(&often(&late, Strategy::Pct { depth: 1 }, bug));
    // Two orders: each takes its lock before the other asks for it.
    let two = [lane(&["ab"]), lane(&["ba"])];
    let deadlock = |outcome: &Outcome, _| outcome.end == End::Deadlock;
    holds(&often(&two, Strategy::Pct { depth: 2 }, deadlock));
    holds(&often(&two, Strategy::Pct { depth: 3 }, deadlock));
    // Without a change there is none: depth 1 runs one lane after the other.
    assert!(often(&two, Strategy::Pct { depth: 1 }, deadlock).outcomes.is_empty());
    // An interrupt that comes between a load and its store.
    let masked = [(calls(&["masked"]), calls(&["increment"]))];
    let sample = often(&masked, Strategy::Pct { depth: 2 }, |_, racy| racy == 1);
    assert_eq!(sample.choices, 2);
}

#[test]
fn who_goes_round_lets_others_move_and_who_never_ends_is_no_outcome() {
    // CPU0 waits for CPU1, whatever the priorities are.
    let (system, start) = system(&[lane(&["spin"]), lane(&["increment"])]);
    for strategy in STRATEGIES {
        let sample = sample(&system, &start, plan(strategy, 200));
        assert_eq!((sample.unfinished, sample.example.is_none()), (0, true));
        let [only] = &sample.outcomes[..] else { panic!("{:?}", sample.outcomes) };
        assert_eq!((only.runs, only.found.outcome.end), (200, End::Done));
    }
    let (system, start) = counters::system(&[lane(&["spin"]), lane(&["ab"])]);
    let sample = sample(&system, &start, plan(Strategy::Random, 3));
    assert_eq!((sample.unfinished, sample.outcomes.len(), sample.longest), (3, 0, 0));
    let example = sample.example.as_ref().expect("one is kept");
    assert!(Player::new(system, start).play(&example.to_text(), Default::default()).is_ok());
}

/// On the scenarios that are searched whole: no other outcomes than all interleavings have, shown
/// by runs that end so, with no fewer switches than the fewest.
#[test]
fn a_sample_of_the_gallery_finds_outcomes_of_the_gallery() {
    let (mut found, mut all) = (0, 0);
    for (name, scenario) in gallery::scenarios() {
        let (system, start) = scenario.build(&scenario.kernel).expect("it builds");
        let system = Rc::new(system);
        let limits = Limits { max_states: 1_500, ..Limits::default() };
        let report = Explorer::new(Rc::clone(&system), start.clone(), limits).run();
        if !report.complete {
            continue;
        }
        let sample = sample(&system, &start, plan(Strategy::Pct { depth: 3 }, 100));
        for sampled in &sample.outcomes {
            let Sampled { outcome, witness, .. } = told(&sampled.found);
            let mut known = report.outcomes.iter().filter(|known| known.outcome == *outcome);
            let best = known.next().unwrap_or_else(|| panic!("{name}: {outcome:?}"));
            let fewest = best.witness.as_ref().expect("shown").switches;
            assert!(witness.switches >= fewest && !witness.fewest, "{name}");
            let mut player = Player::new(Rc::clone(&system), start.clone());
            player.play(&witness.schedule.to_text(), Default::default()).expect("it runs");
            let end = End::of(&system, player.memory()).expect("it has ended");
            assert_eq!(Outcome::of(&system, player.memory(), end), *outcome, "{name}");
        }
        let ends = report.outcomes.iter().filter(|o| o.outcome.end != End::Livelock);
        (found, all) = (found + sample.outcomes.len(), all + ends.count());
    }
    assert!(found * 10 > all * 8, "{found} of {all}");
}

/// An outcome with its witness.
struct Sampled<'a> {
    outcome: &'a Outcome,
    witness: &'a pagerace::explore::Witness,
}

fn told(found: &pagerace::explore::Found) -> Sampled<'_> {
    Sampled { outcome: &found.outcome, witness: found.witness.as_ref().expect("shown") }
}

#[test]
fn claims_are_decided_by_what_was_found_alone() {
    let (system, start) = system(&[lane(&["ab"]), lane(&["ba"])]);
    let report = sample(&system, &start, plan(Strategy::Random, 100)).report();
    let ends: BTreeSet<End> = report.outcomes.iter().map(|found| found.outcome.end).collect();
    assert_eq!(ends, [End::Done, End::Deadlock].into());
    assert!(!report.complete && report.outcomes.iter().all(|found| !found.always));
    let verdict = |quantifier, end| {
        let pattern = Pattern { end: Some(end), ..Pattern::default() };
        let kernel = scenario_kernel();
        let place = Default::default();
        let claim = pagerace::scenario::Expectation { kernel, quantifier, pattern, place };
        judge(&report, &claim).verdict
    };
    assert_eq!(verdict(Quantifier::Sometimes, End::Deadlock), Verdict::Met);
    assert_eq!(verdict(Quantifier::Never, End::Deadlock), Verdict::Broken);
    assert_eq!(verdict(Quantifier::Never, End::Bug), Verdict::Undecided);
    assert_eq!(verdict(Quantifier::Sometimes, End::Bug), Verdict::Undecided);
    assert_eq!(verdict(Quantifier::Always, End::Done), Verdict::Broken);
}

fn scenario_kernel() -> pagerace::scenario::KernelChoice {
    pagerace::scenario::KernelChoice { base: "v5.17".into(), toggles: Default::default() }
}
