//! `explore` and `run`.
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pagerace::explore::{Explorer, Found, Limits, Report, Witness, judge, waits};
use pagerace::machine::System;
use pagerace::mm::Memory;
use pagerace::player::Player;
use pagerace::routines::kernels;
use pagerace::scenario::{End, Expectation, KernelChoice, Place, Scenario};
use pagerace::view::{ascii, exploration};
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

/// The system of a scenario under a kernel, and its start.
pub fn build(scenario: &Scenario, kernel: &KernelChoice) -> Result<(Rc<System>, Memory), Problem> {
    let built = scenario.build(kernel).map_err(|c| {
        let hint = c.hint.map_or(String::new(), |hint| format!("    hint: {hint}\n"));
        Problem(format!("{}\n{hint}", c.message))
    })?;
    Ok((Rc::new(built.0), built.1))
}

/// Whether Ctrl-C was pressed.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Searches from a start, with progress on a terminal; Ctrl-C ends it with what is known.
pub fn search(system: &Rc<System>, start: &Memory, limits: Limits) -> Report {
    let name = &system.kernel.name;
    let mut explorer = Explorer::new(Rc::clone(system), start.clone(), limits);
    let mut progress = Progress::new();
    while explorer.advance(FUEL) && !is_interrupted() {
        progress.show(|| {
            let (states, transitions, outcomes) = explorer.progress();
            format!("{name}: {states} states, {transitions} transitions, {outcomes} outcomes")
        });
    }
    progress.end();
    let mut report = explorer.report();
    if report.running {
        report.limit = Some("stopped by Ctrl-C".into());
    }
    report
}

/// A line on a terminal that says how far something came.
pub struct Progress {
    terminal: bool,
    shown: Instant,
    drawn: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new() -> Progress {
        let terminal = std::io::stderr().is_terminal();
        Progress { terminal, shown: Instant::now(), drawn: false }
    }

    /// Shows the line, if it is time to.
    pub fn show(&mut self, line: impl FnOnce() -> String) {
        if self.terminal && self.shown.elapsed() >= PROGRESS_EVERY {
            eprint!("\r{}", line());
            let _ = std::io::stderr().flush();
            self.shown = Instant::now();
            self.drawn = true;
        }
    }

    /// Leaves the line as it is.
    pub fn end(self) {
        if self.drawn {
            eprintln!();
        }
    }
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
    let (system, start) = build(&input.scenario, &kernel)?;
    let report = search(&system, &start, limits);
    let claims = claims(&input, &kernel);
    if json {
        input::print_json(&report_json(&system, &start, &report, &claims));
    } else {
        input::print(&report_text(&input, &system, &start, &report, &claims));
    }
    Ok(ExitCode::SUCCESS)
}

/// What a scenario claims of a kernel.
pub fn claims<'a>(input: &'a Input, kernel: &KernelChoice) -> Vec<&'a Expectation> {
    let own = kernel.name();
    input.scenario.expects.iter().filter(|claim| claim.kernel.name() == own).collect()
}

/// The verdicts on claims.
pub fn claims_json(report: &Report, claims: &[&Expectation]) -> Vec<serde_json::Value> {
    claims
        .iter()
        .map(|claim| {
            let judgement = judge(report, claim);
            json!({
                "claim": claim.to_string(),
                "line": claim.place.line,
                "verdict": judgement.verdict.word(),
                "because": judgement.because,
                "witness": judgement.witness.as_ref().map(exploration::witness),
            })
        })
        .collect()
}

fn report_json(
    system: &System,
    start: &Memory,
    report: &Report,
    claims: &[&Expectation],
) -> serde_json::Value {
    let outcome = |found| exploration::outcome(system, start, found);
    let starving = |found| exploration::starving(system, start, found);
    json!({
        "states": report.states,
        "transitions": report.transitions,
        "reduced": report.reduced,
        "missed": report.missed,
        "complete": report.complete,
        "limit": report.limit,
        "outcomes": report.outcomes.iter().map(outcome).collect::<Vec<_>>(),
        "starving": report.starving.as_ref().map(starving),
        "expectations": claims_json(report, claims),
    })
}

/// The lines that begin every report.
pub fn head_text(input: &Input, system: &System) -> String {
    format!("Scenario {}\nKernel {}\n", input.name, system.kernel.name)
}

/// In herd's manner: the outcomes, then the observations.
fn report_text(
    input: &Input,
    system: &System,
    start: &Memory,
    report: &Report,
    claims: &[&Expectation],
) -> String {
    let mut text = head_text(input, system);
    let reduced = if report.reduced { " of the reduced search" } else { "" };
    text += &format!("States {}  Transitions {}{reduced}\n", report.states, report.transitions);
    text += &match &report.limit {
        Some(limit) => format!(
            "Not complete: {limit}\nWhat else can happen `pagerace sample` may tell, by chance\n"
        ),
        None => "Complete: every interleaving was searched\n".into(),
    };
    text += &match report.missed {
        0.0 => "States were compared by all their cells\n".into(),
        missed => format!("A state was missed with a probability below {missed:.0e}\n"),
    };
    text += &format!("Outcomes {}\n", report.outcomes.len());
    for found in &report.outcomes {
        let quantifier = if found.always { "Always" } else { "Sometimes" };
        text += &outcome_text(system, start, quantifier, found);
    }
    if report.outcomes.iter().any(|found| found.outcome.end == End::Livelock) {
        text += "Livelocks are so where whoever can move again and again does move (strong \
                 fairness), and so under weak fairness too\n";
    }
    if let Some(witness) = &report.starving {
        text += "Note: under weak fairness alone, with locks that are not queued, an execution may \
                 go on for ever\n";
        text += &indented(&waits::starving_words(system, start, witness));
        text += &witness_text(witness);
    }
    text + &claims_text(report, claims)
}

/// An outcome with its witness, and why it gets no further.
pub fn outcome_text(system: &System, start: &Memory, often: &str, found: &Found) -> String {
    let outcome = &found.outcome;
    let mut parts: Vec<String> =
        outcome.results.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.extend(outcome.breaks.iter().map(|name| format!("breaks {name}")));
    if outcome.drift != 0 {
        parts.push(format!("drift {:+}", outcome.drift));
    }
    let mut text = format!("{often:<9} {:<8}  {}\n", outcome.end.word(), parts.join("; "));
    if let Some(witness) = &found.witness {
        text += &witness_text(witness);
    }
    text + &indented(&waits::why(system, start, found))
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("          {line}\n")).collect()
}

/// The verdicts on claims, one a line.
pub fn claims_text(report: &Report, claims: &[&Expectation]) -> String {
    let mut text = String::new();
    for claim in claims {
        let judgement = judge(report, claim);
        let because = judgement.because.map_or(String::new(), |because| format!(": {because}"));
        let (line, verdict) = (claim.place.line, judgement.verdict.word());
        text += &format!("Claim line {line}: {claim}: {verdict}{because}\n");
    }
    text
}

/// The schedule whole, as `run` takes it; of a livelock with its parts.
fn witness_text(witness: &Witness) -> String {
    let (steps, switches) = (witness.schedule.0.len(), witness.switches);
    let whole = witness.schedule.to_text();
    let many = if switches == 1 { "switch" } else { "switches" };
    let mut text = format!("          Witness {whole}  ({switches} {many}, {steps} steps)\n");
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
    let player = played(&input, schedule)?;
    input::print(&ascii::timeline(&input.scenario, &player, ascii::Extras::default()));
    Ok(ExitCode::SUCCESS)
}

/// Plays a schedule, or else that of the file, which then must have one.
pub fn played(input: &Input, schedule: Option<&str>) -> Result<Player, Problem> {
    match (schedule, &input.scenario.schedule) {
        (Some(steps), _) => {
            let mut player = player(input)?;
            player
                .play(steps, Place { line: 1, column: 1 })
                .map_err(|complaint| input::complain("--schedule", steps, &[complaint]))?;
            Ok(player)
        }
        (None, Some(_)) => play_own_schedule(input),
        (None, None) => {
            let message = "the scenario has no [schedule]: give one with --schedule '0* 1*'";
            Err(Problem(format!("{}: {message}\n", input.name)))
        }
    }
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
    let (system, memory) = build(&input.scenario, &input.scenario.kernel)?;
    Ok(Player::new(system, memory))
}
