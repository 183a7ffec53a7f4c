//! What each form of the check for pinned pages in `isolate_migratepages_block` can still do. The
//! tables come out of exploring machines with huge pages, are printed, and compared with what was
//! found before by a checker that shares no code with this one.
#[path = "common/table.rs"]
mod table;

use pagerace::explore::Found;
use pagerace::machine::{Choice, Function, Status};
use pagerace::mm::Memory;
use pagerace::properties::event;
use pagerace::routines::compound::wait::PMD_MIGRATION_ENTRY_WAIT;
use pagerace::routines::move_mapping::MOVE_MAPPING;
use pagerace::scenario::{End, KernelChoice, Scenario, parse};
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

/// What a column is about: a scenario, what its kernels have besides, and what is looked for.
struct Column {
    scenario: Scenario,
    toggles: Toggles,
    looks_for: fn(&Found) -> bool,
}

fn column(name: &str, toggles: Toggles, looks_for: fn(&Found) -> bool) -> Column {
    Column { scenario: scenario(name), toggles, looks_for }
}

fn cell((name, base, toggles): Row, column: &Column) -> String {
    let toggles: Vec<_> = toggles.iter().chain(column.toggles).copied().collect();
    let found = outcomes(&column.scenario, (name, base, toggles.leak()));
    let some = found.iter().any(column.looks_for);
    let all = found.iter().all(column.looks_for);
    let word = match (some, all) {
        (_, true) => "always",
        (true, _) => "yes",
        _ => "no",
    };
    word.to_string()
}

fn is_bug(found: &Found) -> bool {
    found.outcome.end == End::Bug
}

fn is_stuck(found: &Found) -> bool {
    found.outcome.end == End::Livelock
}

fn breaks(found: &Found, property: &str) -> bool {
    found.outcome.breaks.contains(&property)
}

/// A machine of two processes, one the other's child, and what it is to run.
fn machine(pages: u16, map: &str, rest: &str) -> Scenario {
    let text = format!(
        "format = 1\ntitle = \"t\"\nabout = \"why\"\n[kernel]\nbase = \"v6.1\"\n\
         [machine]\nhpage_pages = {pages}\npageblock_pages = 4\n\
         blocks = [\"movable\", \"movable\", \"movable\"]\n\
         [[process]]\nname = \"P\"\nmap = [\"a = {map}\"]\n\
         [[process]]\nname = \"C\"\nchild_of = \"P\"\n{rest}"
    );
    parse(&text).unwrap_or_else(|complaints| panic!("{complaints:#?}"))
}

fn happened(before: &[(&str, &str)]) -> String {
    let call = |(process, call): &(&str, &str)| {
        format!("[[before]]\nprocess = \"{process}\"\nrun = [\"{call}\"]\n")
    };
    before.iter().map(call).collect()
}

/// A range with a huge page in it that is to be unplugged with nobody else running.
fn unplug(pages: u16, before: &[(&str, &str)]) -> Scenario {
    let before = happened(before);
    let lane = "[[cpu]]\nrun = [\"u = retry virtio_mem_fake_offline(8, 12)\"]\n";
    machine(pages, "huge page 8 anon rw", &format!("{before}{lane}"))
}

/// A huge page is faulted in while its range is walked: it is on the LRU, and a batch that puts it
/// there still has a reference of it.
fn fault_in() -> Scenario {
    let claim = "[[expect]]\nsometimes = { breaks = \"unpinned-skipped\" }\n";
    let lanes = "[[cpu]]\nrun = [\"alloc_contig_range(0, 4, MIGRATE_MOVABLE)\"]\n\
                 [[cpu]]\nprocess = \"P\"\nrun = [\"store(a, 7)\"]\n";
    machine(4, "huge none rw", &format!("{lanes}{claim}"))
}

const FORK: (&str, &str) = ("P", "fork(C)");
/// Starting states by what has happened before: B to F.
const STARTS: [(&str, &[(&str, &str)]); 6] = [
    ("B", &[FORK]),
    ("C", &[FORK, ("C", "mprotect(a+1, PROT_READ)")]),
    ("D", &[FORK, ("C", "store(a+1, 7)")]),
    ("D0", &[FORK, ("C", "store(a, 7)")]),
    ("E", &[FORK, ("C", "store(a+1, 7)"), ("P", "exit_mmap()")]),
    ("F", &[("P", "mprotect(a+1, PROT_READ)")]),
];

fn stuck(pages: u16, expected: &[&[&str]]) {
    let columns = STARTS.map(|(name, before)| {
        let scenario = unplug(pages, before);
        (name, Column { scenario, toggles: &[], looks_for: is_stuck })
    });
    compare(&CHECKS, &columns, expected, cell);
}

#[test]
fn a_huge_page_that_nobody_has_pinned_stays_for_ever_where_one_page_is_counted() {
    let stays: &[&str] = &["no", "always", "always", "always", "always", "always"];
    let goes = &["no"; 6];
    stuck(4, &[stays, goes, stays, goes, goes, goes]);
}

/// With two pages the counts of the parent and of a child that has copied the second tie.
#[test]
fn huge_pages_of_two_pages_hide_some_of_it() {
    let stays: &[&str] = &["no", "always", "no", "always", "no", "always"];
    let goes = &["no"; 6];
    stuck(2, &[stays, goes, stays, goes, goes, goes]);
}

const DEBUG: Toggles = &[("debug_vm", "on")];
const DEBUG_V5_8: Toggles = &[("debug_vm", "on"), ("total_mapcount", "v5.8")];

#[test]
fn who_has_no_reference_meets_assertions() {
    let columns = [
        ("freed, v6.1", column("thp-freed-under-check", DEBUG, is_bug)),
        ("tail, v6.1", column("thp-check-meets-tail", DEBUG, is_bug)),
        ("alone, v5.8", column("thp-pinned-tail-asserted", DEBUG_V5_8, is_bug)),
        ("freed, v5.8", column("thp-freed-under-check", DEBUG_V5_8, is_bug)),
    ];
    let none: &[&str] = &["no"; 4];
    let expected: [&[&str]; 6] =
        [&["yes", "yes", "no", "no"], &["yes", "yes", "always", "yes"], none, none, none, none];
    compare(&CHECKS, &columns, &expected, cell);
}

const YES: &[&str] = &["yes"];

/// Who has a reference before the first look meets no page that is on the LRU and not finished.
#[test]
fn verdicts_are_made_of_what_was_never_written() {
    let garbage = |found: &Found| breaks(found, "garbage-verdict");
    let columns = [("garbage", column("thp-half-built-head", &[], garbage))];
    compare(&CHECKS, &columns, &[YES, YES, YES, YES, YES, &["no"]], cell);
}

#[test]
fn every_form_is_wrong_both_ways() {
    let skipped = |found: &Found| breaks(found, "unpinned-skipped");
    let isolated = |found: &Found| breaks(found, "pinned-isolated");
    let moved = |found: &Found| breaks(found, "pinned-migrated");
    let columns = [
        ("zap", column("thp-freed-under-check", &[], skipped)),
        ("fork", column("thp-passed-over-during-fork", &[], skipped)),
        ("split", column("thp-passed-over-during-split", &[], skipped)),
        ("batch", Column { scenario: fault_in(), toggles: &[], looks_for: skipped }),
        ("pin, fork", column("thp-pin-hidden-by-fork", &[], isolated)),
        ("pin, split", column("thp-pin-hidden-by-split", &[], isolated)),
        ("swap cache", column("thp-swap-cache-hides-pin", &[], isolated)),
        ("moved", column("thp-pin-hidden-by-split", &[], moved)),
    ];
    let both: &[&str] = &["yes", "yes", "yes", "yes", "yes", "yes", "always", "no"];
    let exact: &[&str] = &["yes", "yes", "yes", "yes", "no", "yes", "no", "no"];
    let expected = [both, both, both, both, exact, both];
    compare(&CHECKS, &columns, &expected, cell);
}

/// Somebody faults on a page that is on its way elsewhere, and has a reference of it while it is
/// put back: whether the walk passes over it then.
fn passes_over_what_is_waited_for((_, base, toggles): Row, wait: &str) -> bool {
    let claim = "[[expect]]\nsometimes = { breaks = \"unpinned-skipped\" }\n";
    let lanes = "[[cpu]]\nrun = [\"alloc_contig_range(8, 12, MIGRATE_MOVABLE)\"]\n\
                 [[cpu]]\nprocess = \"P\"\nrun = [\"move_pages(a)\"]\n\
                 [[cpu]]\nprocess = \"P\"\nrun = [\"load(a)\"]\n";
    let mut scenario = machine(4, "huge page 8 anon rw", &format!("{lanes}{claim}"));
    scenario.geometry.migrate_passes = 1;
    let toggles = toggles.iter().copied().chain([("migration_wait", wait)]);
    let toggles = toggles.map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let (system, mut memory) =
        scenario.build(&KernelChoice { base: base.into(), toggles }).expect("it builds");
    let mut run = |cpu: usize, until: &dyn Fn(&Memory) -> bool| {
        while !until(&memory) && system.status(&memory, Choice::Run(cpu)) == Status::Runnable {
            system.make(&mut memory, Choice::Run(cpu));
        }
    };
    let at = |cpu: usize, function: Function, label: &'static str| {
        let system = &system;
        move |memory: &Memory| system.next_label(memory, cpu, function) == Some(label)
    };
    run(1, &at(1, MOVE_MAPPING, "expected"));
    run(2, &at(2, PMD_MIGRATION_ENTRY_WAIT, "unlock"));
    run(2, &|memory| !at(2, PMD_MIGRATION_ENTRY_WAIT, "unlock")(memory));
    run(1, &|_| false);
    run(0, &|_| false);
    system.findings(&memory) & 1 << event::UNPINNED_SKIPPED != 0
}

/// Since v5.17 nobody has one.
#[test]
fn who_waits_for_a_migration_looks_like_a_pin_where_it_has_a_reference() {
    for row in CHECKS {
        assert!(passes_over_what_is_waited_for(row, "tail_ref"), "{}", row.0);
        assert!(passes_over_what_is_waited_for(row, "ref"), "{}", row.0);
        assert!(!passes_over_what_is_waited_for(row, "no_ref"), "{}", row.0);
    }
}
