//! `races`
use std::path::Path;
use std::process::ExitCode;

use pagerace::explore::{DataRaces, Limits};
use pagerace::scenario::Place;
use pagerace::view::kcsan::{self, RaceView};
use pagerace::{races, schedule};
use serde_json::json;

use super::explore::{is_interrupted, obey_interrupts};
use super::input::{self, Input, Problem};

/// States between two looks at Ctrl-C.
const FUEL: usize = 20_000;

/// `pagerace races`
pub fn races(
    file: &Path,
    kernel: Option<&str>,
    steps: Option<&str>,
    json: bool,
    limits: Limits,
) -> Result<ExitCode, Problem> {
    let mut input = input::read(file)?;
    input.scenario.kernel = input::kernel(&input, kernel)?;
    match steps {
        Some(steps) => of_schedule(&input, steps, json),
        None => of_all(&input, json, limits),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn build(input: &Input) -> Result<(pagerace::machine::System, pagerace::mm::Memory), Problem> {
    let built = input.scenario.build(&input.scenario.kernel);
    built.map_err(|complaint| Problem(format!("{}\n", complaint.message)))
}

/// Those of every interleaving.
fn of_all(input: &Input, json: bool, limits: Limits) -> Result<(), Problem> {
    obey_interrupts();
    let (system, memory) = build(input)?;
    let fail = |message| Problem(format!("{}: {message}\n", input.name));
    let mut search = DataRaces::new(system, memory, limits).map_err(fail)?;
    while search.advance(FUEL) && !is_interrupted() {}
    let mut report = search.report();
    if !report.complete && report.limit.is_none() {
        report.limit = Some("stopped by Ctrl-C".into());
    }
    let view = kcsan::list(search.system(), &report);
    if json {
        input::print_json(&json!(view));
        return Ok(());
    }
    let mut text = head(input, &view.kernel);
    text += &format!("States {}  Transitions {}\n", report.states, report.transitions);
    text += &match &report.limit {
        Some(limit) => format!("Not complete: {limit}\n"),
        None => "Complete: every interleaving was searched\n".into(),
    };
    input::print(&(text + &list(&view.races)));
    Ok(())
}

/// Those of one interleaving.
fn of_schedule(input: &Input, steps: &str, json: bool) -> Result<(), Problem> {
    let (system, mut memory) = build(input)?;
    let mut end = memory.clone();
    let played = schedule::replay(&system, &mut end, steps, Place { line: 1, column: 1 })
        .map_err(|complaint| input::complain("--schedule", steps, &[complaint]))?;
    let choices: Vec<_> = played.iter().map(|step| step.choice).collect();
    let found = races::order::along(&system, &mut memory, &choices)
        .map_err(|message| Problem(format!("{}: {message}\n", input.name)))?;
    let view = |found: &races::order::Unordered| {
        kcsan::of_execution(&system, &found.race, &choices[..found.step])
    };
    let races: Vec<RaceView> = found.iter().map(view).collect();
    if json {
        input::print_json(&json!({ "steps": choices.len(), "races": races }));
        return Ok(());
    }
    let text = head(input, &system.kernel.name) + &format!("Steps {}\n", choices.len());
    input::print(&(text + &list(&races)));
    Ok(())
}

fn head(input: &Input, kernel: &str) -> String {
    format!("Scenario {}\nKernel {kernel}\n", input.name)
}

fn list(races: &[RaceView]) -> String {
    let text = format!("Data races {}\n", races.len());
    races.iter().fold(text, |text, race| text + &race.report)
}
