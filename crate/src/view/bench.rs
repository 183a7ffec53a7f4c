//! The functions that a scenario runs, as tables that a patch can edit.
use serde::Serialize;

use crate::machine::{Call, Edit, Frame, Insert, Kernel, Line, Op, Program, Row, System};
use crate::routines::stock;
use crate::scenario::{Patch, Scenario};

/// One function.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoutineView {
    /// Its name in this kernel, as a `[[patch]]` names it.
    pub function: String,
    /// The file of the kernel that has it.
    pub source: String,
    /// The lines that the kernel has without any patch.
    pub base: Vec<RowView>,
    /// The lines with the patch of the kernel on the stage, those that it drops included.
    pub rows: Vec<RowView>,
    /// What can be inserted.
    pub stock: Vec<StockView>,
}

/// One line.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RowView {
    /// Its name within the function.
    pub label: String,
    /// The pseudo-code.
    pub text: String,
    /// Where it goes when it jumps.
    pub target: Option<String>,
    /// `moved`, `inserted` or `dropped` by the patch.
    pub mark: Option<String>,
    /// Of an inserted line, what the patch says of it: `acquire = "ptl"`.
    pub insert: Option<String>,
    /// It looks at memory or changes it, and so can be run once more.
    pub again: bool,
    /// It reads, and what it finds when it is run once more can be compared.
    pub same: bool,
}

/// Something to insert.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StockView {
    /// As the patch says it: `acquire = "ptl"`.
    pub insert: String,
    /// What to call the line, unless that is taken.
    pub label: String,
    /// The pseudo-code.
    pub text: String,
}

/// The functions that the lanes run, in the order in which they do.
pub fn routines(scenario: &Scenario, system: &System) -> Vec<RoutineView> {
    let patch = scenario.kernel.patch();
    let patch = scenario.patches.iter().find(|known| Some(known.name.as_str()) == patch);
    let mut views: Vec<RoutineView> = Vec::new();
    for lane in &system.lanes {
        for program in Frame::ALL.map(|frame| lane.program(frame)) {
            add(&system.kernel, patch, program, &mut views);
        }
    }
    views
}

fn add(kernel: &Kernel, patch: Option<&Patch>, program: &Program, views: &mut Vec<RoutineView>) {
    for call in &program.calls {
        let function = kernel.name_of(call.routine.function);
        if !views.iter().any(|view| view.function == function) {
            views.push(routine(function, patch, call));
        }
    }
}

fn routine(function: &str, patch: Option<&Patch>, call: &Call) -> RoutineView {
    let names = [function, call.routine.function.0];
    let edits: Vec<&Edit> = patch.map_or(Vec::new(), |patch| patch.edits(&names).collect());
    RoutineView {
        function: function.into(),
        source: call.routine.source.into(),
        base: call.routine.body.iter().map(|line| row(&Row::of(line), &[])).collect(),
        rows: call.listing().iter().map(|it| row(it, &edits)).collect(),
        stock: stock(call),
    }
}

fn row(row: &Row, edits: &[&Edit]) -> RowView {
    let inserted = edits.iter().find_map(|edit| match edit {
        Edit::Insert(label, insert, _) if *label == row.label => Some(insert_text(insert)),
        _ => None,
    });
    RowView {
        label: row.label.to_string(),
        text: row.text.to_string(),
        target: row.target.as_ref().map(ToString::to_string),
        mark: row.mark.word().map(Into::into),
        insert: inserted,
        again: matches!(row.line.op, Op::Do(_) | Op::Branch(..)) && !row.compares,
        same: matches!(row.line.op, Op::Do(_)) && !row.compares,
    }
}

fn stock(call: &Call) -> Vec<StockView> {
    let view = |insert: String, label: &str, line: &Line| StockView {
        insert,
        label: label.into(),
        text: line.text.into(),
    };
    let has = |lock: &&stock::StockLock| lock.needs.iter().all(|local| call.routine.has(*local));
    let locks = stock::LOCKS.iter().filter(has).flat_map(|lock| {
        [
            view(said("acquire", lock.name), "lock", &lock.acquire),
            view(said("release", lock.name), "unlock", &lock.release),
        ]
    });
    let others = stock::LINES.iter();
    locks.chain(others.map(|(key, value, line)| view(said(key, value), line.label, line))).collect()
}

fn said(key: &str, value: &str) -> String {
    format!("{key} = \"{value}\"")
}

/// What a `[[patch]]` says of a line that it inserts.
fn insert_text(insert: &Insert) -> String {
    match insert {
        Insert::Stock(line) => {
            let is = |other: &'static Line| std::ptr::eq(*line, other);
            let lock = stock::LOCKS.iter().find_map(|lock| match () {
                () if is(&lock.acquire) => Some(said("acquire", lock.name)),
                () if is(&lock.release) => Some(said("release", lock.name)),
                () => None,
            });
            let other = || stock::LINES.iter().find(|(.., line)| is(line));
            lock.or_else(|| other().map(|(key, value, _)| said(key, value))).unwrap_or_default()
        }
        Insert::Again { of, goto: None } => said("again", of),
        Insert::Again { of, goto: Some(goto) } => {
            format!("{}, {}", said("again", of), said("goto", goto))
        }
        Insert::Same { of, goto } => format!("{}, {}", said("same", of), said("goto", goto)),
    }
}

#[cfg(test)]
mod tests {
    use super::RoutineView;
    use crate::scenario::edit;
    use crate::view::protocol::{Reply, Request};
    use crate::view::session::Session;

    const FRONT: &str = include_str!("../../../scenarios/cma-longterm-pin.toml");

    fn function(text: String, name: &str) -> RoutineView {
        let mut session = Session::new();
        let opened = session.handle(Request::Open { text });
        assert!(matches!(opened, Reply::Opened { .. }), "{opened:?}");
        let Reply::Routines { routines } = session.handle(Request::Routines) else { panic!() };
        routines.into_iter().find(|view| view.function == name).expect("a lane runs it")
    }

    #[test]
    fn a_function_shows_its_lines_and_what_fits_it() {
        let view = function(FRONT.into(), "is_pinnable_page");
        assert_eq!(view.base, view.rows);
        assert!(view.base.iter().any(|row| row.label == "read" && row.again && row.same));
        let has = |insert: &str| view.stock.iter().any(|stock| stock.insert == insert);
        assert!(has("acquire = \"zone->lock\"") && has("irq = \"off\""));
        assert!(!has("acquire = \"ptl\""), "it has no mm");
    }

    #[test]
    fn what_a_patch_did_can_be_written_again() {
        let mut session = Session::new();
        session.handle(Request::Open { text: FRONT.into() });
        let edits = "[{ insert = \"lock\", acquire = \"zone->lock\", before = \"read\" }, \
                     { insert = \"unlock\", release = \"zone->lock\", after = \"read\" }, \
                     { insert = \"more\", again = \"read\", before = \"unlock\" }]";
        let patch = Request::Patch {
            name: "mine".into(),
            function: "is_pinnable_page".into(),
            edits: edits.into(),
        };
        let Reply::Shared { text } = session.handle(patch) else { panic!() };
        let view = function(text.clone(), "is_pinnable_page");
        let inserts: Vec<&str> = view.rows.iter().filter_map(|row| row.insert.as_deref()).collect();
        let wanted = ["acquire = \"zone->lock\"", "again = \"read\"", "release = \"zone->lock\""];
        assert_eq!(inserts, wanted);
        assert!(view.base.iter().all(|row| row.mark.is_none()));

        session.handle(Request::Open { text });
        let none = Request::Patch {
            name: "mine".into(),
            function: "is_pinnable_page".into(),
            edits: String::new(),
        };
        let Reply::Shared { text } = session.handle(none) else { panic!() };
        let kernel = |text: &str, base: &str| edit::with_kernel(text, base, &Default::default());
        // Its claims have come to name their kernel.
        assert_eq!(text, kernel(&kernel(FRONT, "v6.1"), "v5.17"));
    }
}
