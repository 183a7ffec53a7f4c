//! What processes do to a huge page, and what its counts are then: the states that the mails of
//! 2022 tell apart, each reached by running the calls that lead there.
use pagerace::mm::{Layout, Memory, Pfn};
use pagerace::scenario::parse;

/// Its name, what has run by the parent, then by the child, then by the parent, and what is found:
/// `page_count`, `page_mapcount` of the head, `total_mapcount`.
type Row = (&'static str, [&'static str; 3], [u16; 3]);

const SPLIT: &str = "\"mprotect(a+1, PROT_READ)\"";
const COW_OF_ONE: &str = "\"store(a+1, 5)\"";

/// In kernels that reuse what is mapped once, or has one reference.
const STATES: [Row; 8] = [
    ("mapped by one entry", ["", "", ""], [1, 1, 1]),
    ("shared by fork", ["\"fork(C)\"", "", ""], [2, 2, 2]),
    ("the entry of the child is split", ["\"fork(C)\"", SPLIT, ""], [5, 2, 5]),
    ("a page was copied", ["\"fork(C)\"", COW_OF_ONE, ""], [4, 2, 4]),
    ("the first page was copied", ["\"fork(C)\"", "\"store(a, 5)\"", ""], [4, 1, 4]),
    ("the parent is gone", ["\"fork(C)\"", COW_OF_ONE, "\"exit_mmap()\""], [3, 1, 3]),
    ("one process, split", [SPLIT, "", ""], [4, 1, 4]),
    ("split and referenced", [SPLIT, "", "\"p = get_user_pages_fast(a, 0)\""], [5, 1, 4]),
];

const KERNELS: [&str; 9] =
    ["v5.8", "v5.9", "v5.11", "v5.17", "v5.18", "v5.19", "v6.1", "v6.6", "v6.12"];

fn text(kernel: &str, [parent, child, again]: [&str; 3]) -> String {
    let before = |process: &str, run: &str| match run {
        "" => String::new(),
        run => format!("[[before]]\nprocess = \"{process}\"\nrun = [{run}]\n"),
    };
    let [parent, child, again] = [before("P", parent), before("C", child), before("P", again)];
    format!(
        r#"format = 1
title = "t"
about = "why"
[kernel]
base = "{kernel}"
[machine]
pageblock_pages = 4
hpage_pages = 4
blocks = ["movable", "movable", "movable"]
[[process]]
name = "P"
map = ["a = huge page 4 anon rw"]
[[process]]
name = "C"
child_of = "P"
{parent}{child}{again}
[[cpu]]
run = ["drain_all_pages()"]
"#
    )
}

fn counts(layout: &Layout, memory: &Memory) -> [u16; 3] {
    let head = Pfn(4);
    let (page, second) = (layout.page(head), layout.compound(Pfn(5)));
    let twice = u16::from(memory.peek(second.double_map()));
    let mapped = memory.peek(page.mapcount()) + memory.peek(second.entire_mapcount()) - twice;
    [memory.peek(page.refcount()), mapped, layout.total_mapcount(memory, head)]
}

#[test]
fn each_state_of_a_huge_page_has_its_counts() {
    for kernel in KERNELS {
        for (name, run, expected) in STATES {
            let scenario = parse(&text(kernel, run)).expect("it reads");
            let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
            let found = counts(&system.layout, &memory);
            assert_eq!(found, expected, "{name}, {kernel}: page_count, page_mapcount, total");
            let large: u16 = memory.peek(system.layout.compound(Pfn(5)).large_mapcount());
            assert_eq!(large, expected[2], "{name}, {kernel}: one count says the same");
        }
    }
}

/// A flag says that each page counts one mapping more only while the whole is mapped in both ways,
/// and since v6.2 there is none.
#[test]
fn a_page_that_is_mapped_in_both_ways_is_told_apart_up_to_v6_1() {
    for (kernel, flagged) in [("v5.8", true), ("v6.1", true), ("v6.2", false), ("v6.12", false)] {
        let of = |run: [&str; 3]| {
            let scenario = parse(&text(kernel, run)).expect("it reads");
            let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
            memory.peek(system.layout.compound(Pfn(5)).double_map())
        };
        let [_, _, _, (_, both, _), _, (_, gone, _), (_, alone, _), _] = STATES;
        assert_eq!(of(both), flagged, "{kernel}");
        assert!(!of(gone) && !of(alone), "{kernel}");
    }
}

/// Before v5.8 the child copies all of it (3917c80280c9): nobody maps a page by itself for that.
#[test]
fn copying_the_whole_leaves_nothing_mapped_page_by_page() {
    let old = ["v4.17", "v5.8\"\nhuge_cow = \"copy"];
    for kernel in old {
        let scenario = parse(&text(kernel, ["\"fork(C)\"", COW_OF_ONE, ""])).expect("it reads");
        let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
        assert_eq!(counts(&system.layout, &memory), [1, 1, 1], "{kernel}");
    }
}
