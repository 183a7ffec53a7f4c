//! Steps of the walk and of migration in another order, or one less careful: what they guard
//! against is noticed then, and not before.
#[path = "common/file.rs"]
mod file;
#[path = "common/mutant.rs"]
mod mutant;
#[path = "common/search.rs"]
mod search;

use std::collections::{BTreeMap, HashSet};

use file::scenario;
use mutant::{place, with_body};
use pagerace::explore::Found;
use pagerace::machine::routine::line;
use pagerace::machine::{Choice, Ctx, Function, Kernel, Line, Local, Look, Op, Status, System};
use pagerace::mm::{GARBAGE, Lock, LockWord, Memory, Pfn};
use pagerace::routines::{kernels, presets};
use pagerace::scenario::{End, Scenario, parse};

use search::explore;

const WALK: Function = Function("isolate_migratepages_block");
const PREP: Function = Function("prep_compound_page");
const MIGRATE: Function = Function("unmap_and_move");
const MOVE: Function = Function("migrate_page_move_mapping");

fn fixed(scenario: &Scenario) -> Kernel {
    let preset = presets::preset("v6.1").expect("there is one");
    let debug = BTreeMap::from([("debug_vm".to_string(), "on".to_string())]);
    kernels::kernel(preset, &debug, scenario.geometry.has_huge_pages())
}

fn outcomes(scenario: &Scenario, kernel: Kernel) -> Vec<Found> {
    explore(scenario.build_for(kernel).expect("it builds")).outcomes
}

fn some_break(found: &[Found], property: &str) -> bool {
    found.iter().any(|found| found.outcome.breaks.contains(&property))
}

fn some_bug(found: &[Found]) -> bool {
    found.iter().any(|found| found.outcome.end == End::Bug)
}

fn lock_of(look: &Look) -> Lock {
    look.page(Local::Page).lock()
}

fn is_locked_already(ctx: &mut Ctx) -> bool {
    let lock = ctx.page(Local::Page).lock();
    !ctx.trylock(lock)
}

fn is_not_ours(ctx: &mut Ctx) -> bool {
    let word: LockWord = ctx.load(ctx.page(Local::Page).lock().cell);
    !word.held_by(ctx.cpu())
}

/// What `ISOLATE_ASYNC_MIGRATE` does to look at the mapping of a dirty page; the walk of the model
/// leaves it out.
const DIRTY_FILTER: [Line; 3] = [
    line("dirtylock", "if (!trylock_page(page))", Op::Branch(is_locked_already, "put")),
    line("dirtyours", "VM_BUG_ON_PAGE(!PageLocked(page))", Op::BugOn(is_not_ours)),
    line("dirtyunlock", "unlock_page(page)", Op::Release(lock_of)),
];

fn read_flags(ctx: &mut Ctx) {
    let word: LockWord = ctx.load(ctx.page(Local::Page).lock().cell);
    ctx.set(Local::Rc, word);
}

/// A plain store of all flags at once. The first tail is next.
fn write_flags(ctx: &mut Ctx) {
    let pfn: Pfn = ctx.get(Local::Page);
    let (head, lock) = (ctx.layout().compound(pfn).head(), ctx.layout().page(pfn).lock());
    ctx.store(head, true);
    ctx.store(lock.cell, ctx.get::<LockWord>(Local::Rc));
    ctx.set(Local::Tail, Pfn(pfn.0 + 1));
}

/// `__SetPageHead` as the two steps that it is: flags are one word, of which the model knows parts.
fn with_flags_as_one_word(kernel: &Kernel) -> Kernel {
    with_body(kernel, PREP, &[Local::Rc], |lines| {
        let head = place(lines, "head");
        lines[head].op = Op::Do(write_flags);
        lines.insert(head, line("flags", "flags = page->flags", Op::Do(read_flags)));
    })
}

/// With the filter before the line.
fn with_filter_before(kernel: &Kernel, label: &str) -> Kernel {
    with_body(kernel, WALK, &[], |lines| {
        let at = place(lines, label);
        lines.splice(at..at, DIRTY_FILTER);
    })
}

/// The head's flag is written without an atomic operation, which is right only because nobody
/// changes a flag of a page that is not on the LRU, whatever references there are.
#[test]
fn a_trylock_before_the_second_look_at_the_lru_loses_a_lock() {
    let scenario = scenario("thp-half-built-head");
    let kernel = with_flags_as_one_word(&fixed(&scenario));
    let late = outcomes(&scenario, with_filter_before(&kernel, "clear"));
    assert!(!some_bug(&late), "behind the second look nothing is lost");
    let early = outcomes(&scenario, with_filter_before(&kernel, "mapping"));
    assert!(some_bug(&early), "nothing notices that the lock is gone");
}

/// The reference behind the verdict, where it was up to v6.1-rc7.
#[test]
fn a_verdict_before_the_reference_is_about_another_life() {
    let scenario = scenario("thp-freed-under-check");
    let kernel = fixed(&scenario);
    let found = outcomes(&scenario, kernel.clone());
    assert!(!some_bug(&found) && !some_break(&found, "stale-verdict"));
    let late = with_body(&kernel, WALK, &[], |lines| {
        let (get, pinned) = (place(lines, "get"), place(lines, "pinned"));
        let Op::If(looks_pinned, _) = lines[pinned].op else { panic!("it decides") };
        lines[pinned].op = Op::If(looks_pinned, "next");
        let get = lines.remove(get);
        let again = place(lines, "relru");
        lines.insert(again, get);
    });
    let found = outcomes(&scenario, late);
    assert!(some_bug(&found) || some_break(&found, "stale-verdict"));
}

/// What the second page says of the whole was never written, though it is to be a whole.
fn is_not_finished(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let head = ctx.peek(ctx.layout().compound(pfn).head());
    let second = ctx.layout().second_page(pfn);
    head && second.is_some_and(|second| ctx.peek(second.entire_mapcount()) == GARBAGE)
}

/// The walk with a look at what it isolates, which is the test's, and without some lines.
fn with_look(kernel: &Kernel, without: &[&str]) -> Kernel {
    with_body(kernel, WALK, &[], |lines| {
        for label in without {
            let at = place(lines, label);
            lines[at].op = Op::Do(|_| {});
        }
        let list = place(lines, "list");
        lines.insert(list, line("finished", "(the test looks)", Op::BugOn(is_not_finished)));
    })
}

/// Who neither looks at the LRU again nor wins its flag isolates what it knows nothing about.
#[test]
fn a_verdict_of_garbage_isolates_where_nobody_looks_again() {
    let scenario = scenario("thp-half-built-head");
    let kernel = fixed(&scenario);
    let careful = outcomes(&scenario, with_look(&kernel, &[]));
    assert!(some_break(&careful, "garbage-verdict") && !some_bug(&careful));
    let careless = with_look(&kernel, &["relru", "clear", "became"]);
    let (system, memory) = scenario.build_for(careless).expect("it builds");
    assert!(stops(&system, memory), "an unfinished page is not isolated");
}

/// Whether some interleaving of the two lanes comes to the test's look, and stops there. What comes
/// of the page behind it makes no sense to the tables.
fn stops(system: &System, mut memory: Memory) -> bool {
    let mut work: Vec<Box<[u16]>> = vec![memory.cells().into()];
    let mut known: HashSet<Box<[u16]>> = work.iter().cloned().collect();
    while let Some(state) = work.pop() {
        for choice in [Choice::Run(0), Choice::Run(1)] {
            memory.restore(&state);
            let walks = system.next_label(&memory, 0, MIGRATE).is_none();
            if !walks || system.status(&memory, choice) != Status::Runnable {
                continue;
            }
            system.make(&mut memory, choice);
            if let Some((cpu, frame, loc)) = system.bug(&memory) {
                let label = system.lanes[cpu].program(frame).locs[loc].line.label;
                return label == "finished";
            }
            if known.insert(memory.cells().into()) {
                work.push(memory.cells().into());
            }
        }
    }
    false
}

const PINNED: &str = "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"v6.1\"\n\
    [machine]\nhpage_pages = 4\npageblock_pages = 4\npcp_high = 0\n\
    blocks = [\"unmovable\", \"movable\", \"movable\"]\n\
    [[process]]\nname = \"P\"\nmap = [\"a = huge page 8 anon rw\"]\n\
    [[before]]\nprocess = \"P\"\nrun = [\"p = get_user_pages_fast(a, 0)\"]\n\
    [[cpu]]\nprocess = \"P\"\nrun = [\"m = move_pages(a)\"]\n";

fn one_too_many(ctx: &mut Ctx) -> bool {
    ctx.set(Local::Count, 1u16);
    let count: u16 = ctx.load(ctx.page(Local::Page).refcount());
    count > 2
}

#[test]
fn a_reference_more_than_expected_moves_a_page_that_is_held() {
    let scenario = parse(PINNED).expect("it reads");
    let kernel = fixed(&scenario);
    let moved = |kernel| some_break(&outcomes(&scenario, kernel), "pinned-migrated");
    assert!(!moved(kernel.clone()));
    let lenient = with_body(&kernel, MOVE, &[], |lines| {
        let expected = place(lines, "expected");
        lines[expected].op = Op::Branch(one_too_many, "busy");
    });
    assert!(moved(lenient));
}
