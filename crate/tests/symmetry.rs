//! Lanes that run the same are taken for one another only where nothing tells them apart: renaming
//! them renames every step, and a search that does so finds what the whole one finds.
#[path = "common/alike.rs"]
mod alike;
#[path = "common/counters.rs"]
mod counters;
#[path = "common/file.rs"]
mod file;

use std::collections::HashSet;
use std::rc::Rc;

use alike::{Random, text};
use counters::lane;
use pagerace::explore::alike::{Lanes, Swap};
use pagerace::explore::symmetry::Symmetry;
use pagerace::explore::{Explorer, Limits, Means, Report, When};
use pagerace::machine::{Choice, System};
use pagerace::mm::Memory;
use pagerace::scenario::{End, Outcome, parse};

type Machine = (Rc<System>, Memory);

/// The whole of a machine that is compared has at most so many states.
const MOST_STATES: usize = 2_000;

fn random_machine(random: &mut Random, most: usize) -> Option<Machine> {
    let scenario = parse(&text(random, most)).ok()?;
    let (system, memory) = scenario.build(&scenario.kernel).ok()?;
    Some((Rc::new(system), memory))
}

fn named(name: &str) -> Machine {
    let scenario = file::scenario(name);
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    (Rc::new(system), memory)
}

fn written(lanes: &str) -> Machine {
    let text = format!(
        "format = 1\ntitle = \"t\"\nabout = \"why\"\n[kernel]\nbase = \"v5.17\"\n\
         [machine]\npageblock_pages = 2\nblocks = [\"movable\", \"unmovable\", \"movable\"]\n\
         [[process]]\nname = \"B\"\nmap = [\"a = page 0 anon rw\"]\n\
         [[process]]\nname = \"C\"\nmap = [\"a = page 1 anon rw\"]\n{lanes}"
    );
    let scenario = parse(&text).unwrap_or_else(|wrong| panic!("{wrong:#?}\n{text}"));
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    (Rc::new(system), memory)
}

/// A lane that takes a reference and drops it.
fn reference(lane: usize, process: &str, more: &str) -> String {
    format!(
        "[[cpu]]\nprocess = \"{process}\"\n\
         run = [\"p{lane} = get_user_pages_fast(a, 0)\", \"release_pages(p{lane})\"{more}]\n"
    )
}

fn able(system: &System, memory: &Memory) -> Vec<Choice> {
    system.choices().filter(|choice| system.can_make(memory, *choice)).collect()
}

fn search(machine: &Machine, limits: Limits) -> Explorer {
    Explorer::new(Rc::clone(&machine.0), machine.1.clone(), limits)
}

const WHOLE: Limits = Limits {
    max_states: MOST_STATES,
    max_bytes: usize::MAX,
    exact: true,
    reduction: When::Never,
    means: Means::All,
    threads: 1,
};

fn alike_by(means: Means) -> Limits {
    let max_states = Limits::default().max_states;
    Limits { exact: false, reduction: When::Always, means, max_states, ..WHOLE }
}

/// Walks at random, and the same way with two lanes renamed: how many steps. It ends where a line
/// goes through the CPUs by number.
fn walk(machine: &Machine, lanes: &Lanes, swap: &Swap, random: &mut Random) -> usize {
    let (system, start) = machine;
    let mut here = start.clone();
    let mut there = start.clone();
    there.restore(&swap.apply(lanes, system, start.cells()));
    for step in 0..600 {
        let can = able(system, &here);
        let mut renamed: Vec<Choice> = can.iter().map(|choice| swap.choice(*choice)).collect();
        renamed.sort();
        let mut others = able(system, &there);
        others.sort();
        if here.take_order() | there.take_order() {
            return step;
        }
        assert_eq!(renamed, others);
        if can.is_empty() {
            let end = End::of(system, &here).expect("it ended");
            let ends = [&here, &there].map(|memory| Outcome::of(system, memory, end));
            assert_eq!(swap.outcome(&ends[0]), ends[1]);
            return step;
        }
        let choice = *random.pick(&can);
        system.make(&mut here, choice);
        system.make(&mut there, swap.choice(choice));
        if here.take_order() | there.take_order() {
            return step;
        }
        let image = swap.apply(lanes, system, here.cells());
        let [image, there] = [&image[..], there.cells()].map(|it| lanes.settled(system, it));
        let differs = (0..image.len()).find(|cell| image[*cell] != there[*cell]);
        let told = differs.map(|cell| system.layout.info(cell as u32));
        assert_eq!(told, None, "{choice:?}, step {step}");
    }
    600
}

#[test]
fn renamed_lanes_make_renamed_steps() {
    let (mut machines, mut steps) = (0, 0);
    for seed in 0..750 {
        let mut random = Random::of(seed);
        let Some(machine) = random_machine(&mut random, 2) else { continue };
        let (Some(lanes), Some(symmetry)) =
            (Lanes::of(&machine.0), Symmetry::of(&machine.0, &machine.1))
        else {
            continue;
        };
        machines += 1;
        for swap in symmetry.swaps() {
            for _ in 0..3 {
                steps += walk(&machine, &lanes, swap, &mut random);
            }
        }
    }
    assert!(machines > 150 && steps > 10_000, "{machines} machines, {steps} steps");
}

/// The states that are left of the whole if of those that differ in the names of lanes one is kept,
/// by brute force: all states, and for each the least of its images.
fn orbits(machine: &Machine) -> usize {
    let (system, start) = machine;
    let lanes = Lanes::of(system).expect("lanes may be alike");
    let symmetry = Symmetry::of(system, start).expect("lanes are alike");
    let least = |cells: &[u16]| {
        let mut images = vec![lanes.settled(system, cells)];
        let mut next = 0;
        while next < images.len() {
            for swap in symmetry.swaps() {
                let image = lanes.settled(system, &swap.apply(&lanes, system, &images[next]));
                if !images.contains(&image) {
                    images.push(image);
                }
            }
            next += 1;
        }
        images.into_iter().min()
    };
    let mut known = HashSet::from([start.cells().to_vec()]);
    let mut work = vec![start.clone()];
    while let Some(memory) = work.pop() {
        for choice in able(system, &memory) {
            let mut next = memory.clone();
            system.make(&mut next, choice);
            if known.insert(next.cells().to_vec()) {
                work.push(next);
            }
        }
    }
    known.iter().map(|cells| least(cells)).collect::<HashSet<_>>().len()
}

fn outcomes(report: &Report) -> Vec<&Outcome> {
    report.outcomes.iter().map(|found| &found.outcome).collect()
}

/// Searches with lanes taken for one another, with and without orders, and compares with the whole:
/// whether lanes were, and how many states were found. Nothing if the whole is too large.
fn compare(machine: &Machine, max_states: usize) -> Option<(bool, usize)> {
    let whole = search(machine, Limits { max_states, ..WHOLE }).run();
    if !whole.complete {
        return None;
    }
    let mut told = None;
    for means in [Means::All, Means::Symmetry] {
        let mut explorer = search(machine, alike_by(means));
        while !explorer.is_complete() && explorer.advance(1) {}
        let first = explorer.report();
        let last = explorer.run();
        assert!(last.complete && last.states <= whole.states);
        assert_eq!(outcomes(&whole), outcomes(&last), "{means:?}");
        for found in first.outcomes.iter().chain(&last.outcomes) {
            let witness = found.witness.as_ref().expect("every outcome has one");
            let mut memory = machine.1.clone();
            for choice in &witness.schedule.0 {
                assert!(machine.0.can_make(&memory, *choice), "{means:?}: no execution");
                machine.0.make(&mut memory, *choice);
            }
            assert_eq!(Outcome::of(&machine.0, &memory, found.outcome.end), found.outcome);
        }
        assert!(last.outcomes.iter().all(|found| found.witness.as_ref().is_some_and(|w| w.fewest)));
        told = Some((last.symmetric, last.states));
    }
    told
}

#[test]
fn random_machines_have_the_same_outcomes() {
    let (mut compared, mut fewer) = (0, 0);
    for seed in 0..350 {
        let Some(machine) = random_machine(&mut Random::of(!seed), 1) else { continue };
        let Some((symmetric, states)) = compare(&machine, MOST_STATES) else { continue };
        compared += 1;
        if symmetric {
            assert_eq!(states, orbits(&machine), "{seed}");
            fewer += 1;
        }
    }
    assert!(compared > 50 && fewer > 25, "{compared} compared, {fewer} symmetric");
}

#[test]
fn counters_have_as_many_states_as_renamings_leave() {
    for names in
        [&["both"][..], &["increment", "both"], &["ab"], &["masked"], &["bug", "increment"]]
    {
        for lanes in 2..=3 {
            let machine = counters::system(&vec![lane(names); lanes]);
            assert_eq!(
                compare(&machine, usize::MAX),
                Some((true, orbits(&machine))),
                "{names:?} {lanes}"
            );
        }
    }
    // Two that are alike, twice.
    let lanes = [lane(&["ab"]), lane(&["ba"]), lane(&["ab"]), lane(&["ba"])];
    let machine = counters::system(&lanes);
    assert_eq!(compare(&machine, usize::MAX), Some((true, orbits(&machine))));
}

/// What goes on for ever is looked for in the whole.
#[test]
fn livelocks_are_those_of_the_whole() {
    let machine = counters::system(&[lane(&["poll"]), lane(&["poll"]), lane(&["poll"])]);
    let ends = [WHOLE, alike_by(Means::All)].map(|limits| {
        let report = search(&machine, limits).run();
        assert!(report.complete && !report.symmetric);
        outcomes(&report).into_iter().cloned().collect::<Vec<_>>()
    });
    assert_eq!(ends[0], ends[1]);
    assert_eq!(ends[0][0].end, End::Livelock);
    assert_eq!(counters::racy(&machine.1), 0, "what they poll for never comes");
}

#[test]
fn references_of_four_cpus_are_alike() {
    let lanes: Vec<String> = (0..4).map(|lane| reference(lane, "B", "")).collect();
    let machine = written(&lanes.concat());
    let symmetry = Symmetry::of(&machine.0, &machine.1).expect("they are alike");
    let pairs: Vec<_> = symmetry.swaps().iter().map(|swap| swap.lanes).collect();
    assert_eq!(pairs, [[0, 1], [0, 2], [0, 3]]);
    let found = search(&machine, alike_by(Means::Symmetry)).run();
    let whole = search(&machine, Limits { max_states: usize::MAX, ..WHOLE }).run();
    assert_eq!(outcomes(&found), outcomes(&whole));
    // Each stands at one of 9 places, and waits for nobody.
    assert!(found.symmetric);
    assert_eq!((whole.states, found.states), (9 * 9 * 9 * 9, 12 * 11 * 10 * 9 / 24));
}

#[test]
fn lanes_that_differ_are_not_alike() {
    let four = |lanes: [String; 4]| {
        let (system, memory) = written(&lanes.concat());
        let symmetry = Symmetry::of(&system, &memory).expect("some are alike");
        symmetry.swaps().iter().map(|swap| swap.lanes).collect::<Vec<_>>()
    };
    let own = |lane: usize| reference(lane, "B", "");
    assert_eq!(four([own(0), reference(1, "C", ""), own(2), own(3)]), [[0, 2], [0, 3]]);
    let munmap = |lane: usize| reference(lane, "B", ", \"munmap(a)\"");
    assert_eq!(four([own(0), munmap(1), munmap(2), own(3)]), [[1, 2], [0, 3]]);
    // Another lane drops what one has taken.
    let drops = |lane: usize| reference(lane, "B", ", \"release_pages(p0)\"");
    assert_eq!(four([own(0), own(1), own(2), drops(3)]), [[1, 2]]);
    // A patch may read what is not set yet.
    let (system, memory) = named("patch-barrier-before-count");
    assert!(Symmetry::of(&system, &memory).is_none());
}

/// A drain goes through the CPUs by number, so that the state says who was asked first.
#[test]
fn who_goes_through_cpus_by_number_tells_them_apart() {
    let drain = "[[cpu]]\nrun = [\"drain_all_pages()\"]\n";
    for machine in [named("cma-two-callers"), written(&drain.repeat(2))] {
        assert!(Symmetry::of(&machine.0, &machine.1).is_some(), "they look alike");
        for means in [Means::Symmetry, Means::All] {
            let report = search(&machine, alike_by(means)).run();
            assert!(report.complete && !report.symmetric);
        }
    }
}

#[test]
fn threads_and_slices_change_nothing() {
    let lanes: Vec<String> = (0..4).map(|lane| reference(lane, "B", "")).collect();
    let machine = written(&lanes.concat());
    let told = |limits: Limits, slice: usize| {
        let mut explorer = search(&machine, limits);
        while !explorer.is_complete() && explorer.advance(slice) {}
        let Report { states, transitions, depth, limit, outcomes, .. } = explorer.report();
        format!("{states} {transitions} {depth} {limit:?} {outcomes:?}")
    };
    for means in [Means::Symmetry, Means::All] {
        for max_states in [usize::MAX, 501] {
            let limits = Limits { max_states, ..alike_by(means) };
            let one = told(limits, 1 << 20);
            assert_eq!(told(limits, 7), one);
            assert_eq!(told(Limits { threads: 3, ..limits }, 1 << 20), one);
        }
    }
}
