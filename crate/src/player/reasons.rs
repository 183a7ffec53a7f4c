//! Why a word is what it is: the step that made it so, what that step had read, what had led the
//! lane there, and who had made those what they were.
//!
//! A dynamic slice, backwards (Korel and Laski, 1988), cut where a reader would stop: at what the
//! start has brought along, and after a few turns.
use super::Player;
use super::flow::{Deed, Flow, is_word};
use crate::machine::{Op, Program, StepRecord};
use crate::mm::{AccessKind, CellInfo, Unit};

/// How far back reasons go.
const MOST_TURNS: usize = 4;
/// How many there are at most.
const MOST_REASONS: usize = 10;
/// How many locals a value may have gone through on its way from one word to another.
const MOST_LOCALS: usize = 6;
/// How many decisions are told of one step, the latest ones.
const MOST_DECISIONS: usize = 2;

/// Why a word matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    /// It was asked for.
    Asked,
    /// The step in whose reason this is used it, having read it at this step.
    Used(usize),
    /// That step changed it, and did not make it anew.
    Before,
    /// It decided at this line that the lane came there.
    Decided(Decision),
}

/// A line that decided where its lane went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The step.
    pub step: usize,
    /// The location of what decided: a test of memory, or of a local.
    pub loc: usize,
    /// Whether its condition held.
    pub held: bool,
}

/// One reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The word.
    pub cell: u32,
    /// How many turns back.
    pub depth: usize,
    /// Why it matters.
    pub link: Link,
    /// The number of the reason that this one is for; itself for the first.
    pub of: usize,
    /// What made it so; nothing where it was so at the start.
    pub made: Option<Deed>,
}

/// A word that a step had read, and who had made it what it was. What was so from the start and
/// stayed so tells nothing of the race.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Read {
    cell: u32,
    step: usize,
    made: Deed,
}

/// Why a cell is what it is after so many steps: the cell first, then what is nearest to it.
pub fn why(player: &Player, flow: &Flow, cell: u32, cursor: usize) -> Vec<Reason> {
    let made = flow.maker(cell, (cursor, None));
    let mut reasons = vec![Reason { cell, depth: 0, link: Link::Asked, of: 0, made }];
    let mut at = 0;
    while let Some(reason) = reasons.get(at).copied() {
        if let Some(deed) = reason.made.filter(|_| reason.depth < MOST_TURNS) {
            for (cell, made, link) in (Behind { player, flow, deed }).all() {
                let made = Some(made);
                let known = |one: &Reason| one.cell == cell && one.made == made;
                if !reasons.iter().any(known) && reasons.len() < MOST_REASONS {
                    reasons.push(Reason { cell, depth: reason.depth + 1, link, of: at, made });
                }
            }
        }
        at += 1;
    }
    reasons
}

/// What stands behind one change.
struct Behind<'a> {
    player: &'a Player,
    flow: &'a Flow,
    deed: Deed,
}

impl Behind<'_> {
    /// The words, who made each what it was, and why it matters.
    fn all(&self) -> Vec<(u32, Deed, Link)> {
        let own = self.deed.access.cell;
        let mut all = Vec::new();
        let before = self.flow.maker(own, (self.deed.step, self.deed.line));
        let other = before.filter(|before| before.cpu != self.deed.cpu);
        if self.deed.access.kind == AccessKind::Rmw && !self.is_lock(own) {
            all.extend(other.map(|before| (own, before, Link::Before)));
        }
        for read in self.used(self.deed.step, self.deed.line, MOST_LOCALS) {
            all.push((read.cell, read.made, Link::Used(read.step)));
        }
        for (decision, read) in self.decisions() {
            all.push((read.cell, read.made, Link::Decided(decision)));
        }
        all
    }

    fn is_lock(&self, cell: u32) -> bool {
        self.player.system().layout.info(cell).unit == Unit::Lock
    }

    fn step(&self, number: usize) -> &StepRecord {
        &self.player.steps()[number]
    }

    fn program(&self) -> &Program {
        let step = self.step(self.deed.step);
        self.player.system().lanes[self.deed.cpu].program(step.frame)
    }

    /// The words that a line has read, but for the one that is asked about.
    fn words(&self, step: usize, line: Option<usize>) -> Vec<u32> {
        let layout = &self.player.system().layout;
        let record = self.step(step);
        let accesses = line.and_then(|line| record.lines.get(line)).map(|line| &line.accesses);
        let reads = accesses.into_iter().flatten().filter(|one| one.kind != AccessKind::Store);
        let waited = if line == Some(0) { self.flow.awaited(step) } else { &[] };
        let cells = reads.map(|one| one.cell).chain(waited.iter().copied());
        let mut words: Vec<u32> =
            cells.filter(|cell| is_word(layout.info(*cell)) && !self.is_lock(*cell)).collect();
        words.retain(|cell| !is_own(layout.info(*cell)));
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The words whose values a line has used: those that it read, else those that its locals come
    /// from.
    fn used(&self, step: usize, line: Option<usize>, locals: usize) -> Vec<Read> {
        let words = self.words(step, line);
        if words.is_empty() && locals > 0 {
            let own = self.flow.own_reads(step).iter();
            return own.flat_map(|own| self.source(*own, (step, line), locals - 1)).collect();
        }
        let others = words.into_iter().filter(|cell| *cell != self.deed.access.cell);
        others
            .filter_map(|cell| {
                let made = self.flow.maker(cell, (step, line))?;
                Some(Read { cell, step, made })
            })
            .collect()
    }

    /// The words that a local has its value from.
    fn source(&self, local: u32, before: (usize, Option<usize>), locals: usize) -> Vec<Read> {
        match self.flow.maker(local, before) {
            Some(maker) if maker.cpu == self.deed.cpu => self.used(maker.step, maker.line, locals),
            _ => Vec::new(),
        }
    }

    /// The latest decisions without which the lane would not have come to the line, and what they
    /// were about.
    fn decisions(&self) -> Vec<(Decision, Read)> {
        let Some(line) = self.deed.line else { return Vec::new() };
        let goal = self.step(self.deed.step).lines[line].loc;
        let frame = self.step(self.deed.step).frame;
        let goals = goals(self.program(), goal);
        let mut found = Vec::new();
        let mut decided = 0;
        for number in (0..=self.deed.step).rev() {
            let step = self.step(number);
            if (step.choice.cpu(), step.frame) != (self.deed.cpu, frame) {
                continue;
            }
            let last = if number == self.deed.step { line } else { step.lines.len() };
            for at in (0..last).rev() {
                for decision in self.made_at(number, at).into_iter().rev() {
                    let reads = self.reads_of(decision, at);
                    if decides(self.program(), decision, &goals) && !reads.is_empty() {
                        found.extend(reads.into_iter().map(|read| (decision, read)));
                        decided += 1;
                    }
                    if decided == MOST_DECISIONS {
                        return found;
                    }
                }
                // The call of the timeline begins here.
                let operation = |loc: usize| self.program().locs[loc].operation;
                if operation(step.lines[at].loc) != operation(goal) {
                    return found;
                }
            }
        }
        found
    }

    /// The decisions of a line: its own, if it is a test, and those on locals behind it.
    fn made_at(&self, step: usize, line: usize) -> Vec<Decision> {
        let record = self.step(step);
        let (frame, cpu) = (record.frame, record.choice.cpu());
        let line = &record.lines[line];
        let locs = &self.program().locs;
        let own = line.taken.map(|held| Decision { step, loc: line.loc, held });
        let location = self.player.system().lanes[cpu].cells.location(frame).index() as u32;
        let moves = line.accesses.iter().filter(|one| one.cell == location);
        let local = moves.filter_map(|one| {
            let (from, to) = (usize::from(one.old), usize::from(one.new));
            let is_local = matches!(locs.get(from)?.line.op, Op::If(..));
            is_local.then(|| Decision { step, loc: from, held: to == locs[from].target })
        });
        own.into_iter().chain(local).collect()
    }

    /// What a decision was about: the words that its line has read, or that the locals of its
    /// function come from.
    fn reads_of(&self, decision: Decision, line: usize) -> Vec<Read> {
        let program = self.program();
        if self.step(decision.step).lines[line].loc == decision.loc {
            return self.used(decision.step, Some(line), MOST_LOCALS);
        }
        let frame = self.step(decision.step).frame;
        let slots = self.player.system().lanes[self.deed.cpu].slots(frame);
        let own = program.calls[program.locs[decision.loc].call].slots();
        let of_call = |cell: &&u32| {
            cell.checked_sub(slots).is_some_and(|slot| own.contains(&(slot.min(255) as u8)))
        };
        let locals = self.flow.own_reads(decision.step).iter().filter(of_call);
        // A local may have been set by the very line behind which it decides.
        let mut reads = Vec::new();
        for local in locals {
            for read in self.source(*local, (decision.step, Some(line + 1)), MOST_LOCALS) {
                if !reads.contains(&read) {
                    reads.push(read);
                }
            }
        }
        reads
    }
}

/// What a lane counts for itself: nobody asks why its interrupts are off.
fn is_own(info: &CellInfo) -> bool {
    matches!(info.field, "interrupts off" | "preemption off")
}

/// Where a location is in each function on its stack: the activation, and the location there.
fn goals(program: &Program, loc: usize) -> Vec<(usize, usize)> {
    let mut goals = vec![(program.locs[loc].call, loc)];
    while let Some((call, at)) = program.calls[goals[goals.len() - 1].0].parent {
        goals.push((call, at));
    }
    goals
}

/// Whether the other way would not have led to the goal, unless through this decision again.
fn decides(program: &Program, decision: Decision, goals: &[(usize, usize)]) -> bool {
    let (start, own) = (decision.loc, &program.locs[decision.loc]);
    let Some((_, goal)) = goals.iter().find(|(call, _)| *call == own.call) else { return false };
    let other = if decision.held { start + 1 } else { own.target };
    let mut seen = vec![start];
    let mut open = vec![other];
    while let Some(at) = open.pop() {
        if at == *goal {
            return false;
        }
        let Some(loc) = program.locs.get(at).filter(|loc| loc.call == own.call) else { continue };
        if seen.contains(&at) {
            continue;
        }
        seen.push(at);
        match loc.line.op {
            Op::Return(_) => {}
            Op::Goto(_) => open.push(loc.target),
            Op::Call(..) => open.push(program.calls[loc.target].end),
            Op::If(..) | Op::Branch(..) => open.extend([at + 1, loc.target]),
            _ if loc.compares => open.extend([at + 1, loc.target]),
            _ => open.push(at + 1),
        }
    }
    true
}
