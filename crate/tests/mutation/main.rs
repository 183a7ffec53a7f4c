//! Takes out each atomic line of each routine that the gallery runs, one at a time, and asks
//! whether a claim, an invariant or a guard notices. A line that can go unnoticed is one that no
//! test understands: it stands in `survivors.rs` with the reason, or a scenario is missing.
//!
//! A lock or an interrupt bracket goes with its other half, since `tables.rs` notices a half.
#[path = "../common/gallery.rs"]
mod gallery;
mod guards;
mod survivors;
mod survivors_huge;
mod walk;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Once;

use pagerace::explore::{Explorer, Limits, Report, Verdict, judge};
use pagerace::machine::{Frame, Kernel, Line, Op, Routine, System};
use pagerace::properties;
use pagerace::routines::{kernels, presets};
use pagerace::scenario::{Expectation, KernelChoice, Scenario};
use walk::{Walk, walk};

/// A scenario under one of its kernels.
struct Run {
    name: String,
    scenario: Rc<Scenario>,
    kernel: Kernel,
    claims: Vec<Expectation>,
    walk: Walk,
}

/// A line: the address of its routine's table, and its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place(usize, usize);

impl Place {
    fn of(routine: &'static Routine, line: &Line) -> Place {
        let number = routine.position(line.label).expect("it is a line of this routine");
        Place(std::ptr::from_ref(routine) as usize, number)
    }
}

/// A line to take out, and the runs that execute it, smallest first.
struct Target {
    routine: &'static Routine,
    line: usize,
    runs: Vec<usize>,
}

impl Target {
    /// How `survivors.rs` names it: function, label, and which form of the function. A few forms
    /// that a toggle tells apart have one name.
    fn name(&self) -> String {
        let Routine { function, source, body, .. } = self.routine;
        format!("{} {}, {source}", function.0, body[self.line].label)
    }
}

/// Larger runs are left out.
const MOST_STATES: usize = 60_000;

fn runs() -> Vec<Run> {
    let small = |run: &Run| run.walk.states < MOST_STATES;
    gallery::scenarios().into_iter().flat_map(runs_of).filter(small).collect()
}

fn runs_of((name, scenario): (String, Scenario)) -> Vec<Run> {
    let scenario = Rc::new(scenario);
    // A patch is the scenario's own, and its lines those of the routine.
    let choices = scenario.expects.iter().map(|claim| &claim.kernel);
    let choices: BTreeSet<_> = choices.filter(|choice| choice.patch().is_none()).collect();
    let run = |choice: &KernelChoice| {
        let claims = scenario.expects.iter().filter(|claim| claim.kernel == *choice).cloned();
        let base = presets::preset(&choice.base).expect("the reader knows it");
        let kernel = kernels::kernel(base, &choice.toggles, scenario.geometry.has_huge_pages());
        let name = format!("{name} under {}", kernel.name);
        let scenario = Rc::clone(&scenario);
        let mut run =
            Run { name, scenario, kernel, claims: claims.collect(), walk: Walk::default() };
        let (system, memory) = run.scenario.build_for(run.kernel.clone()).expect("it builds");
        run.walk = walk(&system, memory, MOST_STATES);
        run
    };
    choices.into_iter().map(run).collect()
}

/// Every routine that a system was compiled from.
fn routines(system: &System) -> impl Iterator<Item = &'static Routine> {
    let programs = system.lanes.iter().flat_map(|lane| Frame::ALL.map(|frame| lane.program(frame)));
    programs.flat_map(|program| program.calls.iter().map(|call| call.routine))
}

/// The lines of all runs. One table is one table, whichever kernels share it.
fn targets(runs: &[Run]) -> Vec<Target> {
    let mut targets: BTreeMap<Place, Target> = BTreeMap::new();
    for (number, run) in runs.iter().enumerate() {
        let (system, _) = run.scenario.build_for(run.kernel.clone()).expect("it builds");
        for routine in routines(&system) {
            for (line, row) in routine.body.iter().enumerate().filter(|(_, row)| !row.op.is_local())
            {
                let place = Place::of(routine, row);
                let new = Target { routine, line, runs: Vec::new() };
                let target = targets.entry(place).or_insert(new);
                if run.walk.reached.contains(&place) && !target.runs.contains(&number) {
                    target.runs.push(number);
                }
            }
        }
    }
    let mut targets: Vec<Target> = targets.into_values().collect();
    targets.iter_mut().for_each(|target| target.runs.sort_by_key(|run| runs[*run].walk.states));
    targets.sort_by_cached_key(Target::name);
    targets
}

/// How a line opens a bracket of the kind that `first` opens (1), closes one (-1) or does neither.
fn bracket(first: Op, op: Op) -> i32 {
    match (first, op) {
        (Op::Acquire(_), Op::Acquire(_))
        | (Op::IrqOff, Op::IrqOff)
        | (Op::PreemptOff, Op::PreemptOff) => 1,
        (Op::Acquire(_), Op::Release(_))
        | (Op::IrqOff, Op::IrqOn)
        | (Op::PreemptOff, Op::PreemptOn) => -1,
        _ => 0,
    }
}

/// The lines that close what a line opens, on every path behind it; none where it opens nothing or
/// another routine closes it.
fn other_halves(routine: &Routine, line: usize) -> BTreeSet<usize> {
    let first = routine.body[line].op;
    let mut halves = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut work = if bracket(first, first) == 1 { vec![(line, 0)] } else { Vec::new() };
    while let Some((at, before)) = work.pop() {
        let open = before + bracket(first, routine.body[at].op);
        if !seen.insert(at) || open == 0 {
            halves.extend((open == 0).then_some(at));
            continue;
        }
        match routine.body[at].op {
            Op::Return(_) => {}
            Op::Goto(label) => work.extend(routine.position(label).map(|to| (to, open))),
            Op::Branch(_, label) | Op::If(_, label) => {
                work.extend(routine.position(label).map(|to| (to, open)));
                work.push((at + 1, open));
            }
            _ => work.push((at + 1, open)),
        }
    }
    halves
}

/// The routine without the line: it is a step that does nothing and goes on to the next.
fn mutant(target: &Target) -> &'static Routine {
    let Routine { function, source, omits, params, locals, returns, body } = *target.routine;
    let mut lines = body.to_vec();
    for line in other_halves(target.routine, target.line).into_iter().chain([target.line]) {
        lines[line].op = Op::Do(|_| {});
    }
    let body = lines.leak();
    Box::leak(Box::new(Routine { function, source, omits, params, locals, returns, body }))
}

/// Whether the line may be about a lock, which a branch may try to take, or about interrupts, so
/// that a guard may be missed.
fn opens_or_closes(target: &Target) -> bool {
    !matches!(
        target.routine.body[target.line].op,
        Op::Do(_) | Op::Send(..) | Op::Await(..) | Op::BugOn(_)
    )
}

fn breaks_an_invariant(report: &Report) -> bool {
    let mut broken = report.outcomes.iter().flat_map(|found| &found.outcome.breaks);
    broken.any(|name| properties::find(name).is_some_and(|property| property.invariant))
}

/// Whether a run tells the mutant from the routine: by a claim, an invariant, a guard, or a panic
/// of the engine about a table that makes no sense.
fn notices(run: &Run, target: &Target, mutant: &'static Routine) -> bool {
    let own = run.kernel.routines();
    let own = own.map(|own| if std::ptr::eq(own, target.routine) { mutant } else { own });
    let kernel = Kernel::new(run.name.clone(), run.kernel.config, own.collect(), Vec::new());
    // Without its line a routine may go through far more states, and only the whole search tells.
    let most = (run.walk.states * 4).max(60_000);
    let noticed = quietly(|| {
        let (system, memory) = run.scenario.build_for(kernel).expect("it builds");
        let system = Rc::new(system);
        let limits = Limits { max_states: most, threads: 1, ..Limits::default() };
        let report = Explorer::new(Rc::clone(&system), memory.clone(), limits).run();
        let broken = |claim| judge(&report, claim).verdict == Verdict::Broken;
        run.claims.iter().any(broken)
            || breaks_an_invariant(&report)
            || opens_or_closes(target) && walk(&system, memory, most).unguarded.is_some()
    });
    noticed.unwrap_or(true)
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The value, or nothing after a panic, which is an answer here and needs no words.
fn quietly<T>(get: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    let value = panic::catch_unwind(AssertUnwindSafe(get));
    QUIET.set(false);
    value.ok()
}

#[test]
fn what_a_lock_guards_is_written_by_its_holder() {
    let runs = runs();
    let wrong = runs.iter().filter_map(|run| Some((&run.name, run.walk.unguarded.as_ref()?)));
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The lines that nothing notices and those that something does, of those for which `wanted` says
/// so of their name. Of two with one name the first kind counts.
fn tried(wanted: impl Fn(&str) -> bool) -> (BTreeSet<String>, BTreeSet<String>) {
    let runs = runs();
    let targets = targets(&runs);
    let halves = |target: &Target| {
        let halves = other_halves(target.routine, target.line);
        halves.into_iter().map(|line| (std::ptr::from_ref(target.routine), line))
    };
    let halves: BTreeSet<_> = targets.iter().flat_map(halves).collect();
    let goes_alone = |target: &&Target| {
        target.runs.is_empty()
            || !halves.contains(&(std::ptr::from_ref(target.routine), target.line))
    };
    let goes_unnoticed = |target: &&Target| {
        let mutant = mutant(target);
        !target.runs.iter().any(|run| notices(&runs[*run], target, mutant))
    };
    let named = |name: &str| wanted(name) && is_asked_for(name);
    let tried = targets.iter().filter(goes_alone).filter(|target| named(&target.name()));
    let (unnoticed, noticed): (Vec<_>, Vec<_>) = tried.partition(goes_unnoticed);
    println!("{} lines go unnoticed, {} do not", unnoticed.len(), noticed.len());
    let unnoticed: BTreeSet<String> = unnoticed.into_iter().map(Target::name).collect();
    let noticed = noticed.into_iter().map(Target::name);
    let noticed = noticed.filter(|name| !unnoticed.contains(name)).collect();
    (unnoticed, noticed)
}

/// Whether the name has one of the words of `PAGERACE_LINES` in it, which are divided by bars; all
/// lines are asked for where there is no such variable.
fn is_asked_for(name: &str) -> bool {
    let asked = std::env::var("PAGERACE_LINES");
    asked.map_or(true, |asked| asked.split('|').any(|word| name.contains(word)))
}

/// Whether an entry of the list is about a line: about its form, or about all forms.
fn is_about(entry: &str, name: &str) -> bool {
    name.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
}

fn entries() -> impl Iterator<Item = &'static str> {
    let reasons = survivors::REASONS.iter().chain(survivors_huge::REASONS);
    reasons.flat_map(|(_, lines)| lines.iter().copied())
}

fn is_listed(name: &str) -> bool {
    entries().any(|entry| is_about(entry, name))
}

/// A line that goes unnoticed and is not listed wants a scenario, or a reason.
#[test]
#[ignore = "for whoever changes a routine or a scenario: it takes minutes"]
fn every_line_is_noticed_or_listed() {
    let (unnoticed, _) = tried(|name| !is_listed(name));
    assert!(unnoticed.is_empty(), "nothing notices that these lines are gone: {unnoticed:#?}");
}

/// A line that is listed and noticed has found its scenario. This takes longer: what goes unnoticed
/// has been through every run.
#[test]
#[ignore = "for whoever changes a scenario or the list"]
fn every_listed_line_goes_unnoticed() {
    let (unnoticed, noticed) = tried(is_listed);
    assert!(noticed.is_empty(), "these are noticed by now: {noticed:#?}");
    let is_gone = |entry: &&str| !unnoticed.iter().any(|name| is_about(entry, name));
    let gone: Vec<&str> = entries().filter(|entry| is_asked_for(entry)).filter(is_gone).collect();
    assert!(gone.is_empty(), "these are there no more: {gone:#?}");
}
