//! What is found does not depend on how many threads search: not the states, not their order, not
//! the witnesses, and not where a search stops at a limit.
#[path = "common/file.rs"]
mod file;

use std::rc::Rc;

use pagerace::explore::{Explorer, Limits, Report, When};

fn told(name: &str, limits: Limits) -> String {
    let scenario = file::scenario(name);
    let (system, memory) = scenario.build(&scenario.kernel).expect("it builds");
    let Report { states, transitions, depth, complete, limit, outcomes, .. } =
        Explorer::new(Rc::new(system), memory, limits).run();
    format!("{states} {transitions} {depth} {complete} {limit:?} {outcomes:?}")
}

#[test]
fn threads_change_nothing_but_the_time() {
    let whole = Limits { reduction: When::Never, ..Limits::default() };
    let searches = [
        whole,
        Limits { exact: true, ..whole },
        Limits { reduction: When::Always, ..whole },
        Limits { max_states: 5_001, ..whole },
        Limits { max_bytes: 1_000_000, ..whole },
        Limits { max_states: 3_001, reduction: When::Always, ..whole },
    ];
    for name in ["o-direct-fork", "thp-check-meets-tail"] {
        for limits in searches {
            let one = told(name, limits);
            for threads in [2, 5] {
                assert_eq!(told(name, Limits { threads, ..limits }), one, "{name} {limits:?}");
            }
        }
    }
}
