//! Pages that wait for the LRU on machines with huge pages: who takes their memory drains first.
#[path = "common/mutant.rs"]
mod mutant;
#[path = "common/search.rs"]
mod search;

use std::collections::BTreeMap;

use mutant::{place, with_body};
use pagerace::explore::Found;
use pagerace::machine::{Function, Op};
use pagerace::mm::Pfn;
use pagerace::routines::{kernels, presets};
use pagerace::scenario::{End, Scenario, parse};
use search::explore;

/// A machine whose first lane has a page on its pagevec when its section is to go offline.
fn on_a_pagevec(base: &str, pagevec: &str, call: &str) -> Scenario {
    let text = format!(
        "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"{base}\"\n\
         lru_pagevec = \"{pagevec}\"\n[machine]\nhpage_pages = 2\npageblock_pages = 2\n\
         section_pages = 2\npcp_high = 0\nmigrate_passes = 1\nblocks = [\"movable\", \"movable\"]\n\
         [[process]]\nname = \"P\"\nmap = [\"a = page 2 anon rw\"]\n\
         [[before]]\nprocess = \"P\"\nrun = [\"mark_page_accessed(a)\"]\n\
         [[cpu]]\nrun = [\"r = {call}\"]\n"
    );
    parse(&text).unwrap_or_else(|complaints| panic!("{complaints:#?}"))
}

/// The pagevec holds a reference, and gives it back only when it is drained.
#[test]
fn a_page_on_a_pagevec_leaves_its_section() {
    let calls = ["offline_pages(2, 4)", "alloc_contig_range(2, 4, MIGRATE_MOVABLE)"];
    let kernels =
        [("v5.8", "drained"), ("v5.9", "drained"), ("v5.11", "drained"), ("v6.1", "disabled")];
    for call in calls {
        for (base, pagevec) in kernels {
            let scenario = on_a_pagevec(base, pagevec, call);
            let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
            assert_eq!(memory.peek(system.layout.page(Pfn(2)).pagevec()), 1, "{base}");
            let found = explore((system, memory)).outcomes;
            let moved =
                |found: &Found| found.outcome.end == End::Done && found.outcome.results["r"] == "0";
            assert!(found.iter().all(moved), "{base}, {call}: {found:?}");
        }
    }
}

/// Who drains nothing tries for ever.
#[test]
fn a_page_on_a_pagevec_that_nobody_drains_stays() {
    let scenario = on_a_pagevec("v5.8", "drained", "offline_pages(2, 4)");
    let preset = presets::preset("v5.8").expect("there is one");
    let pagevecs = BTreeMap::from([("lru_pagevec".to_string(), "drained".to_string())]);
    let kernel = kernels::kernel(preset, &pagevecs, true);
    let kernel = with_body(&kernel, Function("offline_pages"), &[], |lines| {
        let drain = place(lines, "scan");
        lines[drain].op = Op::Do(|_| {});
    });
    let found = explore(scenario.build_for(kernel).expect("it builds")).outcomes;
    assert!(found.iter().all(|found| found.outcome.end == End::Livelock), "{found:?}");
}
