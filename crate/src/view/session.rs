//! One scenario on the stage: what the page asks for, answered.
use std::collections::BTreeMap;
use std::rc::Rc;

use super::catalogue;
use super::protocol::{
    ClaimedKernel, Diagnostic, PropertyView, Reply, Request, ScenarioView, StageCopy, StateView,
};
use super::shown::Shown;
#[cfg(feature = "whole")]
use super::{bench, follow, searching::Searching};
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
            Request::Catalogue
            | Request::Open { .. }
            | Request::Check { .. }
            | Request::Edit { .. }
            | Request::Kernel { .. }
            | Request::TakeOver(_) => unreachable!("answered without a stage"),
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

fn complaint(message: &str) -> Complaint {
    Complaint { place: Place::default(), message: message.into(), hint: None }
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
        let kernel = Request::Kernel { text: None, base: "v5.18".into(), toggles: toggles.clone() };
        let (text, unplayed, steps) = opened(session.handle(kernel));
        let why = unplayed.expect("it does not fit").message;
        assert_eq!((why.as_str(), steps), ("step 14: CPU0 cannot move: it has finished", 0));
        assert_eq!(text, TEXT.replace("\"v5.17\" #", "\"v5.18\" #"));
        let back = Request::Kernel { text: None, base: "v5.17".into(), toggles };
        let (text, unplayed, steps) = opened(session.handle(back));
        assert_eq!((text.as_str(), unplayed, steps), (TEXT, None, 14));
    }

    #[test]
    fn another_text_under_another_kernel_keeps_its_claims() {
        let mut session = Session::new();
        let text = format!("{TEXT}[[expect]]\nalways = {{ end = \"done\" }}\n");
        let toggles = BTreeMap::new();
        let kernel = Request::Kernel { text: Some(text.clone()), base: "v5.18".into(), toggles };
        let Reply::Opened { text: same, scenario, .. } = session.handle(kernel) else { panic!() };
        assert_eq!((same, scenario.kernel.as_str()), (text, "v5.18"));
        let claimed: Vec<&str> = scenario.kernels.iter().map(|it| it.name.as_str()).collect();
        assert_eq!((scenario.own.name.as_str(), claimed), ("v5.18", vec!["v5.17"]));
    }

    #[test]
    fn claims_stay_about_their_kernel_when_the_stage_gets_another() {
        let claims = "[[expect]]\nalways = { end = \"done\" }\n[[expect]]\nkernel = \"v5.18\"\n\
                      never = { end = \"deadlock\" }\n";
        let text = format!("{TEXT}{claims}");
        let mut session = Session::new();
        let judged = |session: &mut Session| {
            let Reply::Explored(view) = session.handle(Request::Explore { max_states: 1000 })
            else {
                panic!("it was not searched")
            };
            let own = view.expectations.iter().map(|it| format!("{}: {}", it.kernel, it.claim));
            let others = view.elsewhere.iter().map(|it| format!("{}: {}", it.kernel, it.claim));
            (own.collect::<Vec<_>>().concat(), others.collect::<Vec<_>>().concat())
        };
        let (done, deadlock) = ("v5.17: always end = done", "v5.18: never end = deadlock");
        opened(session.handle(Request::Open { text: text.clone() }));
        assert_eq!(judged(&mut session), (done.into(), deadlock.into()));
        let kernel = |session: &mut Session, base: &str| {
            let toggles = BTreeMap::new();
            opened(session.handle(Request::Kernel { text: None, base: base.into(), toggles })).0
        };
        let other = kernel(&mut session, "v5.18");
        assert!(other.contains("[[expect]]\nkernel = \"v5.17\"\nalways"), "{other}");
        assert_eq!(judged(&mut session), (deadlock.into(), done.into()));
        kernel(&mut session, "v6.1");
        assert_eq!(judged(&mut session), (String::new(), format!("{done}{deadlock}")));
        assert_eq!(kernel(&mut session, "v5.17"), text);
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
    fn a_text_is_checked_and_the_stage_stands() {
        let mut session = Session::new();
        opened(session.handle(Request::Open { text: TEXT.into() }));
        let wrong = TEXT.replace("blocks", "bloks").replace("0*14", "0*14 0");
        for (text, places) in [
            (TEXT.to_string(), vec![]),
            (TEXT.replace("0*14", "0*14 0"), vec![(16, 15)]),
            (wrong, vec![(7, 1), (8, 1)]),
        ] {
            let Reply::Checked { diagnostics } = session.handle(Request::Check { text }) else {
                panic!("it was not checked");
            };
            let found: Vec<_> = diagnostics.iter().map(|it| (it.line, it.column)).collect();
            assert_eq!(found, places, "{diagnostics:?}");
        }
        let Reply::Moved { state } = session.handle(Request::Seek { cursor: 3 }) else { panic!() };
        assert_eq!(state.cursor, 3);
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
