//! Who has a page: what entries, batches, pins and blocks say of it, looked up in memory.
use super::compound::GARBAGE;
use super::layout::Layout;
use super::memory::Memory;
use super::page::Rmap;
use super::pmd::Pmd;
use super::word::{Pfn, Place, Pte};

impl Layout {
    /// What a walk finds of a virtual page, from the entry above its page table down.
    pub fn entry(&self, memory: &Memory, process: usize, address: u16) -> Pte {
        let mm = self.mm(process);
        memory.peek(mm.pmd()).entry(address, || memory.peek(mm.pte(address)))
    }

    /// How many entries map the page: of page tables, also of one that a collapse has taken out,
    /// or a huge one.
    pub fn present_ptes(&self, memory: &Memory, page: Pfn) -> u16 {
        let mut count = 0;
        for (number, process) in self.geometry.processes.iter().enumerate() {
            count += u16::from(memory.peek(self.mm(number).pmd()).mapped() == Some(page));
            // While a huge entry is taken apart, what is to come below it is not there yet.
            if matches!(memory.peek(self.mm(number).pmd()), Pmd::Invalid(_)) {
                continue;
            }
            for address in 0..process.mappings.len() {
                let pte = memory.peek(self.mm(number).pte(address as u16));
                count += u16::from(pte.mapped() == Some(page));
            }
        }
        count
    }

    /// The first page of the allocated block that a page is in, if somebody has a reference on it.
    pub fn allocated_head(&self, memory: &Memory, page: Pfn) -> Option<Pfn> {
        (0..=self.geometry.max_order).find_map(|order| {
            let head = Pfn(page.0 >> order << order);
            let cells = self.page(head);
            let owned = memory.peek(cells.place()) == Place::Allocated
                && memory.peek(cells.refcount()) > 0
                && memory.peek(cells.order()) == u16::from(order);
            owned.then_some(head)
        })
    }

    /// The pages of the allocated block that a page is the first of; the page alone where it is by
    /// itself, and nothing of a tail.
    pub fn folio(&self, memory: &Memory, page: Pfn) -> impl Iterator<Item = Pfn> + use<> {
        let first = self.block_head(memory, page) == page;
        let pages = if first { 1 << memory.peek(self.page(page).order()) } else { 0 };
        (page.0..page.0 + pages).map(Pfn)
    }

    /// The first page of the block of order 1 or more that a page in use is in; itself without one.
    pub fn block_head(&self, memory: &Memory, page: Pfn) -> Pfn {
        let heads =
            (1..=self.geometry.max_order).map(|order| (order, Pfn(page.0 >> order << order)));
        let mut heads = heads.filter(|(order, head)| {
            let cells = self.page(*head);
            matches!(memory.peek(cells.place()), Place::Allocated | Place::InFlight)
                && memory.peek(cells.order()) >= u16::from(*order)
        });
        heads.next_back().map_or(page, |(_, head)| head)
    }

    /// `total_mapcount` of a page or, by its head, a compound page: one whose second page holds the
    /// counts of the whole by now.
    pub fn total_mapcount(&self, memory: &Memory, head: Pfn) -> u16 {
        let each = |page: Pfn| memory.peek(self.page(page).mapcount());
        let pages = self.folio(memory, head);
        if !self.geometry.has_huge_pages() || !memory.peek(self.compound(head).head()) {
            return each(head);
        }
        let second = self.compound(Pfn(head.0 + 1));
        let entire: u16 = memory.peek(second.entire_mapcount());
        if entire == GARBAGE {
            return each(head);
        }
        let twice = u16::from(memory.peek(second.double_map()));
        let counts = pages.map(|page| each(page).wrapping_sub(twice));
        counts.fold(entire, u16::wrapping_add)
    }

    /// The references of the page that a lane's `mmu_gather` keeps.
    pub fn gathered(&self, memory: &Memory, cpu: usize, page: Pfn) -> u16 {
        let slots = 0..self.geometry.gather_pages;
        let held = |slot: &u16| memory.peek(self.gather(cpu).page(*slot)) == Some(page);
        slots.filter(held).count() as u16
    }

    /// Where a reverse map walk looks: the mapping of the process that faulted the page in, then
    /// those of its children, oldest first. A child's is behind its parent's in the interval tree.
    pub fn rmap_walk(&self, root: Rmap) -> impl Iterator<Item = Rmap> + '_ {
        let related = move |process: &usize| {
            let mut at = *process;
            while let Some(parent) = self.geometry.processes[at].parent {
                if at == usize::from(root.process) {
                    break;
                }
                at = parent;
            }
            at == usize::from(root.process)
        };
        let processes = (usize::from(root.process)..self.geometry.processes.len()).filter(related);
        processes.map(move |process| Rmap { process: process as u16, address: root.address })
    }

    /// Whether pins of a page are counted by themselves, each with one reference: those of a
    /// compound page of more than two pages.
    pub fn counts_pins(&self, memory: &Memory, page: Pfn) -> bool {
        if !self.geometry.has_huge_pages() {
            return false;
        }
        let head = memory.peek(self.compound(page).compound_head()).unwrap_or(page);
        let order = self.second_page(head).map(|second| memory.peek(second.order()));
        memory.peek(self.compound(head).head()) && order.is_some_and(|order| order > 1)
    }

    /// The handles that hold the page, by number.
    pub fn pins_on(&self, memory: &Memory, page: Pfn) -> impl Iterator<Item = usize> {
        let held = move |pin: &usize| memory.peek(self.pin(*pin).page()) == Some(page);
        (0..self.geometry.pins.len()).filter(held)
    }
}
