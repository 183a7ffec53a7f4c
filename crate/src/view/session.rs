//! One scenario on the stage: what the page asks for, answered.
use std::collections::BTreeMap;
use std::rc::Rc;

use super::catalogue;
use super::protocol::{
    ClaimedKernel, Diagnostic, PropertyView, Reply, Request, ScenarioView, StageCopy, StateView,
};
use super::shown::Shown;
#[cfg(feature = "whole")]
use super::{bench, export, follow, import, searching::Searching};
use super::{lanes, picture, words};
use crate::player::Player;
use crate::routines::{kernels, presets};
use crate::scenario::{Complaint, KernelChoice, Place, Scenario, edit, parse};
use crate::schedule;

/// A scenario with its player and, once asked for, its search.
struct Stage {
    text: String,
    /// The text as it was opened, which another kernel is put into.
    home: String,
    scenario: Scenario,
    player: Player,
    shown: Shown,
    #[cfg(feature = "whole")]
    searching: Searching,
}

/// The engine behind the page: at most one scenario, and an answer to every request.
#[derive(Default)]
pub struct Session {
    stage: Option<Stage>,
}

/// Whether a build with all routines may do what this one refuses, or says better why not.
fn is_for_more(request: &Request) -> bool {
    use Request::{Check, Edit, Explore, Kernel, Open, Sample};
    !cfg!(feature = "whole")
        && matches!(
            request,
            Open { .. }
                | Check { .. }
                | Edit { .. }
                | Kernel { .. }
                | Explore { .. }
                | Sample { .. }
        )
}

impl Session {
    /// Nothing on the stage.
    pub fn new() -> Self {
        Session::default()
    }

    /// Answers a request. What is refused changes nothing.
    pub fn handle(&mut self, request: Request) -> Reply {
        let is_for_more = is_for_more(&request);
        let reply = match request {
            Request::Catalogue => Ok(Reply::Catalogue(catalogue::catalogue())),
            Request::Open { text } => self.open(text),
            Request::Check { text } => check(text),
            Request::Edit { text } => {
                Stage::open(text, None).map(|(stage, unplayed)| self.put(stage, unplayed))
            }
            Request::Kernel { text, base, toggles } => self.switch_kernel(text, &base, &toggles),
            Request::TakeOver(copy) => self.take_over(copy),
            #[cfg(feature = "whole")]
            Request::Import { text, scenario } => imported(&text, scenario),
            other => match &mut self.stage {
                Some(stage) => stage.handle(other),
                None => Err(vec![complaint("no scenario is open")]),
            },
        };
        if is_for_more && reply.is_err() {
            return Reply::More { stage: self.stage.as_ref().map(Stage::copy) };
        }
        reply.unwrap_or_else(|complaints| Reply::Refused {
            diagnostics: complaints.into_iter().map(Diagnostic::from).collect(),
        })
    }

    fn open(&mut self, text: String) -> Result<Reply, Vec<Complaint>> {
        let (stage, unplayed) = Stage::open(text, None)?;
        match unplayed {
            Some(complaint) => Err(vec![complaint]),
            None => Ok(self.put(stage, None)),
        }
    }

    /// The text keeps its schedule even where it does not run on the other kernel, whose routines
    /// have other lines: then nothing is played, and the reply says why. Its claims stay about the
    /// kernel that it was opened with. A text that is not on the stage stays as it is.
    fn switch_kernel(
        &mut self,
        text: Option<String>,
        base: &str,
        toggles: &BTreeMap<String, String>,
    ) -> Result<Reply, Vec<Complaint>> {
        let choice = KernelChoice { base: base.into(), toggles: toggles.clone() };
        let (stage, unplayed) = match (text, &self.stage) {
            (Some(text), _) => Stage::open(text, Some(choice))?,
            (None, Some(stage)) => stage.under(&choice)?,
            (None, None) => return Err(vec![complaint("no scenario is open")]),
        };
        Ok(self.put(stage, unplayed))
    }

    /// The text stays as it was there, even where its own schedule does not run.
    fn take_over(&mut self, copy: StageCopy) -> Result<Reply, Vec<Complaint>> {
        let (mut stage, _) = Stage::open(copy.text, None)?;
        stage.player.play(&copy.schedule, Place::default()).map_err(|c| vec![c])?;
        stage.player.seek(copy.cursor as usize);
        Ok(self.put(stage, None))
    }

    fn put(&mut self, mut stage: Stage, unplayed: Option<Complaint>) -> Reply {
        let reply = stage.opened(unplayed.map(Diagnostic::from));
        self.stage = Some(stage);
        reply
    }
}

impl Stage {
    /// The scenario with its schedule played, or at its start with the reason why not; under
    /// another kernel than it names, if one is given.
    fn open(
        text: String,
        kernel: Option<KernelChoice>,
    ) -> Result<(Stage, Option<Complaint>), Vec<Complaint>> {
        let mut scenario = parse(&text)?;
        scenario.kernel = kernel.unwrap_or(scenario.kernel);
        let (system, memory) = scenario.build(&scenario.kernel).map_err(|c| vec![c])?;
        let mut player = Player::new(Rc::new(system), memory);
        let schedule = scenario.schedule.clone();
        let unplayed = schedule.and_then(|(steps, place)| player.play(&steps, place).err());
        let stage = Stage {
            home: text.clone(),
            text,
            scenario,
            player,
            shown: Shown::default(),
            #[cfg(feature = "whole")]
            searching: Searching::default(),
        };
        Ok((stage, unplayed))
    }

    /// The same on another kernel. The way back leads to the text as it was.
    fn under(&self, kernel: &KernelChoice) -> Result<(Stage, Option<Complaint>), Vec<Complaint>> {
        let text = edit::with_kernel(&self.home, &kernel.base, &kernel.toggles);
        let (mut stage, unplayed) = Stage::open(text, None)?;
        stage.home = self.home.clone();
        Ok((stage, unplayed))
    }

    fn copy(&self) -> StageCopy {
        StageCopy {
            text: self.text.clone(),
            schedule: self.player.schedule().to_text(),
            cursor: self.player.cursor() as u32,
        }
    }

    fn handle(&mut self, request: Request) -> Result<Reply, Vec<Complaint>> {
        match request {
            Request::Step { choice } => self.step(&choice),
            Request::Seek { cursor } => {
                self.player.seek(cursor as usize);
                Ok(Reply::Moved { state: self.state() })
            }
            Request::Play { schedule } => {
                self.player.play(&schedule, Place::default()).map_err(|c| vec![c])?;
                Ok(self.played())
            }
            Request::Explore { .. } | Request::Sample { .. } | Request::Advance { .. } => {
                self.search(request)
            }
            Request::Share => {
                let steps = self.player.schedule().to_text();
                Ok(Reply::Shared { text: edit::with_schedule(&self.text, &steps) })
            }
            #[cfg(feature = "whole")]
            Request::Follow { schedule } => {
                let followed = follow::follow(&mut self.player, &schedule);
                followed.map(Reply::Followed).map_err(|complaint| vec![complaint])
            }
            #[cfg(feature = "whole")]
            Request::Routines => {
                let routines = bench::routines(&self.scenario, self.player.system());
                Ok(Reply::Routines { routines })
            }
            #[cfg(feature = "whole")]
            Request::Patch { name, function, edits } => {
                Ok(Reply::Shared { text: self.with_patch(&name, &function, &edits) })
            }
            #[cfg(feature = "whole")]
            Request::Export { form, options } => self.export(&form, &options),
            Request::Catalogue
            | Request::Open { .. }
            | Request::Check { .. }
            | Request::Edit { .. }
            | Request::Kernel { .. }
            | Request::TakeOver(_) => unreachable!("answered without a stage"),
            #[cfg(feature = "whole")]
            Request::Import { .. } => unreachable!("answered without a stage"),
        }
    }

    #[cfg(feature = "whole")]
    fn with_patch(&self, name: &str, function: &str, edits: &str) -> String {
        let text = edit::with_patch(&self.text, name, function, edits);
        let KernelChoice { base, mut toggles } = self.scenario.kernel.clone();
        toggles.remove(kernels::PATCH);
        let parts = self.scenario.patches.iter().find(|patch| patch.name == name);
        if !edits.is_empty() || parts.is_some_and(|patch| patch.edits_others(function)) {
            toggles.insert(kernels::PATCH.into(), name.into());
        }
        edit::with_kernel(&text, &base, &toggles)
    }

    /// The whole trace in a form; the cursor stays where it is.
    #[cfg(feature = "whole")]
    fn export(
        &mut self,
        form: &str,
        options: &BTreeMap<String, String>,
    ) -> Result<Reply, Vec<Complaint>> {
        let refused = |why: String| vec![complaint(&why)];
        let form = export::Form::read(form).map_err(refused)?;
        let options = export::Options::read(options).map_err(refused)?;
        let cursor = self.player.cursor();
        self.player.seek(usize::MAX);
        let found = options.outcomes.then(|| self.searching.found(&self.scenario, &self.player));
        let race = export::Race {
            text: &self.text,
            scenario: &self.scenario,
            player: &self.player,
            found: found.as_ref(),
        };
        let made = export::export(form, &race, &options);
        self.player.seek(cursor);
        Ok(Reply::Exported { text: made.map_err(refused)? })
    }

    #[cfg(feature = "whole")]
    fn search(&mut self, request: Request) -> Result<Reply, Vec<Complaint>> {
        let reply = self.searching.handle(request, &self.scenario, &self.player);
        reply.map_err(|why| vec![complaint(why)])
    }

    #[cfg(not(feature = "whole"))]
    fn search(&mut self, _: Request) -> Result<Reply, Vec<Complaint>> {
        Err(vec![complaint("this build does not search")])
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

    /// With the pages that may look different since the last reply.
    fn state(&mut self) -> StateView {
        let pages = self.shown.since(&self.player);
        picture::state_with(&self.scenario, &self.player, &pages)
    }

    fn opened(&mut self, unplayed: Option<Diagnostic>) -> Reply {
        Reply::Opened {
            unplayed,
            text: self.text.clone(),
            scenario: self.scenario_view(),
            trace: lanes::trace(&self.player),
            loop_from: self.player.loop_from().map(|from| from as u32),
            state: self.state(),
        }
    }

    fn played(&mut self) -> Reply {
        Reply::Played {
            trace: lanes::trace(&self.player),
            loop_from: self.player.loop_from().map(|from| from as u32),
            state: self.state(),
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
            own: claimed(choice),
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
        for kernel in self.scenario.expects.iter().map(|claim| claimed(&claim.kernel)) {
            if !kernels.iter().any(|known| known.name == kernel.name) {
                kernels.push(kernel);
            }
        }
        kernels
    }

    fn claims_something_of(&self, property: &str) -> bool {
        let claims = self.scenario.expects.iter();
        claims.flat_map(|claim| &claim.pattern.breaks).any(|name| name == property)
    }
}

fn claimed(choice: &KernelChoice) -> ClaimedKernel {
    let KernelChoice { base, toggles } = choice.clone();
    ClaimedKernel { name: choice.name(), base, toggles }
}

/// What is wrong with a text, its schedule included, which only the larger module can say.
fn check(text: String) -> Result<Reply, Vec<Complaint>> {
    if !cfg!(feature = "whole") {
        return Err(Vec::new());
    }
    let wrong = match Stage::open(text, None) {
        Ok((_, unplayed)) => unplayed.into_iter().collect(),
        Err(complaints) => complaints,
    };
    Ok(Reply::Checked { diagnostics: wrong.into_iter().map(Diagnostic::from).collect() })
}

/// What a timeline or a link was made of, or the scenario that it takes to tell.
#[cfg(feature = "whole")]
fn imported(pasted: &str, scenario: Option<String>) -> Result<Reply, Vec<Complaint>> {
    let mut wanted = None;
    let asked = scenario.is_none();
    let found = import::import(pasted, |what| {
        wanted = Some(what.clone());
        scenario
    });
    match (found, wanted) {
        (Err(_), Some(import::Wanted::Name(name))) if asked => {
            Ok(Reply::Wanted { name: Some(name), title: None })
        }
        (Err(_), Some(import::Wanted::Title(title))) if asked => {
            Ok(Reply::Wanted { name: None, title: Some(title) })
        }
        (found, _) => {
            let import::Imported { text, differs } = found.map_err(|complaint| vec![complaint])?;
            Ok(Reply::Imported { text, differs: differs.map(Diagnostic::from) })
        }
    }
}

fn complaint(message: &str) -> Complaint {
    Complaint { place: Place::default(), message: message.into(), hint: None }
}

#[cfg(test)]
mod tests;
