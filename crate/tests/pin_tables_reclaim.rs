//! Which kernels part a pin from its page table when reclaim unmaps the page: the table comes out
//! of exploring the gallery's scenarios under every kernel, is printed, and compared with what was
//! found before by a checker that shares no code with this one.
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use pagerace::explore::{Explorer, Limits};
use pagerace::scenario::{KernelChoice, Scenario, parse};

/// A kernel's name in the table, and how a scenario writes it.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const ROWS: [Row; 8] = [
    ("v5.8", "v5.8", &[]),
    ("v5.9", "v5.9", &[]),
    ("v5.11", "v5.11", &[]),
    ("v5.17", "v5.17", &[]),
    ("v5.18", "v5.18", &[]),
    ("v5.19", "v5.19", &[]),
    ("v6.1", "v6.1", &[]),
    ("v5.19, no bit", "v5.19", &[("swapin", "exclusive_no_swp")]),
];

/// What the user does behind it: a load and a store, or a store at once; and what tells a loss: a
/// pin is told by what it names, a plain reference by what the device has written.
const COLUMNS: [(&str, &str, &str); 6] = [
    ("held R,W", "swap-pin-held-read-then-write", "lost-sync"),
    ("held W", "swap-pin-held-write", "lost-sync"),
    ("pin R,W", "swap-pin-race-read-then-write", "lost-sync"),
    ("pin W", "swap-pin-race-write", "lost-sync"),
    ("GET R,W", "swap-get-race-read-then-write", "stale-data"),
    ("GET W", "swap-get-race-write", "stale-data"),
];

const SYNC: &str = "sync";
const LOST: &str = "LOST";

const EXPECTED: [[&str; 6]; 8] = [
    [SYNC, SYNC, SYNC, SYNC, SYNC, SYNC],
    [LOST, SYNC, LOST, SYNC, LOST, SYNC],
    [SYNC, SYNC, LOST, SYNC, LOST, SYNC],
    [SYNC, SYNC, LOST, SYNC, LOST, SYNC],
    [SYNC, SYNC, LOST, LOST, LOST, LOST],
    [SYNC, SYNC, SYNC, SYNC, SYNC, SYNC],
    [SYNC, SYNC, SYNC, SYNC, SYNC, SYNC],
    [SYNC, SYNC, SYNC, SYNC, LOST, LOST],
];

fn scenario(name: &str) -> Scenario {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let text = fs::read_to_string(folder.join(format!("{name}.toml"))).expect("it is there");
    parse(&text).expect("it is a scenario")
}

fn cell(scenario: &Scenario, (_, base, toggles): Row, property: &str) -> &'static str {
    let toggles = toggles.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    let kernel = KernelChoice { base: base.to_string(), toggles: toggles.collect() };
    let (system, memory) = scenario.build(&kernel).expect("it builds");
    let report = Explorer::new(Rc::new(system), memory, Limits::default()).run();
    assert!(report.complete);
    let lost = report.outcomes.iter().any(|found| found.outcome.breaks.contains(&property));
    if lost { LOST } else { SYNC }
}

#[test]
fn the_table_of_reclaim_comes_out() {
    let names = COLUMNS.map(|(name, ..)| format!("{name:8}"));
    println!("{:14} {}", "", names.join(" "));
    let scenarios = COLUMNS.map(|(_, file, _)| scenario(file));
    let found = ROWS.map(|row| {
        let cells = [0, 1, 2, 3, 4, 5].map(|at| cell(&scenarios[at], row, COLUMNS[at].2));
        println!("{:14} {}", row.0, cells.map(|cell| format!("{cell:8}")).join(" "));
        cells
    });
    assert_eq!(found, EXPECTED);
}
