//! Every routine of every kernel: labels resolve, locks balance on every path, the text fits, the
//! source is named, calls find their callee and its parameters.
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pagerace::machine::{Edited, Kernel, Local, Op, Routine};
use pagerace::routines::balance;
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

fn for_each_routine(check: impl Fn(&Kernel, &'static Routine, &str)) {
    for kernel in kernels() {
        for routine in kernel.routines() {
            let place = format!("{} of {}", routine.function.0, kernel.name);
            check(&kernel, routine, &place);
        }
    }
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

/// A routine gives back what it took before it returns, every join of two paths agrees on what is
/// held, every line is reached, and from every line there is a way to return.
#[test]
fn locks_and_interrupts_balance_on_every_path() {
    // Many kernels share a table.
    let seen = RefCell::new(BTreeSet::new());
    for_each_routine(|_, routine, place| {
        if !seen.borrow_mut().insert(std::ptr::from_ref(routine)) {
            return;
        }
        let flaws = balance::flaws(&Edited::new(routine));
        let flaws: Vec<_> = flaws.iter().map(|flaw| &flaw.message).collect();
        assert!(flaws.is_empty(), "{place}: {flaws:?}");
    });
}
