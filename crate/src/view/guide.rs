//! What the gallery shows of a scenario, its tour, and its challenge with a verdict: plain data. It
//! needs no stage: each answer comes from texts alone.
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;

use super::exploration;
use super::protocol::{Diagnostic, ExpectationView};
use crate::explore::{Explorer, Limits, Report};
use crate::routines::presets;
use crate::scenario::{
    Challenge, Complaint, End, Expectation, KernelChoice, Quantifier, Scenario, challenge, parse,
};
use crate::tour::{Stand, stands};

/// What the gallery says of a scenario.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CardView {
    /// One line.
    pub title: String,
    /// Why.
    pub about: String,
    /// Commits and mails.
    pub refs: Vec<String>,
    /// How many lanes.
    pub cpus: u32,
    /// The functions that the lanes call.
    pub functions: Vec<String>,
    /// The kernels that claims are about, by name, the oldest first.
    pub kernels: Vec<String>,
    /// Those of them in which a claim says that something goes wrong.
    pub broken: Vec<String>,
    /// How many stops its tour has.
    pub stops: u32,
    /// The task of its challenge.
    pub task: Option<String>,
}

/// The tour and the challenge of a scenario.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GuideView {
    /// What is wrong with the text, or with its tour.
    pub diagnostics: Vec<Diagnostic>,
    /// The stops of the tour.
    pub tour: Vec<StopView>,
    /// The challenge.
    pub challenge: Option<ChallengeView>,
}

/// One stop of a tour.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StopView {
    /// The kernel's name.
    pub kernel: String,
    /// The preset and the toggles to switch to it with.
    pub base: String,
    /// Toggles that the text names.
    pub toggles: BTreeMap<String, String>,
    /// The whole interleaving.
    pub schedule: String,
    /// How many steps of it were made.
    pub at: u32,
    /// The page to look at.
    pub page: Option<u32>,
    /// What there is to see; may hold Markdown inline marks.
    pub text: String,
}

/// A challenge.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChallengeView {
    /// What is to be brought about.
    pub task: String,
    /// What may be changed for it, a phrase each.
    pub may: Vec<String>,
    /// What is true when it is done, a claim each.
    pub goals: Vec<String>,
    /// From vague to plain.
    pub hints: Vec<String>,
}

/// What became of a challenge.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct JudgedView {
    /// What is wrong with the text.
    pub diagnostics: Vec<Diagnostic>,
    /// What was changed that may not be, a phrase each.
    pub trespasses: Vec<String>,
    /// The goals with their verdicts.
    pub goals: Vec<ExpectationView>,
    /// Nothing is wrong, and every goal is met.
    pub met: bool,
}

/// What the gallery says of a text.
///
/// # Errors
/// What is wrong with it, or with its tour.
pub fn card(text: &str) -> Result<CardView, Vec<Diagnostic>> {
    let scenario = parse(text).map_err(diagnostics)?;
    stands(&scenario).map_err(|complaint| diagnostics(vec![complaint]))?;
    let mut functions: Vec<String> = Vec::new();
    let calls = scenario.cpus.iter().flat_map(|cpu| cpu.run.iter().chain(&cpu.interrupt));
    for call in calls {
        let name = call.function.0.to_string();
        if !functions.contains(&name) {
            functions.push(name);
        }
    }
    let all = scenario.expects.iter();
    let broken = scenario.expects.iter().filter(|claim| goes_wrong(claim));
    Ok(CardView {
        cpus: scenario.cpus.len() as u32,
        functions,
        kernels: names(all.map(|claim| &claim.kernel)),
        broken: names(broken.map(|claim| &claim.kernel)),
        stops: scenario.tour.len() as u32,
        task: scenario.challenge.map(|challenge| challenge.task),
        title: scenario.title,
        about: scenario.about,
        refs: scenario.refs,
    })
}

/// Whether a claim says that an execution goes wrong.
fn goes_wrong(claim: &Expectation) -> bool {
    let pattern = &claim.pattern;
    let ends_badly = pattern.end.is_some_and(|end| end != End::Done);
    let drifts = pattern.drift.is_some_and(|drift| drift != 0);
    claim.quantifier != Quantifier::Never && (!pattern.breaks.is_empty() || ends_badly || drifts)
}

fn names<'k>(choices: impl Iterator<Item = &'k KernelChoice>) -> Vec<String> {
    let mut names = Vec::new();
    for choice in choices {
        let at = presets::PRESETS.iter().position(|preset| preset.name == choice.base);
        let Some(at) = at else { continue };
        let name = (at, choice.name());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_by_key(|(at, _)| *at);
    names.into_iter().map(|(_, name)| name).collect()
}

/// The tour and the challenge of a text.
pub fn guide(text: &str) -> GuideView {
    let read = |scenario: Scenario| {
        let challenge = scenario.challenge.as_ref().map(challenge_view);
        match stands(&scenario) {
            Ok(stands) => {
                let tour = stands.iter().map(stop).collect();
                GuideView { diagnostics: Vec::new(), tour, challenge }
            }
            Err(complaint) => {
                let diagnostics = diagnostics(vec![complaint]);
                GuideView { diagnostics, tour: Vec::new(), challenge }
            }
        }
    };
    let wrong =
        |complaints| GuideView { diagnostics: diagnostics(complaints), ..Default::default() };
    parse(text).map_or_else(wrong, read)
}

fn stop(stand: &Stand) -> StopView {
    StopView {
        kernel: stand.kernel.clone(),
        base: stand.stop.kernel.base.clone(),
        toggles: stand.stop.kernel.toggles.clone(),
        schedule: stand.schedule.clone(),
        at: stand.cursor as u32,
        page: stand.stop.page.map(|pfn| u32::from(pfn.0)),
        text: stand.stop.text.clone(),
    }
}

fn challenge_view(challenge: &Challenge) -> ChallengeView {
    ChallengeView {
        task: challenge.task.clone(),
        may: challenge.may.words(),
        goals: challenge.goals.iter().map(Expectation::to_string).collect(),
        hints: challenge.hints.clone(),
    }
}

/// Judges a text by the challenge of the text that was given.
pub fn judged(given: &str, own: &str, limits: Limits) -> JudgedView {
    let read = || -> Result<JudgedView, Vec<Complaint>> {
        let (given, own) = (parse(given)?, parse(own)?);
        let trespasses = challenge::trespasses(&given, &own);
        let Some(challenge) = given.challenge.as_ref().filter(|_| trespasses.is_empty()) else {
            return Ok(JudgedView { trespasses, ..JudgedView::default() });
        };
        let mut goals = Vec::new();
        let mut reports: BTreeMap<KernelChoice, Report> = BTreeMap::new();
        for goal in challenge.goals_for(&given, &own) {
            if !reports.contains_key(&goal.kernel) {
                let (system, start) = own.build(&goal.kernel).map_err(|found| vec![found])?;
                let mut explorer = Explorer::new(Rc::new(system), start, limits);
                while explorer.advance(1_000_000) {}
                reports.insert(goal.kernel.clone(), explorer.report());
            }
            goals.push(exploration::expectation(&reports[&goal.kernel], &goal));
        }
        let met = goals.iter().all(|goal| goal.verdict == "met");
        Ok(JudgedView { goals, met, ..JudgedView::default() })
    };
    let wrong =
        |complaints| JudgedView { diagnostics: diagnostics(complaints), ..Default::default() };
    read().unwrap_or_else(wrong)
}

fn diagnostics(complaints: Vec<Complaint>) -> Vec<Diagnostic> {
    complaints.into_iter().map(Diagnostic::from).collect()
}
