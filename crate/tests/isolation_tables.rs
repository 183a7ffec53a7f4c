//! The two tables of the mails: which outcome each form of a fix can still have. They come out of
//! exploring the gallery's scenarios under every kernel of a column, are printed, and compared with
//! what was found before by checkers that share no code with this one.
#[path = "common/table.rs"]
mod table;

use std::collections::BTreeSet;

use pagerace::explore::Found;
use pagerace::scenario::End;
use table::{Row, compare, outcomes, scenario};

const ISOLATION: [Row; 13] = [
    ("V0", "v3.16", &[]),
    ("V1", "v3.16-iso-4of8", &[]),
    ("V1a", "v3.16-iso-4of8", &[("isolate_drain", "drain_all_pages")]),
    ("V1b", "v3.16-iso-4of8", &[("pageset_update", "no_kicks")]),
    (
        "V1c",
        "v3.16-iso-4of8",
        &[("isolate_drain", "drain_all_pages"), ("pageset_update", "no_kicks")],
    ),
    ("V1d", "v3.16-iso-4of8", &[("free_type", "irqs_on")]),
    ("V2", "v3.16-iso-5of8", &[]),
    ("V3a", "v3.18-ad53f92eb416", &[]),
    ("V3b", "v3.18-51bb1a4093cc", &[]),
    ("V3", "v3.19", &[]),
    ("V4", "v4.6", &[]),
    ("V5", "v5.11", &[("pcp_while_isolating", "disabled")]),
    ("V6", "v6.12", &[]),
];

const RETRIES: [Row; 13] = [
    ("C0", "v5.8", &[]),
    ("C0, one CPU", "v5.8", &[("smp", "off")]),
    ("C0, one CPU, RT", "v5.8", &[("smp", "off"), ("preempt_rt", "on")]),
    ("C0, v6.12", "v6.12", &[]),
    ("C1", "v5.8", &[("cma_retry", "finite")]),
    ("C2", "v5.8", &[("cma_retry", "infinite")]),
    ("C3", "v5.8", &[("cma_retry", "nofail")]),
    ("C4", "v5.8", &[("fork_preempt", "disabled")]),
    ("C4, one CPU", "v5.8", &[("fork_preempt", "disabled"), ("smp", "off")]),
    (
        "C4, one CPU, RT",
        "v5.8",
        &[("fork_preempt", "disabled"), ("smp", "off"), ("preempt_rt", "on")],
    ),
    ("C5, exit_mmap", "v5.8", &[("unmap_sem", "exit_mmap")]),
    ("C5, every zap", "v5.8", &[("unmap_sem", "every_zap")]),
    ("C5, and fork", "v5.8", &[("unmap_sem", "and_fork")]),
];

/// With a pin, which v5.8 is not modelled with.
const PINNED: [Row; 7] = [
    ("C0", "v5.17", &[]),
    ("C1", "v5.17", &[("cma_retry", "finite")]),
    ("C2", "v5.17", &[("cma_retry", "infinite")]),
    ("C3", "v5.17", &[("cma_retry", "nofail")]),
    ("C4", "v5.17", &[("fork_preempt", "disabled")]),
    ("C5, every zap", "v5.17", &[("unmap_sem", "every_zap")]),
    ("C5, and fork", "v5.17", &[("unmap_sem", "and_fork")]),
];

const NONE: &str = "none";
const ALL_LOST: &str = "O2 O3(-3 -1) O4 O5 O6";

/// Three cells differ from the earlier checkers. They did not split the push of a page from the
/// look at `pcp->high`: where nobody waits for CPU1 (V1c, V1d), its page meets `high` 1 and is
/// flushed by the type that was noted: O2, O4 and O3(-3). And they had V2 drift by 4 across
/// blocks, by a reading of patch 5/8 that we do not know; docs/fidelity.md says how it is modelled
/// here.
const EXPECTED_ISOLATION: &[&[&str]] = &[
    &[
        "O1 O3(+3)",
        "O1 O3(+2)",
        "O2 O3(-2) O4",
        "O2 O3(-4) O4 O5 O6",
        "O2 O3(-4) O4",
        "O1 O2 O3(-4 +4 +8)",
    ],
    &[NONE, "O3(+2)", "O3(-2)", "O3(-1)", NONE, "O3(-4 +4)"],
    &[NONE, "O3(+2)", "O3(-2)", "O3(-1)", NONE, "O3(-4 +4)"],
    &[NONE, "O3(+2)", "O3(-2)", "O3(-1)", NONE, "O3(-4 +4)"],
    &[NONE, "O3(+2)", "O2 O3(-2) O4", ALL_LOST, NONE, "O2 O3(-4 +4 +8)"],
    &["O1 O3(+3)", "O1 O3(+2)", "O2 O3(-2) O4", ALL_LOST, NONE, "O1 O2 O3(-4 +4 +8)"],
    &[NONE, NONE, NONE, NONE, NONE, NONE],
    &[NONE, NONE, NONE, "O2 O3(-4) O4 O5 O6", "O2 O3(-4) O4", "O3(-4 +4)"],
    &[NONE, NONE, NONE, "O5 O6", NONE, "O3(-4 +4)"],
    &[NONE, NONE, NONE, "O5 O6", NONE, "O3(-4)"],
    &[NONE, NONE, NONE, "O5 O6", NONE, NONE],
    &[NONE, NONE, NONE, NONE, NONE, NONE],
    &[NONE, NONE, NONE, "O5 O6", NONE, NONE],
];

const ZAP: &str = "E0 E1 E1* count mapped skip";
const ZAP_UP: &str = "E0 E1 E1* count skip";
const FORK: &str = "E0 E1 skip";

const EXPECTED_RETRIES: &[&[&str]] = &[
    &[ZAP, FORK],
    &[ZAP_UP, "E0"],
    &[ZAP, FORK],
    &[ZAP, FORK],
    &[ZAP, FORK],
    &["E0 count mapped skip", "E0 skip"],
    &[ZAP, FORK],
    &[ZAP, FORK],
    &[ZAP_UP, "E0"],
    &[ZAP, "E0"],
    &[ZAP, FORK],
    &["E0", FORK],
    &["E0", "E0"],
];

const EXPECTED_PINNED: &[&[&str]] =
    &[&["E0 E1"], &["E0 E1"], &["E0 E2"], &["E0 E2"], &["E0 E1"], &["E0 E1"], &["E0 E1"]];

/// O1 to O6 of an outcome; O3 with its numbers.
fn isolation_cell(found: &[Found]) -> String {
    let names = [
        ("O1", "free-on-isolate-list"),
        ("O2", "isolated-on-free-list"),
        ("O4", "isolated-page-allocated"),
        ("O5", "isolated-pcp-page-allocated"),
        ("O6", "parked-page-fails-test"),
        ("O6", "parked-in-isolated-block"),
    ];
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (name, property) in names {
        if found.iter().any(|found| found.outcome.breaks.contains(&property)) {
            seen.insert(name.to_string());
        }
    }
    let drifts: BTreeSet<i32> =
        found.iter().map(|found| found.outcome.drift).filter(|drift| *drift != 0).collect();
    if !drifts.is_empty() {
        let drifts: Vec<String> = drifts.iter().map(|drift| format!("{drift:+}")).collect();
        seen.insert(format!("O3({})", drifts.join(" ")));
    }
    if seen.is_empty() { "none".into() } else { Vec::from_iter(seen).join(" ") }
}

/// E0 to E3 with the causes, by their first letters.
fn retry_cell(found: &[Found]) -> String {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for Found { outcome, .. } in found {
        let result = outcome.results.get("cpu0").or_else(|| outcome.results.get("area"));
        let freed = outcome.breaks.contains(&"null-though-free");
        match (outcome.end, result.map(String::as_str)) {
            (End::Livelock, _) => seen.insert("E2"),
            (End::Deadlock, _) => seen.insert("E3"),
            (_, Some("NULL")) if freed => seen.insert("E1*"),
            (_, Some("NULL")) => seen.insert("E1"),
            _ => seen.insert("E0"),
        };
        for (cause, property) in [
            ("skip", "skip-at-isolate"),
            ("mapped", "still-mapped"),
            ("count", "count-at-move-mapping"),
        ] {
            if outcome.breaks.contains(&property) {
                seen.insert(cause);
            }
        }
    }
    Vec::from_iter(seen).join(" ")
}

fn explored(rows: &[Row], columns: &[&str], cell: fn(&[Found]) -> String, expected: &[&[&str]]) {
    let columns: Vec<_> = columns.iter().map(|name| (*name, scenario(name))).collect();
    compare(rows, &columns, expected, |row, scenario| cell(&outcomes(scenario, row)));
}

#[test]
fn the_table_of_isolation_comes_out() {
    let columns = [
        "isolation-free-to-isolate-list",
        "isolation-undo-counts-twice",
        "isolation-free-to-normal-list",
        "isolation-pcp-residual",
        "isolation-pcp-flushed-by-noted-type",
        "isolation-merge-across-blocks",
    ];
    explored(&ISOLATION, &columns, isolation_cell, EXPECTED_ISOLATION);
}

#[test]
fn the_table_of_retries_comes_out() {
    let columns = ["cma-zap-window", "cma-fork-window"];
    explored(&RETRIES, &columns, retry_cell, EXPECTED_RETRIES);
}

#[test]
fn the_column_of_a_pin_that_stays_comes_out() {
    explored(&PINNED, &["cma-retry-for-ever"], retry_cell, EXPECTED_PINNED);
}
