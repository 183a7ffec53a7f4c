//! A trace looked at closely: where its lanes meet, the history of every word, why one is what it
//! is, a page's references over time. The page asks for it beside the scenario on the stage.
use std::rc::Rc;

use serde::Serialize;

use super::{picture, words};
use crate::machine::{State, System};
use crate::mm::{CellInfo, LockWord, Pfn, Subject, Unit, Word};
use crate::player::Player;
use crate::player::flow::{Conflict, Deed, Flow, Meeting};
use crate::player::reasons::{self, Decision, Link, Reason};
use crate::scenario::{Place, parse};
use crate::schedule::lock_name;

/// Two steps of two lanes that meet in a word.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConflictView {
    /// The earlier step.
    pub earlier: u32,
    /// The later step.
    pub later: u32,
    /// `reads`, `updates`, `overwrites`, `outdates` or `locks`: what the later one does.
    pub kind: String,
    /// What it does to what, as said at the later step.
    pub back: String,
    /// The same, as said at the earlier step.
    pub ahead: String,
    /// What the word belongs to.
    pub subject: String,
    /// The word.
    pub field: String,
}

/// The history of what belongs to one subject.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryView {
    /// `page 2`
    pub subject: String,
    /// Its fields, with what they were at the start.
    pub fields: Vec<(String, String)>,
    /// What changed them, in order.
    pub changes: Vec<PastView>,
}

/// One change of a field.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PastView {
    /// The step.
    pub step: u32,
    /// The lane.
    pub cpu: u32,
    /// The kernel function; empty where a store reached memory.
    pub function: String,
    /// The line.
    pub line: String,
    /// Which field.
    pub field: String,
    /// Before.
    pub from: String,
    /// Behind.
    pub to: String,
}

/// One reason why a field is what it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReasonView {
    /// The step to look at; none where it was so at the start.
    pub step: Option<u32>,
    /// The lane of that step.
    pub cpu: Option<u32>,
    /// How many turns back.
    pub depth: u32,
    /// A sentence.
    pub words: String,
}

/// A page's references, after each step.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReferencesView {
    /// `_refcount`: at the start, then behind each step.
    pub actual: Vec<u32>,
    /// What migration would expect; none where the page is not one to migrate.
    pub expected: Vec<Option<u32>>,
}

/// A trace with what its steps have read and written.
pub struct Watch {
    player: Player,
    flow: Flow,
}

impl Watch {
    /// That of a scenario text under a schedule.
    ///
    /// # Errors
    /// The text is none, or a choice of the schedule cannot be made: why.
    pub fn open(text: &str, schedule: &str) -> Result<Watch, String> {
        let first = |complaints: Vec<crate::scenario::Complaint>| {
            complaints.into_iter().next().map_or(String::new(), |complaint| complaint.message)
        };
        let scenario = parse(text).map_err(first)?;
        let (system, memory) = scenario.build(&scenario.kernel).map_err(|c| c.message)?;
        let mut player = Player::new(Rc::new(system), memory);
        player.play(schedule, Place::default()).map_err(|c| c.message)?;
        let flow = Flow::of(&player);
        Ok(Watch { player, flow })
    }

    fn system(&self) -> &System {
        self.player.system()
    }

    /// Where two lanes meet.
    pub fn conflicts(&self) -> Vec<ConflictView> {
        let conflicts = self.flow.conflicts(self.system());
        conflicts.iter().map(|conflict| self.conflict(conflict)).collect()
    }

    fn conflict(&self, conflict: &Conflict) -> ConflictView {
        let Conflict { meeting, earlier, later } = conflict;
        let info = self.system().layout.info(later.access.cell);
        let word = self.word(later.access.cell);
        let (one, two) = (format!("CPU{}", earlier.cpu), format!("CPU{}", later.cpu));
        let (first, second) = (earlier.step + 1, later.step + 1);
        let value = |word: u16| words::cell_value(info, word);
        let (found, made) = (value(later.access.old), value(later.access.new));
        let (kind, back, ahead) = match meeting {
            Meeting::Reads => (
                "reads",
                format!("reads {word}, {found}, as {one} left it at step {first}"),
                format!("{two} reads {word} at step {second}"),
            ),
            Meeting::Updates => (
                "updates",
                format!("takes {word} from {found} to {made}; {one} changed it at step {first}"),
                format!("{two} takes {word} from {found} to {made} at step {second}"),
            ),
            Meeting::Overwrites => (
                "overwrites",
                format!("overwrites {word}, {found} since step {first} of {one}, with {made}"),
                format!("{two} overwrites {word} with {made} at step {second}"),
            ),
            Meeting::Outdates => (
                "outdates",
                format!("takes {word} from {found} to {made}; {one} read it at step {first}"),
                format!("{two} takes {word}, which was read here, to {made} at step {second}"),
            ),
            Meeting::Locks => (
                "locks",
                format!("has {word} behind {one}, step {first}"),
                format!("{two} has {word} next, at step {second}"),
            ),
        };
        ConflictView {
            earlier: first as u32,
            later: second as u32,
            kind: kind.into(),
            back,
            ahead,
            subject: words::subject(&self.system().layout, info.subject),
            field: words::field(&self.system().layout, info),
        }
    }

    /// A cell by name: `page 2's _refcount`.
    fn word(&self, cell: u32) -> String {
        let layout = &self.system().layout;
        let info = layout.info(cell);
        let field = words::field(layout, info);
        match (info.unit, info.subject) {
            (Unit::Lock, _) => lock_name(layout, cell),
            (_, Subject::Zone) => format!("the zone's {field}"),
            (_, subject) => format!("{}'s {field}", words::subject(layout, subject)),
        }
    }

    /// The cells of a subject, or of one of its fields.
    fn cells<'a>(&'a self, subject: &'a str, field: Option<&'a str>) -> Vec<u32> {
        let layout = &self.system().layout;
        let mut last: Option<(Subject, bool)> = None;
        let mut belongs = |info: &CellInfo| {
            let known = last.filter(|(known, _)| *known == info.subject);
            let own =
                known.map_or_else(|| words::subject(layout, info.subject) == subject, |l| l.1);
            last = Some((info.subject, own));
            own && (words::is_shown(info) || info.unit == Unit::Lock)
        };
        let named = |info: &CellInfo| field.is_none_or(|name| words::field(layout, info) == name);
        let cells = 0..layout.len() as u32;
        let cells = cells.filter(|cell| belongs(layout.info(*cell)));
        cells.filter(|cell| named(layout.info(*cell))).collect()
    }

    /// All that changed what belongs to a subject: `page 2`, `process B`.
    pub fn history(&self, subject: &str) -> HistoryView {
        let layout = &self.system().layout;
        let cells = self.cells(subject, None);
        let mut changes: Vec<Deed> =
            cells.iter().flat_map(|cell| self.flow.changes(*cell)).collect();
        changes.sort_by_key(|deed| (deed.step, deed.line));
        let start = |cell: &u32| {
            let info = layout.info(*cell);
            let value = self.player.start().cells()[*cell as usize];
            (words::field(layout, info), words::cell_value(info, value))
        };
        HistoryView {
            subject: subject.into(),
            fields: cells.iter().map(start).collect(),
            changes: changes.iter().map(|deed| self.past(deed)).collect(),
        }
    }

    fn past(&self, deed: &Deed) -> PastView {
        let info = self.system().layout.info(deed.access.cell);
        let (function, line) = self.line(deed);
        PastView {
            step: deed.step as u32 + 1,
            cpu: deed.cpu as u32,
            function: function.into(),
            line: line.into(),
            field: words::field(&self.system().layout, info),
            from: words::cell_value(info, deed.access.old),
            to: words::cell_value(info, deed.access.new),
        }
    }

    /// The function and the text of the line that did it.
    fn line(&self, deed: &Deed) -> (&str, &str) {
        let step = &self.player.steps()[deed.step];
        match deed.line {
            Some(line) => self.text(deed.step, step.lines[line].loc),
            None => ("", "its oldest store reaches memory"),
        }
    }

    fn text(&self, step: usize, loc: usize) -> (&str, &str) {
        let step = &self.player.steps()[step];
        let program = self.system().lanes[step.choice.cpu()].program(step.frame);
        let routine = program.calls[program.locs[loc].call].routine;
        (self.system().kernel.name_of(routine.function), program.text(loc).trim())
    }

    /// Why a field is what it is after so many steps; nothing where there is no such field.
    pub fn why(&self, subject: &str, field: &str, cursor: u32) -> Vec<ReasonView> {
        let cells = self.cells(subject, Some(field));
        let Some(cell) = cells.first() else { return Vec::new() };
        let reasons = reasons::why(&self.player, &self.flow, *cell, cursor as usize);
        reasons.iter().map(|reason| self.reason(reason, &reasons, cursor)).collect()
    }

    fn reason(&self, reason: &Reason, all: &[Reason], cursor: u32) -> ReasonView {
        let info = self.system().layout.info(reason.cell);
        let start = self.player.start().cells()[reason.cell as usize];
        let value = words::cell_value(info, reason.made.map_or(start, |deed| deed.access.new));
        let word = self.word(reason.cell);
        let since = match &reason.made {
            None => "since the start".into(),
            Some(deed) => {
                let (function, text) = self.line(deed);
                let (did, step, cpu) = (self.did(info, deed), deed.step + 1, deed.cpu);
                let within = if function.is_empty() { "" } else { " in " };
                format!("since step {step}: CPU{cpu} {did}{within}{function}, `{text}`")
            }
        };
        let of = all[reason.of].made.map_or(cursor as usize, |deed| deed.step + 1);
        let words = match reason.link {
            Link::Asked => format!("{word} is {value} {since}."),
            Link::Before => format!("Before step {of}, {word} was {value} {since}."),
            Link::Used(step) if step + 1 == of => {
                format!("Step {of} went by {word}: {value} {since}.")
            }
            Link::Used(step) => {
                format!("Step {of} went by {word} as read at step {}: {value} {since}.", step + 1)
            }
            Link::Decided(decision) => {
                let lead = self.decision(decision);
                format!("{lead} {word} was {value} {since}.")
            }
        };
        let step = reason.made.map(|deed| deed.step as u32 + 1);
        let cpu = reason.made.map(|deed| deed.cpu as u32);
        ReasonView { step, cpu, depth: reason.depth as u32, words }
    }

    fn decision(&self, decision: Decision) -> String {
        let (function, text) = self.text(decision.step, decision.loc);
        let step = decision.step + 1;
        if !text.starts_with("if ") {
            return format!("That CPU came there by way of {function} at step {step};");
        }
        let held = if decision.held { "yes" } else { "no" };
        format!("That CPU came there because {function} had `{text}`: {held}, at step {step};")
    }

    /// What a change was, in the words of who works on that field.
    fn did(&self, info: &CellInfo, deed: &Deed) -> String {
        let (old, new) = (deed.access.old, deed.access.new);
        let value = |word: u16| words::cell_value(info, word);
        let bias = self.system().layout.geometry.pin_bias;
        let took = |verb: &str, refs: u16| match refs {
            1 => format!("{verb} a reference"),
            // `page_ref_add_unless` has added one before the rest of a pin.
            refs if refs == bias || refs + 1 == bias => format!("{verb} a pin"),
            refs => format!("{verb} {refs} references"),
        };
        match (info.field, info.unit) {
            ("_refcount", _) if new == 0 && old == 1 => "dropped the last reference".into(),
            ("_refcount", _) if new > old => took("took", new - old),
            ("_refcount", _) => took("dropped", old - new),
            (_, Unit::Lock) => {
                if LockWord::from_word(new).held_by(deed.cpu) { "took it" } else { "dropped it" }
                    .into()
            }
            (_, Unit::Flag) => if new == 0 { "cleared it" } else { "set it" }.into(),
            ("pte", _) if value(new) == "none" => format!("cleared the entry, {}", value(old)),
            _ => format!("changed it from {}", value(old)),
        }
    }

    /// A page's references over time.
    pub fn references(&mut self, page: u32) -> Option<ReferencesView> {
        let pfn = u16::try_from(page).ok().map(Pfn)?;
        let system = Rc::clone(self.player.system());
        if !system.layout.pfns().any(|known| known == pfn) {
            return None;
        }
        let mut view = ReferencesView { actual: Vec::new(), expected: Vec::new() };
        for cursor in 0..=self.player.steps().len() {
            self.player.seek(cursor);
            let memory = self.player.memory();
            let settled = system.with_stores_done(memory);
            let state = State::of(&system, settled.as_ref().unwrap_or(memory));
            let refs = state.memory.peek(system.layout.page(pfn).refcount());
            view.actual.push(u32::from(refs));
            let expected = picture::expected(&state, pfn);
            view.expected.push(expected.map(|(expected, _)| u32::from(expected)));
        }
        Some(view)
    }
}
