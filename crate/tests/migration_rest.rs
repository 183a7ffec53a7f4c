//! What migration leaves behind: every mapping that was there before it, with the same right to
//! write, of the page that it has moved or, where somebody holds that, of the page itself.
#[path = "common/mutant.rs"]
mod mutant;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mutant::{place, with_body};
use pagerace::machine::routine::line;
use pagerace::machine::{Ctx, Function, Kernel, Op, Status, System};
use pagerace::mm::{Memory, Pmd, Pte, Restore};
use pagerace::properties::PROPERTIES;
use pagerace::routines::{kernels, presets};
use pagerace::scenario::{Scenario, parse};

/// Process, virtual page, and whether it may be written to.
type Right = (usize, u16, bool);

fn rights(system: &System, memory: &Memory) -> BTreeSet<Right> {
    let processes = system.layout.geometry.processes.iter().enumerate();
    let all = processes.flat_map(|(number, process)| {
        (0..process.mappings.len() as u16).map(move |address| (number, address))
    });
    all.filter_map(|(number, address)| {
        let pte = system.layout.entry(memory, number, address);
        pte.mapped().map(|_| (number, address, pte.writes()))
    })
    .collect()
}

/// What is there at the start, at each end, and what has broken by then.
struct Found {
    start: BTreeSet<Right>,
    ends: Vec<BTreeSet<Right>>,
    breaks: BTreeSet<&'static str>,
}

impl Found {
    fn all_is_as_before(&self) -> bool {
        self.ends.iter().all(|end| *end == self.start)
    }
}

/// Every state that there is.
fn explore(scenario: &Scenario, kernel: Kernel) -> Found {
    let (system, mut memory) = scenario.build_for(kernel).expect("it builds");
    let start = rights(&system, &memory);
    let mut found = Found { start, ends: Vec::new(), breaks: BTreeSet::new() };
    let first: Box<[u16]> = memory.cells().into();
    let mut known = HashSet::from([first.clone()]);
    let mut work = vec![first];
    while let Some(state) = work.pop() {
        memory.restore(&state);
        let findings = system.findings(&memory);
        let broken = PROPERTIES.iter().enumerate().filter(|(bit, _)| findings & 1 << bit != 0);
        found.breaks.extend(broken.map(|(_, property)| property.name));
        if system.is_quiescent(&memory) {
            found.ends.push(rights(&system, &memory));
        }
        let can = |choice: &_| system.status(&memory, *choice) == Status::Runnable;
        let choices: Vec<_> = system.choices().filter(can).collect();
        for choice in choices {
            memory.restore(&state);
            system.make(&mut memory, choice);
            if known.insert(memory.cells().into()) {
                work.push(memory.cells().into());
            }
        }
    }
    assert!(!found.ends.is_empty(), "no execution comes to an end");
    found
}

const HEAD: &str = "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"v6.1\"\n\
    [machine]\nmigrate_passes = 1\npcp_high = 0\n";
const PLAIN: &str = "blocks = [\"movable\", \"movable\"]\n[[process]]\nname = \"P\"\n\
    map = [\"a = page 0 anon rw\", \"b = page 1 anon ro\"]\n";
const HUGE: &str = "hpage_pages = 4\npageblock_pages = 4\n\
    blocks = [\"unmovable\", \"movable\", \"movable\"]\n[[process]]\nname = \"P\"\n\
    map = [\"a = huge page 8 anon rw\"]\n";
const CHILD: &str = "[[process]]\nname = \"C\"\nchild_of = \"P\"\n";
const MOVES: &str = "[[cpu]]\nprocess = \"P\"\nrun = [\"move_pages(a)\"]\n";
const FORKED: &str = "[[before]]\nprocess = \"P\"\nrun = [\"fork(C)\"]\n";
const SPLIT: &str = "[[before]]\nprocess = \"C\"\nrun = [\"store(a+1, 7)\"]\n";
const HOLDS: &str = "[[cpu]]\nprocess = \"P\"\n\
    run = [\"p = get_user_pages_fast(a, FOLL_FAST_ONLY)\", \"release_pages(p)\"]\n";
const READS: &str = "[[cpu]]\nprocess = \"P\"\nrun = [\"load(a)\"]\n";

/// A page by itself, shared with a child, mapped as a whole, in both ways; alone, beside somebody
/// who reads it, and beside somebody who takes a reference, so that it may have to stay.
fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    for starts in [
        [PLAIN, CHILD, "", ""],
        [PLAIN, CHILD, FORKED, ""],
        [HUGE, CHILD, "", ""],
        [HUGE, CHILD, FORKED, ""],
        [HUGE, CHILD, FORKED, SPLIT],
    ] {
        for other in ["", READS, HOLDS] {
            let text = format!("{HEAD}{}{MOVES}{other}", starts.concat());
            all.push(parse(&text).unwrap_or_else(|wrong| panic!("{wrong:#?}\n{text}")));
        }
    }
    all
}

fn kernel(scenario: &Scenario, name: &str) -> Kernel {
    let preset = presets::preset(name).expect("there is one");
    kernels::kernel(preset, &BTreeMap::new(), scenario.geometry.has_huge_pages())
}

const KERNELS: [&str; 5] = ["v5.11", "v5.17", "v5.18", "v5.19", "v6.1"];

#[test]
fn every_mapping_is_there_again_with_its_right() {
    for scenario in scenarios() {
        for name in KERNELS {
            let found = explore(&scenario, kernel(&scenario, name));
            assert!(found.all_is_as_before(), "{name}: {:?}", scenario.before_in_words());
            assert!(!found.breaks.contains("mapping-lost"), "{name}");
        }
    }
}

/// Changes every migration entry of the machine.
fn each_migration_entry(ctx: &mut Ctx, pte: fn(Pte) -> Pte, pmd: fn(Pmd) -> Pmd) {
    for number in 0..ctx.geometry().processes.len() {
        let mm = ctx.layout().mm(number);
        let whole = ctx.peek(mm.pmd());
        if matches!(whole, Pmd::Migration { .. }) {
            ctx.store(mm.pmd(), pmd(whole));
        }
        for address in 0..ctx.geometry().processes[number].mappings.len() as u16 {
            let entry = ctx.peek(mm.pte(address));
            if matches!(entry, Pte::Migration { .. }) {
                ctx.store(mm.pte(address), pte(entry));
            }
        }
    }
}

fn forget_the_right(ctx: &mut Ctx) {
    each_migration_entry(
        ctx,
        |entry| match entry {
            Pte::Migration { pfn, .. } => Pte::Migration { pfn, restore: Restore::Readable },
            other => other,
        },
        |whole| match whole {
            Pmd::Migration { head, .. } => Pmd::Migration { head, restore: Restore::Readable },
            other => other,
        },
    );
}

fn drop_entries(ctx: &mut Ctx) {
    each_migration_entry(ctx, |_| Pte::None, |_| Pmd::None);
}

/// Who migrates changes what it restores from just before it does.
fn mutated(scenario: &Scenario, change: fn(&mut Ctx)) -> Found {
    let moves = Function("__unmap_and_move");
    let kernel = with_body(&kernel(scenario, "v6.1"), moves, &[], |lines| {
        let moved = place(lines, "move");
        lines.insert(moved, line("mutant", "(a mutant)", Op::Do(change)));
    });
    explore(scenario, kernel)
}

/// Behind fork nobody has it.
#[test]
fn a_right_that_is_not_restored_is_noticed_in_the_end() {
    for scenario in scenarios() {
        let found = mutated(&scenario, forget_the_right);
        let writes = found.start.iter().any(|(_, _, write)| *write);
        let lost = found.ends.iter().any(|end| *end != found.start);
        let shared = scenario.before_in_words().iter().any(|call| call.contains("fork"));
        assert_eq!(lost, writes && !shared, "{:?}", scenario.before_in_words());
    }
}

#[test]
fn a_mapping_that_is_not_restored_is_noticed_at_once() {
    for scenario in scenarios() {
        let found = mutated(&scenario, drop_entries);
        assert!(found.breaks.contains("mapping-lost"), "{:?}", scenario.before_in_words());
    }
}
