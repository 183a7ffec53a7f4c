//! A deadlock says who waits for whom, a livelock who goes round, and what only weak fairness
//! allows is told apart from both.
#[path = "common/counters.rs"]
mod counters;
#[path = "common/file.rs"]
mod file;
#[path = "common/search.rs"]
mod search;

use std::rc::Rc;

use counters::{calls, lane, racy, system};
use pagerace::explore::waits::{self, Waiting};
use pagerace::explore::{Report, Witness};
use pagerace::machine::System;
use pagerace::machine::system::Timeline;
use pagerace::mm::Memory;
use pagerace::player::Player;
use pagerace::scenario::End;
use search::explore;

/// Why executions that end so get no further, of the first outcome that does.
fn why((system, start): (Rc<System>, Memory), end: End) -> Vec<String> {
    let report = explore((Rc::clone(&system), start.clone()));
    let found = report.outcomes.iter().find(|found| found.outcome.end == end);
    waits::why(&system, &start, found.expect("some execution ends so"))
}

#[test]
fn a_deadlock_names_the_cycle_of_who_waits_for_whom() {
    assert_eq!(
        why(system(&[lane(&["ab"]), lane(&["ba"])]), End::Deadlock),
        [
            "CPU0 waits for cma->lock of area, held by CPU1",
            "CPU1 waits for cma_mutex, held by CPU0",
            "Cycle: CPU0 -> CPU1 -> CPU0",
        ]
    );
    // Who waits for a cycle is no part of it.
    assert_eq!(
        why(system(&[lane(&["ab"]), lane(&["ab"]), lane(&["ba"])]), End::Deadlock)[3..],
        ["Cycle: CPU0 -> CPU2 -> CPU0"]
    );
    // A handler that wants what its task holds; the task has no other step to make.
    let lanes = [(calls(&["ab"]), calls(&["ab"]))];
    assert_eq!(
        why(system(&lanes), End::Deadlock),
        ["CPU0 waits for cma_mutex, held by CPU0", "Cycle: CPU0 waits for itself"]
    );
    // Whoever has it never gives it back.
    assert_eq!(
        why(system(&[lane(&["take"]), lane(&["ab"])]), End::Deadlock),
        ["CPU1 waits for cma_mutex, held by CPU0 (CPU0 ran to the end)"]
    );
}

#[test]
fn the_shortest_cycle_from_the_lowest_lane_is_named() {
    let waiting = |cpu, on: &[usize]| Waiting { cpu, words: String::new(), on: on.to_vec() };
    let cycle = |all: &[Waiting]| waits::cycle(all);
    assert_eq!(cycle(&[waiting(0, &[1]), waiting(1, &[2]), waiting(2, &[0])]), Some(vec![0, 1, 2]));
    assert_eq!(cycle(&[waiting(0, &[3]), waiting(1, &[2]), waiting(2, &[1])]), Some(vec![1, 2]));
    assert_eq!(cycle(&[waiting(0, &[1, 2]), waiting(1, &[2]), waiting(2, &[0])]), Some(vec![0, 2]));
    assert_eq!(cycle(&[waiting(0, &[1]), waiting(2, &[0])]), None);
}

#[test]
fn a_deadlock_of_the_gallery_says_what_nobody_holds() {
    let scenario = file::scenario("cma-unmap-lock-deadlock");
    let (system, start) = scenario.build(&scenario.kernel).expect("it builds");
    assert_eq!(
        why((Rc::new(system), start), End::Deadlock),
        [
            "CPU0 waits for a free page (a condition: nobody holds it)",
            "CPU1 waits for unmap_sem, held by CPU0",
        ]
    );
}

#[test]
fn a_livelock_says_who_goes_round_and_who_waits() {
    let lanes = [lane(&["take", "spin"]), lane(&["ab"]), lane(&["spin"])];
    assert_eq!(
        why(system(&lanes), End::Livelock),
        [
            "CPU0 and CPU2 go round for ever",
            "CPU1 never moves again: it waits for cma_mutex, held by CPU0",
        ]
    );
}

/// The loop that only weak fairness allows, replayed; and what is said of it.
fn starving((system, start): (Rc<System>, Memory), report: &Report) -> Vec<String> {
    let witness: &Witness = report.starving.as_ref().expect("there is one");
    let at_end = |steps: &str| {
        let mut player = Player::new(Rc::clone(&system), start.clone());
        player.play(steps, Default::default()).expect("it runs");
        (player.memory().cells().to_vec(), player.loop_from())
    };
    let (before, _) = at_end(&witness.stem().to_text());
    let (after, loop_from) = at_end(&witness.schedule.to_text());
    assert!(before == after && !witness.turn().expect("a loop").0.is_empty());
    assert_eq!(loop_from, None, "a strongly fair scheduler leaves it");
    waits::starving_words(&system, &start, witness)
}

#[test]
fn a_lock_that_is_always_taken_again_starves_others_only_if_it_is_not_queued() {
    let lanes: [Timeline; 2] = [lane(&["poll"]), lane(&["locked"])];
    let report = explore(system(&lanes));
    let ends: Vec<End> = report.outcomes.iter().map(|found| found.outcome.end).collect();
    assert_eq!(ends, [End::Done]);
    assert!(report.outcomes[0].always);
    let words = ["CPU0 goes round for ever", "CPU1 could move now and then, and never does"];
    assert_eq!(starving(system(&lanes), &report), words);
    // Without the lock it can move all the time; and nobody goes round who is not waited for.
    assert!(explore(system(&[lane(&["spin"]), lane(&["locked"])])).starving.is_none());
    let (_, start) = system(&[lane(&["locked"])]);
    assert_eq!((explore(system(&[lane(&["locked"])])).starving, racy(&start)), (None, 0));
}

#[test]
fn a_scenario_of_the_gallery_ends_always_unless_fairness_is_weak() {
    let scenario = file::scenario("offline-refuses-kernel-page");
    let (system, start) = scenario.build(&scenario.kernel).expect("it builds");
    let all = (Rc::new(system), start);
    let report = explore(all.clone());
    assert!(report.outcomes.iter().all(|found| found.outcome.end == End::Done));
    let words = ["CPU0 goes round for ever", "CPU1 could move now and then, and never does"];
    assert_eq!(starving(all, &report), words);
}
