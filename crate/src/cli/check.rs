//! `check`: every claim of every file.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use pagerace::explore::{Judgement, Limits, Report, Verdict, judge};
use pagerace::scenario::{Expectation, KernelChoice};
use serde_json::json;

use super::explore::{self, obey_interrupts, search};
use super::guide;
use super::input::{self, Input, Problem};

/// How many claims came to what.
#[derive(Default)]
struct Counts {
    met: usize,
    broken: usize,
    undecided: usize,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Met => self.met += 1,
            Verdict::Broken => self.broken += 1,
            Verdict::Undecided => self.undecided += 1,
        }
    }
}

/// `pagerace check`
pub fn check(paths: &[PathBuf], as_json: bool, limits: Limits) -> Result<ExitCode, Problem> {
    obey_interrupts();
    let mut counts = Counts::default();
    let mut files = Vec::new();
    // All files are read before the first search, so that a mistake shows at once.
    let inputs = input::files(paths)?;
    let inputs: Vec<Input> =
        inputs.iter().map(|file| input::read(file)).collect::<Result<_, _>>()?;
    for input in &inputs {
        explore::play_own_schedule(input)?;
        guide::stands_of(input)?;
        let judged = judge_file(input, limits)?;
        judged.iter().for_each(|(_, judgement)| counts.add(judgement.verdict));
        if as_json {
            files.push(file_json(input, &judged));
        } else {
            input::print(&file_text(input, &judged));
        }
    }
    let total = counts.met + counts.broken + counts.undecided;
    if as_json {
        input::print_json(&json!({
            "scenarios": inputs.len(),
            "expectations": total,
            "met": counts.met,
            "broken": counts.broken,
            "undecided": counts.undecided,
            "files": files,
        }));
    } else {
        input::print(&format!(
            "{} scenarios, {total} expectations: {} met, {} broken, {} undecided\n",
            inputs.len(),
            counts.met,
            counts.broken,
            counts.undecided
        ));
    }
    let well = counts.broken + counts.undecided == 0;
    Ok(ExitCode::from(u8::from(!well)))
}

/// Each claim with its verdict; one search for each kernel that is named.
fn judge_file(input: &Input, limits: Limits) -> Result<Vec<(&Expectation, Judgement)>, Problem> {
    let mut reports: BTreeMap<&KernelChoice, Report> = BTreeMap::new();
    let mut judged = Vec::new();
    for claim in &input.scenario.expects {
        if !reports.contains_key(&claim.kernel) {
            let (system, start) = explore::build(&input.scenario, &claim.kernel)?;
            reports.insert(&claim.kernel, search(&system, &start, limits));
        }
        judged.push((claim, judge(&reports[&claim.kernel], claim)));
    }
    Ok(judged)
}

fn kernel_words(kernel: &KernelChoice) -> String {
    let toggles = kernel.toggles.iter().map(|(name, value)| format!(",{name}={value}"));
    format!("{}{}", kernel.base, toggles.collect::<String>())
}

fn file_json(input: &Input, judged: &[(&Expectation, Judgement)]) -> serde_json::Value {
    let expectations: Vec<_> = judged
        .iter()
        .map(|(claim, judgement)| {
            json!({
                "line": claim.place.line,
                "kernel": kernel_words(&claim.kernel),
                "claim": claim.to_string(),
                "verdict": judgement.verdict.word(),
                "because": judgement.because,
                "schedule": judgement.witness.as_ref().map(|w| w.schedule.to_text()),
            })
        })
        .collect();
    json!({ "file": input.name, "title": input.scenario.title, "expectations": expectations })
}

fn file_text(input: &Input, judged: &[(&Expectation, Judgement)]) -> String {
    let mut text = String::new();
    for (claim, judgement) in judged.iter().filter(|(_, j)| j.verdict != Verdict::Met) {
        text += &format!(
            "{}:{}: {}: {}: {claim}",
            input.name,
            claim.place.line,
            judgement.verdict.word(),
            kernel_words(&claim.kernel),
        );
        if let Some(because) = &judgement.because {
            text += &format!(": {because}");
        }
        if let Some(witness) = &judgement.witness {
            text += &format!("\n    --schedule '{}'", witness.schedule.to_text());
        }
        text.push('\n');
    }
    let met = judged.iter().filter(|(_, j)| j.verdict == Verdict::Met).count();
    format!("{text}{}: {met} of {} expectations met\n", input.name, judged.len())
}
