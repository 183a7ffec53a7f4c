//! Who waits for whom where nobody can move, and who goes round while others wait.
use super::{Found, Witness};
use crate::machine::{Choice, Status, System, Wait};
use crate::mm::Memory;
use crate::scenario::End;
use crate::schedule::wait_words;

/// What a lane waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The lane.
    pub cpu: usize,
    /// `waits for zone->lock, held by CPU0`
    pub words: String,
    /// The lanes that would have to move for it: those that hold the lock, keep the CPU or have yet
    /// to run what it asked for. Nobody of a condition that any lane might make true.
    pub on: Vec<usize>,
}

/// The lanes that wait in a state, lowest first.
pub fn waiting(system: &System, memory: &Memory) -> Vec<Waiting> {
    (0..system.lanes.len()).filter_map(|cpu| wait_of(system, memory, cpu)).collect()
}

fn wait_of(system: &System, memory: &Memory, cpu: usize) -> Option<Waiting> {
    let Status::Blocked(wait) = system.status(memory, Choice::Run(cpu)) else {
        let late = |choice, what: &str| match system.status(memory, choice) {
            Status::Blocked(Wait::NotNow(why)) => Some(format!("{what}: {why}")),
            _ => None,
        };
        let interrupt = late(Choice::Interrupt(cpu), "cannot be interrupted");
        let words =
            interrupt.or_else(|| late(Choice::Call(cpu), "cannot run what it was asked for"))?;
        return Some(Waiting { cpu, words, on: Vec::new() });
    };
    let asked: u16 = memory.peek(system.lanes[cpu].cells.awaited());
    let (on, more) = match &wait {
        Wait::Lock(_, holders) => (holders.holders().collect(), String::new()),
        Wait::Cpu(other) => (vec![*other], String::new()),
        Wait::Condition(_) if asked != 0 => {
            let late = (0..system.lanes.len()).filter(|other| asked & 1 << other != 0);
            let late: Vec<usize> = late.collect();
            let more = format!(", and {} did not run the call", lanes(&late));
            (late, more)
        }
        Wait::Condition(_) | Wait::NotNow(_) => {
            (Vec::new(), " (a condition: nobody holds it)".to_string())
        }
    };
    let words = wait_words(system, &wait);
    let words = words.strip_prefix("it ").unwrap_or(&words).to_string();
    let over = on.iter().filter(|lane| system.status(memory, Choice::Run(**lane)) == Status::Done);
    let over: Vec<usize> = over.copied().collect();
    let over = match over[..] {
        [] => String::new(),
        _ => format!(" ({} ran to the end)", lanes(&over)),
    };
    Some(Waiting { cpu, words: words + &more + &over, on })
}

/// A cycle of lanes each of which waits for the next, the last for the first; from its lowest lane.
pub fn cycle(waiting: &[Waiting]) -> Option<Vec<usize>> {
    let on = |cpu: usize| waiting.iter().find(|w| w.cpu == cpu).map_or(&[][..], |w| &w.on);
    // A lane from which others can be reached that wait for it, by the shortest way back.
    waiting.iter().find_map(|Waiting { cpu: first, .. }| {
        let mut ways = vec![vec![*first]];
        let mut known = Vec::new();
        let mut next = 0;
        while let Some(way) = ways.get(next).cloned() {
            next += 1;
            for other in on(way[way.len() - 1]) {
                if other == first {
                    return Some(way);
                }
                if !known.contains(other) {
                    known.push(*other);
                    ways.push([&way[..], &[*other]].concat());
                }
            }
        }
        None
    })
}

/// `CPU0`, `CPU0 and CPU1`, `CPU0, CPU1 and CPU2`
fn lanes(cpus: &[usize]) -> String {
    let names: Vec<String> = cpus.iter().map(|cpu| format!("CPU{cpu}")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Who waits for whom in a state in which nobody can move, a sentence each, and the cycle.
pub fn deadlock_words(system: &System, memory: &Memory) -> Vec<String> {
    let waiting = waiting(system, memory);
    let mut words: Vec<String> =
        waiting.iter().map(|w| format!("CPU{} {}", w.cpu, w.words)).collect();
    words.extend(cycle(&waiting).map(|cycle| match cycle[..] {
        [cpu] => format!("Cycle: CPU{cpu} waits for itself"),
        _ => {
            let round: Vec<String> =
                cycle.iter().chain(&cycle[..1]).map(|cpu| format!("CPU{cpu}")).collect();
            format!("Cycle: {}", round.join(" -> "))
        }
    }));
    words
}

/// Who goes round in a loop that begins in this state, and who waits meanwhile.
fn loop_words(system: &System, memory: &Memory, turn: &[Choice]) -> Vec<String> {
    let moves = |cpu: &usize| turn.iter().any(|choice| choice.cpu() == *cpu);
    let round: Vec<usize> = (0..system.lanes.len()).filter(moves).collect();
    let verb = if round.len() == 1 { "goes" } else { "go" };
    let mut words = vec![format!("{} {verb} round for ever", lanes(&round))];
    let others = waiting(system, memory).into_iter().filter(|w| !moves(&w.cpu));
    words.extend(others.map(|w| format!("CPU{} never moves again: it {}", w.cpu, w.words)));
    words
}

/// The state behind the first choices of a witness.
fn behind(system: &System, start: &Memory, choices: &[Choice]) -> Memory {
    let mut memory = start.clone();
    choices.iter().for_each(|choice| system.make(&mut memory, *choice));
    memory
}

/// Why an execution that ends with a deadlock or a livelock gets no further: at the end of its
/// witness, a sentence each. Nothing of others.
pub fn why(system: &System, start: &Memory, found: &Found) -> Vec<String> {
    let Some(witness) = &found.witness else { return Vec::new() };
    match (found.outcome.end, witness.loop_from) {
        (End::Deadlock, _) => deadlock_words(system, &behind(system, start, &witness.schedule.0)),
        (End::Livelock, Some(from)) => {
            let (stem, turn) = witness.schedule.0.split_at(from);
            loop_words(system, &behind(system, start, stem), turn)
        }
        _ => Vec::new(),
    }
}

/// A loop that only a scheduler follows which may pass a lane over whenever it can move, as long as
/// it cannot move now and then: who goes round, and who is passed over.
pub fn starving_words(system: &System, start: &Memory, witness: &Witness) -> Vec<String> {
    let turn = witness.turn().unwrap_or_default().0;
    let mut memory = behind(system, start, &witness.stem().0);
    let mut words = loop_words(system, &memory, &turn);
    words.truncate(1);
    let mut starved = vec![false; system.lanes.len()];
    for choice in &turn {
        let able = system.choices().filter(|other| system.can_make(&memory, *other));
        able.filter(|it| !turn.contains(it)).for_each(|it| starved[it.cpu()] = true);
        system.make(&mut memory, *choice);
    }
    let starved: Vec<usize> = (0..starved.len()).filter(|cpu| starved[*cpu]).collect();
    words.push(format!("{} could move now and then, and never does", lanes(&starved)));
    words
}
