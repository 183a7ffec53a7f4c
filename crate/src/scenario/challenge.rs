//! `[challenge]`: what a reader is to bring about, what may be changed for it, how it is judged.
use std::collections::BTreeMap;

use super::patch::Patch;
use super::reader::{Reader, Table};
use super::{Expectation, KernelChoice, Scenario, Timeline, claims, keys, limits};
use crate::machine::Operation;
use crate::routines::{kernels, presets};

/// How much of a scenario may be changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct May {
    /// Calls more than there are, in any lane; those that are there stay.
    pub calls: usize,
    /// Edits of a patch, whatever they do.
    pub edits: usize,
    /// Edits of a patch that move a line.
    pub moves: usize,
    /// Toggles of the kernel that get another value.
    pub toggles: usize,
}

/// A challenge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// What is to be brought about, in a sentence or two.
    pub task: String,
    /// By changing how much.
    pub may: May,
    /// What is true of all executions when it is done.
    pub goals: Vec<Expectation>,
    /// From vague to plain.
    pub hints: Vec<String>,
}

/// The challenge of a text. `names` are those of the results that goals may speak of.
pub(super) fn read(
    reader: &mut Reader,
    root: &Table,
    of_file: (&KernelChoice, &[Patch]),
    names: &[String],
) -> Option<Challenge> {
    let item = root.get("challenge")?;
    let place = reader.at(item);
    let table = reader.table(item, "challenge")?;
    reader.only_keys(table, &keys::CHALLENGE);
    let task = table.get("task").and_then(|item| reader.prose(item, "task"));
    let may = table.get("may").and_then(|item| reader.table(item, "may"));
    let goals = claims::expectations(reader, table.get("goal"), &keys::GOAL, of_file, names);
    let hints = table.get("hint").map(|item| reader.strings(item, "hint", limits::HINTS));
    for (key, hint) in [
        ("task", "say what is to be brought about: `task = \"...\"`"),
        ("may", "say what may be changed: `may = { calls = 1 }`"),
        ("goal", "say what is true when it is done: `[[challenge.goal]]`, as in an [[expect]]"),
    ] {
        if !table.contains_key(key) {
            reader.complain(place, say!("the challenge has no `{key}`"), Some(say!("{hint}")));
        }
    }
    let may = self::may(reader, may?);
    let hints = hints.unwrap_or_default().into_iter().map(|text| text.value).collect();
    Some(Challenge { task: task?.value.trim().to_string(), may, goals, hints })
}

fn may(reader: &mut Reader, table: &Table) -> May {
    reader.only_keys(table, &keys::MAY);
    let mut number = |key: &str| {
        let item = table.get(key)?;
        reader.number(item, key, (1, limits::EDITS))
    };
    let [calls, edits, moves, toggles] =
        ["calls", "edits", "moves", "toggles"].map(|key| number(key).unwrap_or_default());
    May { calls, edits, moves, toggles }
}

impl Challenge {
    /// What must be true of a text that tries it: a goal that names no kernel is about that of the
    /// text at hand.
    pub fn goals_for(&self, given: &Scenario, own: &Scenario) -> Vec<Expectation> {
        let goals = self.goals.iter().cloned();
        let of = |goal: Expectation| {
            let same = goal.kernel == given.kernel;
            Expectation { kernel: if same { own.kernel.clone() } else { goal.kernel }, ..goal }
        };
        goals.map(of).collect()
    }

    /// Whether it is the same one, wherever it stands.
    fn is(&self, other: &Challenge) -> bool {
        let goals = |challenge: &Challenge| -> Vec<_> {
            let goal = |goal: &Expectation| (goal.quantifier, goal.pattern.clone());
            challenge.goals.iter().map(goal).collect()
        };
        (&self.task, self.may, &self.hints) == (&other.task, other.may, &other.hints)
            && goals(self) == goals(other)
    }
}

impl May {
    /// What may be changed, a phrase each.
    pub fn words(self) -> Vec<String> {
        let many = |n: usize, one: &str| say!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let mut words = Vec::new();
        if self.calls > 0 {
            words.push(say!("{} more", many(self.calls, "call")));
        }
        if self.edits > 0 {
            words.push(say!("a [[patch]] with {}", many(self.edits, "edit")));
        }
        if self.moves > 0 {
            words.push(say!("a [[patch]] with {}", many(self.moves, "moved line")));
        }
        if self.toggles > 0 {
            words.push(say!("{} of the kernel", many(self.toggles, "toggle")));
        }
        words
    }
}

/// What of a scenario was changed that its challenge does not allow, a phrase each. The schedule,
/// the prose and the claims are free: they decide nothing.
pub fn trespasses(given: &Scenario, own: &Scenario) -> Vec<String> {
    let (Some(challenge), Some(kept)) = (&given.challenge, &own.challenge) else {
        return vec![say!("there is no [challenge]")];
    };
    let mut wrong = Vec::new();
    if !challenge.is(kept) {
        wrong.push(say!("the [challenge] itself was changed"));
    }
    if !same_machine(given, own) {
        wrong.push(say!("[machine], a [[process]] or [[before]] was changed"));
    }
    let May { calls, edits, moves, toggles } = challenge.may;
    wrong.extend(lanes(given, own, calls));
    let (given_kernel, own_kernel) = (&given.kernel, &own.kernel);
    if given_kernel.base != own_kernel.base {
        wrong.push(say!("the kernel is {}, not {}", own_kernel.base, given_kernel.base));
    } else {
        let changed = different_toggles(given_kernel, own_kernel);
        wrong.extend(too_many(changed, toggles, "changed toggle"));
    }
    let has = |patches: &[Patch], patch: &Patch| patches.iter().any(|other| other.is(patch));
    if given.patches.iter().any(|patch| !has(&own.patches, patch)) {
        wrong.push(say!("a [[patch]] that was given was changed"));
    }
    let new = own.patches.iter().filter(|patch| !has(&given.patches, patch));
    let (moved, others) =
        new.fold((0, 0), |(m, o), patch| (m + patch.count_edits().0, o + patch.count_edits().1));
    let made = if moves > 0 { "edit that moves no line" } else { "edit of a routine" };
    wrong.extend(too_many(others, edits, made));
    if others <= edits {
        wrong.extend(too_many(others + moved, edits + moves, "edit of a routine"));
    }
    wrong
}

/// `2: edit of a routine (1 at most)`
fn too_many(found: usize, most: usize, what: &str) -> Option<String> {
    (found > most).then(|| match most {
        0 => say!("{what}: none is allowed, there is {found}"),
        _ => say!("{what}: {most} at most, there are {found}"),
    })
}

fn same_machine(given: &Scenario, own: &Scenario) -> bool {
    // Calls that are added may take pins.
    let mut geometry = own.geometry.clone();
    geometry.pins.clone_from(&given.geometry.pins);
    let before = |scenario: &Scenario| -> Vec<_> {
        let calls = |run: &[Operation]| run.iter().map(words).collect::<Vec<_>>();
        scenario.before.iter().map(|before| (before.process, calls(&before.run))).collect()
    };
    geometry == given.geometry
        && (&own.blocks, &own.mappings, &own.allocated, own.fine)
            == (&given.blocks, &given.mappings, &given.allocated, given.fine)
        && before(own) == before(given)
}

/// A call as it is written, apart from blanks: what it names may have another number.
fn words(call: &Operation) -> String {
    let text: String = call.text.split_whitespace().collect();
    call.result.as_ref().map_or(text.clone(), |name| say!("{name}={text}"))
}

fn lanes(given: &Scenario, own: &Scenario, most: usize) -> Vec<String> {
    if given.cpus.len() != own.cpus.len() {
        return vec![say!("there are {} lanes, not {}", own.cpus.len(), given.cpus.len())];
    }
    let mut wrong = Vec::new();
    let mut added = 0;
    for (cpu, (old, new)) in given.cpus.iter().zip(&own.cpus).enumerate() {
        let but_calls = |lane: &Timeline| (lane.process, lane.pcp.clone(), lane.tlb.clone());
        if but_calls(old) != but_calls(new) {
            wrong.push(say!("CPU{cpu} is not what it was"));
        }
        for (old, new) in [(&old.run, &new.run), (&old.interrupt, &new.interrupt)] {
            let mut rest = new.iter();
            let gone = old.iter().find(|call| !rest.any(|new| words(new) == words(call)));
            if let Some(gone) = gone {
                wrong.push(say!("`{}` of CPU{cpu} is gone or stands elsewhere", gone.text));
            }
            added += new.len().saturating_sub(old.len());
        }
    }
    wrong.extend(too_many(added, most, "call more"));
    wrong
}

fn different_toggles(given: &KernelChoice, own: &KernelChoice) -> usize {
    let values = |choice: &KernelChoice| {
        presets::preset(&choice.base)
            .map_or(BTreeMap::new(), |preset| kernels::values(preset, &choice.toggles))
    };
    let own = values(own);
    values(given).iter().filter(|(name, value)| own.get(*name) != Some(value)).count()
}
