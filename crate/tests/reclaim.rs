//! Reclaim and swap, step by step: who waits for whom, and what becomes of a slot.
#[path = "common/machine.rs"]
mod machine;
#[path = "common/search.rs"]
mod search;

use std::rc::Rc;

use machine::run_until;
use pagerace::machine::{Status, System};
use pagerace::mm::{LockWord, Memory, Pfn, Pte};
use search::explore;

const PAGE: Pfn = Pfn(0);
const KERNELS: [&str; 6] = ["v5.8", "v5.11", "v5.17", "v5.18", "v5.19", "v6.6"];

/// CPU0 is kswapd; the others are threads of B, which maps page 0, or of its child C.
fn machine(kernel: &str, slots: u16, lanes: &[(&str, &str)]) -> (Rc<System>, Memory) {
    let keys = format!(
        "pageblock_pages = 1\nswap_slots = {slots}\n\
         blocks = [\"movable\", \"movable\", \"movable\", \"movable\", \"movable\"]"
    );
    machine::machine(kernel, &keys, "0 anon rw", lanes)
}

const KSWAPD: (&str, &str) = ("B", "\"shrink_page_list(0)\"");

fn run(system: &System, memory: &mut Memory, cpu: usize) -> Status {
    run_until(system, memory, cpu, |_| false)
}

/// Nothing is broken that must never be, whatever comes between.
fn outcomes(system: Rc<System>, memory: Memory) -> Vec<(String, Vec<&'static str>)> {
    let outcomes = explore((system, memory)).outcomes.into_iter().map(|found| found.outcome);
    outcomes.map(|outcome| (format!("{:?}", outcome.results), outcome.breaks)).collect()
}

#[test]
fn a_fault_waits_for_the_page_that_reclaim_has_locked() {
    for kernel in KERNELS {
        let (system, mut memory) = machine(kernel, 1, &[KSWAPD, ("B", "\"load(a[0])\"")]);
        let pte = system.layout.mm(0).pte(0);
        let swapped = |memory: &Memory| matches!(memory.peek(pte), Pte::Swap { .. });
        run_until(&system, &mut memory, 0, swapped);
        let ptl = system.layout.mm(0).ptl().cell;
        run_until(&system, &mut memory, 0, |memory| memory.peek(ptl) == LockWord::FREE);
        assert_eq!(memory.peek(system.layout.page(PAGE).lock().cell).holders().next(), Some(0));
        assert!(matches!(run(&system, &mut memory, 1), Status::Blocked(_)), "{kernel}");
        // The reference of the fault keeps the page from being freed.
        assert_eq!(run(&system, &mut memory, 0), Status::Done, "{kernel}");
        assert_eq!(run(&system, &mut memory, 1), Status::Done, "{kernel}");
        assert_eq!(memory.peek(pte).mapped(), Some(PAGE), "{kernel}");
    }
}

#[test]
fn a_walk_without_locks_does_not_wait_for_the_page_lock() {
    for kernel in KERNELS {
        let pin = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\"";
        let (system, mut memory) = machine(kernel, 1, &[KSWAPD, ("B", pin)]);
        let page = system.layout.page(PAGE);
        run_until(&system, &mut memory, 0, |memory| memory.peek(page.swap()).is_some());
        assert_eq!(memory.peek(page.lock().cell).holders().next(), Some(0));
        assert_eq!(run(&system, &mut memory, 1), Status::Done, "{kernel}");
        assert_eq!(memory.peek(system.layout.pin(0).page()), Some(PAGE), "{kernel}");
    }
}

#[test]
fn a_page_without_a_slot_is_kept() {
    let (system, mut memory) = machine("v5.17", 0, &[KSWAPD]);
    assert_eq!(run(&system, &mut memory, 0), Status::Done);
    assert_eq!(memory.peek(system.layout.mm(0).pte(0)).mapped(), Some(PAGE));
    assert!(memory.peek(system.layout.page(PAGE).lru()));
}

/// Whoever unmaps what is swapped out gives the slot back, also in the middle of it.
#[test]
fn a_slot_goes_with_its_last_entry() {
    for kernel in KERNELS {
        for call in ["\"munmap(a)\"", "\"madvise(a)\"", "\"madvise(a, MADV_FREE)\""] {
            let (system, mut memory) = machine(kernel, 1, &[KSWAPD, ("B", call)]);
            for (result, breaks) in outcomes(system.clone(), memory.clone()) {
                assert!(breaks.is_empty(), "{kernel} {call} {result} {breaks:?}");
            }
            run(&system, &mut memory, 0);
            run(&system, &mut memory, 1);
            let slot = system.layout.swap_slot(0);
            let left = (memory.peek(slot.count()), memory.peek(slot.page()));
            assert_eq!(left, (0, None), "{kernel} {call}");
        }
    }
}

/// Parent and child each have an entry of the slot, and find what was there before the fork.
#[test]
fn a_fork_names_the_slot_twice() {
    for kernel in KERNELS {
        let parent = "\"fork(C)\", \"store(a[0], 7)\", \"load(a[0])\"";
        let (system, mut memory) =
            machine(kernel, 1, &[KSWAPD, ("B", parent), ("C", "\"child = load(a[0])\"")]);
        run(&system, &mut memory, 0);
        let mapped = system.layout.mm(1).pte(0);
        run_until(&system, &mut memory, 1, |memory| memory.peek(mapped) != Pte::None);
        let write = system.layout.mm(0).mmap_write().cell;
        run_until(&system, &mut memory, 1, |memory| memory.peek(write) == LockWord::FREE);
        assert_eq!(memory.peek(system.layout.swap_slot(0).count()), 2, "{kernel}");
        for (result, breaks) in outcomes(system.clone(), memory.clone()) {
            let harmless = breaks.iter().all(|name| *name == "unnecessary-cow");
            assert!(harmless, "{kernel} {result} {breaks:?}");
            assert!(result.contains("\"child\": \"10\""), "{kernel} {result}");
        }
    }
}
