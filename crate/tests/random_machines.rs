//! Random legal machines: whatever runs on them, the bookkeeping holds in every state, and nothing
//! panics. The seeds are fixed, so that a failure repeats.
#[path = "common/random.rs"]
mod random;

use std::rc::Rc;

use pagerace::explore::{Explorer, Limits, Report, When};
use pagerace::routines::presets::PRESETS;
use pagerace::routines::toggles::{TOGGLES, Toggle};
use pagerace::scenario::{Outcome, parse};
use random::Random;

/// What no execution of any kernel may break, whatever runs on it: the bookkeeping of the model.
const BOOKKEEPING: [&str; 8] = [
    "refcount-ledger",
    "mapcount-ledger",
    "free-page-in-use",
    "cma-bitmap",
    "one-place",
    "buddy-shape",
    "stale-data",
    "lock-discipline",
];

/// What no execution of the kernels that pin may break.
const ALWAYS: [&str; 10] = [
    "lost-sync",
    "refcount-ledger",
    "mapcount-ledger",
    "anon-exclusive",
    "free-page-in-use",
    "cma-block-type",
    "cma-bitmap",
    "free-list-type",
    "free-pages-drift",
    "isolate-count",
];

const MACHINES: u64 = 150;
const STATES: usize = 1500;

/// Pages 0 and 1 are movable, 2 to 5 an area of CMA, 6 and 7 unmovable: mapped, allocated or free.
fn machine(random: &mut Random) -> String {
    let fine = random.one_in(2);
    let passes = 1 + random.below(2);
    let blocks = ["movable", "cma:area0", "cma:area0", "unmovable", "movable"];
    let mut text = format!(
        "[machine]\nblocks = {blocks:?}\nzero_page = 6\nfine = {fine}\nmigrate_passes = {passes}\n"
    );
    if random.one_in(3) {
        text += "allocated = [8]\n";
    }
    let mode = |random: &mut Random| if random.one_in(3) { "ro" } else { "rw" };
    let (a, b) = (2 + random.below(2), 4 + random.below(2));
    let maps = [
        format!("a = page {a} anon rw"),
        format!("b = page {b} anon {}", mode(random)),
        format!("c = page 0 anon {}", mode(random)),
        "z = zero page ro".to_string(),
    ];
    text + &format!("[[process]]\nname = \"B\"\nmap = {maps:?}\n")
}

/// The toggles that the machines with pins turn: the others bring bugs of the allocator with them.
const OF_PINS: [&str; 7] = [
    "pincheck",
    "zero_page",
    "isolation_failure",
    "gup",
    "longterm_loop",
    "migration",
    "cma_mutex",
];

fn kernel(random: &mut Random) -> String {
    let pinning: Vec<_> = PRESETS.iter().filter(|p| p.value("gup") != Some("none")).collect();
    let mut text = format!("[kernel]\nbase = \"{}\"\n", random.pick(&pinning).name);
    for toggle in TOGGLES.iter().filter(|toggle| OF_PINS.contains(&toggle.name)) {
        if random.one_in(4) {
            text += &format!("{} = \"{}\"\n", toggle.name, random.pick(&values(toggle)).0);
        }
    }
    text
}

/// The values that leave every function in place.
fn values(toggle: &Toggle) -> Vec<(&'static str, &'static str)> {
    toggle.values.iter().copied().filter(|(value, _)| *value != "none").collect()
}

fn lanes(random: &mut Random) -> String {
    let mut text = String::new();
    let mut pins: Vec<(String, bool)> = Vec::new();
    for _ in 0..1 + random.below(3) {
        let (mut run, mut interrupt) = (Vec::new(), Vec::new());
        for _ in 0..1 + random.below(2) {
            match random.below(5) {
                0 | 1 => {
                    let retry = if random.one_in(4) { "retry " } else { "" };
                    run.push(format!("{retry}cma_alloc(area0, {})", 1 + random.below(4)));
                }
                2 | 3 => {
                    let plain = random.one_in(4);
                    let name = format!("p{}", pins.len());
                    let mut flags = Vec::new();
                    let address = *random.pick(&["a", "a", "b", "c", "z"]);
                    if address == "a" && !random.one_in(3) {
                        flags.push("FOLL_WRITE");
                    }
                    if !plain && !random.one_in(3) {
                        flags.push("FOLL_LONGTERM");
                    }
                    if random.one_in(3) {
                        flags.push("FOLL_FAST_ONLY");
                    }
                    let flags = if flags.is_empty() { "0".into() } else { flags.join(" | ") };
                    let function =
                        if plain { "get_user_pages_fast" } else { "pin_user_pages_fast" };
                    run.push(format!("{name} = {function}({address}, {flags})"));
                    pins.push((name, plain));
                }
                _ if pins.is_empty() => {}
                _ => {
                    let (name, plain) = random.pick(&pins).clone();
                    let function = if plain { "release_pages" } else { "unpin_user_page" };
                    let list = if random.one_in(2) { &mut interrupt } else { &mut run };
                    list.push(format!("{function}({name})"));
                }
            }
        }
        text += &format!("[[cpu]]\nprocess = \"B\"\nrun = {run:?}\ninterrupt = {interrupt:?}\n");
    }
    text
}

/// Explores as far as the bound goes; which of `never` broke, with the way there. What is finished
/// so, a reduced search finishes too, with the same outcomes.
fn explore(seed: u64, text: &str, never: &[&str]) {
    let scenario = parse(text).unwrap_or_else(|wrong| panic!("{seed}: {wrong:?}\n{text}"));
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    let limits = Limits { max_states: STATES, reduction: When::Never, ..Limits::default() };
    let system = Rc::new(system);
    let report = Explorer::new(Rc::clone(&system), memory.clone(), limits).run();
    if report.complete {
        let limits = Limits { reduction: When::Always, ..limits };
        let reduced = Explorer::new(system, memory, limits).run();
        let outcomes = |report: &Report| -> Vec<Outcome> {
            report.outcomes.iter().map(|found| found.outcome.clone()).collect()
        };
        assert!(outcomes(&reduced) == outcomes(&report), "{seed}: others are found\n{text}");
    }
    for found in &report.outcomes {
        for broken in &found.outcome.breaks {
            let steps = found.witness.as_ref().map(|witness| witness.schedule.to_text());
            assert!(!never.contains(broken), "{seed}: {broken} at {steps:?}\n{text}");
        }
    }
}

const HEAD: &str = "format = 1\ntitle = \"random\"\nabout = \"random\"\n";

#[test]
fn the_bookkeeping_holds_on_random_machines() {
    for seed in 1..=MACHINES {
        let mut random = Random::of(seed);
        let text = [HEAD, &kernel(&mut random), &machine(&mut random), &lanes(&mut random)];
        explore(seed, &text.concat(), &ALWAYS);
    }
}

/// Any kernel with any of its toggles but those that need a pin, or a lock of a kernel of 2020.
fn any_kernel(random: &mut Random) -> String {
    let mut text = format!("[kernel]\nbase = \"{}\"\n", random.pick(PRESETS).name);
    for toggle in TOGGLES.iter().filter(|toggle| !OF_PINS.contains(&toggle.name)) {
        if random.one_in(6) {
            text += &format!("{} = \"{}\"\n", toggle.name, random.pick(toggle.values).0);
        }
    }
    text
}

/// Pages 0 to 3 are movable, 4 to 11 an area of CMA, 12 to 15 unmovable.
fn allocator_machine(random: &mut Random) -> String {
    let (fine, high, order) = (random.one_in(3), random.below(4), 2 + random.below(2));
    let batch = 1 + random.below(high.max(1));
    let blocks = ["movable", "cma:area0", "cma:area0", "unmovable"];
    let area = if order == 3 { ["cma:area0", "cma:area0", "movable", "unmovable"] } else { blocks };
    let (first, map) = if order == 3 { (0, 4) } else { (4, 5) };
    format!(
        "[machine]\npageblock_pages = 4\nblocks = {area:?}\nfine = {fine}\nmax_order = {order}\n\
         pcp_high = {high}\npcp_batch = {batch}\nallocated = [{first}, \"{}-{}\", 12, \"14-15\"]\n\
         [[process]]\nname = \"B\"\nmap = [\"a = page {map} anon rw\"]\n\
         [[process]]\nname = \"C\"\nchild_of = \"B\"\n",
        first + 2,
        first + 3
    )
}

/// One lane frees each allocated block once; the others do what they like.
fn allocator_lanes(random: &mut Random, text: &str) -> String {
    let first = if text.contains("max_order = 3") { 0 } else { 4 };
    let range = format!("{first}, {}, MIGRATE_CMA", first + 4);
    let mut frees = vec![
        format!("__free_pages({first}, 0)"),
        format!("__free_pages({}, 1)", first + 2),
        "__free_pages(12, 0)".to_string(),
        "__free_pages(14, 1)".to_string(),
    ];
    let mut lanes = String::new();
    let mut forked = false;
    for _ in 0..2 + random.below(2) {
        let (mut run, mut interrupt) = (Vec::new(), Vec::new());
        for _ in 0..1 + random.below(2) {
            match random.below(9) {
                0 | 1 if !frees.is_empty() => {
                    let free = frees.remove(random.below(frees.len()));
                    if random.one_in(3) { interrupt.push(free) } else { run.push(free) }
                }
                2 => {
                    run.push(format!("start_isolate_page_range({range})"));
                    run.push(format!("undo_isolate_page_range({range})"));
                }
                3 => run.push(format!("cma_alloc(area0, {})", 1 + random.below(4))),
                4 => {
                    let gfp = *random.pick(&["GFP_KERNEL", "GFP_HIGHUSER_MOVABLE"]);
                    run.push(format!("alloc_pages({gfp}, {})", random.below(3)));
                }
                5 => run.push("drain_all_pages()".to_string()),
                6 => run.extend(["zone_pcp_disable()", "zone_pcp_enable()"].map(String::from)),
                7 if !std::mem::replace(&mut forked, true) => run.push("fork(C)".to_string()),
                _ => run.push(random.pick(&["munmap(a)", "madvise(a)", "exit_mmap()"]).to_string()),
            }
        }
        lanes += &format!("[[cpu]]\nprocess = \"B\"\nrun = {run:?}\ninterrupt = {interrupt:?}\n");
    }
    lanes
}

#[test]
fn the_bookkeeping_holds_on_random_allocators() {
    for seed in 1..=MACHINES {
        let mut random = Random::of(!seed);
        let machine = any_kernel(&mut random) + &allocator_machine(&mut random);
        let lanes = allocator_lanes(&mut random, &machine);
        explore(seed, &[HEAD, &machine, &lanes].concat(), &BOOKKEEPING);
    }
}
