//! Migration of huge pages that are mapped as a whole and page by page: what was counted is counted
//! again, of the other page.
use std::collections::BTreeMap;

use pagerace::machine::{Choice, Status, System};
use pagerace::mm::{Memory, Pfn, Pmd};
use pagerace::scenario::{KernelChoice, Scenario, parse};

const MACHINE: &str = "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"v6.1\"\n\
    [machine]\nhpage_pages = 4\npageblock_pages = 4\npcp_high = 0\n\
    blocks = [\"unmovable\", \"movable\", \"movable\", \"movable\"]\n\
    [[process]]\nname = \"P\"\nmap = [\"a = huge page 12 anon rw\"]\n\
    [[process]]\nname = \"C\"\nchild_of = \"P\"\n\
    [[cpu]]\nprocess = \"P\"\nrun = [\"m = move_pages(a)\"]\n";

const KERNELS: [&str; 6] = ["v5.8", "v5.11", "v5.17", "v5.18", "v6.1-rc7", "v6.1"];

/// References, mappings of the whole, mappings of each page, and `PageDoubleMap`.
type Counts = (u16, u16, [u16; 4], bool);

fn counts(system: &System, memory: &Memory) -> Counts {
    let layout = &system.layout;
    let Pmd::Huge(huge) = memory.peek(layout.mm(0).pmd()) else { panic!("no huge entry") };
    let head = huge.head;
    let second = layout.second_page(head).expect("it has one");
    let mapcounts = [0, 1, 2, 3].map(|i| memory.peek(layout.page(Pfn(head.0 + i)).mapcount()));
    let references = memory.peek(layout.page(head).refcount());
    (references, memory.peek(second.entire_mapcount()), mapcounts, memory.peek(second.double_map()))
}

/// Runs the lane to its end.
fn finish(system: &System, memory: &mut Memory) {
    while system.status(memory, Choice::Run(0)) == Status::Runnable {
        system.make(memory, Choice::Run(0));
    }
    assert!(system.is_quiescent(memory), "it waits for ever");
    assert_eq!(system.findings(memory), 0, "{}", system.kernel.name);
}

fn scenario(before: &str) -> Scenario {
    parse(&format!("{MACHINE}{before}")).expect("it reads")
}

fn moved(before: &str, kernel: &str) -> (Counts, Counts) {
    let choice = KernelChoice { base: kernel.into(), toggles: BTreeMap::new() };
    let (system, mut memory) = scenario(before).build(&choice).expect("it builds");
    let start = counts(&system, &memory);
    finish(&system, &mut memory);
    (start, counts(&system, &memory))
}

/// Table 1.2 of what is free to move: a page that one entry maps, and two.
#[test]
fn a_huge_page_takes_its_counts_along() {
    let fork = "[[before]]\nprocess = \"P\"\nrun = [\"fork(C)\"]\n";
    for kernel in KERNELS {
        let (before, after) = moved("", kernel);
        assert_eq!(before, (1, 1, [0; 4], false), "{kernel}");
        assert_eq!(after, before, "{kernel}");
        let (before, after) = moved(fork, kernel);
        assert_eq!(before, (2, 2, [0; 4], false), "{kernel}");
        assert_eq!(after, before, "{kernel}");
    }
}

/// The child has copied its second page: one entry for the whole and three for the rest, without
/// the bias that splitting had added.
#[test]
fn a_page_that_is_mapped_in_both_ways_takes_its_counts_along() {
    let copied = "[[before]]\nprocess = \"P\"\nrun = [\"fork(C)\"]\n\
                  [[before]]\nprocess = \"C\"\nrun = [\"store(a+1, 7)\"]\n";
    for kernel in KERNELS {
        let (before, after) = moved(copied, kernel);
        assert_eq!(before, (4, 1, [2, 1, 2, 2], true), "{kernel}");
        assert_eq!(after, (4, 1, [1, 0, 1, 1], false), "{kernel}");
    }
}
