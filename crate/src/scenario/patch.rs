//! `[[patch]]`: edits of the kernel's routines that a scenario brings along.
use std::collections::BTreeSet;
use std::sync::Arc;

use super::reader::{Reader, Table, Text, nearest_or_all, short};
use super::{Complaint, KernelChoice, Place, Scenario, keys, limits};
use crate::machine::{Edit, EditError, Edited, Insert, Kernel, Local, Routine, Spot};
use crate::routines::{balance, kernels, presets, stock};

/// A patch: edits of one routine or several, under one name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Patch {
    /// How claims and outcome tables name it.
    pub name: String,
    /// What it is for, in a sentence; may be empty.
    pub about: String,
    parts: Vec<Part>,
}

impl Patch {
    /// How many of its edits move a line, and how many do something else.
    pub fn count_edits(&self) -> (usize, usize) {
        let edits = || self.parts.iter().flat_map(|part| &part.edits);
        let moved = edits().filter(|(edit, ..)| matches!(edit, Edit::Move(..))).count();
        (moved, edits().count() - moved)
    }

    /// Whether it does the same under the same name, wherever it is written.
    pub fn is(&self, other: &Patch) -> bool {
        let parts = |patch: &Patch| -> Vec<_> {
            let edits = |part: &Part| part.edits.iter().map(|edit| edit.0.clone()).collect();
            let part = |part: &Part| (part.function.value.clone(), edits(part));
            patch.parts.iter().map(part).collect::<Vec<(String, Vec<Edit>)>>()
        };
        self.name == other.name && parts(self) == parts(other)
    }

    /// Its edits of a function that goes by one of these names.
    pub fn edits<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Edit> {
        let parts = self.parts.iter().filter(|part| names.contains(&part.function.value.as_str()));
        parts.flat_map(|part| part.edits.iter().map(|(edit, ..)| edit))
    }

    /// Whether it edits other functions than this one.
    pub fn edits_others(&self, function: &str) -> bool {
        self.parts.iter().any(|part| part.function.value != function)
    }
}

/// The edits of one routine.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    function: Text,
    edits: Vec<(Edit, &'static [Local], Place)>,
}

/// What a patch may be called, and a line that it inserts.
const NAME: usize = 40;
const LABEL: usize = 16;

const STOCK_KEYS: &[&str] = &["acquire", "release", "irq", "preempt", "fence", "again", "same"];

/// The patches of a text.
pub(super) fn read(reader: &mut Reader, root: &Table) -> Vec<Patch> {
    let mut patches: Vec<Patch> = Vec::new();
    let Some(item) = root.get("patch") else { return patches };
    for (table, place) in reader.tables(item, "[[patch]]", limits::PATCHES) {
        reader.only_keys(table, &keys::PATCH);
        let string = |reader: &mut Reader, key: &str| {
            table.get(key).and_then(|item| reader.string(item, key))
        };
        let about = string(reader, "about").map(|text| text.value).unwrap_or_default();
        let (Some(name), Some(function)) = (string(reader, "name"), string(reader, "function"))
        else {
            let hint = Some(say!("and `edits = [{{ drop = \"label\" }}]`"));
            reader.complain(place, "a [[patch]] has a `name` and a `function`", hint);
            continue;
        };
        if !is_name(&name.value, NAME) || name.value == NONE {
            let message = say!("`{}` cannot name a patch", short(&name.value));
            reader.complain(name.place, message, Some(name_hint(NAME)));
            continue;
        }
        let part = Part { edits: edits(reader, table, place), function };
        match patches.iter_mut().find(|patch| patch.name == name.value) {
            Some(patch) => {
                let same = |other: &Part| other.function.value == part.function.value;
                if patch.parts.iter().any(same) {
                    let function = short(&part.function.value);
                    let message = say!("`{}` edits `{function}` twice", patch.name);
                    let hint = Some(say!("put all edits of a function into one [[patch]]"));
                    reader.complain(part.function.place, message, hint);
                }
                patch.parts.push(part);
            }
            None => patches.push(Patch { name: name.value, about, parts: vec![part] }),
        }
    }
    patches
}

/// The patches of a text that has nothing else, beside those that are known already.
///
/// # Errors
/// What is wrong with the text, in the order of its lines; one complaint at least.
pub fn read_alone(text: &str, known: &[Patch]) -> Result<Vec<Patch>, Vec<Complaint>> {
    let mut reader = Reader::new(text);
    let document = reader.document()?;
    let root = document.as_ref();
    reader.only_keys(root, &keys::OF_PATCHES);
    let patches = read(&mut reader, root);
    for patch in &patches {
        if known.iter().any(|other| other.name == patch.name) {
            let message = say!("the scenario has a patch `{}` already", patch.name);
            reader.complain(patch.parts[0].function.place, message, None);
        }
    }
    if patches.is_empty() {
        reader.complain(Place::default(), "there is no [[patch]]", None);
    }
    if reader.complaints.is_empty() { Ok(patches) } else { Err(reader.complaints) }
}

/// What stands for no patch where one is asked for.
pub const NONE: &str = "none";

fn is_name(text: &str, most: usize) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty() && text.len() <= most && text.bytes().all(known)
}

fn name_hint(most: usize) -> String {
    say!("letters, digits, `-`, `_` and `.`, at most {most}")
}

fn edits(reader: &mut Reader, table: &Table, place: Place) -> Vec<(Edit, &'static [Local], Place)> {
    let Some(item) = table.get("edits") else {
        let hint = Some(say!("write `edits = [{{ drop = \"label\" }}]`"));
        reader.complain(place, "the patch has no `edits`", hint);
        return Vec::new();
    };
    let tables = reader.tables(item, "edits", limits::EDITS);
    let edit = |(table, place): (&Table, Place)| {
        if table.keys().any(|key| !keys::EDIT.has(key.as_ref())) {
            reader.only_keys(table, &keys::EDIT);
            return None;
        }
        let read = edit(reader, table, place);
        read.map(|(edit, needs)| (edit, needs, place))
    };
    tables.into_iter().filter_map(edit).collect()
}

/// A label, or the name of something in the stock.
fn word(reader: &mut Reader, table: &Table, key: &str) -> Option<Text> {
    let text = reader.string(table.get(key)?, key)?;
    if text.value.len() > NAME {
        reader.complain(text.place, say!("`{}` is no label", short(&text.value)), None);
        return None;
    }
    Some(text)
}

/// The one key of these that a table has, with its text.
fn one_of<'k>(
    reader: &mut Reader,
    table: &Table,
    place: Place,
    keys: &[&'k str],
) -> Option<(&'k str, Text)> {
    let given: Vec<&str> = keys.iter().copied().filter(|key| table.contains_key(*key)).collect();
    match given.as_slice() {
        [key] => Some((key, word(reader, table, key)?)),
        _ => {
            let message = say!("an edit has one of: {}", keys.join(", "));
            reader.complain(place, message, None);
            None
        }
    }
}

fn edit(reader: &mut Reader, table: &Table, place: Place) -> Option<(Edit, &'static [Local])> {
    let (what, label) = one_of(reader, table, place, &["drop", "move", "insert"])?;
    let known = keys::EDIT.names();
    let allowed: &[&str] = match what {
        "drop" => &["drop"],
        "move" => &["move", "before", "after"],
        _ => &known,
    };
    for key in known.iter().filter(|key| table.contains_key(**key)) {
        if !allowed.contains(key) {
            let place = reader.key_place(table, key);
            reader.complain(place, say!("`{key}` is of an `insert`, not of a `{what}`"), None);
            return None;
        }
    }
    if what == "drop" {
        return Some((Edit::Drop(label.value), &[]));
    }
    let (side, beside) = one_of(reader, table, place, &["before", "after"])?;
    let spot = match side {
        "before" => Spot::Before(beside.value),
        _ => Spot::After(beside.value),
    };
    if what == "move" {
        return Some((Edit::Move(label.value, spot), &[]));
    }
    if !is_name(&label.value, LABEL) {
        let message = say!("`{}` cannot name a line", short(&label.value));
        reader.complain(label.place, message, Some(name_hint(LABEL)));
        return None;
    }
    let (insert, needs) = insert(reader, table, place)?;
    Some((Edit::Insert(label.value, insert, spot), needs))
}

/// A line of the stock, and the locals that it needs.
fn insert(reader: &mut Reader, table: &Table, place: Place) -> Option<(Insert, &'static [Local])> {
    let (key, text) = one_of(reader, table, place, STOCK_KEYS)?;
    let goto = match table.contains_key("goto") {
        true => Some(word(reader, table, "goto")?.value),
        false => None,
    };
    if goto.is_some() && !matches!(key, "again" | "same") {
        let place = reader.key_place(table, "goto");
        reader.complain(place, "only `again` and `same` go somewhere", None);
        return None;
    }
    match (key, goto) {
        ("again", goto) => Some((Insert::Again { of: text.value, goto }, &[])),
        ("same", Some(goto)) => Some((Insert::Same { of: text.value, goto }, &[])),
        ("same", None) => {
            let hint = Some(say!("say where it goes otherwise: `goto = \"label\"`"));
            reader.complain(place, "`same` has no `goto`", hint);
            None
        }
        ("acquire" | "release", _) => {
            let lock = stock::LOCKS.iter().find(|lock| lock.name == text.value);
            let line = |lock: &'static stock::StockLock| match key {
                "acquire" => (Insert::Stock(&lock.acquire), lock.needs),
                _ => (Insert::Stock(&lock.release), lock.needs),
            };
            let known: Vec<&str> = stock::LOCKS.iter().map(|lock| lock.name).collect();
            found(reader, lock.map(line), &text, "lock", &known)
        }
        _ => {
            let own = || stock::LINES.iter().filter(|(name, ..)| *name == key);
            let line = own().find(|(_, value, _)| *value == text.value);
            let line = line.map(|(.., line)| (Insert::Stock(line), &[][..]));
            let known: Vec<&str> = own().map(|(_, value, _)| *value).collect();
            found(reader, line, &text, key, &known)
        }
    }
}

fn found<T>(
    reader: &mut Reader,
    value: Option<T>,
    text: &Text,
    what: &str,
    known: &[&str],
) -> Option<T> {
    if value.is_none() {
        let message = say!("there is no {what} `{}`", short(&text.value));
        reader.complain(text.place, message, nearest_or_all(&text.value, known, "there is"));
    }
    value
}

/// Complains about every patch that cannot be applied to a kernel that names it; one that no
/// kernel names must fit that of the file.
pub(super) fn check(
    reader: &mut Reader,
    patches: &[Patch],
    own: &KernelChoice,
    named: &BTreeSet<&KernelChoice>,
    huge_pages: bool,
) {
    for patch in patches {
        let names = |choice: &&&KernelChoice| choice.patch() == Some(&patch.name);
        let mut choices: Vec<&KernelChoice> = named.iter().filter(names).copied().collect();
        if choices.is_empty() {
            choices.push(own);
        }
        for choice in choices {
            let Some(base) = presets::preset(&choice.base) else { continue };
            let kernel = kernels::kernel(base, &choice.toggles, huge_pages);
            if let Err(complaint) = apply(patch, kernel) {
                reader.complain(complaint.place, complaint.message, complaint.hint);
                break;
            }
        }
    }
}

/// The kernel with the patch.
fn apply(patch: &Patch, kernel: Kernel) -> Result<Kernel, Complaint> {
    let edited: Result<Vec<_>, _> = patch.parts.iter().map(|part| part.apply(&kernel)).collect();
    let edited = edited?;
    Ok(kernel.patched(edited))
}

impl Part {
    fn apply(&self, kernel: &Kernel) -> Result<Arc<Edited>, Complaint> {
        let name = self.function.value.as_str();
        let unpatched = kernel.name.split(" + ").next().unwrap_or_default();
        let called = |routine: &&'static Routine| {
            routine.function.0 == name || kernel.name_of(routine.function) == name
        };
        let Some(routine) = kernel.routines().find(called) else {
            let known: Vec<&str> =
                kernel.routines().map(|routine| kernel.name_of(routine.function)).collect();
            let message = say!("{unpatched} has no function `{}`", short(name));
            let hint = super::reader::nearest(name, &known);
            return Err(Complaint { place: self.function.place, message, hint });
        };
        let mut edited = Edited::new(routine);
        for (edit, needs, place) in &self.edits {
            let complain = |why: String, hint: Option<String>| {
                let message = say!("`{name}` of {unpatched}: {why}");
                Complaint { place: *place, message, hint }
            };
            if let Some(local) = needs.iter().find(|local| !routine.has(**local)) {
                let why = say!("it has no `{}` to say which lock", local.name());
                return Err(complain(why, None));
            }
            if let Err(error) = edited.apply(edit) {
                let labels: Vec<&str> = edited.rows().map(|row| row.label.as_ref()).collect();
                let hint = match &error {
                    EditError::NoLabel(label) => {
                        nearest_or_all(label, &labels, "an edit stays in its function, which has")
                    }
                    EditError::NotAgain(_) => Some(say!("it runs a line again that reads")),
                    EditError::Taken(_) | EditError::Itself(_) => None,
                };
                return Err(complain(say!("{error}"), hint));
            }
        }
        match balance::flaws(&edited).into_iter().next() {
            Some(flaw) => {
                let message = say!("`{name}` of {unpatched}: {}", flaw.message);
                Err(Complaint { place: self.function.place, message, hint: flaw.hint })
            }
            None => Ok(Arc::new(edited)),
        }
    }
}

impl Scenario {
    /// The kernel of a choice, with its patch.
    ///
    /// # Errors
    /// There is no such kernel or patch, or the patch does not fit the kernel.
    pub fn kernel(&self, choice: &KernelChoice) -> Result<Kernel, Complaint> {
        let complain = |message: String| Complaint { place: Place::default(), message, hint: None };
        let base = presets::preset(&choice.base)
            .ok_or_else(|| complain(say!("there is no kernel `{}`", choice.base)))?;
        let kernel = kernels::kernel(base, &choice.toggles, self.geometry.has_huge_pages());
        // The module that the page starts with has read none.
        let patch = choice.patch().filter(|_| cfg!(feature = "whole"));
        let Some(name) = patch else { return Ok(kernel) };
        let patch = self.patches.iter().find(|patch| patch.name == name);
        let patch = patch.ok_or_else(|| complain(say!("there is no patch `{name}`")))?;
        apply(patch, kernel)
    }
}

impl KernelChoice {
    /// The patch that it names.
    pub fn patch(&self) -> Option<&str> {
        self.toggles.get(kernels::PATCH).map(String::as_str)
    }
}
