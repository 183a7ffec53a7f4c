//! Every scenario file is a golden test: it reads, its schedule plays, and every claim is judged by
//! searching every interleaving. A claim is made by a person and never rewritten.
#[path = "common/gallery.rs"]
mod gallery;
#[path = "common/kernels.rs"]
mod kernels;
#[path = "common/search.rs"]
mod search;

use std::collections::BTreeMap;
use std::rc::Rc;

use gallery::scenarios;
use kernels::kernels;
use pagerace::explore::{Report, Verdict, judge};
use pagerace::machine::{Choice, Status};
use pagerace::player::Player;
use pagerace::properties::PROPERTIES;
use pagerace::scenario::{End, KernelChoice, Scenario};
use search::explore;

fn report(scenario: &Scenario, kernel: &KernelChoice) -> Report {
    explore(scenario.build(kernel).expect("it builds"))
}

#[test]
fn every_claim_is_met() {
    let mut broken = Vec::new();
    for (name, scenario) in scenarios() {
        let reports: BTreeMap<KernelChoice, Report> = kernels(&scenario)
            .into_iter()
            .map(|kernel| (kernel.clone(), report(&scenario, &kernel)))
            .collect();
        for claim in &scenario.expects {
            let report = &reports[&claim.kernel];
            let judgement = judge(report, claim);
            if judgement.verdict != Verdict::Met {
                let (word, line) = (claim.quantifier.word(), claim.place.line);
                let outcomes: Vec<_> = report.outcomes.iter().map(|o| &o.outcome).collect();
                broken.push(format!(
                    "{name}.toml:{line}: {:?} {word} {}: {:?}\n{outcomes:#?}",
                    claim.kernel, claim.pattern, judgement.because
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_says_why_and_claims_something_of_two_kernels() {
    for (name, scenario) in scenarios() {
        assert!(scenario.about.len() > 40, "{name} says too little");
        assert!(!scenario.expects.is_empty(), "{name} claims nothing");
        assert!(kernels(&scenario).len() >= 2, "{name} is about one kernel only");
    }
}

#[test]
fn every_schedule_plays() {
    for (name, scenario) in scenarios() {
        let Some((steps, place)) = &scenario.schedule else { continue };
        let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
        let mut player = Player::new(Rc::new(system), memory);
        player.play(steps, *place).unwrap_or_else(|complaint| panic!("{name}: {complaint:?}"));
    }
}

/// The bookkeeping of the model holds in every state of every scenario under every kernel named.
#[test]
fn no_invariant_breaks() {
    let invariants: Vec<&str> =
        PROPERTIES.iter().filter(|p| p.invariant).map(|property| property.name).collect();
    let mut wrong = Vec::new();
    for (name, scenario) in scenarios() {
        for kernel in kernels(&scenario) {
            for found in report(&scenario, &kernel).outcomes {
                let broken = found.outcome.breaks.iter().filter(|it| invariants.contains(it));
                wrong.extend(broken.map(|broken| format!("{name} {kernel:?}: {broken}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A lock section that runs as one step has the outcomes that its lines have one by one.
#[test]
fn whole_lock_sections_lose_no_outcome() {
    for (name, mut scenario) in scenarios() {
        for kernel in kernels(&scenario) {
            scenario.fine = false;
            let coarse = report(&scenario, &kernel);
            scenario.fine = true;
            let fine = report(&scenario, &kernel);
            let outcomes = |report: &Report| -> Vec<_> {
                report.outcomes.iter().map(|found| found.outcome.clone()).collect()
            };
            assert_eq!(outcomes(&coarse), outcomes(&fine), "{name} {kernel:?}");
            assert!(coarse.states <= fine.states, "{name} {kernel:?}");
        }
    }
}

/// A witness plays, and ends in its outcome, with as many switches as it says.
#[test]
fn every_witness_shows_its_outcome() {
    for (name, scenario) in scenarios() {
        for found in report(&scenario, &scenario.kernel).outcomes {
            let witness = found.witness.expect("a found outcome has a witness");
            let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
            let mut player = Player::new(Rc::new(system), memory);
            let text = witness.schedule.to_text();
            let played = player.play(&text, Default::default());
            assert!(played.is_ok(), "{name}: {text}: {played:?}");
            let end = found.outcome.end;
            let shown = pagerace::scenario::Outcome::of(player.system(), player.memory(), end);
            assert_eq!(shown, found.outcome, "{name}: {text}");
            assert_eq!(player.schedule().switches(), witness.switches);
        }
    }
}

/// The loop of a livelock brings the machine back to where it began, cell by cell, and what can be
/// done on the way round is done: nobody is starved.
#[test]
fn every_livelock_has_a_fair_loop() {
    let mut livelocks = 0;
    for (name, scenario) in scenarios() {
        for kernel in kernels(&scenario) {
            for found in report(&scenario, &kernel).outcomes {
                let witness = found.witness.expect("a found outcome has a witness");
                let livelock = found.outcome.end == End::Livelock;
                assert_eq!(witness.loop_from.is_some(), livelock, "{name} {kernel:?}");
                let Some(from) = witness.loop_from else { continue };
                livelocks += 1;
                let (system, mut memory) = scenario.build(&kernel).expect("it builds");
                let system = Rc::new(system);
                let mut player = Player::new(Rc::clone(&system), memory.clone());
                let text = witness.schedule.to_text();
                player.play(&text, Default::default()).expect("it plays");
                assert_eq!(player.loop_from(), Some(from), "{name} {kernel:?}: {text}");
                let (stem, turn) = witness.schedule.0.split_at(from);
                stem.iter().for_each(|choice| system.make(&mut memory, *choice));
                let before = memory.cells().to_vec();
                for choice in turn {
                    let can = |choice: &Choice| system.status(&memory, *choice) == Status::Runnable;
                    let starved =
                        system.choices().find(|other| can(other) && !turn.contains(other));
                    assert_eq!(starved, None, "{name} {kernel:?}: {turn:?}");
                    assert!(can(choice), "{name} {kernel:?}: {turn:?}");
                    system.make(&mut memory, *choice);
                }
                assert!(
                    !turn.is_empty() && memory.cells() == before,
                    "{name} {kernel:?}: {turn:?}"
                );
            }
        }
    }
    assert!(livelocks > 0, "no scenario has a livelock");
}
