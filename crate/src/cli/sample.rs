//! `sample`.
use std::path::Path;
use std::process::ExitCode;

use pagerace::explore::sample::{Sample, Sampler, Strategy};
use pagerace::machine::System;
use pagerace::mm::Memory;
use pagerace::scenario::Expectation;
use pagerace::view::exploration;
use serde_json::json;

use super::explore::{self, Progress};
use super::input::{self, Input, Problem};

/// Steps between two looks at the clock and at Ctrl-C.
const FUEL: usize = 20_000;

/// `pagerace sample`
pub fn sample(
    file: &Path,
    kernel: Option<&str>,
    json: bool,
    plan: pagerace::explore::sample::Plan,
) -> Result<ExitCode, Problem> {
    explore::obey_interrupts();
    let input = input::read(file)?;
    let kernel = input::kernel(&input, kernel)?;
    let (system, start) = explore::build(&input.scenario, &kernel)?;
    let mut sampler = Sampler::new(system.clone(), &start, plan);
    let mut progress = Progress::new();
    while sampler.advance(FUEL) && !explore::is_interrupted() {
        progress.show(|| {
            let Sample { done, unfinished, ref outcomes, .. } = *sampler.sample();
            let (name, outcomes) = (&system.kernel.name, outcomes.len());
            format!("{name}: {done} runs, {unfinished} of them unfinished, {outcomes} outcomes")
        });
    }
    progress.end();
    let sample = sampler.sample();
    let claims = explore::claims(&input, &kernel);
    if json {
        input::print_json(&sample_json(&system, &start, sample, &claims));
    } else {
        input::print(&sample_text(&input, &system, &start, sample, &claims));
    }
    Ok(ExitCode::SUCCESS)
}

fn sample_json(
    system: &System,
    start: &Memory,
    sample: &Sample,
    claims: &[&Expectation],
) -> serde_json::Value {
    let (strategy, depth) = match sample.plan.strategy {
        Strategy::Random => ("random", None),
        Strategy::Pct { depth } => ("pct", Some(depth)),
    };
    let outcomes = sample.outcomes.iter().map(|sampled| {
        let mut outcome = exploration::outcome(system, start, &sampled.found);
        outcome.runs = sampled.runs as u32;
        outcome
    });
    json!({
        "strategy": strategy,
        "depth": depth,
        "seed": sample.plan.seed,
        "from": sample.plan.from,
        "next": sample.plan.from + sample.done,
        "runs": sample.done,
        "unfinished": sample.unfinished,
        "example": sample.example.as_ref().map(|schedule| schedule.to_text()),
        "choices": sample.choices,
        "steps": sample.length,
        "longest": sample.longest,
        "found_by_a_run": sample.found_by_a_run(),
        "missed": sample.missed(),
        "complete": false,
        "outcomes": outcomes.collect::<Vec<_>>(),
        "expectations": explore::claims_json(&sample.report(), claims),
    })
}

fn sample_text(
    input: &Input,
    system: &System,
    start: &Memory,
    sample: &Sample,
    claims: &[&Expectation],
) -> String {
    let mut text = explore::head_text(input, system);
    text += &runs_text(sample);
    text += &promise(sample);
    text += &format!("Outcomes {}\n", sample.outcomes.len());
    for sampled in &sample.outcomes {
        let often = format!("{}x", sampled.runs);
        text += &explore::outcome_text(system, start, &often, &sampled.found);
    }
    if let Some(example) = &sample.example {
        text += &format!(
            "{:<9} unfinished after {} steps: perhaps it never ends\n",
            format!("{}x", sample.unfinished),
            example.0.len()
        );
    }
    text + &explore::claims_text(&sample.report(), claims)
}

/// Which runs these are, and how to go on.
fn runs_text(sample: &Sample) -> String {
    let (strategy, flags) = match sample.plan.strategy {
        Strategy::Random => ("random".to_string(), "random".to_string()),
        Strategy::Pct { depth } => {
            (format!("PCT of depth {depth}"), format!("pct --depth {depth}"))
        }
    };
    let (seed, from, done) = (sample.plan.seed, sample.plan.from, sample.done);
    let next = from + done;
    format!(
        "Runs {done} from number {from}, {strategy}, seed {seed}\n\
         To go on: --strategy {flags} --seed {seed} --from {next}\n\
         Not complete: what was not found may still happen\n"
    )
}

/// What may be said of that which was not found.
fn promise(sample: &Sample) -> String {
    let runs = sample.done;
    match (sample.plan.strategy, sample.found_by_a_run(), sample.missed()) {
        (Strategy::Pct { depth }, Some(found), Some(missed)) => {
            let Sample { choices, length, longest, .. } = sample;
            let power = depth - 1;
            format!(
                "A bug of depth {depth} within the first k = {length} steps is found by a run with \
                 a probability\nof at least 1 / (n k^{power}) = {found:.1e}, with n = {choices} \
                 choices; {runs} runs missed it with at most {missed:.2}\n\
                 (k is the longest of random runs made beforehand; the longest run had {longest} \
                 steps)\n"
            )
        }
        _ if runs == 0 => String::new(),
        _ => format!(
            "What none of {runs} random runs showed happens in less than {:.1e} of them, with 95 % \
             confidence\n",
            (3.0 / runs as f64).min(1.0)
        ),
    }
}
