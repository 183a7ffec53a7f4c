//! Tables of what each kernel can do: they come out of exploring scenarios of the gallery.
#[path = "file.rs"]
mod file;
#[path = "search.rs"]
mod search;

use pagerace::explore::Found;
use pagerace::scenario::{KernelChoice, Scenario};

pub use file::scenario;

/// A kernel's name in a table, its preset, and the toggles that are set otherwise.
pub type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// How a scenario can end under the kernel of a row.
pub fn outcomes(scenario: &Scenario, (_, base, toggles): Row) -> Vec<Found> {
    let toggles = toggles.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    let kernel = KernelChoice { base: base.to_string(), toggles: toggles.collect() };
    search::explore(scenario.build(&kernel).expect("it builds")).outcomes
}

/// Fills a table, prints it and compares it, cell by cell. A column has a head, and what its cells
/// are made from.
pub fn compare<C>(
    rows: &[Row],
    columns: &[(&str, C)],
    expected: &[&[&str]],
    cell: impl Fn(Row, &C) -> String,
) {
    assert_eq!(rows.len(), expected.len());
    let mut wrong = Vec::new();
    let heads: Vec<&str> = columns.iter().map(|(head, _)| *head).collect();
    let mut table = format!("{:<32} {}\n", "", heads.join(" | "));
    for (row, expected) in rows.iter().zip(expected) {
        let cells: Vec<String> = columns.iter().map(|(_, column)| cell(*row, column)).collect();
        table += &format!("{:<32} {}\n", row.0, cells.join(" | "));
        if cells != *expected {
            wrong.push(format!("{}: found {cells:?}, not {expected:?}", row.0));
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
