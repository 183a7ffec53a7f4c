//! Data races in KCSAN's words (`kernel/kcsan/report.c`).
use serde::Serialize;

use super::words;
use crate::explore::{DataRaces, FoundRace, Limits, RaceReport};
use crate::machine::{Choice, Delivery, Frame, System};
use crate::mm::{AccessKind, Subject};
use crate::races::{Mark, Marks, Race, Side, Silence};
use crate::scenario::parse;
use crate::schedule::Schedule;

/// One of the two accesses.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SideView {
    /// `write`, `read`, `read-write`, with ` (marked)` where it is.
    pub access: String,
    /// The lane.
    pub cpu: u32,
    /// `task`, `interrupt` or what another CPU has asked for.
    pub context: String,
    /// The line.
    pub line: String,
    /// The functions, innermost first.
    pub stack: Vec<String>,
}

/// A data race, and where it is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RaceView {
    /// The functions of the two lines.
    pub functions: [String; 2],
    /// What it is about: `pageblock 1's migratetype`.
    pub word: String,
    /// The bytes that the kernel's word has.
    pub bytes: u32,
    /// The writer, or the first of two, and the other one.
    pub accesses: [SideView; 2],
    /// The values before and behind the write.
    pub values: [String; 2],
    /// Why KCSAN says nothing by default: `strict` or `section`; nothing if it does.
    pub silence: Option<String>,
    /// The choices to the state in which both are next.
    pub schedule: String,
    /// Its context switches.
    pub switches: u32,
    /// Its steps.
    pub steps: u32,
    /// All this as KCSAN reports it.
    pub report: String,
}

/// What a search for data races has found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RacesView {
    /// The kernel that was searched.
    pub kernel: String,
    /// Distinct states.
    pub states: u32,
    /// Steps between them.
    pub transitions: u32,
    /// Every interleaving was searched.
    pub complete: bool,
    /// The limit that stopped it.
    pub limit: Option<String>,
    /// The races.
    pub races: Vec<RaceView>,
}

/// A report as plain data.
pub fn list(system: &System, report: &RaceReport) -> RacesView {
    RacesView {
        kernel: system.kernel.name.clone(),
        states: report.states as u32,
        transitions: report.transitions as u32,
        complete: report.complete,
        limit: report.limit.clone(),
        races: report.races.iter().map(|found| view(system, found)).collect(),
    }
}

/// The data races of a scenario text.
///
/// # Errors
/// Why there is no answer.
pub fn races_of(text: &str, limits: Limits) -> Result<RacesView, String> {
    let first = |complaints: Vec<crate::scenario::Complaint>| {
        complaints.into_iter().next().map_or(String::new(), |complaint| complaint.message)
    };
    let scenario = parse(text).map_err(first)?;
    let (system, memory) = scenario.build(&scenario.kernel).map_err(|c| c.message)?;
    let mut search = DataRaces::new(system, memory, limits)?;
    let report = search.run();
    Ok(list(search.system(), &report))
}

/// A race as plain data.
pub fn view(system: &System, found: &FoundRace) -> RaceView {
    view_of(system, &found.race, &found.schedule, "Both are next")
}

/// `reached` says what is so behind the schedule.
fn view_of(system: &System, race: &Race, schedule: &Schedule, reached: &str) -> RaceView {
    let layout = &system.layout;
    let cell = race.first.access.cell;
    let info = layout.info(cell);
    let owner = words::subject(layout, info.subject);
    let field = words::field(layout, info);
    let word = match info.subject {
        Subject::Zone => format!("zone's {field}"),
        _ => format!("{owner}'s {field}"),
    };
    let written = race.writer().access;
    let mut view = RaceView {
        functions: [&race.first, &race.second].map(|side| function(system, side).into()),
        word,
        bytes: u32::from(Marks::of_system(system).bytes(cell).unwrap_or_default()),
        accesses: [&race.first, &race.second].map(|side| self::side(system, side)),
        values: [written.old, written.new].map(|word| words::cell_value(info, word)),
        silence: race.silence().map(|silence| silence_word(silence).into()),
        schedule: schedule.to_text(),
        switches: schedule.switches() as u32,
        steps: schedule.0.len() as u32,
        report: String::new(),
    };
    view.report = text(&view, reached);
    view
}

fn silence_word(silence: Silence) -> &'static str {
    match silence {
        Silence::PlainWrites => "strict",
        Silence::Section => "section",
    }
}

/// The function of a line, as this kernel calls it.
fn function(system: &System, side: &Side) -> &'static str {
    system.kernel.name_of(side.line(system).0)
}

fn side(system: &System, side: &Side) -> SideView {
    let program = system.lanes[side.cpu].program(side.frame);
    let mut stack: Vec<String> = program
        .stack(side.loc)
        .into_iter()
        .map(|call| system.kernel.name_of(program.calls[call].routine.function).into())
        .collect();
    stack.reverse();
    let access = match side.access.kind {
        AccessKind::Load => "read",
        AccessKind::Store => "write",
        AccessKind::Rmw => "read-write",
    };
    let mark = if side.mark == Mark::Marked { " (marked)" } else { "" };
    let context = match side.frame {
        Frame::Task => "task",
        Frame::Interrupt => "interrupt",
        Frame::Call => served(system, program.locs[side.loc].operation),
    };
    SideView {
        access: format!("{access}{mark}"),
        cpu: side.cpu as u32,
        context: context.into(),
        line: program.text(side.loc).into(),
        stack,
    }
}

fn served(system: &System, number: usize) -> &'static str {
    match system.remote.get(number) {
        Some((_, Delivery::Ipi)) => "IPI",
        _ => "work item",
    }
}

const RULER: &str = "==================================================================\n";

/// A race as KCSAN reports it, with the schedule that leads there.
fn text(race: &RaceView, reached: &str) -> String {
    let [one, other] = &race.functions;
    let mut text = format!("{RULER}BUG: KCSAN: data-race in {one} / {other}\n");
    for side in &race.accesses {
        let SideView { access, cpu, context, line, stack } = side;
        let (word, bytes) = (&race.word, race.bytes);
        text += &format!("\n{access} to {word} of {bytes} bytes by {context} on cpu {cpu}:\n");
        for (depth, function) in stack.iter().enumerate() {
            let line = if depth == 0 { format!(": {line}") } else { String::new() };
            text += &format!(" {function}{line}\n");
        }
    }
    let [before, behind] = &race.values;
    text += &format!("\nvalue changed: {before} -> {behind}\n");
    text += match race.silence.as_deref() {
        Some("strict") => {
            "\nKCSAN says so with CONFIG_KCSAN_STRICT only: what is plain here writes one word.\n"
        }
        Some(_) => {
            "\nKCSAN says nothing here: between raw_read_seqcount and read_seqcount_retry, and\n\
             within raw_write_seqcount_begin, it takes every access for atomic.\n"
        }
        None => "",
    };
    let schedule = if race.schedule.is_empty() { "the start" } else { &race.schedule };
    let (switches, steps) = (race.switches, race.steps);
    let many = if switches == 1 { "switch" } else { "switches" };
    text += &format!("\n{reached} after {schedule}  ({switches} {many}, {steps} steps)\n");
    text + RULER
}

/// A race of one execution, with the choices before the later of its accesses.
pub fn of_execution(system: &System, race: &Race, choices: &[Choice]) -> RaceView {
    view_of(system, race, &Schedule(choices.to_vec()), "The later one is next")
}
