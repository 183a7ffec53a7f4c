//! What a search or a sample has found, as plain data.
use super::protocol::{
    ClaimView, ExpectationView, ExplorationView, OutcomeView, SampleView, StarvingView, WitnessView,
};
use crate::explore::sample::{Sample, Sampler, Strategy};
use crate::explore::{Explorer, Found, Report, Witness, judge, waits};
use crate::machine::System;
use crate::mm::Memory;
use crate::player::Player;
use crate::scenario::{Expectation, Scenario};

/// What was started to learn how executions end.
pub enum Search {
    /// All of them.
    Every(Box<Explorer>),
    /// Some.
    Some(Box<Sampler>),
}

impl Search {
    /// Goes on for a while: about so many steps.
    pub fn advance(&mut self, fuel: usize) {
        match self {
            Search::Every(explorer) => explorer.advance(fuel),
            Search::Some(sampler) => sampler.advance(fuel),
        };
    }

    /// What was found so far, and what it says about the claims.
    pub fn view(&self, scenario: &Scenario, player: &Player) -> ExplorationView {
        match self {
            Search::Every(explorer) => exploration(&explorer.report(), scenario, player),
            Search::Some(sampler) => {
                let sample = sampler.sample();
                let mut view = exploration(&sample.report(), scenario, player);
                for (outcome, sampled) in view.outcomes.iter_mut().zip(&sample.outcomes) {
                    outcome.runs = sampled.runs as u32;
                }
                view.sample = Some(sample_view(sample));
                view
            }
        }
    }
}

/// A report as plain data.
pub fn exploration(report: &Report, scenario: &Scenario, player: &Player) -> ExplorationView {
    let (system, start) = (player.system(), player.start());
    let own = &system.kernel.name;
    let (claims, others): (Vec<_>, Vec<_>) =
        scenario.expects.iter().partition(|claim| claim.kernel.name() == *own);
    ExplorationView {
        kernel: own.clone(),
        states: report.states as u32,
        transitions: report.transitions as u32,
        reduced: report.reduced,
        missed: power_of_ten(report.missed),
        depth: report.depth as u32,
        running: report.running,
        complete: report.complete,
        limit: report.limit.clone(),
        outcomes: report.outcomes.iter().map(|found| outcome(system, start, found)).collect(),
        expectations: claims.into_iter().map(|claim| expectation(report, claim)).collect(),
        elsewhere: others.into_iter().map(claimed).collect(),
        starving: report.starving.as_ref().map(|found| starving(system, start, found)),
        sample: None,
    }
}

/// A claim, judged by a report about its kernel.
pub fn expectation(report: &Report, expected: &Expectation) -> ExpectationView {
    let ClaimView { claim, kernel, line } = claimed(expected);
    let judgement = judge(report, expected);
    ExpectationView {
        claim,
        kernel,
        line,
        verdict: judgement.verdict.word().into(),
        because: judgement.because,
        witness: judgement.witness.as_ref().map(witness),
        positive: judgement.positive as u32,
    }
}

fn claimed(claim: &Expectation) -> ClaimView {
    ClaimView { claim: claim.to_string(), kernel: claim.kernel.name(), line: claim.place.line }
}

/// The least power of ten that a probability does not exceed; nothing of an impossible thing. In
/// whole numbers, since formatting floats is much code.
fn power_of_ten(mut probability: f64) -> Option<i32> {
    let mut power = 0;
    while probability > 0.0 && probability <= 0.1 {
        (probability, power) = (probability * 10.0, power - 1);
    }
    (probability > 0.0).then_some(power)
}

/// An outcome as plain data, for the page and for `--json`. `start` is where its witness begins.
pub fn outcome(system: &System, start: &Memory, found: &Found) -> OutcomeView {
    OutcomeView {
        results: found.outcome.results.clone(),
        breaks: found.outcome.breaks.iter().map(|name| (*name).into()).collect(),
        drift: found.outcome.drift,
        end: found.outcome.end.word().into(),
        executions: if found.always { "always" } else { "sometimes" }.into(),
        witness: found.witness.as_ref().map(witness),
        why: waits::why(system, start, found),
        runs: 0,
    }
}

/// A witness as plain data.
pub fn witness(witness: &Witness) -> WitnessView {
    WitnessView {
        schedule: witness.schedule.to_text(),
        switches: witness.switches as u32,
        steps: witness.schedule.0.len() as u32,
        fewest: witness.fewest,
        loop_from: witness.loop_from.map(|from| from as u32),
    }
}

/// A loop under weak fairness as plain data.
pub fn starving(system: &System, start: &Memory, found: &Witness) -> StarvingView {
    StarvingView { words: waits::starving_words(system, start, found), witness: witness(found) }
}

fn sample_view(sample: &Sample) -> SampleView {
    let (strategy, depth) = match sample.plan.strategy {
        Strategy::Random => ("random", 0),
        Strategy::Pct { depth } => ("pct", depth),
    };
    SampleView {
        strategy: strategy.into(),
        depth,
        seed: sample.plan.seed as u32,
        runs: sample.done as u32,
        of: sample.plan.runs as u32,
        unfinished: sample.unfinished as u32,
        choices: sample.choices as u32,
        steps: sample.length as u32,
        longest: sample.longest as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_told_by_a_power_of_ten() {
        let powers = [1.0, 0.5, 0.09, 3e-21, 0.0].map(power_of_ten);
        assert_eq!(powers, [Some(0), Some(0), Some(-1), Some(-20), None]);
    }
}
