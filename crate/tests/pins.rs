//! How a pin comes and goes in each kernel, one atomic operation after the other.
#[path = "common/machine.rs"]
mod machine;

use std::rc::Rc;

use machine::run_until;
use pagerace::machine::{Choice, Status, System};
use pagerace::mm::{Memory, Pfn, Place};
use pagerace::player::Player;

const BIAS: u16 = 1024;
const PAGE: Pfn = Pfn(2);

fn machine(kernel: &str, map: &str, lanes: &[&str]) -> (Rc<System>, Memory) {
    let keys = "blocks = [\"movable\", \"movable\", \"unmovable\"]\npcp_high = 0";
    let lanes: Vec<_> = lanes.iter().map(|lane| ("B", *lane)).collect();
    machine::machine(kernel, keys, &format!("2 {map}"), &lanes)
}

/// What CPU0 holds of the page on its way, each change once.
fn held_on_the_way(kernel: &str) -> Vec<u16> {
    let run = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\", \"unpin_user_page(p)\"";
    let (system, mut memory) = machine(kernel, "anon rw", &[run]);
    let cell = system.layout.page(PAGE).held_by(0);
    let mut held: Vec<u16> = vec![memory.peek(cell)];
    while system.status(&memory, Choice::Run(0)) == Status::Runnable {
        system.make(&mut memory, Choice::Run(0));
        held.push(memory.peek(cell));
    }
    held.dedup();
    held
}

/// Between the two additions, and between the two subtractions, a page is referenced and does not
/// look pinned.
#[test]
fn a_pin_comes_and_goes_in_as_many_operations_as_the_kernel_has() {
    for (kernel, expected) in [
        ("v5.8", vec![0, BIAS, 0, BIAS, 0]),
        ("v5.9", vec![0, BIAS, 0, BIAS, 0]),
        ("v5.11", vec![0, BIAS, 0, BIAS, 1, 0]),
        ("v5.17", vec![0, 1, BIAS, 0, BIAS, 1, 0]),
        ("v5.18", vec![0, 1, BIAS, 0, BIAS, 0]),
        ("v5.19", vec![0, 1, BIAS, 0, BIAS, 0]),
        ("v6.1", vec![0, 1, BIAS, 0, BIAS, 0]),
    ] {
        assert_eq!(held_on_the_way(kernel), expected, "{kernel}");
    }
}

/// Steps CPU0 until it holds a reference of the page.
fn walk_to_the_reference(system: &Rc<System>, player: &mut Player) {
    while player.memory().peek(system.layout.page(PAGE).held_by(0)) == 0u16 {
        player.play(&format!("{} 0", player.schedule().to_text()), Default::default()).expect("on");
    }
}

/// The walk finds the entry gone, and its undo drops the last reference.
#[test]
fn the_undo_of_the_walk_frees_a_page_that_was_unmapped_meanwhile() {
    for kernel in ["v5.8", "v5.9", "v5.11", "v5.17", "v5.18", "v5.19", "v6.1"] {
        let run = "\"p = pin_user_pages_fast(a, FOLL_WRITE | FOLL_FAST_ONLY)\"";
        let (system, memory) = machine(kernel, "anon rw", &[run, "\"munmap(a)\""]);
        let mut player = Player::new(Rc::clone(&system), memory);
        walk_to_the_reference(&system, &mut player);
        let place = system.layout.page(PAGE).place();
        let before = player.schedule().to_text();
        player.play(&format!("{before} 1*"), Default::default()).expect("it unmaps");
        assert_eq!(player.memory().peek(place), Place::Allocated, "{kernel}");
        player.play(&format!("{before} 1* 0*"), Default::default()).expect("it undoes");
        assert_eq!(player.memory().peek(place), Place::Buddy, "{kernel}");
    }
}

/// The walk without locks does not wait for fork, the one with locks does.
#[test]
fn the_walk_under_the_locks_waits_for_fork() {
    for kernel in ["v5.8", "v5.9", "v5.11", "v5.17", "v5.19", "v6.1"] {
        let run = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\"";
        let (system, mut memory) = machine(kernel, "anon wp", &[run, "\"fork(C)\""]);
        // fork has taken mmap_lock.
        let mmap = system.layout.mm(0).mmap_write().cell;
        while !memory.peek(mmap).exclusive() {
            system.make(&mut memory, Choice::Run(1));
        }
        let status = run_until(&system, &mut memory, 0, |_| false);
        assert!(matches!(status, Status::Blocked(_)), "{kernel}");
    }
}

/// Runs CPU0 to its end, and then looks at the page of the first handle.
fn pinned(kernel: &str, map: &str, run: &str) -> Option<Pfn> {
    let (system, mut memory) = machine(kernel, map, &[run]);
    let status = run_until(&system, &mut memory, 0, |_| false);
    assert_eq!(status, Status::Done, "{kernel} {run}");
    memory.peek(system.layout.pin(0).page())
}

/// Who only reads a page that is shared with a child gets a copy in v5.8, since it asks for the
/// right to write, and since v5.19, since a pinned page is to be exclusive.
#[test]
fn a_reader_breaks_cow_first_where_the_kernel_does() {
    let run = "\"fork(C)\", \"p = pin_user_pages_fast(a, 0)\"";
    for (kernel, copies) in [
        ("v5.8", true),
        ("v5.9", false),
        ("v5.11", false),
        ("v5.17", false),
        ("v5.18", false),
        ("v5.19", true),
        ("v6.1", true),
    ] {
        let page = pinned(kernel, "anon rw", run).expect("it is pinned");
        assert_eq!(page != PAGE, copies, "{kernel}");
    }
    // A plain reference is out of that contract.
    let run = "\"fork(C)\", \"p = get_user_pages_fast(a, 0)\"";
    assert_eq!(pinned("v5.19", "anon rw", run), Some(PAGE));
    // Without a slow path there is nobody to break COW.
    let run = "\"fork(C)\", \"p = pin_user_pages_fast(a, FOLL_FAST_ONLY)\"";
    assert_eq!(pinned("v5.8", "anon rw", run), Some(PAGE));
    assert_eq!(pinned("v5.19", "anon rw", run), None);
}

/// The slow path faults in what is not there, and refuses what the area does not admit.
#[test]
fn the_slow_path_takes_faults() {
    for kernel in ["v5.8", "v5.9", "v5.11", "v5.17", "v5.18", "v5.19", "v6.1"] {
        let write = "\"p = pin_user_pages_fast(a, FOLL_WRITE)\"";
        let gone = format!("\"madvise(a)\", {write}");
        assert!(pinned(kernel, "anon rw", &gone).is_some(), "{kernel}");
        let unmapped = format!("\"munmap(a)\", {write}");
        assert_eq!(pinned(kernel, "anon rw", &unmapped), None, "{kernel}");
        assert_eq!(pinned(kernel, "anon ro", write), None, "{kernel}");
        assert_ne!(pinned(kernel, "file rw", write), Some(PAGE), "{kernel}");
        let read = "\"p = pin_user_pages_fast(a, 0)\"";
        let copies = kernel == "v5.8";
        assert_eq!(pinned(kernel, "file ro", read) != Some(PAGE), copies, "{kernel}");
    }
}
