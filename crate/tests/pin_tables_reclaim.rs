//! Which kernels part a pin from its page table when reclaim unmaps the page: the table comes out
//! of exploring the gallery's scenarios under every kernel, is printed, and compared with what was
//! found before by a checker that shares no code with this one.
#[path = "common/table.rs"]
mod table;

use table::{Row, compare, outcomes, scenario};

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

#[test]
fn the_table_of_reclaim_comes_out() {
    let columns = COLUMNS.map(|(head, name, property)| (head, (scenario(name), property)));
    let expected = EXPECTED.each_ref().map(|row| &row[..]);
    compare(&ROWS, &columns, &expected, |row, (scenario, property)| {
        let found = outcomes(scenario, row);
        let lost = found.iter().any(|found| found.outcome.breaks.contains(property));
        if lost { LOST.into() } else { SYNC.into() }
    });
}
