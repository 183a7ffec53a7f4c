//! One scenario on the stage: what the page asks for, answered.
use std::collections::BTreeMap;
use std::rc::Rc;

use super::exploration::Search;
use super::protocol::{
    Catalogue, ClaimedKernel, Diagnostic, KernelHelp, PropertyView, Reply, Request, ScenarioView,
    ToggleHelp,
};
use super::{lanes, operations, picture, words};
use crate::explore::sample::{MOST_DEPTH, Plan, Sampler, Strategy};
use crate::explore::{Explorer, Limits};
use crate::player::Player;
use crate::routines::{kernels, presets};
use crate::scenario::{Complaint, KernelChoice, Place, Scenario, edit, parse};
use crate::schedule;

/// The largest search that a page may ask for, in states.
const MAX_STATES: u32 = 2_000_000;

/// A scenario with its player and, once asked for, its search.
struct Stage {
    text: String,
    scenario: Scenario,
    player: Player,
    search: Option<Search>,
}

/// The engine behind the page: at most one scenario, and an answer to every request.
#[derive(Default)]
pub struct Session {
    stage: Option<Stage>,
}

impl Session {
    /// Nothing on the stage.
    pub fn new() -> Self {
        Session::default()
    }

    /// Answers a request. What is refused changes nothing.
    pub fn handle(&mut self, request: Request) -> Reply {
        let reply = match request {
            Request::Catalogue => Ok(Reply::Catalogue(catalogue())),
            Request::Open { text } => match self.open(text) {
                // What this build refuses one with all routines may open, or it says why not.
                Err(_) if !cfg!(feature = "whole") => Ok(Reply::More { text: None }),
                reply => reply,
            },
            Request::Edit { text } => match Stage::open(text) {
                Err(_) if !cfg!(feature = "whole") => Ok(Reply::More { text: None }),
                opened => opened.map(|(stage, unplayed)| self.put(stage, unplayed)),
            },
            Request::Kernel { base, toggles } => match self.switch_kernel(&base, &toggles) {
                Err(_) if !cfg!(feature = "whole") => {
                    Ok(Reply::More { text: self.stage.as_ref().map(|stage| stage.text.clone()) })
                }
                reply => reply,
            },
            other => match &mut self.stage {
                Some(stage) => stage.handle(other),
                None => Err(vec![complaint("no scenario is open")]),
            },
        };
        reply.unwrap_or_else(|complaints| Reply::Refused {
            diagnostics: complaints.into_iter().map(diagnostic).collect(),
        })
    }

    fn open(&mut self, text: String) -> Result<Reply, Vec<Complaint>> {
        let (stage, unplayed) = Stage::open(text)?;
        match unplayed {
            Some(complaint) => Err(vec![complaint]),
            None => Ok(self.put(stage, None)),
        }
    }

    /// The text keeps its schedule even where it does not run on the other kernel, whose routines
    /// have other lines: then nothing is played, and the reply says why.
    fn switch_kernel(
        &mut self,
        base: &str,
        toggles: &BTreeMap<String, String>,
    ) -> Result<Reply, Vec<Complaint>> {
        let Some(stage) = &self.stage else { return Err(vec![complaint("no scenario is open")]) };
        let (stage, unplayed) = Stage::open(edit::with_kernel(&stage.text, base, toggles))?;
        Ok(self.put(stage, unplayed))
    }

    fn put(&mut self, stage: Stage, unplayed: Option<Complaint>) -> Reply {
        let reply = stage.opened(unplayed.map(diagnostic));
        self.stage = Some(stage);
        reply
    }
}

impl Stage {
    /// The scenario with its schedule played, or at its start with the reason why not.
    fn open(text: String) -> Result<(Stage, Option<Complaint>), Vec<Complaint>> {
        let scenario = parse(&text)?;
        let (system, memory) = scenario.build(&scenario.kernel).map_err(|c| vec![c])?;
        let mut player = Player::new(Rc::new(system), memory);
        let schedule = scenario.schedule.clone();
        let unplayed = schedule.and_then(|(steps, place)| player.play(&steps, place).err());
        Ok((Stage { text, scenario, player, search: None }, unplayed))
    }

    fn handle(&mut self, request: Request) -> Result<Reply, Vec<Complaint>> {
        match request {
            Request::Step { choice } => self.step(&choice),
            Request::Seek { cursor } => {
                self.player.seek(cursor as usize);
                Ok(Reply::Moved { state: picture::state(&self.scenario, &self.player) })
            }
            Request::Play { schedule } => {
                self.player.play(&schedule, Place::default()).map_err(|c| vec![c])?;
                Ok(self.played())
            }
            Request::Explore { max_states } => {
                let max_states = max_states.min(MAX_STATES) as usize;
                let limits = Limits { max_states, ..Limits::default() };
                let system = Rc::clone(self.player.system());
                let explorer = Explorer::new(system, self.player.start().clone(), limits);
                Ok(self.searched(Search::Every(explorer.into())))
            }
            Request::Sample { strategy, depth, seed, runs } => {
                let strategy = match (strategy.as_str(), depth) {
                    ("random", _) => Strategy::Random,
                    ("pct", 1..=MOST_DEPTH) => Strategy::Pct { depth },
                    _ => return Err(vec![complaint("there is no such strategy")]),
                };
                let plan = Plan { strategy, seed: seed.into(), from: 0, runs: runs.into() };
                let system = Rc::clone(self.player.system());
                let sampler = Sampler::new(system, self.player.start(), plan);
                Ok(self.searched(Search::Some(sampler.into())))
            }
            Request::Advance { fuel } => match self.search.take() {
                Some(mut search) => {
                    search.advance(fuel as usize);
                    Ok(self.searched(search))
                }
                None => Err(vec![complaint("no search was started")]),
            },
            Request::Share => {
                let steps = self.player.schedule().to_text();
                Ok(Reply::Shared { text: edit::with_schedule(&self.text, &steps) })
            }
            Request::Catalogue
            | Request::Open { .. }
            | Request::Edit { .. }
            | Request::Kernel { .. } => {
                unreachable!("answered without a stage")
            }
        }
    }

    fn searched(&mut self, search: Search) -> Reply {
        let view = search.view(&self.scenario, &self.player);
        self.search = Some(search);
        Reply::Explored(view)
    }

    fn step(&mut self, choice: &str) -> Result<Reply, Vec<Complaint>> {
        let parsed = schedule::parse_choice(choice, self.player.system());
        let choice = parsed.map_err(|complaint| vec![complaint])?;
        if self.player.step(choice).is_err() {
            let why = words::why_not(self.player.system(), self.player.memory(), choice);
            let cpu = choice.cpu();
            let why = why.unwrap_or_default();
            return Err(vec![complaint(&format!("CPU{cpu} cannot move: {why}"))]);
        }
        Ok(self.played())
    }

    fn opened(&self, unplayed: Option<Diagnostic>) -> Reply {
        Reply::Opened {
            unplayed,
            text: self.text.clone(),
            scenario: self.scenario_view(),
            trace: lanes::trace(&self.player),
            loop_from: self.player.loop_from().map(|from| from as u32),
            state: picture::state(&self.scenario, &self.player),
        }
    }

    fn played(&self) -> Reply {
        Reply::Played {
            trace: lanes::trace(&self.player),
            loop_from: self.player.loop_from().map(|from| from as u32),
            state: picture::state(&self.scenario, &self.player),
        }
    }

    fn scenario_view(&self) -> ScenarioView {
        let system = self.player.system();
        let choice = &self.scenario.kernel;
        let base = presets::preset(&choice.base).expect("the reader knows the preset");
        let toggles = kernels::values(base, &choice.toggles);
        ScenarioView {
            title: self.scenario.title.clone(),
            about: self.scenario.about.clone(),
            refs: self.scenario.refs.clone(),
            kernel: system.kernel.name.clone(),
            base: base.name.into(),
            toggles,
            properties: system
                .properties
                .iter()
                .enumerate()
                .filter(|(number, _)| system.watched & 1 << number != 0)
                .map(|(_, property)| PropertyView {
                    name: property.name.into(),
                    sentence: property.sentence.into(),
                    when_broken: property.when_broken.into(),
                    invariant: property.invariant,
                    claimed: self.claims_something_of(property.name),
                })
                .collect(),
            fine: system.fine,
            before: self.scenario.before_in_words(),
            patches: self
                .scenario
                .patches
                .iter()
                .map(|patch| (patch.name.clone(), patch.about.clone()))
                .collect(),
            kernels: self.claimed_kernels(),
            patch: choice.patch().map(str::to_string),
        }
    }

    fn claimed_kernels(&self) -> Vec<ClaimedKernel> {
        let mut kernels: Vec<ClaimedKernel> = Vec::new();
        for KernelChoice { base, toggles } in
            self.scenario.expects.iter().map(|claim| &claim.kernel)
        {
            let Some(preset) = presets::preset(base) else { continue };
            let name = kernels::name(preset, toggles);
            if !kernels.iter().any(|known| known.name == name) {
                let (base, toggles) = (base.clone(), toggles.clone());
                kernels.push(ClaimedKernel { name, base, toggles });
            }
        }
        kernels
    }

    fn claims_something_of(&self, property: &str) -> bool {
        let claims = self.scenario.expects.iter();
        claims.flat_map(|claim| &claim.pattern.breaks).any(|name| name == property)
    }
}

/// What exists to choose from.
pub fn catalogue() -> Catalogue {
    Catalogue {
        // The module that the page starts with has no help: the page has a file of it.
        operations: if cfg!(feature = "whole") { operations::listed() } else { Vec::new() },
        kernels: presets::PRESETS
            .iter()
            .map(|preset| KernelHelp {
                name: preset.name.into(),
                sentence: preset.sentence.into(),
                toggles: kernels::values(preset, &BTreeMap::new()),
            })
            .collect(),
        toggles: kernels::TOGGLES
            .iter()
            .map(|toggle| ToggleHelp {
                name: toggle.name.into(),
                sentence: toggle.sentence.into(),
                values: toggle.values.iter().map(|(v, s)| ((*v).into(), (*s).into())).collect(),
            })
            .collect(),
    }
}

fn complaint(message: &str) -> Complaint {
    Complaint { place: Place::default(), message: message.into(), hint: None }
}

fn diagnostic(complaint: Complaint) -> Diagnostic {
    Diagnostic {
        line: complaint.place.line,
        column: complaint.place.column,
        message: complaint.message,
        hint: complaint.hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schedule runs on v5.17, where dropping a pin takes one step more than on v5.18.
    const TEXT: &str = r#"
format = 1
title = "t"
about = "why"
[kernel]
base = "v5.17" # the old one
[machine]
blocks = ["movable"]
[[process]]
name = "B"
map = ["a = page 0 anon rw"]
[[cpu]]
process = "B"
run = ["p = pin_user_pages_fast(a, FOLL_WRITE)", "unpin_user_page(p)"]
[schedule]
steps = "0*14"
"#;

    fn opened(reply: Reply) -> (String, Option<Diagnostic>, usize) {
        match reply {
            Reply::Opened { text, unplayed, trace, .. } => (text, unplayed, trace.len()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_schedule_that_does_not_fit_another_kernel_is_kept_and_told() {
        let mut session = Session::new();
        let (_, unplayed, steps) = opened(session.handle(Request::Open { text: TEXT.into() }));
        assert_eq!((unplayed, steps), (None, 14));
        let toggles = BTreeMap::new();
        let kernel = Request::Kernel { base: "v5.18".into(), toggles: toggles.clone() };
        let (text, unplayed, steps) = opened(session.handle(kernel));
        let why = unplayed.expect("it does not fit").message;
        assert_eq!((why.as_str(), steps), ("step 14: CPU0 cannot move: it has finished", 0));
        assert_eq!(text, TEXT.replace("\"v5.17\" #", "\"v5.18\" #"));
        let back = Request::Kernel { base: "v5.17".into(), toggles };
        let (text, unplayed, steps) = opened(session.handle(back));
        assert_eq!((text.as_str(), unplayed, steps), (TEXT, None, 14));
    }

    #[test]
    fn a_schedule_that_cannot_be_played_is_refused_at_its_place() {
        let mut session = Session::new();
        let text = TEXT.replace("0*14", "0*14 0");
        let Reply::Refused { diagnostics } = session.handle(Request::Open { text }) else {
            panic!("it was opened");
        };
        assert_eq!((diagnostics[0].line, diagnostics[0].column), (16, 15));
        let Reply::Refused { diagnostics } = session.handle(Request::Share) else {
            panic!("nothing is open");
        };
        assert_eq!(diagnostics[0].message, "no scenario is open");
    }

    #[test]
    fn an_edit_that_the_schedule_does_not_fit_opens_and_is_told() {
        let mut session = Session::new();
        let text = TEXT.replace("0*14", "0*14 0");
        let (kept, unplayed, steps) = opened(session.handle(Request::Edit { text: text.clone() }));
        let why = unplayed.expect("it does not fit").message;
        assert_eq!((why.as_str(), steps), ("step 15: CPU0 cannot move: it has finished", 0));
        assert_eq!(kept, text);
    }

    #[test]
    fn a_shared_text_opens_on_the_same_steps() {
        let mut session = Session::new();
        opened(session.handle(Request::Open { text: TEXT.replace("0*14", "0*2") }));
        session.handle(Request::Step { choice: "0".into() });
        let Reply::Shared { text } = session.handle(Request::Share) else { panic!() };
        assert_eq!(text, TEXT.replace("0*14", "0*3"));
    }

    #[test]
    fn a_blocked_or_unknown_step_changes_nothing() {
        let mut session = Session::new();
        opened(session.handle(Request::Open { text: TEXT.into() }));
        for (choice, message) in [
            ("0", "CPU0 cannot move: it has finished"),
            ("7", "there is no CPU7"),
            ("0*2", "`0*2` is not one step"),
            ("", "`` is not one step"),
        ] {
            let reply = session.handle(Request::Step { choice: choice.into() });
            let Reply::Refused { diagnostics } = reply else { panic!("{choice} was made") };
            assert_eq!(diagnostics[0].message, message);
        }
        let Reply::Moved { state } = session.handle(Request::Seek { cursor: 99 }) else { panic!() };
        assert_eq!(state.cursor, 14);
    }
}
