//! Cells, values and reasons in words.
use crate::machine::{Choice, Status, System, Wait};
use crate::mm::{
    Access, AccessKind, CellInfo, Layout, LockWord, Memory, Migratetype, Pfn, Place, Pmd, Pte,
    Slot, Subject, Unit, Word, vm,
};
use crate::routines::entry::foll;

use super::protocol::ChangeView;

/// What a cell belongs to: `page 2`, `zone`, `process B`.
pub fn subject(layout: &Layout, subject: Subject) -> String {
    match subject {
        Subject::Zone => "zone".into(),
        Subject::Block(block) => format!("pageblock {block}"),
        Subject::Cma(area) => layout.geometry.cma_areas[usize::from(area)].name.clone(),
        Subject::Page(pfn) => format!("page {pfn}"),
        Subject::Mm(mm) => format!("process {}", layout.geometry.processes[usize::from(mm)].name),
        Subject::Swap(slot) => format!("swap slot {slot}"),
        Subject::Section(section) => format!("section {section}"),
        Subject::Pin(pin) => format!("pin {}", layout.geometry.pins[usize::from(pin)]),
        Subject::Cpu(cpu) => format!("CPU{cpu}"),
        Subject::Ghost => "checker".into(),
    }
}

/// The name of a field: `_refcount`, `pte of a`.
pub fn field(layout: &Layout, info: &CellInfo) -> String {
    let of = |process: usize, what: &str| {
        let mapping = &layout.geometry.processes[process].mappings[usize::from(info.index)];
        format!("{what} of {}", mapping.name)
    };
    match info.subject {
        Subject::Mm(mm) if matches!(info.field, "pte" | VM_FLAGS) => {
            of(usize::from(mm), info.field)
        }
        Subject::Cpu(cpu) if info.unit == Unit::Pte => {
            match layout.geometry.runs[usize::from(cpu)] {
                Some(process) => of(process, "translation"),
                None => "translation".into(),
            }
        }
        _ => info.field.into(),
    }
}

/// The field with the flags of an area.
pub const VM_FLAGS: &str = "vm_flags";

/// The flags of an area as kernel code writes them.
pub fn area(flags: u16) -> String {
    let names = [(vm::READ, "VM_READ"), (vm::WRITE, "VM_WRITE"), (vm::FILE, "of a file")];
    let set = names.iter().filter(|(bit, _)| flags & bit != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

/// The value of a cell.
pub fn cell_value(info: &CellInfo, word: u16) -> String {
    match info.subject {
        Subject::Pin(_) if info.field == "flags" => foll::words(word),
        Subject::Mm(_) if info.field == VM_FLAGS && word == 0 => "gone".into(),
        Subject::Mm(_) if info.field == VM_FLAGS => area(word),
        _ => value(info.unit, word),
    }
}

/// A value as its unit reads.
pub fn value(unit: Unit, word: u16) -> String {
    match unit {
        Unit::Number | Unit::Hidden => word.to_string(),
        Unit::Signed => i16::from_word(word).to_string(),
        Unit::Flag => if word == 0 { "no" } else { "yes" }.into(),
        Unit::Page => match <Option<Pfn>>::from_word(word) {
            Some(pfn) => format!("page {pfn}"),
            None => "none".into(),
        },
        Unit::Pte => Pte::from_word(word).to_string(),
        Unit::Pmd => Pmd::from_word(word).to_string(),
        Unit::Slot => match <Option<Slot>>::from_word(word) {
            Some(slot) => format!("slot {}", slot.0),
            None => "none".into(),
        },
        Unit::Migratetype => Migratetype::from_word(word).to_string(),
        Unit::Place => Place::from_word(word).to_string(),
        Unit::Lock => lock_state(LockWord::from_word(word)),
        Unit::Bits => format!("{word:#b}"),
    }
}

fn lock_state(word: LockWord) -> String {
    let holders: Vec<String> = word.holders().map(|cpu| format!("CPU{cpu}")).collect();
    if holders.is_empty() { "free".into() } else { format!("held by {}", holders.join(", ")) }
}

/// What a line changed that a reader wants to know, one entry a cell: first value to last.
pub fn changes(layout: &Layout, accesses: &[Access]) -> Vec<ChangeView> {
    let mut cells: Vec<(u32, u16, u16)> = Vec::new();
    for access in accesses.iter().filter(|access| access.kind != AccessKind::Load) {
        match cells.iter_mut().find(|(cell, ..)| *cell == access.cell) {
            Some((_, _, last)) => *last = access.new,
            None => cells.push((access.cell, access.old, access.new)),
        }
    }
    cells.retain(|(cell, first, last)| first != last && is_shown(layout.info(*cell)));
    let changes = cells.into_iter().map(|(cell, first, last)| change(layout, cell, first, last));
    // What only the checker has written beside the flags of a pin is no change to a reader.
    changes.filter(|change| change.from != change.to).collect()
}

/// List links say less than the lists, and lock words less than the lines that take them.
pub fn is_shown(info: &CellInfo) -> bool {
    let link = info.field.starts_with("lru.") || info.field.starts_with("free_list");
    !link && !matches!(info.unit, Unit::Hidden | Unit::Lock)
}

fn change(layout: &Layout, cell: u32, first: u16, last: u16) -> ChangeView {
    let info = layout.info(cell);
    ChangeView {
        subject: subject(layout, info.subject),
        field: field(layout, info),
        from: cell_value(info, first),
        to: cell_value(info, last),
    }
}

/// What a broken property means, in words; the property by its name.
pub fn when_broken<'a>(system: &'a System, name: &'a str) -> &'a str {
    let property = system.properties.iter().find(|property| property.name == name);
    property.map_or(name, |property| property.when_broken)
}

/// Why a choice cannot be made; nothing if it can.
pub fn why_not(system: &System, memory: &Memory, choice: Choice) -> Option<String> {
    match system.status(memory, choice) {
        Status::Runnable => None,
        Status::Done => Some(match choice {
            Choice::Run(_) => "it has finished".into(),
            Choice::Interrupt(_) => "its interrupt was delivered".into(),
            Choice::Call(_) => "nobody has asked it for anything".into(),
            Choice::Drain(_) => "none of its stores is on its way".into(),
        }),
        Status::Blocked(wait) => Some(crate::schedule::wait_words(system, &wait)),
    }
}

/// Whether a wait is for this lock.
pub fn waits_for(status: &Status, cell: u32) -> bool {
    matches!(status, Status::Blocked(Wait::Lock(other, _)) if *other == cell)
}
