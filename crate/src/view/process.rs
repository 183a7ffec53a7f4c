//! Processes with their page tables, pins and swap slots as plain data.
use super::protocol::{LockView, MappingView, PinView, ProcessView, SwapSlotView, TranslationView};
use super::{contents, words};
use crate::machine::StepRecord;
use crate::mm::{Layout, Memory, Pfn, Pte, Restore, Subject, WORDS};
use crate::player::Player;
use crate::routines::entry::foll;

/// The page as a number of the protocol.
pub fn number(pfn: Pfn) -> u32 {
    u32::from(pfn.0)
}

/// Process and virtual page: `B:a`.
pub fn mapping_name(layout: &Layout, process: usize, address: u16) -> String {
    let process = &layout.geometry.processes[process];
    format!("{}:{}", process.name, process.mappings[usize::from(address)].name)
}

/// The processes. `changed` are the entries that the step at the cursor changed, `lock` shows a
/// lock that is held or waited for.
pub fn processes(
    layout: &Layout,
    memory: &Memory,
    changed: &[(Subject, u16)],
    lock: impl Fn(u32) -> Option<LockView>,
) -> Vec<ProcessView> {
    let processes = layout.geometry.processes.iter().enumerate();
    processes
        .map(|(process, constants)| {
            let mm = layout.mm(process);
            let mappings = (0..constants.mappings.len() as u16).map(|address| MappingView {
                changed: changed.contains(&(Subject::Mm(process as u16), address)),
                ..mapping(layout, memory, process, address)
            });
            ProcessView {
                name: constants.name.clone(),
                pmd: layout.geometry.has_huge_pages().then(|| memory.peek(mm.pmd()).to_string()),
                mappings: mappings.collect(),
                has_pinned: memory.peek(mm.has_pinned()),
                write_protect_seq: u32::from(memory.peek(mm.write_protect_seq())),
                mmap_lock: lock(mm.mmap_read().cell.index() as u32),
            }
        })
        .collect()
}

fn mapping(layout: &Layout, memory: &Memory, process: usize, address: u16) -> MappingView {
    let mm = layout.mm(process);
    let pte = layout.entry(memory, process, address);
    let flags = memory.peek(mm.vm_flags(address));
    MappingView {
        name: layout.geometry.processes[process].mappings[usize::from(address)].name.clone(),
        pte: pte.to_string(),
        pfn: pte.pfn().map(number),
        instead: instead(pte),
        flags: pte_flags(pte).into_iter().map(String::from).collect(),
        area: (flags != 0).then(|| words::area(flags)),
        translations: translations(layout, memory, process, address, pte),
        changed: false,
    }
}

fn instead(pte: Pte) -> Option<String> {
    match pte {
        Pte::None => Some("none".into()),
        Pte::Swap { slot, .. } => Some(format!("swap slot {slot}")),
        Pte::Migration { .. } => Some("migration entry".into()),
        Pte::Present { .. } | Pte::UffdWp { .. } | Pte::Protnone { .. } => None,
    }
}

fn pte_flags(pte: Pte) -> Vec<&'static str> {
    let right = if pte.writes() { "rw" } else { "ro" };
    match pte {
        Pte::None => Vec::new(),
        Pte::Present { dirty, .. } => [Some(right), dirty.then_some("dirty")].to_vec(),
        Pte::UffdWp { dirty, .. } => {
            [Some(right), dirty.then_some("dirty"), Some("uffd-wp")].to_vec()
        }
        Pte::Protnone { .. } => [Some(right), Some("protnone")].to_vec(),
        Pte::Swap { exclusive, .. } => [exclusive.then_some("exclusive")].to_vec(),
        Pte::Migration { restore, .. } => [Some(match restore {
            Restore::Readable => "readable",
            Restore::ReadableExclusive => "readable exclusive",
            Restore::Writable => "writable",
        })]
        .to_vec(),
    }
    .into_iter()
    .flatten()
    .collect()
}

fn translations(
    layout: &Layout,
    memory: &Memory,
    process: usize,
    address: u16,
    pte: Pte,
) -> Vec<TranslationView> {
    let kept = kept(layout, memory, process, address);
    kept.map(|(cpu, kept)| TranslationView {
        cpu: cpu as u32,
        pte: kept.to_string(),
        stale: is_stale(kept, pte),
    })
    .collect()
}

/// What CPUs keep of an entry: none in a machine without translations.
pub fn kept<'a>(
    layout: &'a Layout,
    memory: &'a Memory,
    process: usize,
    address: u16,
) -> impl Iterator<Item = (usize, Pte)> + 'a {
    let runs = layout.geometry.runs.iter().enumerate();
    let cpus = runs.filter(move |(_, runs)| layout.geometry.has_tlb() && **runs == Some(process));
    cpus.map(move |(cpu, _)| (cpu, memory.peek(layout.tlb(cpu, address))))
        .filter(|(_, kept)| *kept != Pte::None)
}

/// Whether a CPU that keeps `kept` can do what the entry does not permit, or goes elsewhere.
pub fn is_stale(kept: Pte, pte: Pte) -> bool {
    [false, true].iter().any(|write| {
        let permitted = kept.permits(*write);
        permitted.is_some() && permitted != pte.permits(*write)
    })
}

/// The pin handles.
pub fn pins(layout: &Layout, memory: &Memory) -> Vec<PinView> {
    let pins = layout.geometry.pins.iter().enumerate();
    pins.map(|(number_of_pin, name)| {
        let pin = layout.pin(number_of_pin);
        let flags = memory.peek(pin.flags());
        let page = memory.peek(pin.page());
        let mapping = memory.peek(pin.mapping()).filter(|_| page.is_some());
        PinView {
            name: name.clone(),
            kind: pin_kind(flags).into(),
            pfn: page.map(number),
            flags: foll::words(flags),
            longterm: flags & foll::LONGTERM != 0,
            taken_through: mapping
                .map(|it| mapping_name(layout, usize::from(it.process), it.address)),
            apart: contents::apart(layout, memory, number_of_pin),
        }
    })
    .collect()
}

/// What a handle with these flags is.
pub fn pin_kind(flags: u16) -> &'static str {
    if flags & foll::PIN != 0 { "pin" } else { "reference" }
}

/// The swap slots that are in use, or that a step of the trace changes: so they do not come and go
/// with the cursor.
pub fn swap_slots(
    layout: &Layout,
    memory: &Memory,
    player: &Player,
    changed: &[Subject],
) -> Vec<SwapSlotView> {
    let slots = 0..layout.geometry.swap_slots;
    slots
        .filter(|slot| {
            let cells = layout.swap_slot(*slot);
            memory.peek(cells.count()) > 0
                || memory.peek(cells.page()).is_some()
                || player.steps().iter().any(|step| touches(layout, step, Subject::Swap(*slot)))
        })
        .map(|slot| {
            let cells = layout.swap_slot(slot);
            SwapSlotView {
                number: u32::from(slot),
                count: u32::from(memory.peek(cells.count())),
                page: memory.peek(cells.page()).map(number),
                words: (0..WORDS).map(|word| u32::from(memory.peek(cells.content(word)))).collect(),
                settled: memory.peek(cells.settled()),
                changed: changed.contains(&Subject::Swap(slot)),
            }
        })
        .collect()
}

fn touches(layout: &Layout, step: &StepRecord, subject: Subject) -> bool {
    let accesses = step.lines.iter().flat_map(|line| &line.accesses).chain(&step.rest);
    accesses
        .into_iter()
        .any(|access| access.old != access.new && layout.info(access.cell).subject == subject)
}
