//! Details of pins, fork and migration that decide whether a race can be seen at all. The others
//! of their kind are in `pins.rs`, `user_access.rs` and `reclaim.rs`.
#[path = "common/gallery.rs"]
mod gallery;
#[path = "common/kernels.rs"]
mod kernels;
#[path = "common/machine.rs"]
mod machine;
#[path = "common/search.rs"]
mod search;

use std::rc::Rc;

use gallery::scenarios;
use kernels::kernels;
use machine::run_until;
use pagerace::explore::Report;
use pagerace::machine::{Choice, Function, Status, System};
use pagerace::mm::{Memory, Pfn, Pte, Restore};
use pagerace::scenario::parse;
use search::explore;

const KERNELS: [&str; 8] = ["v5.8", "v5.9", "v5.11", "v5.17", "v5.18", "v5.19", "v6.1", "v6.12"];
const PAGE: Pfn = Pfn(0);
const BIAS: u16 = 1024;

/// B maps page 0; all lanes are threads of B.
fn machine(kernel: &str, right: &str, lanes: &[&str]) -> (Rc<System>, Memory) {
    let keys = "pageblock_pages = 1\nblocks = [\"movable\", \"movable\", \"movable\"]";
    let lanes: Vec<_> = lanes.iter().map(|lane| ("B", *lane)).collect();
    machine::machine(kernel, keys, &format!("0 anon {right}"), &lanes)
}

fn can_break(report: &Report, property: &str) -> bool {
    report.outcomes.iter().any(|found| found.outcome.breaks.contains(&property))
}

/// The type flips back between the two reads only where an isolation is undone with the page still
/// there: with one page in the block an allocation that succeeds has moved it.
#[test]
fn two_reads_are_straddled_only_with_a_neighbour_in_the_pageblock() {
    let (two, one) = ((2, 3, ""), (1, 1, "\"movable\", "));
    for (order, (pages, page, more), reached) in [
        ("two_reads_cma_first", two, true),
        ("two_reads_cma_first", one, false),
        // The other order takes one allocation only.
        ("two_reads_iso_first", one, true),
    ] {
        let text = format!(
            "format = 1\ntitle = \"t\"\nabout = \"why\"\n[kernel]\nbase = \"v5.17\"\n\
             pincheck = \"{order}\"\n[machine]\npageblock_pages = {pages}\n\
             blocks = [\"movable\", \"cma:area0\", {more}\"unmovable\"]\n\
             [[process]]\nname = \"B\"\nmap = [\"a = page {page} anon rw\"]\n\
             [[cpu]]\nrun = [\"cma_alloc(area0, 1)\"]\n[[cpu]]\nprocess = \"B\"\n\
             run = [\"p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM | FOLL_FAST_ONLY)\"]\n"
        );
        let scenario = parse(&text).expect("it reads");
        let report = explore(scenario.build(&scenario.kernel).expect("it builds"));
        assert_eq!(can_break(&report, "longterm-pin-on-cma"), reached, "{order} {pages}");
    }
}

/// What the old entry allowed does not matter: the scanner has taken the right from the migration
/// entry.
#[test]
fn a_failed_migration_restores_what_the_migration_entry_says() {
    for kernel in ["v5.9", "v5.11", "v5.17", "v5.18"] {
        for downgraded in [false, true] {
            let moves = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\", \"move_pages(a)\"";
            let (system, mut memory) = machine(kernel, "rw", &[moves, "\"change_prot_numa(a)\""]);
            let pte = system.layout.mm(0).pte(0);
            let ptl = system.layout.mm(0).ptl().cell;
            let writable = Pte::Migration { pfn: PAGE, restore: Restore::Writable };
            run_until(&system, &mut memory, 0, |memory| {
                memory.peek(pte) == writable && !memory.peek(ptl).exclusive()
            });
            if downgraded {
                run_until(&system, &mut memory, 1, |memory| memory.peek(pte) != writable);
                let readable = Pte::Migration { pfn: PAGE, restore: Restore::Readable };
                assert_eq!(memory.peek(pte), readable, "{kernel}");
                run_until(&system, &mut memory, 1, |_| false);
            }
            run_until(&system, &mut memory, 0, |_| false);
            assert_eq!(memory.peek(pte).permits(false), Some(PAGE), "{kernel}");
            assert_eq!(memory.peek(pte).writes(), !downgraded, "{kernel}");
        }
    }
}

/// From its first entry to its flush: nobody copies a page under fork's hands.
#[test]
fn faults_and_the_slow_path_wait_as_long_as_fork_has_the_lock() {
    for kernel in KERNELS {
        for call in ["\"store(a[1], 7)\"", "\"p = pin_user_pages_fast(a, FOLL_WRITE)\""] {
            let (system, mut memory) = machine(kernel, "wp", &["\"fork(C)\"", call]);
            let mmap = system.layout.mm(0).mmap_write().cell;
            run_until(&system, &mut memory, 0, |memory| memory.peek(mmap).exclusive());
            let mut waited = 0;
            while memory.peek(mmap).exclusive() {
                run_until(&system, &mut memory, 1, |_| false);
                let status = system.status(&memory, Choice::Run(1));
                assert!(matches!(status, Status::Blocked(_)), "{kernel} {call} {status:?}");
                system.make(&mut memory, Choice::Run(0));
                waited += 1;
            }
            assert!(waited > 5, "{kernel} {call}");
            run_until(&system, &mut memory, 1, |_| false);
            assert_eq!(system.status(&memory, Choice::Run(1)), Status::Done, "{kernel} {call}");
        }
    }
}

/// The entry of a page in the swap cache, or of one that migrates, still leads to that page.
#[test]
fn an_entry_that_leads_back_to_the_pinned_page_is_no_loss() {
    let pin = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\"";
    let lost = |run: &str| can_break(&explore(machine("v5.9", "rw", &[run])), "lost-sync");
    let reclaimed = format!("{pin}, \"shrink_page_list(0)\"");
    let (system, mut memory) = machine("v5.9", "rw", &[&reclaimed]);
    run_until(&system, &mut memory, 0, |_| false);
    assert!(matches!(memory.peek(system.layout.mm(0).pte(0)), Pte::Swap { .. }));
    assert_eq!(memory.peek(system.layout.pin(0).page()), Some(PAGE));
    assert!(!lost(&reclaimed));
    assert!(!lost(&format!("{reclaimed}, \"load(a[0])\"")));
    assert!(lost(&format!("{reclaimed}, \"load(a[0])\", \"store(a[1], 7)\"")));

    let moved = format!("{pin}, \"move_pages(a)\"");
    let (system, mut memory) = machine("v5.9", "rw", &[&moved]);
    let pte = system.layout.mm(0).pte(0);
    let moves = |memory: &Memory| matches!(memory.peek(pte), Pte::Migration { .. });
    run_until(&system, &mut memory, 0, moves);
    assert!(moves(&memory) && memory.peek(system.layout.pin(0).page()) == Some(PAGE));
    assert!(!lost(&moved));
}

/// What `is_pinnable_page` is asked with: nothing on the way without locks, where a pageblock of a
/// CMA area is refused as CMA and as ISOLATE, or with one reference, since v6.5; with the pin on
/// the slow path.
#[test]
fn the_long_term_check_comes_before_the_pin_only_without_locks() {
    for kernel in KERNELS.iter().chain(&["v6.2", "v6.6"]) {
        let fast = u16::from(["v6.6", "v6.12"].contains(kernel));
        for (right, flags, held) in [("rw", " | FOLL_FAST_ONLY", fast), ("wp", "", BIAS)] {
            let run = format!("\"p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_LONGTERM{flags})\"");
            let (system, mut memory) = machine(kernel, right, &[&run]);
            let asks = |memory: &Memory| {
                system.next_label(memory, 0, Function("is_pinnable_page")).is_some()
            };
            run_until(&system, &mut memory, 0, asks);
            assert!(asks(&memory), "{kernel} {run}");
            assert_eq!(memory.peek(system.layout.page(PAGE).held_by(0)), held, "{kernel} {run}");
        }
    }
}

/// A scenario of two timelines and one virtual page that has more states has a step too many.
#[test]
fn two_timelines_and_one_page_stay_small() {
    let mut judged = 0;
    for (name, scenario) in scenarios() {
        for kernel in
            kernels(&scenario).iter().filter(|kernel| !kernel.toggles.contains_key("memory"))
        {
            let (system, memory) = scenario.build(kernel).expect("it builds");
            let geometry = &system.layout.geometry;
            let pages = geometry.processes.iter().map(|process| process.mappings.len()).max();
            if geometry.cpus != 2 || pages != Some(1) {
                continue;
            }
            let states = explore((system, memory)).states;
            assert!(states < 100_000, "{name} {kernel:?}: {states} states");
            judged += 1;
        }
    }
    assert!(judged > 50, "{judged}");
}
