//! The tables of pins against whoever takes the page away: what each kernel can lose. They come out
//! of exploring the gallery's scenarios under every kernel of a column, are printed, and compared
//! with what was found before by checkers that share no code with this one.
#[path = "common/table.rs"]
mod table;

use pagerace::explore::Found;
use pagerace::scenario::End;
use table::{Row, compare, outcomes, scenario};

/// A table: a row is a kernel, a column a scenario, a cell what the search finds.
struct Table {
    columns: &'static [&'static str],
    rows: &'static [(Row, &'static [&'static str])],
    cell: fn(&[Found]) -> &'static str,
}

/// `never`, `reachable` or `always`: in how many ends something is lost.
fn how_often(found: &[Found], lost: impl Fn(&Found) -> bool) -> &'static str {
    assert!(found.iter().all(|found| found.outcome.end == End::Done));
    let count = found.iter().filter(|found| lost(found)).count();
    match count {
        0 => "never",
        all if all == found.len() => "always",
        _ => "reachable",
    }
}

fn explored(table: &Table) {
    let columns: Vec<_> = table.columns.iter().map(|name| (*name, scenario(name))).collect();
    let (rows, expected): (Vec<Row>, Vec<&[&str]>) = table.rows.iter().copied().unzip();
    compare(&rows, &columns, &expected, |row, scenario| {
        (table.cell)(&outcomes(scenario, row)).to_string()
    });
}

const NEVER: &str = "never";
const REACHABLE: &str = "reachable";
const ALWAYS: &str = "always";

/// The process reads what it had before, or the device what the process had: words of the page are
/// 10 at the start, the device writes 7, the process 5.
fn data_is_lost(found: &[Found]) -> &'static str {
    how_often(found, |found| {
        let is =
            |name: &str, value: &str| found.outcome.results.get(name).is_some_and(|r| r == value);
        is("v", "10") || is("w", "10")
    })
}

/// fork against a pin for writing, a pin for reading and a plain reference. The earlier checkers
/// let the parent store when the other two are through, so that a pin for reading is always lost up
/// to v5.8; here the store may also come before the fork. The second row has the readers of v5.7,
/// who do not ask for the right to write.
const FORK: Table = Table {
    columns: &["fork-write-pin-race", "fork-read-pin-race", "fork-get-race"],
    rows: &[
        (("none / mapcount, v5.8", "v5.8", &[]), &[REACHABLE; 3]),
        (("none / mapcount, as v5.7", "v5.8", &[("gup", "v5.9")]), &[REACHABLE; 3]),
        (("check_then_wp / refcount", "v5.9", &[]), &[REACHABLE; 3]),
        (
            ("wp_then_check / refcount", "v5.9", &[("fork", "wp_then_check")]),
            &[NEVER, REACHABLE, REACHABLE],
        ),
        (("seq / refcount, v5.11", "v5.11", &[]), &[NEVER, REACHABLE, REACHABLE]),
        (("seq / refcount, v5.17", "v5.17", &[]), &[NEVER, REACHABLE, REACHABLE]),
        (("seq / refcount, v5.18", "v5.18", &[]), &[NEVER, REACHABLE, REACHABLE]),
        (("seq / exclusive, v5.19", "v5.19", &[]), &[NEVER, NEVER, REACHABLE]),
        (("seq / exclusive, v6.1", "v6.1", &[]), &[NEVER, NEVER, REACHABLE]),
        (("seq / exclusive, v6.12", "v6.12", &[]), &[NEVER, NEVER, REACHABLE]),
    ],
    cell: data_is_lost,
};

/// The same without a race: fork, pin for reading, store.
const SHARED: Table = Table {
    columns: &["pin-shared-page-read-only"],
    rows: &[
        (("none / mapcount, v5.8", "v5.8", &[]), &[NEVER]),
        (("none / mapcount, as v5.7", "v5.8", &[("gup", "v5.9")]), &[ALWAYS]),
        (("check_then_wp / refcount", "v5.9", &[]), &[ALWAYS]),
        (("seq / refcount, v5.17", "v5.17", &[]), &[ALWAYS]),
        (("seq / refcount, v5.18", "v5.18", &[]), &[ALWAYS]),
        (("seq / exclusive, v5.19", "v5.19", &[]), &[NEVER]),
        (("seq / exclusive, v6.12", "v6.12", &[]), &[NEVER]),
    ],
    cell: data_is_lost,
};

#[test]
fn the_table_of_fork_comes_out() {
    explored(&FORK);
}

#[test]
fn the_table_of_shared_pages_comes_out() {
    explored(&SHARED);
}
