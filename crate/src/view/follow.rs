//! One schedule under a kernel that it was not made for: as far as it goes, and then to the end.
use std::collections::BTreeMap;

use serde::Serialize;

use super::protocol::StepView;
use super::{lanes, words};
use crate::explore::waits;
use crate::machine::{Choice, Status};
use crate::player::Player;
use crate::scenario::{Complaint, End, Outcome, Place};
use crate::schedule::{self, Times};

/// Steps that a lane makes in a row behind the schedule before the next one gets a turn: who waits
/// in a loop for another lane must not keep it from moving.
const TURN: usize = 200;
/// Steps behind the schedule; an execution that has not ended after so many goes round in a loop.
const MOST_STEPS: usize = 2_000;

/// What a schedule came to under a kernel.
#[derive(Serialize, Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FollowedView {
    /// The kernel.
    pub kernel: String,
    /// The steps; those behind the schedule included.
    pub trace: Vec<StepView>,
    /// How many of them the schedule asked for.
    pub made: u32,
    /// Choices of the schedule that could not be made.
    pub skipped: Vec<SkippedView>,
    /// As in `OutcomeView`, of what had returned in the end.
    pub results: BTreeMap<String, String>,
    /// The properties broken on the way.
    pub breaks: Vec<String>,
    /// By how much NR_FREE_PAGES is off in the end.
    pub drift: i32,
    /// `done`, `deadlock`, `BUG`; nothing where it had not ended after so many steps.
    pub end: Option<String>,
    /// Of a deadlock who waits for whom.
    pub why: Vec<String>,
}

/// A choice that could not be made, as often as the schedule asked for it in a row.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SkippedView {
    /// How many steps were made before.
    pub after: u32,
    /// `1`, `1i`, `1c` or `1d`.
    pub choice: String,
    /// The lane.
    pub cpu: u32,
    /// How often.
    pub times: u32,
    /// Why.
    pub why: String,
}

/// Plays a schedule from the start, passing over what cannot be done, and runs on to the end.
///
/// # Errors
/// The text is no schedule of this system.
pub fn follow(player: &mut Player, schedule: &str) -> Result<FollowedView, Complaint> {
    player.play("", Place::default())?;
    let mut skipped: Vec<SkippedView> = Vec::new();
    for item in schedule::parse(schedule, player.system(), Place::default())? {
        let mut left = match item.times {
            Times::Exactly(times) => times,
            Times::AsLongAsItCan => usize::MAX,
        };
        while left > 0 && player.step(item.choice).is_ok() {
            left -= 1;
        }
        if left > 0 && item.times != Times::AsLongAsItCan {
            skipped.push(skip(player, item.choice, left));
        }
    }
    let made = player.cursor();
    run_on(player);
    Ok(view(player, made, skipped))
}

fn skip(player: &Player, choice: Choice, times: usize) -> SkippedView {
    let why = words::why_not(player.system(), player.memory(), choice);
    SkippedView {
        after: player.cursor() as u32,
        choice: lanes::choice_text(choice),
        cpu: choice.cpu() as u32,
        times: times as u32,
        why: why.unwrap_or_default(),
    }
}

/// The lane that ran last goes on for as long as it can, then the next.
fn run_on(player: &mut Player) {
    let choices: Vec<Choice> = player.system().choices().collect();
    let mut last = player.steps().last().map(|step| step.choice.cpu());
    let mut turn = 0;
    for _ in 0..MOST_STEPS {
        let can = |choice: &&Choice| {
            player.system().status(player.memory(), **choice) == Status::Runnable
        };
        let same = |choice: &&Choice| matches!(choice, Choice::Run(cpu) if last == Some(*cpu));
        let own = choices.iter().filter(|_| turn < TURN).find(|choice| same(choice) && can(choice));
        let other = || choices.iter().filter(|choice| !same(choice)).find(can);
        let Some(choice) = own.or_else(other).or_else(|| choices.iter().find(can)).copied() else {
            return;
        };
        turn = if last == Some(choice.cpu()) && turn < TURN { turn + 1 } else { 1 };
        last = Some(choice.cpu());
        if player.step(choice).is_err() {
            return;
        }
    }
}

fn view(player: &Player, made: usize, skipped: Vec<SkippedView>) -> FollowedView {
    let (system, memory) = (player.system(), player.memory());
    let end = End::of(system, memory);
    let outcome = Outcome::of(system, memory, end.unwrap_or(End::Livelock));
    let stuck = end == Some(End::Deadlock);
    FollowedView {
        kernel: system.kernel.name.clone(),
        trace: lanes::trace(player),
        made: made as u32,
        skipped,
        results: outcome.results,
        breaks: outcome.breaks.iter().map(|name| (*name).into()).collect(),
        drift: outcome.drift,
        end: end.map(|end| end.word().into()),
        why: if stuck { waits::deadlock_words(system, memory) } else { Vec::new() },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::FollowedView;
    use crate::view::protocol::{Reply, Request};
    use crate::view::session::Session;

    const FRONT: &str = include_str!("../../../scenarios/cma-longterm-pin.toml");

    fn followed(base: &str, schedule: &str) -> FollowedView {
        let mut session = Session::new();
        let (text, toggles) = (Some(FRONT.to_string()), BTreeMap::new());
        session.handle(Request::Kernel { text, base: base.into(), toggles });
        match session.handle(Request::Follow { schedule: schedule.into() }) {
            Reply::Followed(followed) => followed,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_schedule_of_the_front_race_goes_wrong_under_the_old_kernel_alone() {
        let (_, steps) = FRONT.rsplit_once("steps = \"").expect("it has a schedule");
        let (steps, _) = steps.split_once('"').expect("it ends");
        let old = followed("v5.17", steps);
        assert_eq!(old.end.as_deref(), Some("done"));
        assert!(old.breaks.contains(&"longterm-pin-on-cma".to_string()), "{:?}", old.breaks);
        assert!(old.skipped.is_empty(), "{:?}", old.skipped);
        let new = followed("v5.19", steps);
        assert_eq!(new.end.as_deref(), Some("done"));
        assert!(new.breaks.is_empty(), "{:?}", new.breaks);
        assert!(new.trace.len() >= new.made as usize);
    }

    #[test]
    fn what_cannot_be_done_is_told_once_and_passed_over() {
        let view = followed("v5.17", "1*500 0");
        assert_eq!(view.skipped.len(), 1, "{:?}", view.skipped);
        let skipped = &view.skipped[0];
        assert_eq!(skipped.why, "it has finished");
        assert_eq!(skipped.after + skipped.times, 500);
        assert_eq!(view.made, skipped.after + 1);
        assert_eq!(view.end.as_deref(), Some("done"));
    }

    #[test]
    fn an_empty_schedule_runs_to_the_end() {
        let view = followed("v5.17", "");
        assert_eq!((view.made, view.end.as_deref()), (0, Some("done")));
    }
}
