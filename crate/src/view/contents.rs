//! What a virtual page holds by each way that leads to it: its process by the page table, a device
//! by the page that it was given, a CPU by a translation that it has kept.
use super::process::{is_stale, kept, mapping_name, number, pin_kind};
use super::protocol::{ContentsView, WayView};
use crate::machine::{Frame, Function, State, System};
use crate::mm::{ANY, Layout, Memory, Pfn, Pte, Rmap, WORDS};
use crate::routines::dma::{DMA_READ, DMA_WRITE};
use crate::routines::entry::foll;
use crate::routines::uaccess::{LOAD, STORE};

/// What reads and writes contents.
const ACCESSES: [Function; 4] = [LOAD, STORE, DMA_READ, DMA_WRITE];

/// Whether anything reads or writes contents: only then are they worth a look.
pub fn are_used(system: &System) -> bool {
    let programs = system.lanes.iter().flat_map(|lane| Frame::ALL.map(|frame| lane.program(frame)));
    let mut calls = programs.flat_map(|program| &program.calls);
    calls.any(|call| ACCESSES.contains(&call.routine.function))
}

/// The two words of a page.
pub fn words_of(layout: &Layout, memory: &Memory, pfn: Pfn) -> Vec<u32> {
    let page = layout.page(pfn);
    (0..WORDS).map(|word| u32::from(memory.peek(page.content(word)))).collect()
}

/// The virtual pages, where contents are used at all. `state` has no store on its way.
pub fn contents(state: &State) -> Vec<ContentsView> {
    if !are_used(state.system) {
        return Vec::new();
    }
    let (layout, memory) = (state.layout(), state.memory);
    let mut views = Vec::new();
    for (process, constants) in layout.geometry.processes.iter().enumerate() {
        for address in 0..constants.mappings.len() as u16 {
            views.push(view(layout, memory, process, address));
        }
    }
    views
}

fn view(layout: &Layout, memory: &Memory, process: usize, address: u16) -> ContentsView {
    let ways = ways(layout, memory, process, address);
    let expected: Vec<Option<u32>> =
        (0..WORDS).map(|word| must_find(layout, memory, process, address, word)).collect();
    let mut wrong: Vec<String> = pins_of(layout, memory, process, address)
        .filter_map(|pin| apart(layout, memory, pin))
        .collect();
    let name = mapping_name(layout, process, address);
    for (word, expected) in expected.iter().enumerate() {
        let Some(expected) = *expected else { continue };
        let others: Vec<String> = ways
            .iter()
            .filter_map(|way| way.words.get(word).map(|found| (way, *found)))
            .filter(|(_, found)| *found != expected)
            .map(|(way, found)| format!("{} finds {found}", way.who))
            .collect();
        if !others.is_empty() {
            wrong.push(format!("{name}[{word}] was last set to {expected}: {}", others.join(", ")));
        }
    }
    let wrong = (!wrong.is_empty()).then(|| wrong.join("; "));
    ContentsView { name, expected, ways, wrong }
}

/// What a process must find in a word; nothing where it may find anything.
fn must_find(
    layout: &Layout,
    memory: &Memory,
    process: usize,
    address: u16,
    word: u16,
) -> Option<u32> {
    let written = memory.peek(layout.mm(process).written(address, word));
    (written != ANY).then_some(u32::from(written))
}

fn ways(layout: &Layout, memory: &Memory, process: usize, address: u16) -> Vec<WayView> {
    let pte = layout.entry(memory, process, address);
    let name = &layout.geometry.processes[process].name;
    let to_page = |who: String, at: String, pfn: Pfn| WayView {
        who,
        at,
        pfn: Some(number(pfn)),
        words: words_of(layout, memory, pfn),
    };
    let mut ways = vec![by_page_table(layout, memory, format!("process {name}"), pte)];
    for pin in pins_of(layout, memory, process, address) {
        let flags = memory.peek(layout.pin(pin).flags());
        let who = format!("the device with {} {}", pin_kind(flags), layout.geometry.pins[pin]);
        if let Some(pfn) = memory.peek(layout.pin(pin).page()) {
            ways.push(to_page(who, format!("page {pfn}"), pfn));
        }
    }
    for (cpu, kept) in kept(layout, memory, process, address) {
        if let Some(pfn) = kept.permits(false).filter(|_| is_stale(kept, pte)) {
            ways.push(to_page(
                format!("CPU{cpu} with its translation"),
                format!("page {pfn}"),
                pfn,
            ));
        }
    }
    ways
}

/// Where the process gets to, after a fault where one is needed.
fn by_page_table(layout: &Layout, memory: &Memory, who: String, pte: Pte) -> WayView {
    let slot = |slot: u16| layout.swap_slot(slot);
    let cached = match pte {
        Pte::Swap { slot: number, .. } => memory.peek(slot(number).page()),
        other => other.pfn(),
    };
    let at = match (pte, cached) {
        (Pte::None, _) => "nothing".into(),
        (Pte::Swap { slot, .. }, None) => format!("swap slot {slot}"),
        (Pte::Swap { slot, .. }, Some(pfn)) => format!("page {pfn}, of swap slot {slot}"),
        (Pte::Migration { .. }, Some(pfn)) => format!("page {pfn}, after its migration"),
        (_, Some(pfn)) => format!("page {pfn}"),
        (_, None) => "nothing".into(),
    };
    let words = match (pte, cached) {
        (_, Some(pfn)) => words_of(layout, memory, pfn),
        (Pte::Swap { slot: number, .. }, None) => {
            (0..WORDS).map(|word| u32::from(memory.peek(slot(number).content(word)))).collect()
        }
        _ => Vec::new(),
    };
    WayView { who, at, pfn: cached.map(number), words }
}

/// The handles that were taken through a virtual page and hold one.
fn pins_of<'a>(
    layout: &'a Layout,
    memory: &'a Memory,
    process: usize,
    address: u16,
) -> impl Iterator<Item = usize> + 'a {
    let through = Rmap { process: process as u16, address };
    (0..layout.geometry.pins.len()).filter(move |pin| {
        let pin = layout.pin(*pin);
        memory.peek(pin.page()).is_some() && memory.peek(pin.mapping()) == Some(through)
    })
}

/// What is so where a pin and the page table that it was taken through lead to different pages. An
/// entry that is gone leads nowhere.
pub fn apart(layout: &Layout, memory: &Memory, pin: usize) -> Option<String> {
    let cells = layout.pin(pin);
    let (page, mapping) = (memory.peek(cells.page())?, memory.peek(cells.mapping())?);
    let process = usize::from(mapping.process);
    let pte = layout.entry(memory, process, mapping.address);
    let name = &layout.geometry.processes[process].name;
    let way = by_page_table(layout, memory, String::new(), pte);
    if pte == Pte::None || way.pfn == Some(number(page)) {
        return None;
    }
    let flags = memory.peek(cells.flags());
    let writes = flags & foll::WRITE != 0;
    let (verb, other) = if writes { ("writes", "reads") } else { ("reads", "has") };
    Some(match flags & foll::PIN {
        0 => format!("the reference is on page {page}, process {name} {other} {}", way.at),
        _ => format!("the device {verb} page {page}, process {name} {other} {}", way.at),
    })
}
