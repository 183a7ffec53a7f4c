//! Floor 5: where the stops of a tour stand, once their schedules are played.
use std::rc::Rc;

use crate::machine::{StepRecord, System};
use crate::player::Player;
use crate::scenario::tour::At;
use crate::scenario::{Complaint, Scenario, Stop};

/// A stop with its place.
#[derive(Clone, Debug)]
pub struct Stand<'s> {
    /// What the text says of it.
    pub stop: &'s Stop,
    /// The name of its kernel.
    pub kernel: String,
    /// The whole interleaving.
    pub schedule: String,
    /// How many steps of it were made.
    pub cursor: usize,
}

/// The stops of a tour, in its order.
///
/// # Errors
/// A kernel does not build, a schedule does not play, or a stop is not there, or not behind the one
/// before it: the first of these, with its place.
pub fn stands(scenario: &Scenario) -> Result<Vec<Stand<'_>>, Complaint> {
    let mut stands: Vec<Stand> = Vec::new();
    let mut player: Option<Player> = None;
    for stop in &scenario.tour {
        if stop.begins {
            player = Some(play(scenario, stop)?);
        }
        let Some(player) = &player else { continue };
        let before = (!stop.begins).then(|| stands.last()).flatten().map(|stand| stand.cursor);
        stands.push(Stand {
            stop,
            kernel: player.system().kernel.name.clone(),
            schedule: player.schedule().to_text(),
            cursor: cursor(player, stop, before)?,
        });
    }
    Ok(stands)
}

fn play(scenario: &Scenario, stop: &Stop) -> Result<Player, Complaint> {
    let built = scenario.build(&stop.kernel);
    let (system, memory) = built.map_err(|found| Complaint { place: stop.place, ..found })?;
    let mut player = Player::new(Rc::new(system), memory);
    let (steps, place) = &stop.steps;
    player.play(steps, *place)?;
    Ok(player)
}

/// How many steps are made at a stop; `before` are those at the one before it.
fn cursor(player: &Player, stop: &Stop, before: Option<usize>) -> Result<usize, Complaint> {
    let complain = |message: String, hint: String| {
        Err(Complaint { place: stop.place, message, hint: Some(hint) })
    };
    let steps = player.steps();
    match &stop.at {
        At::Step(step) if *step > steps.len() => complain(
            format!("there is no step {step}"),
            format!("its schedule has {} steps on this kernel", steps.len()),
        ),
        At::Step(step) if before.is_some_and(|before| *step <= before) => complain(
            format!("step {step} is not behind the stop before, at step {}", before.unwrap_or(0)),
            "stops are in the order of their steps; with `steps` a new interleaving begins".into(),
        ),
        At::Step(step) => Ok(*step),
        At::Line(function, label) => {
            let first = before.unwrap_or(0);
            let runs =
                |step: &StepRecord| lines(player.system(), step).contains(&(function, label));
            match steps[first..].iter().position(runs) {
                Some(found) => Ok(first + found + 1),
                None => complain(
                    format!("no step behind step {first} runs the line `{function}.{label}`"),
                    "`pagerace lines FILE` lists the lines".into(),
                ),
            }
        }
    }
}

/// The lines that a step ran: function and label.
fn lines<'s>(system: &'s System, step: &StepRecord) -> Vec<(&'s str, &'s str)> {
    let program = system.lanes[step.choice.cpu()].program(step.frame);
    let line = |loc: usize| {
        let function = program.calls[program.locs[loc].call].routine.function;
        (system.kernel.name_of(function), program.label(loc))
    };
    step.lines.iter().map(|record| line(record.loc)).collect()
}
