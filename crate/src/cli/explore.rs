//! `explore` and `run`.
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pagerace::explore::{Explorer, Limits, Report, Witness, judge};
use pagerace::player::Player;
use pagerace::routines::kernels;
use pagerace::scenario::{Expectation, KernelChoice, Place, Scenario};
use pagerace::view::{ascii, session};
use serde_json::json;

use super::input::{self, Input, Problem};

/// Transitions between two looks at the clock and at Ctrl-C.
const FUEL: usize = 20_000;
const PROGRESS_EVERY: Duration = Duration::from_millis(300);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C ends a search early instead of the program.
pub fn obey_interrupts() {
    // A second handler is refused; the first one serves.
    let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
}

/// Whether it should end.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Searches a scenario under a kernel, with progress on a terminal; Ctrl-C ends it with what is
/// known.
pub fn search(
    scenario: &Scenario,
    kernel: &KernelChoice,
    limits: Limits,
) -> Result<Report, Problem> {
    let built = scenario.build(kernel).map_err(|c| {
        let hint = c.hint.map_or(String::new(), |hint| format!("    hint: {hint}\n"));
        Problem(format!("{}\n{hint}", c.message))
    })?;
    let (system, memory) = built;
    let name = system.kernel.name.clone();
    let mut explorer = Explorer::new(Rc::new(system), memory, limits);
    let terminal = std::io::stderr().is_terminal();
    let mut shown = Instant::now();
    let mut drawn = false;
    while explorer.advance(FUEL) && !interrupted() {
        if terminal && shown.elapsed() >= PROGRESS_EVERY {
            let (states, transitions, outcomes) = explorer.progress();
            eprint!("\r{name}: {states} states, {transitions} transitions, {outcomes} outcomes");
            let _ = std::io::stderr().flush();
            shown = Instant::now();
            drawn = true;
        }
    }
    if drawn {
        eprintln!();
    }
    let mut report = explorer.report();
    if report.running {
        report.limit = Some("stopped by Ctrl-C".into());
    }
    Ok(report)
}

/// `pagerace explore`
pub fn explore(
    file: &Path,
    (kernel, patch): (Option<&str>, Option<&Path>),
    json: bool,
    limits: Limits,
) -> Result<ExitCode, Problem> {
    obey_interrupts();
    let mut input = input::read(file)?;
    let first = patch.map(|path| input::take_patches(&mut input, path)).transpose()?.flatten();
    let mut kernel = input::kernel(&input, kernel)?;
    if let Some(first) = first.filter(|_| kernel.patch().is_none()) {
        kernel.toggles.insert(kernels::PATCH.into(), first);
    }
    let report = search(&input.scenario, &kernel, limits)?;
    let claims: Vec<&Expectation> =
        input.scenario.expects.iter().filter(|claim| claim.kernel == kernel).collect();
    if json {
        input::print_json(&report_json(&report, &claims));
    } else {
        input::print(&report_text(&input, &kernel, &report, &claims));
    }
    Ok(ExitCode::SUCCESS)
}

fn report_json(report: &Report, claims: &[&Expectation]) -> serde_json::Value {
    let outcomes: Vec<_> = report.outcomes.iter().map(session::outcome).collect();
    let expectations: Vec<_> = claims
        .iter()
        .map(|claim| {
            let judgement = judge(report, claim);
            json!({
                "claim": format!("{} {}", claim.quantifier.word(), claim.pattern),
                "line": claim.place.line,
                "verdict": judgement.verdict.word(),
                "because": judgement.because,
                "witness": judgement.witness.as_ref().map(session::witness),
            })
        })
        .collect();
    json!({
        "states": report.states,
        "transitions": report.transitions,
        "reduced": report.reduced,
        "missed": report.missed,
        "complete": report.complete,
        "limit": report.limit,
        "outcomes": outcomes,
        "expectations": expectations,
    })
}

/// In herd's manner: the outcomes, then the observations.
fn report_text(
    input: &Input,
    kernel: &KernelChoice,
    report: &Report,
    claims: &[&Expectation],
) -> String {
    let mut text = format!("Scenario {}\n", input.name);
    let base = pagerace::routines::presets::preset(&kernel.base);
    let name = base.map(|base| kernels::name(base, &kernel.toggles));
    text += &format!("Kernel {}\n", name.unwrap_or_default());
    let reduced = if report.reduced { " of the reduced search" } else { "" };
    text += &format!("States {}  Transitions {}{reduced}\n", report.states, report.transitions);
    text += &match &report.limit {
        Some(limit) => format!("Not complete: {limit}\n"),
        None => "Complete: every interleaving was searched\n".into(),
    };
    text += &match report.missed {
        0.0 => "States were compared by all their cells\n".into(),
        missed => format!("A state was missed with a probability below {missed:.0e}\n"),
    };
    text += &format!("Outcomes {}\n", report.outcomes.len());
    for found in &report.outcomes {
        let outcome = &found.outcome;
        let mut parts: Vec<String> =
            outcome.results.iter().map(|(name, value)| format!("{name}={value}")).collect();
        parts.extend(outcome.breaks.iter().map(|name| format!("breaks {name}")));
        if outcome.drift != 0 {
            parts.push(format!("drift {:+}", outcome.drift));
        }
        let quantifier = if found.always { "Always" } else { "Sometimes" };
        text += &format!("{quantifier:<9} {:<8}  {}\n", outcome.end.word(), parts.join("; "));
        if let Some(witness) = &found.witness {
            text += &witness_text(witness);
        }
    }
    for claim in claims {
        let judgement = judge(report, claim);
        let because = judgement.because.map_or(String::new(), |because| format!(": {because}"));
        let word = claim.quantifier.word();
        text += &format!(
            "Claim line {}: {word} {}: {}{because}\n",
            claim.place.line,
            claim.pattern,
            judgement.verdict.word()
        );
    }
    text
}

/// The schedule whole, as `run` takes it; of a livelock with its parts.
fn witness_text(witness: &Witness) -> String {
    let (steps, switches) = (witness.schedule.0.len(), witness.switches);
    let whole = witness.schedule.to_text();
    let mut text = format!("          Witness {whole}  ({switches} switches, {steps} steps)\n");
    if let (Some(turn), Some(from)) = (witness.turn(), witness.loop_from) {
        let stem = if from == 0 { "-".into() } else { witness.stem().to_text() };
        let first = from + 1;
        text += &format!("          Stem    {stem}\n");
        text += &format!(
            "          Loop    {}  (steps {first} to {steps}, for ever)\n",
            turn.to_text()
        );
    }
    text
}

/// `pagerace run`
pub fn play(
    file: &Path,
    schedule: Option<&str>,
    kernel: Option<&str>,
) -> Result<ExitCode, Problem> {
    let mut input = input::read(file)?;
    input.scenario.kernel = input::kernel(&input, kernel)?;
    let player = match (schedule, &input.scenario.schedule) {
        (Some(steps), _) => {
            let mut player = player(&input)?;
            player
                .play(steps, Place { line: 1, column: 1 })
                .map_err(|complaint| input::complain("--schedule", steps, &[complaint]))?;
            player
        }
        (None, Some(_)) => play_own_schedule(&input)?,
        (None, None) => {
            let message = "the scenario has no [schedule]: give one with --schedule '0* 1*'";
            return Err(Problem(format!("{}: {message}\n", input.name)));
        }
    };
    input::print(&ascii::timeline(&input.scenario, &player));
    Ok(ExitCode::SUCCESS)
}

/// Plays the schedule of the file itself, if it has one.
pub fn play_own_schedule(input: &Input) -> Result<Player, Problem> {
    let mut player = player(input)?;
    if let Some((steps, place)) = &input.scenario.schedule {
        player
            .play(steps, *place)
            .map_err(|complaint| input::complain(&input.name, &input.text, &[complaint]))?;
    }
    Ok(player)
}

fn player(input: &Input) -> Result<Player, Problem> {
    let built = input.scenario.build(&input.scenario.kernel);
    let (system, memory) = built.map_err(|c| Problem(format!("{}\n", c.message)))?;
    Ok(Player::new(Rc::new(system), memory))
}
