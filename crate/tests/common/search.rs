//! Searching all interleavings.
use std::rc::Rc;

use pagerace::explore::{Explorer, Limits, Report};
use pagerace::machine::System;
use pagerace::mm::Memory;

/// What the search finds from a start, with nothing left to search.
pub fn explore<S: Into<Rc<System>>>((system, memory): (S, Memory)) -> Report {
    let system = system.into();
    let report = Explorer::new(Rc::clone(&system), memory, Limits::default()).run();
    assert!(report.complete, "{}: {:?}", system.kernel.name, report.limit);
    report
}
