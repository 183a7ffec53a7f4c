//! The explorer against lists made by hand, against brute force, and against the counts that other
//! model checkers agree on.
#[path = "common/counters.rs"]
mod counters;
#[path = "common/search.rs"]
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use counters::{calls, lane, racy, system};
use pagerace::explore::{Explorer, Limits, Report, When};
use pagerace::machine::system::Timeline;
use pagerace::machine::{Choice, Status};
use pagerace::mm::Memory;
use pagerace::player::Player;
use pagerace::scenario::{End, Outcome};
use pagerace::schedule::Schedule;
use search::explore;

/// Every interleaving, by brute force, with the state that it ends in.
fn interleavings(lanes: &[Timeline]) -> Vec<(Schedule, Memory)> {
    let (system, memory) = system(lanes);
    let mut ends = Vec::new();
    let mut work = vec![(Vec::new(), memory)];
    while let Some((choices, memory)) = work.pop() {
        let can = |choice: &Choice| system.status(&memory, *choice) == Status::Runnable;
        let next: Vec<Choice> = system.choices().filter(can).collect();
        if next.is_empty() {
            ends.push((Schedule(choices.clone()), memory.clone()));
        }
        for choice in next {
            let (mut choices, mut memory) = (choices.clone(), memory.clone());
            system.make(&mut memory, choice);
            choices.push(choice);
            work.push((choices, memory));
        }
    }
    ends
}

fn texts(lanes: &[Timeline]) -> BTreeSet<String> {
    interleavings(lanes).iter().map(|(schedule, _)| schedule.to_text()).collect()
}

#[test]
fn two_lanes_of_two_steps_have_six_interleavings() {
    let lanes = [lane(&["increment"]), lane(&["increment"])];
    let by_hand = ["0*2 1*2", "0 1 0 1", "0 1*2 0", "1 0*2 1", "1 0 1 0", "1*2 0*2"];
    assert_eq!(texts(&lanes), by_hand.map(String::from).into());
    // An update is lost in four of them.
    let lost = interleavings(&lanes).iter().filter(|(_, memory)| racy(memory) == 1).count();
    assert_eq!(lost, 4);
    // The start; one has loaded (2); both have (1); one is done (2), and the other has loaded
    // after it (2) or had loaded before it (2); both are done, with r = 2 or r = 1 (2).
    let report = explore(system(&lanes));
    assert_eq!((report.states, report.transitions, report.depth), (12, 14, 4));
}

#[test]
fn an_interrupt_comes_where_interrupts_are_on_and_runs_to_its_end() {
    let lanes = [(calls(&["masked"]), calls(&["increment"]))];
    let by_hand = ["0i 0*6", "0*3 0i 0*3", "0*4 0i 0*2"];
    assert_eq!(texts(&lanes), by_hand.map(String::from).into());
    // Between the restore and the store the handler's update is lost.
    let values: Vec<(String, i16)> = interleavings(&lanes)
        .iter()
        .map(|(schedule, memory)| (schedule.to_text(), racy(memory)))
        .collect();
    for (text, value) in values {
        assert_eq!(value, if text == "0*3 0i 0*3" { 1 } else { 2 }, "{text}");
    }
}

#[test]
fn a_deadlock_is_an_outcome_with_its_shortest_way() {
    let report = explore(system(&[lane(&["ab"]), lane(&["ba"])]));
    let ends: Vec<End> = report.outcomes.iter().map(|found| found.outcome.end).collect();
    assert_eq!(ends, [End::Done, End::Deadlock]);
    let witness = report.outcomes[1].witness.as_ref().expect("shown");
    assert_eq!((witness.schedule.to_text().as_str(), witness.switches), ("0 1", 1));
}

#[test]
fn a_bug_stops_the_machine() {
    let report = explore(system(&[lane(&["increment"]), lane(&["bug"])]));
    let ends: BTreeSet<End> = report.outcomes.iter().map(|found| found.outcome.end).collect();
    assert_eq!(ends, [End::Done, End::Bug].into());
    let bug = report.outcomes.iter().find(|found| found.outcome.end == End::Bug).expect("found");
    assert_eq!(bug.witness.as_ref().expect("shown").schedule.to_text(), "0*2 1");
}

#[test]
fn a_lane_that_waits_for_nobody_is_a_livelock_and_one_that_is_served_is_not() {
    let ends = |report: Report| -> Vec<End> {
        report.outcomes.iter().map(|found| found.outcome.end).collect()
    };
    assert_eq!(ends(explore(system(&[lane(&["spin"])]))), [End::Livelock]);
    assert_eq!(ends(explore(system(&[lane(&["spin"]), lane(&["increment"])]))), [End::Done]);
}

#[test]
fn a_livelock_is_shown_by_the_way_to_its_loop_and_a_turn_of_it() {
    let shown = |lanes: &[Timeline]| {
        let [found] = explore(system(lanes)).outcomes.try_into().expect("one outcome");
        let witness = found.witness.expect("shown");
        (witness.schedule.to_text(), witness.switches, witness.loop_from)
    };
    assert_eq!(shown(&[lane(&["spin"])]), ("0".into(), 0, Some(0)));
    // Two that wait take turns, and both are served.
    assert_eq!(shown(&[lane(&["spin"]), lane(&["spin"])]), ("0 1".into(), 1, Some(0)));
    // Whoever has work to do does it first: to wait for that is no livelock.
    let late = [lane(&["ab", "spin"]), lane(&["spin"])];
    assert_eq!(shown(&late), ("0*5 1".into(), 1, Some(4)));
}

#[test]
fn a_trace_knows_the_loop_at_its_end() {
    let looped = |lanes: &[Timeline], steps: &str| {
        let (system, memory) = system(lanes);
        let mut player = Player::new(system, memory);
        player.play(steps, Default::default()).expect("it plays");
        player.loop_from()
    };
    // CPU1 waits: to pass it over for ever is not fair, unless it has nothing to do.
    let spins = [lane(&["spin"]), lane(&["spin"])];
    assert_eq!(looped(&spins, ""), None);
    assert_eq!(looped(&spins, "0*3"), None);
    assert_eq!(looped(&spins, "0*3 1"), Some(0));
    assert_eq!(looped(&[lane(&["spin"]), lane(&["increment"])], "0"), None);
    assert_eq!(looped(&[lane(&["spin"]), lane(&["ab"])], "1*4 0"), Some(4));
    // Turns that are alike count once.
    assert_eq!(looped(&spins, "0 1 0 1 0 1"), Some(4));
    assert_eq!(looped(&[lane(&["spin"])], "0*100"), Some(99));
    // Only what lies before the cursor counts.
    let (system, memory) = system(&spins);
    let mut player = Player::new(system, memory);
    player.play("0 1 0", Default::default()).expect("it plays");
    let found: Vec<Option<usize>> = (0..4)
        .map(|cursor| {
            player.seek(cursor);
            player.loop_from()
        })
        .collect();
    assert_eq!(found, [None, None, Some(0), Some(0)]);
}

/// The workload of T lanes that do K times: an update under a lock, then a racy one. SPIN, rumur,
/// TLC and Stateright count these states.
#[test]
fn states_are_counted_as_other_checkers_count_them() {
    for (lanes, rounds, states) in [(2, 1, 43), (2, 2, 220), (3, 1, 276), (3, 2, 4442)] {
        let timeline = lane(&vec!["both"; rounds]);
        assert_eq!(explore(system(&vec![timeline; lanes])).states, states, "T={lanes} K={rounds}");
    }
}

#[test]
fn limits_are_named_and_leave_the_search_undecided() {
    let (system, memory) = system(&[lane(&["both"]), lane(&["both"])]);
    let report =
        Explorer::new(system, memory, Limits { max_states: 10, ..Limits::default() }).run();
    assert!(!report.complete);
    assert_eq!(report.limit.as_deref(), Some("stopped at the limit of 10 states"));
    let (system, memory) = self::system(&[lane(&["both"]), lane(&["both"])]);
    let limits = Limits { max_bytes: 2000, ..Limits::default() };
    let report = Explorer::new(system, memory, limits).run();
    assert_eq!(report.limit.as_deref(), Some("stopped at the limit of 2000 bytes of memory"));
}

/// A reduced search would begin with no memory left.
#[test]
fn what_was_found_before_memory_ran_out_is_kept() {
    let (system, memory) = system(&["both", "ba", "both", "increment"].map(|call| lane(&[call])));
    let limits = Limits { max_bytes: 30_000, ..Limits::default() };
    let report = Explorer::new(Rc::clone(&system), memory.clone(), limits).run();
    assert_eq!(report.limit.as_deref(), Some("stopped at the limit of 30000 bytes of memory"));
    let never = Limits { reduction: When::Never, ..limits };
    let whole = Explorer::new(system, memory, never).run();
    assert!(whole.states > 100, "{}", whole.states);
    assert_eq!((report.states, report.outcomes), (whole.states, whole.outcomes));
}

#[test]
fn slices_of_any_size_find_the_same() {
    let (system, memory) = system(&[lane(&["both"]), lane(&["ba"]), lane(&["increment"])]);
    let limits = Limits { max_states: 100_000, ..Limits::default() };
    let whole = Explorer::new(Rc::clone(&system), memory.clone(), limits).run();
    let mut sliced = Explorer::new(system, memory, limits);
    while sliced.advance(7) {}
    let sliced = sliced.report();
    assert_eq!((sliced.states, sliced.transitions), (whole.states, whole.transitions));
    assert_eq!(sliced.outcomes, whole.outcomes);
}

/// For every outcome of small systems: no interleaving shows it with fewer switches, nor with as
/// many switches in fewer steps; and the outcomes are those of all interleavings.
#[test]
fn witnesses_are_minimal_by_brute_force() {
    let systems = [
        vec![lane(&["increment"]), lane(&["increment"])],
        vec![lane(&["ab"]), lane(&["ba"])],
        vec![lane(&["both"]), lane(&["increment"])],
        vec![lane(&["increment"]), lane(&["bug"]), lane(&["ab"])],
        vec![(calls(&["masked"]), calls(&["increment"])), lane(&["increment"])],
    ];
    for lanes in systems {
        let (system, _) = system(&lanes);
        let mut best: BTreeMap<Outcome, (usize, usize)> = BTreeMap::new();
        for (schedule, memory) in interleavings(&lanes) {
            let done = |choice| system.status(&memory, choice) == Status::Done;
            let end = match (system.bug(&memory), system.choices().all(done)) {
                (Some(_), _) => End::Bug,
                (None, true) => End::Done,
                (None, false) => End::Deadlock,
            };
            let cost = (schedule.switches(), schedule.0.len());
            let known = best.entry(Outcome::of(&system, &memory, end)).or_insert(cost);
            *known = cost.min(*known);
        }
        let found: BTreeMap<Outcome, (usize, usize)> = explore(self::system(&lanes))
            .outcomes
            .into_iter()
            .map(|found| {
                let witness = found.witness.expect("shown");
                (found.outcome, (witness.switches, witness.schedule.0.len()))
            })
            .collect();
        assert_eq!(found, best);
    }
}
