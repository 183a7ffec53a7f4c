//! Who can meet a struct page that is gone, whatever is asked of a page that is there. The table
//! comes out of exploring, is printed, and compared with what was found before by a checker that
//! shares no code with this one.
#[path = "common/table.rs"]
mod table;

use pagerace::explore::Found;
use pagerace::machine::{Choice, System};
use pagerace::mm::{Memory, Pfn};
use pagerace::routines::compaction::ISOLATE_MIGRATEPAGES_BLOCK;
use pagerace::scenario::{KernelChoice, Scenario};
use table::{Row, compare, outcomes, scenario};

/// One count of the page or of all its compound page; with a reference of its own or without; or
/// every reference expected.
const CHECKS: [Row; 6] = [
    ("V0", "v6.1-rc7", &[]),
    ("V1", "v6.1-rc7", &[("isolate_check", "total_mapcount")]),
    ("V2", "v6.1-rc7", &[("isolate_check", "mapcount_ref")]),
    ("V3", "v6.1-rc7", &[("isolate_check", "total_mapcount_ref")]),
    ("V4", "v6.1-rc7", &[("isolate_check", "expected_ref")]),
    ("V5", "v6.1-rc7", &[("isolate_check", "ref_at_top")]),
];

type Toggles = &'static [(&'static str, &'static str)];

/// A scenario, what its kernels have besides, and what is looked for.
type Column = (Scenario, Toggles, &'static str);

fn cell((name, base, toggles): Row, (scenario, besides, broken): &Column) -> String {
    let toggles: Vec<_> = toggles.iter().chain(*besides).copied().collect();
    let breaks = |found: &Found| found.outcome.breaks.contains(broken);
    let found = outcomes(scenario, (name, base, toggles.leak()));
    if found.iter().any(breaks) { "yes" } else { "no" }.to_string()
}

const DEBUG: Toggles = &[("debug_vm", "on")];
const LOCKED: Toggles = &[("debug_vm", "on"), ("compaction_lock", "mem_hotplug_lock")];
const RCU: Toggles = &[("section_usage", "rcu")];
const RCU_NULL_CHECKED: Toggles = &[("section_usage", "rcu_null_checked")];
/// Who comes second does not undo what the first has isolated.
const BEFORE_V5_19: Toggles =
    &[("debug_vm", "on"), ("isolation", "v5.11"), ("alloc_contig", "v5.11")];

#[test]
fn no_check_of_a_page_helps_where_there_is_none() {
    let walk = || scenario("offline-compaction-touches-removed-page");
    let contig = || scenario("offline-against-alloc-contig");
    let columns: [(&str, Column); 8] = [
        ("poisoned", (walk(), DEBUG, "poisoned-page-touched")),
        ("removed", (walk(), DEBUG, "removed-page-touched")),
        ("usage", (walk(), &[], "freed-usage-touched")),
        ("rcu", (walk(), RCU, "freed-usage-touched")),
        ("rcu, null", (walk(), RCU_NULL_CHECKED, "freed-usage-touched")),
        ("locked", (walk(), LOCKED, "removed-page-touched")),
        ("own range, poisoned", (contig(), BEFORE_V5_19, "poisoned-page-touched")),
        ("own range, removed", (contig(), BEFORE_V5_19, "removed-page-touched")),
    ];
    let every: &[&str] = &["yes", "yes", "yes", "yes", "no", "no", "no", "no"];
    compare(&CHECKS, &columns, &[every; 6], cell);
}

/// It is the pageblock that one of them alone can isolate which keeps the struct pages of the
/// other.
#[test]
fn without_exclusion_alloc_contig_range_meets_them_too() {
    let rows: [Row; 2] = [
        ("a block is isolated once", "v5.8", DEBUG),
        ("and twice", "v5.8", &[("debug_vm", "on"), ("isolation", "v4.6")]),
    ];
    let contig = (scenario("offline-against-alloc-contig"), &[][..], "poisoned-page-touched");
    compare(&rows, &[("poisoned", contig)], &[&["no"], &["yes"]], cell);
}

fn steps(system: &System, memory: &mut Memory, cpu: usize, count: usize) {
    (0..count).for_each(|_| system.make(memory, Choice::Run(cpu)));
}

/// A count of ones is not zero: the reference is had, and is nobody's. The next look is at a flag.
#[test]
fn a_poisoned_page_gives_a_reference_and_fails_its_first_flag() {
    let scenario = scenario("offline-compaction-meets-poison");
    let toggles = [("debug_vm", "on"), ("isolate_check", "ref_at_top")];
    let toggles = toggles.map(|(name, value)| (name.to_string(), value.to_string()));
    let kernel = KernelChoice { base: "v6.1-rc7".into(), toggles: toggles.into() };
    let (system, mut memory) = scenario.build(&kernel).expect("it builds");
    steps(&system, &mut memory, 0, 2);
    steps(&system, &mut memory, 1, 24);
    let label = |memory: &Memory| system.next_label(memory, 0, ISOLATE_MIGRATEPAGES_BLOCK);
    assert_eq!(label(&memory), Some("get"));
    steps(&system, &mut memory, 0, 1);
    assert_eq!(label(&memory), Some("compound"));
    assert!(system.bug(&memory).is_none());
    let page = system.layout.page(Pfn(2));
    assert_eq!((memory.peek(page.refcount()), memory.peek(page.held_by(0))), (0, 0));
    steps(&system, &mut memory, 0, 1);
    assert!(system.bug(&memory).is_some());
}
