//! `tour` and `judge`: what there is to see on the way, and what became of a challenge.
use std::path::Path;
use std::process::ExitCode;

use pagerace::explore::Limits;
use pagerace::tour::{Stand, stands};
use pagerace::view::guide::judged;

use super::input::{self, Input, Problem};

/// `pagerace tour`
pub fn tour(file: &Path) -> Result<ExitCode, Problem> {
    let input = input::read(file)?;
    let stands = stands_of(&input)?;
    let mut text = format!("{}\n", input.scenario.title);
    for (number, stand) in stands.iter().enumerate() {
        let (stop, of) = (number + 1, stands.len());
        let (kernel, step, prose) = (&stand.kernel, stand.cursor, &stand.stop.text);
        text += &format!("\n{stop} of {of}: {kernel}, step {step}\n{prose}\n");
    }
    if stands.is_empty() {
        text += "It has no tour.\n";
    }
    input::print(&text);
    Ok(ExitCode::SUCCESS)
}

/// The stops of a file's tour, if it has one.
pub fn stands_of(input: &Input) -> Result<Vec<Stand<'_>>, Problem> {
    stands(&input.scenario).map_err(|found| input::complain(&input.name, &input.text, &[found]))
}

/// `pagerace judge`
pub fn judge(given: &Path, file: &Path, limits: Limits) -> Result<ExitCode, Problem> {
    let (given, own) = (input::read(given)?, input::read(file)?);
    let judged = judged(&given.text, &own.text, limits);
    if let Some(wrong) = judged.diagnostics.first() {
        return Err(Problem(format!("{}: {}\n", own.name, wrong.message)));
    }
    let mut text = String::new();
    for trespass in &judged.trespasses {
        text += &format!("{}: not allowed: {trespass}\n", own.name);
    }
    for goal in &judged.goals {
        text += &format!("{}: {}", goal.claim, goal.verdict);
        text += &goal.because.as_ref().map_or(String::new(), |because| format!(": {because}"));
        let witness = goal.witness.as_ref().map(|witness| &witness.schedule);
        text += &witness.map_or(String::new(), |steps| format!("\n    --schedule '{steps}'"));
        text.push('\n');
    }
    text += if judged.met { "met\n" } else { "not met\n" };
    input::print(&text);
    Ok(ExitCode::from(u8::from(!judged.met)))
}
