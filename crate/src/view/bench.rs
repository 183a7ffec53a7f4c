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
