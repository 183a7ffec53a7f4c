//! Floor 4: which lane moves next. A schedule is a value: everything else is a function on it.
use crate::machine::{Choice, Frame, Status, StepRecord, System, Wait};
use crate::mm::{Layout, Memory, Subject};
use crate::scenario::{Complaint, Place, limits};

/// The choices of an execution, in order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Schedule(pub Vec<Choice>);

impl Schedule {
    /// The text form, run-length encoded: `1*4 0*2 1i`. [`parse`] reads it back.
    pub fn to_text(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for run in self.0.chunk_by(|a, b| a == b) {
            let word = match run[0] {
                Choice::Run(cpu) => cpu.to_string(),
                Choice::Interrupt(cpu) => format!("{cpu}i"),
                Choice::Call(cpu) => format!("{cpu}c"),
                Choice::Drain(cpu) => format!("{cpu}d"),
            };
            words.push(if run.len() == 1 { word } else { format!("{word}*{}", run.len()) });
        }
        words.join(" ")
    }

    /// How often another lane moves than before; an interrupt or a call is a move of its lane.
    pub fn switches(&self) -> usize {
        self.0.windows(2).filter(|pair| pair[0].cpu() != pair[1].cpu()).count()
    }
}

/// How often a choice is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Times {
    /// Exactly so often.
    Exactly(usize),
    /// As long as it can be made.
    AsLongAsItCan,
}

/// One word of the text form, with where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Item {
    /// The choice.
    pub choice: Choice,
    /// How often.
    pub times: Times,
    /// Its first column, from 0, in characters.
    pub column: u32,
}

/// Reads the text form: words `CPU`, `CPU*N`, `CPU*` (as long as it can move), `CPUi` (the
/// interrupt of that CPU is delivered), `CPUc` (an IPI or a work item gets the CPU) and `CPUd` (its
/// oldest store on its way reaches memory). `place` is where the text starts, for complaints.
///
/// # Errors
/// A word is none of these, names a lane that the system does not have, or the schedule is longer
/// than [`limits::STEPS`].
pub fn parse(text: &str, system: &System, place: Place) -> Result<Vec<Item>, Complaint> {
    let mut items = Vec::new();
    let mut steps = 0usize;
    let mut column = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let trimmed = word.trim_end();
        if !trimmed.is_empty() {
            let item = item(trimmed, system, at(place, column), column)?;
            steps = steps.saturating_add(match item.times {
                Times::Exactly(times) => times,
                Times::AsLongAsItCan => 1,
            });
            if steps > limits::STEPS {
                return Err(too_long(at(place, column)));
            }
            items.push(item);
        }
        column += word.chars().count() as u32;
    }
    Ok(items)
}

/// Reads one choice: `1`, `1i`, `1c` or `1d`.
///
/// # Errors
/// It is none, or names a lane that the system does not have.
pub fn parse_choice(text: &str, system: &System) -> Result<Choice, Complaint> {
    match parse(text, system, Place::default())?.as_slice() {
        [Item { choice, times: Times::Exactly(1), .. }] => Ok(*choice),
        _ => Err(complaint(Place::default(), format!("`{text}` is not one step"), None)),
    }
}

fn item(word: &str, system: &System, place: Place, column: u32) -> Result<Item, Complaint> {
    let (lane, times) = match word.split_once('*') {
        None => (word, Times::Exactly(1)),
        Some((lane, "")) => (lane, Times::AsLongAsItCan),
        Some((lane, times)) => match times.parse::<usize>() {
            Ok(times) if times > 0 => (lane, Times::Exactly(times)),
            _ => return Err(not_a_word(word, place)),
        },
    };
    let make: fn(usize) -> Choice = match lane.bytes().last() {
        Some(b'i') => Choice::Interrupt,
        Some(b'c') => Choice::Call,
        Some(b'd') => Choice::Drain,
        _ => Choice::Run,
    };
    let number = lane.strip_suffix(['i', 'c', 'd']).unwrap_or(lane);
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_word(word, place));
    }
    let lanes = system.lanes.len();
    let cpu = number.parse::<usize>().ok().filter(|cpu| *cpu < lanes).ok_or_else(|| {
        let hint = format!("the lanes are CPU0 to CPU{}", lanes.saturating_sub(1));
        complaint(place, format!("there is no CPU{number}"), Some(hint))
    })?;
    let choice = make(cpu);
    let has = |frame| !system.lanes[cpu].program(frame).locs.is_empty();
    let absent = match choice {
        Choice::Interrupt(_) if !has(Frame::Interrupt) => Some("no interrupt"),
        Choice::Call(_) if !has(Frame::Call) => Some("nothing to run for other CPUs"),
        Choice::Drain(_) if system.kernel.config.buffers.is_none() => {
            Some("no store buffer in this kernel")
        }
        _ => None,
    };
    if let Some(absent) = absent {
        let hint = format!("write `{cpu}` for a step of CPU{cpu}");
        return Err(complaint(place, format!("CPU{cpu} has {absent}"), Some(hint)));
    }
    Ok(Item { choice, times, column })
}

fn not_a_word(word: &str, place: Place) -> Complaint {
    let short: String = word.chars().take(20).collect();
    let hint = "write `1` for a step of CPU1, `1*4` for four, `1*` for as long as it can move, \
                `1i` for its interrupt, `1c` for an IPI or a work item, `1d` for its oldest store";
    complaint(place, format!("`{short}` is not a step"), Some(hint.into()))
}

fn too_long(place: Place) -> Complaint {
    complaint(place, format!("a schedule has at most {} steps", limits::STEPS), None)
}

fn complaint(place: Place, message: String, hint: Option<String>) -> Complaint {
    Complaint { place, message, hint }
}

fn at(place: Place, column: u32) -> Place {
    let column = if place.column == 0 { 0 } else { place.column + column };
    Place { line: place.line, column }
}

/// Plays a schedule from the state in `memory`, which is left at its end.
///
/// # Errors
/// The text is no schedule, makes a choice that cannot be made at its place, or goes on beyond
/// [`limits::STEPS`].
pub fn replay(
    system: &System,
    memory: &mut Memory,
    text: &str,
    place: Place,
) -> Result<Vec<StepRecord>, Complaint> {
    let mut steps: Vec<StepRecord> = Vec::new();
    for item in parse(text, system, place)? {
        let here = at(place, item.column);
        let mut left = item.times;
        while left != Times::Exactly(0) {
            let status = system.status(memory, item.choice);
            if status != Status::Runnable {
                if left == Times::AsLongAsItCan {
                    break;
                }
                return Err(cannot_move(system, steps.len() + 1, item.choice, &status, here));
            }
            if steps.len() == limits::STEPS {
                return Err(too_long(here));
            }
            steps.push(system.step(memory, item.choice));
            if let Times::Exactly(times) = &mut left {
                *times -= 1;
            }
        }
    }
    Ok(steps)
}

fn cannot_move(
    system: &System,
    step: usize,
    choice: Choice,
    status: &Status,
    place: Place,
) -> Complaint {
    let why = match status {
        Status::Runnable => "it can".into(),
        Status::Done => "it has finished".into(),
        Status::Blocked(wait) => wait_words(system, wait),
    };
    let what = match choice {
        Choice::Run(cpu) => format!("CPU{cpu} cannot move"),
        Choice::Interrupt(cpu) => format!("the interrupt of CPU{cpu} cannot be delivered"),
        Choice::Call(cpu) => format!("CPU{cpu} cannot run what another CPU asked for"),
        Choice::Drain(cpu) => format!("no store of CPU{cpu} is on its way"),
    };
    complaint(place, format!("step {step}: {what}: {why}"), None)
}

/// What a lane waits for: `it waits for zone->lock, held by CPU0`.
pub fn wait_words(system: &System, wait: &Wait) -> String {
    match wait {
        Wait::Lock(cell, holders) => {
            let holders: Vec<String> = holders.holders().map(|cpu| format!("CPU{cpu}")).collect();
            let lock = lock_name(&system.layout, *cell);
            format!("it waits for {lock}, held by {}", holders.join(" and "))
        }
        Wait::Condition(what) => format!("it waits for {what}"),
        Wait::NotNow(why) => (*why).into(),
        Wait::Cpu(other) => format!("it waits for the CPU, which CPU{other}'s task keeps"),
    }
}

/// The name of the lock in a cell: `zone->lock`, `page 3's lock`, `mmap_lock of B`.
pub fn lock_name(layout: &Layout, cell: u32) -> String {
    let info = layout.info(cell);
    let geometry = &layout.geometry;
    match info.subject {
        Subject::Zone if info.field == "lock" => "zone->lock".into(),
        Subject::Cpu(cpu) => format!("{} of CPU{cpu}", info.field),
        Subject::Cma(area) => {
            format!("cma->lock of {}", geometry.cma_areas[usize::from(area)].name)
        }
        Subject::Page(pfn) => format!("the lock of page {pfn}"),
        Subject::Mm(mm) => {
            format!("the {} of {}", info.field, geometry.processes[usize::from(mm)].name)
        }
        _ => info.field.into(),
    }
}
