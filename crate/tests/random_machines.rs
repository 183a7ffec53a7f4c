//! Random legal machines: whatever runs on them, the bookkeeping holds in every state, and nothing
//! panics. The seeds are fixed, so that a failure repeats.
use std::rc::Rc;

use pagerace::explore::{Explorer, Limits};
use pagerace::routines::presets::PRESETS;
use pagerace::routines::toggles::TOGGLES;
use pagerace::scenario::parse;

/// What no execution of any kernel here may break.
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

/// xorshift64* (Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

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

fn kernel(random: &mut Random) -> String {
    let mut text = format!("[kernel]\nbase = \"{}\"\n", random.pick(PRESETS).name);
    for toggle in TOGGLES {
        if random.one_in(4) {
            text += &format!("{} = \"{}\"\n", toggle.name, random.pick(toggle.values).0);
        }
    }
    text
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

#[test]
fn the_bookkeeping_holds_on_random_machines() {
    for seed in 1..=MACHINES {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let head = "format = 1\ntitle = \"random\"\nabout = \"random\"\n";
        let text =
            [head, &kernel(&mut random), &machine(&mut random), &lanes(&mut random)].concat();
        let scenario = parse(&text).unwrap_or_else(|wrong| panic!("{seed}: {wrong:?}\n{text}"));
        let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
        let limits = Limits { max_states: STATES, ..Limits::default() };
        let report = Explorer::new(Rc::new(system), memory, limits).run();
        for found in &report.outcomes {
            for broken in &found.outcome.breaks {
                let steps = found.witness.as_ref().map(|witness| witness.schedule.to_text());
                assert!(!ALWAYS.contains(broken), "{seed}: {broken} at {steps:?}\n{text}");
            }
        }
    }
}
