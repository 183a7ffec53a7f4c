//! Who holds a page: references, mappings and pins against each other.
use super::event;
use crate::machine::{Function, State};
use crate::mm::{ANY, LockWord, Pfn, Place, WORDS};
use crate::routines::entry::foll;

/// LT of the pins: only handles that a caller has count, not what a call holds on the way.
pub fn no_longterm_pin_on_cma(state: &State) -> bool {
    let layout = state.layout();
    (0..layout.geometry.pins.len()).map(|pin| layout.pin(pin)).all(|pin| {
        let longterm = state.memory.peek(pin.flags()) & foll::LONGTERM != 0;
        let page = state.memory.peek(pin.page());
        !longterm || page.is_none_or(|pfn| layout.geometry.cma_area_of(pfn).is_none())
    })
}

/// References that a handle's flags stand for.
pub fn handle_refs(state: &State, pin: usize) -> u16 {
    let layout = state.layout();
    let pin = layout.pin(pin);
    let page = state.memory.peek(pin.page());
    let counted = page.is_some_and(|pfn| layout.counts_pins(state.memory, pfn));
    let bias = if counted { 1 } else { layout.geometry.pin_bias };
    foll::refs(state.memory.peek(pin.flags()), bias)
}

/// Everybody who holds references of the page, with how many; none that holds nothing.
pub fn holders<'a>(state: &'a State, pfn: Pfn) -> impl Iterator<Item = (Holder, u16)> + 'a {
    let layout = state.layout();
    let page = layout.page(pfn);
    let counted = !layout.geometry.is_zero_pfn(pfn);
    let mappings = if counted { entries(state, pfn) } else { 0 };
    let pins = pages_of(state, pfn).flat_map(|page| layout.pins_on(state.memory, page));
    let pins = pins.map(|pin| (Holder::Pin(pin), handle_refs(state, pin)));
    let cpus = 0..layout.geometry.cpus;
    let cpus = cpus.map(move |cpu| (Holder::Cpu(cpu), state.memory.peek(page.held_by(cpu))));
    let gathers = 0..layout.geometry.cpus;
    let gathers = gathers.map(move |cpu| (Holder::Gather(cpu), gathered(state, cpu, pfn)));
    let pagevec = state.memory.peek(page.pagevec()).checked_sub(1);
    let pagevec = pagevec.map(|cpu| (Holder::Pagevec(usize::from(cpu)), 1));
    let cached = state.memory.peek(page.swap()).is_some();
    // While it is frozen it has no reference at all.
    let frozen = state.memory.peek(page.place()) == Place::InFlight;
    // One for each page of a compound page, which are its head's.
    let swap_cache =
        if cached && !frozen { layout.folio(state.memory, pfn).count() as u16 } else { 0 };
    let owner = state.memory.peek(page.owned());
    [(Holder::Mappings, mappings)]
        .into_iter()
        .chain(pins)
        .chain(cpus)
        .chain(gathers)
        .chain(pagevec)
        .chain([(Holder::SwapCache, swap_cache)])
        .chain([(Holder::Owner, owner)])
        .filter(|(_, refs)| *refs > 0)
}

/// What a lane's `mmu_gather` keeps of the page, or of any page of the compound page.
fn gathered(state: &State, cpu: usize, pfn: Pfn) -> u16 {
    let layout = state.layout();
    pages_of(state, pfn).map(|page| layout.gathered(state.memory, cpu, page)).sum()
}

/// The pages whose references are this one's: those of the compound page that it is the head of,
/// none of a tail, and itself without huge pages.
fn pages_of(state: &State, pfn: Pfn) -> impl Iterator<Item = Pfn> + use<> {
    let layout = state.layout();
    let huge = layout.geometry.has_huge_pages();
    let compound = huge.then(|| layout.folio(state.memory, pfn));
    let single = (!huge).then_some(pfn);
    compound.into_iter().flatten().chain(single)
}

/// The entries that map a page, or any page of the compound page with this head.
fn entries(state: &State, pfn: Pfn) -> u16 {
    let layout = state.layout();
    pages_of(state, pfn).map(|page| layout.present_ptes(state.memory, page)).sum()
}

/// Who holds references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// Present page table entries, one each. A mapping of the zero page holds none.
    Mappings,
    /// A pin handle.
    Pin(usize),
    /// A lane, for the length of its work.
    Cpu(usize),
    /// The `mmu_gather` of a lane, until the TLB is flushed.
    Gather(usize),
    /// The pagevec of a CPU, until it is drained to the LRU.
    Pagevec(usize),
    /// The swap cache.
    SwapCache,
    /// Somebody outside the lanes, or the caller that a range was allocated for.
    Owner,
}

/// A pin of a process's memory and its page table name the same page: the entry is the pinned
/// page's, present or migrating, or gone for a moment or for good.
pub fn pins_and_page_tables_agree(state: &State) -> bool {
    let layout = state.layout();
    (0..layout.geometry.pins.len()).map(|pin| layout.pin(pin)).all(|pin| {
        let (page, mapping) = (state.memory.peek(pin.page()), state.memory.peek(pin.mapping()));
        let (Some(page), Some(mapping)) = (page, mapping) else { return true };
        let process = usize::from(mapping.process);
        let now = layout.entry(state.memory, process, mapping.address).pfn();
        state.memory.peek(pin.flags()) & foll::PIN == 0 || now.is_none_or(|pfn| pfn == page)
    })
}

/// A count above this has gone below zero.
const MOST_REFS: u16 = i16::MAX as u16;

/// The ledger and the count agree in every state, and nobody holds less than nothing. Once a count
/// was written over they never will again.
pub fn refcounts_add_up(state: &State) -> bool {
    if erased(state) {
        return true;
    }
    state.layout().pfns().all(|pfn| {
        let count = state.memory.peek(state.layout().page(pfn).refcount());
        let mut sum = 0u16;
        let sane = holders(state, pfn).all(|(_, refs)| {
            sum = sum.wrapping_add(refs);
            refs <= MOST_REFS
        });
        sane && sum == count
    })
}

fn erased(state: &State) -> bool {
    state.system.findings(state.memory) & 1 << event::REFERENCE_ERASED != 0
}

/// When all is done.
pub fn nobody_keeps_a_reference(state: &State) -> bool {
    let passing = |holder: Holder| matches!(holder, Holder::Cpu(_) | Holder::Gather(_));
    erased(state)
        || !state.done
        || state.layout().pfns().all(|pfn| !holders(state, pfn).any(|(holder, _)| passing(holder)))
}

/// Outside the page table locks; the zero page's mappings are not counted. A mapped page is found
/// by its reverse map. Once something was counted that nobody has, counts tell nothing.
pub fn mapcounts_add_up(state: &State) -> bool {
    let layout = state.layout();
    let surplus = state.system.findings(state.memory) & 1 << event::COUNTS_OF_NOBODY != 0;
    if surplus || a_page_table_is_locked(state) {
        return true;
    }
    layout.pfns().filter(|pfn| !layout.geometry.is_zero_pfn(*pfn)).all(|pfn| {
        let page = layout.page(pfn);
        let mapped = entries(state, pfn);
        let found = mapped == 0 || state.memory.peek(page.rmap()).is_some();
        let tail = layout.block_head(state.memory, pfn) != pfn;
        (tail || layout.total_mapcount(state.memory, pfn) == mapped) && found
    })
}

/// Whether somebody is changing entries.
pub fn a_page_table_is_locked(state: &State) -> bool {
    let layout = state.layout();
    let mut mms = (0..layout.geometry.processes.len()).map(|number| layout.mm(number));
    mms.any(|mm| state.memory.peek(mm.ptl().cell).exclusive())
}

/// In every state. On a list a page has also lost what its last owner left on it; not so once a
/// reference was erased, or a page was put on the LRU that is not for it.
pub fn free_pages_are_unused(state: &State) -> bool {
    let layout = state.layout();
    let foreign = state.system.findings(state.memory) & 1 << event::FOREIGN_PAGE_ON_LRU != 0;
    let lost = foreign || erased(state);
    layout.pfns().all(|pfn| {
        let page = layout.page(pfn);
        let place = state.memory.peek(page.place());
        let unused = || {
            state.memory.peek(page.refcount()) == 0
                && state.memory.peek(page.mapcount()) == 0
                && layout.present_ptes(state.memory, pfn) == 0
                && layout.pins_on(state.memory, pfn).next().is_none()
        };
        let clean = || {
            !state.memory.peek(page.lru())
                && !state.memory.peek(page.anon())
                && state.memory.peek(page.rmap()).is_none()
                && state.memory.peek(page.swap()).is_none()
                && !is_locked(state, pfn)
                && !is_compound(state, pfn)
        };
        match place {
            Place::Allocated | Place::Contig | Place::Offline => true,
            Place::InFlight => unused(),
            Place::Buddy | Place::BuddyTail | Place::Pcp | Place::Parked => {
                unused() && (lost || clean())
            }
        }
    })
}

/// Whether somebody has locked the page, but for who walks a balloon's list without a reference
/// (mm/balloon_compaction.c, v3.19).
fn is_locked(state: &State, pfn: Pfn) -> bool {
    const DEQUEUE: Function = Function("balloon_page_dequeue");
    let word: LockWord = state.memory.peek(state.layout().page(pfn).lock().cell);
    let walks = |cpu: usize| state.system.next_label(state.memory, cpu, DEQUEUE).is_some();
    word.exclusive() && word.holders().any(|cpu| !walks(cpu))
}

/// Whether the page says that it is the head or a tail of a compound page.
fn is_compound(state: &State, pfn: Pfn) -> bool {
    let layout = state.layout();
    layout.geometry.has_huge_pages() && {
        let compound = layout.compound(pfn);
        state.memory.peek(compound.head())
            || state.memory.peek(compound.compound_head()).is_some()
            || state.memory.peek(compound.slab())
    }
}

/// I1, when all is done.
pub fn no_page_is_lost(state: &State) -> bool {
    let layout = state.layout();
    !state.done
        || layout.pfns().all(|pfn| match state.memory.peek(layout.page(pfn).place()) {
            Place::Allocated => layout.allocated_head(state.memory, pfn).is_some(),
            Place::InFlight => false,
            _ => true,
        })
}

/// I14.
pub fn given_pages_are_unused(state: &State) -> bool {
    let layout = state.layout();
    layout.pfns().all(|pfn| {
        let page = layout.page(pfn);
        state.memory.peek(page.place()) != Place::Contig
            || state.memory.peek(page.owned()) != 1
            || (state.memory.peek(page.mapcount()) == 0
                && layout.present_ptes(state.memory, pfn) == 0)
    })
}

/// I5: what a process finds in a word behind an entry that permits it. While an entry is gone or
/// stands for a page elsewhere there is nothing to find, and a child that fork makes does not look
/// yet.
pub fn what_is_read_was_written(state: &State) -> bool {
    let layout = state.layout();
    layout.geometry.processes.iter().enumerate().all(|(number, process)| {
        let mm = layout.mm(number);
        if !state.memory.peek(mm.runs()) {
            return true;
        }
        (0..process.mappings.len() as u16).all(|address| {
            let page = layout.entry(state.memory, number, address).permits(false);
            page.is_none_or(|pfn| {
                (0..WORDS).all(|word| {
                    let written = state.memory.peek(mm.written(address, word));
                    written == ANY || written == state.memory.peek(layout.page(pfn).content(word))
                })
            })
        })
    })
}

/// All mappings of files are private: what is in the page cache stays.
pub fn files_are_not_written(state: &State) -> bool {
    let layout = state.layout();
    layout.geometry.processes.iter().enumerate().all(|(number, process)| {
        let root = process.parent.is_none();
        process.mappings.iter().enumerate().filter(|_| root).all(|(address, mapping)| {
            let content = layout.geometry.start_content(number, address);
            mapping.file.is_none_or(|pfn| {
                (0..WORDS).all(|word| state.memory.peek(layout.page(pfn).content(word)) == content)
            })
        })
    })
}
