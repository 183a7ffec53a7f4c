//! Tables B.4 to B.7 of the mails of January 2022, with soft-dirty tracking, mprotect and KSM
//! beside them: what migration, NUMA balancing and write protection do to a mapping that somebody
//! has pinned. They come out of exploring the gallery's scenarios, are printed, and compared with
//! what was found before by checkers that share no code with this one.
#[path = "common/table.rs"]
mod table;

use pagerace::explore::Found;
use table::{compare, outcomes, scenario};

/// The head of a column, its scenario, and the toggles that all kernels have there.
type Column = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The rows: a kernel's name in a table, and its preset.
const KERNELS: [(&str, &str); 8] = [
    ("v5.8", "v5.8"),
    ("v5.9", "v5.9"),
    ("v5.11", "v5.11"),
    ("v5.17", "v5.17"),
    ("RFC v2", "v5.17-rfc-v2"),
    ("v5.18", "v5.18"),
    ("v5.19", "v5.19"),
    ("v6.1", "v6.1"),
];

/// The properties of a table, by their signs: U1 is that an access that must not fault does not,
/// U2 that it finds the pinned page.
const SIGNS: [(&str, &str); 3] =
    [("U1", "nofault-faulted"), ("U2", "lost-sync"), ("I5", "stale-data")];

/// What can break, with `!` where it does in every execution.
fn cell(found: &[Found]) -> String {
    let mut signs = Vec::new();
    for (sign, property) in SIGNS {
        let broken = found.iter().filter(|found| found.outcome.breaks.contains(&property)).count();
        match broken {
            0 => {}
            all if all == found.len() => signs.push(format!("{sign}!")),
            _ => signs.push(sign.to_string()),
        }
    }
    if signs.is_empty() { "ok".into() } else { signs.join(" ") }
}

fn explored(columns: &[Column], expected: &[&[&str]]) {
    let rows = KERNELS.map(|(name, base)| (name, base, &[][..]));
    let column = |(head, name, toggles): &Column| (*head, (scenario(name), *toggles));
    let columns: Vec<_> = columns.iter().map(column).collect();
    compare(&rows, &columns, expected, |(name, base, _), (scenario, toggles)| {
        cell(&outcomes(scenario, (name, base, toggles)))
    });
}

#[test]
fn the_tables_of_migration_and_hints_come_out() {
    let columns: [Column; 4] = [
        ("B.4 pinned", "umcg-migration-of-pinned", &[]),
        ("B.4 races", "umcg-migration-residual-window", &[]),
        ("B.5 pinned", "umcg-numa-hint-of-pinned", &[]),
        ("B.5 races", "umcg-numa-residual-window", &[]),
    ];
    let mapped = &["U1", "U1", "U1", "U1"][..];
    let referenced = &["U1", "U1", "ok", "U1"][..];
    let early = &["ok", "U1", "ok", "U1"][..];
    explored(
        &columns,
        &[mapped, mapped, mapped, referenced, early, referenced, referenced, referenced],
    );
}

#[test]
fn the_table_of_the_downgraded_entry_comes_out() {
    let columns: [Column; 3] = [
        ("B.6 pinned", "numa-downgrades-migration-entry", &[]),
        ("B.6 races", "numa-downgrade-residual-window", &[]),
        ("B.6 from a hint", "numa-hint-migrates-pinned", &[("numa_fault", "migrate")]),
    ];
    let never = &["ok", "ok", "ok"][..];
    let hinted = &["U2", "U2", "U2"][..];
    let migrated = &["U2", "U2", "ok"][..];
    let early = &["ok", "U2", "ok"][..];
    explored(&columns, &[never, hinted, hinted, migrated, early, migrated, never, never]);
}

#[test]
fn the_table_of_three_ways_to_pin_comes_out() {
    let columns: [Column; 9] = [
        ("alone, load", "umcg-pin-alone", &[("umcg_pin", "load")]),
        ("rmw", "umcg-pin-alone", &[("umcg_pin", "rmw")]),
        ("FOLL_WRITE", "umcg-pin-alone", &[("umcg_pin", "foll_write")]),
        ("shared, load", "umcg-pin-of-shared-page", &[("umcg_pin", "load")]),
        ("rmw", "umcg-pin-of-shared-page", &[("umcg_pin", "rmw")]),
        ("FOLL_WRITE", "umcg-pin-of-shared-page", &[("umcg_pin", "foll_write")]),
        ("reclaimed, load", "umcg-pin-of-reclaimed-page", &[("umcg_pin", "load")]),
        ("rmw", "umcg-pin-of-reclaimed-page", &[("umcg_pin", "rmw")]),
        ("FOLL_WRITE", "umcg-pin-of-reclaimed-page", &[("umcg_pin", "foll_write")]),
    ];
    let forced = &["ok", "ok", "ok", "ok", "ok", "ok", "U1", "U1", "U1"][..];
    let copied = &["ok", "ok", "ok", "U1! U2!", "U2!", "ok", "U1 U2", "U1 U2", "U1"][..];
    let counted = &["ok", "ok", "ok", "U1! U2!", "U2!", "ok", "U1 U2", "U1 U2", "U1 U2"][..];
    let unshared = &["ok", "ok", "ok", "U1!", "ok", "ok", "U1", "U1", "U1"][..];
    explored(&columns, &[forced, copied, copied, copied, copied, counted, unshared, unshared]);
}

#[test]
fn the_table_of_write_protection_comes_out() {
    let columns: [Column; 5] = [
        ("clear_refs", "clear-refs-of-pinned", &[]),
        ("races", "clear-refs-residual-window", &[]),
        ("mprotect", "mprotect-of-pinned", &[]),
        ("ksm", "ksm-against-direct-io", &[]),
        ("wrong order", "ksm-against-direct-io", &[("ksm_flush", "check_first")]),
    ];
    let reused = &["ok", "ok", "ok", "ok", "ok"][..];
    // A plain reference is no pin: PageAnonExclusive is taken away from under it.
    let exclusive = &["ok", "ok", "ok", "ok", "I5"][..];
    let always = &["U2! I5!", "U2", "U2! I5!", "ok", "I5"][..];
    let checked = &["ok", "U2", "U2! I5!", "ok", "I5"][..];
    explored(&columns, &[reused, always, checked, checked, checked, checked, exclusive, exclusive]);
}
