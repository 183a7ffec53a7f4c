//! Every routine of every kernel: labels resolve, locks balance on every path, the text fits, the
//! source is named, calls find their callee and its parameters.
use std::collections::{BTreeMap, BTreeSet};

use pagerace::machine::{Function, Kernel, Line, Local, Op, Routine};
use pagerace::routines::kernels::{TOGGLES, kernel};
use pagerace::routines::presets::PRESETS;

/// Every preset, and every preset with one toggle at each of its values.
fn kernels() -> Vec<Kernel> {
    let mut kernels = Vec::new();
    for (preset, huge_pages) in PRESETS.iter().flat_map(|preset| [(preset, false), (preset, true)])
    {
        kernels.push(kernel(preset, &BTreeMap::new(), huge_pages));
        for toggle in TOGGLES {
            for (value, _) in toggle.values {
                let overrides = BTreeMap::from([(toggle.name.to_string(), value.to_string())]);
                kernels.push(kernel(preset, &overrides, huge_pages));
            }
        }
    }
    kernels
}

fn for_each_routine(check: impl Fn(&Kernel, &Routine, &str)) {
    for kernel in kernels() {
        for routine in kernel.routines() {
            let place = format!("{} of {}", routine.function.0, kernel.name);
            check(&kernel, routine, &place);
        }
    }
}

fn jump(line: &Line) -> Option<&'static str> {
    match line.op {
        Op::Branch(_, label) | Op::If(_, label) | Op::Goto(label) => Some(label),
        _ => None,
    }
}

#[test]
fn labels_are_unique_and_resolve() {
    for_each_routine(|_, routine, place| {
        let labels: BTreeSet<&str> = routine.body.iter().map(|line| line.label).collect();
        assert_eq!(labels.len(), routine.body.len(), "{place}: a label stands twice");
        for label in routine.body.iter().filter_map(jump) {
            assert!(labels.contains(label), "{place}: no label `{label}`");
        }
    });
}

#[test]
fn text_is_ascii_of_sixty_columns_and_the_source_is_named() {
    for_each_routine(|_, routine, place| {
        for line in routine.body {
            let fits = !line.text.is_empty() && line.text.len() <= 60 && line.text.is_ascii();
            assert!(fits, "{place}: {}", line.text);
        }
        assert!(!routine.source.is_empty(), "{place}");
    });
}

#[test]
fn the_last_line_does_not_fall_off() {
    for_each_routine(|_, routine, place| {
        let last = routine.body.last().expect("a routine has lines");
        assert!(matches!(last.op, Op::Return(_) | Op::Goto(_)), "{place}: {}", last.text);
    });
}

#[test]
fn calls_find_their_callee_and_its_parameters() {
    for_each_routine(|kernel, routine, place| {
        let has = |local: &Local| routine.params.contains(local) || routine.locals.contains(local);
        for line in routine.body {
            let Op::Call(function, pass) = line.op else { continue };
            let callee = kernel.routine(function);
            let callee = callee.unwrap_or_else(|| panic!("{place}: no {}", function.0));
            for param in callee.params {
                let renamed = pass.iter().find(|(to, _)| to == param).map(|(_, from)| from);
                let from = renamed.unwrap_or(param);
                assert!(has(from), "{place}: {} wants `{}`", function.0, from.name());
            }
            for (to, _) in pass {
                assert!(callee.params.contains(to), "{place}: {} has no such", function.0);
            }
        }
    });
}

/// What takes a lock and leaves it to another function: held when it is called, and when it
/// returns. A caller of one half may leave the other to its own caller.
const HALVES: [(&str, i32, i32); 4] = [
    ("zone_pcp_disable", 0, 1),
    ("zone_pcp_enable", 1, 0),
    ("release_pte_page", 1, 0),
    ("unlock_page", 1, 0),
];

/// What is called with a lock held and drops it.
const DROPS: [&str; 1] = ["do_wp_page"];

fn held_around(function: Function) -> (i32, i32) {
    let half = HALVES.iter().find(|(name, ..)| *name == function.0);
    half.map_or((i32::from(drops(function)), 0), |(_, start, end)| (*start, *end))
}

fn drops(function: Function) -> bool {
    DROPS.contains(&function.0)
}

/// Walks every path with the locks held, by the text of the line that took each: a routine gives
/// back what it took before it returns, and every join of two paths agrees on what is held.
#[test]
fn locks_and_interrupts_balance_on_every_path() {
    for_each_routine(|_, routine, place| {
        let mut held_at: BTreeMap<usize, i32> = BTreeMap::new();
        let (start, end) = held_around(routine.function);
        let mut work = vec![(0usize, start)];
        while let Some((at, held)) = work.pop() {
            assert!(at < routine.body.len(), "{place}: falls off its end");
            if let Some(before) = held_at.insert(at, held) {
                let label = routine.body[at].label;
                assert_eq!(before, held, "{place}: `{label}` is reached with and without a lock");
                continue;
            }
            let line = &routine.body[at];
            let after = match line.op {
                Op::Acquire(_) | Op::IrqOff | Op::PreemptOff => held + 1,
                Op::Release(_) | Op::IrqOn | Op::PreemptOn => held - 1,
                Op::Call(function, _) => held - i32::from(drops(function)),
                _ => held,
            };
            // A lock that is only tried is held where the branch is not taken.
            let tried = i32::from(line.label.starts_with("trylock"));
            assert!(after >= 0, "{place}: `{}` drops what is not held", line.label);
            if let Some(label) = jump(line) {
                work.push((routine.position(label).expect("labels resolve"), after));
            }
            match line.op {
                Op::Return(_) => assert_eq!(held, end, "{place}: returns with a lock"),
                Op::Goto(_) => {}
                _ => work.push((at + 1, after + tried)),
            }
        }
        for (at, line) in routine.body.iter().enumerate() {
            assert!(held_at.contains_key(&at), "{place}: `{}` is never reached", line.label);
        }
    });
}
