//! Where everything is: cells are given out once per scenario, and typed views name them.
use super::compound::{COMPOUND_FIELDS, Compound};
use super::geometry::Geometry;
use super::lock::{Lock, LockKind, Mode};
use super::memory::{Cell, CellInfo, Subject, Unit};
use super::mm_struct::{Gather, Mm, PIN_FIELDS, Pin, SwapSlot};
use super::page::{PAGE_FIELDS, Page};
use super::word::{Isolation, Migratetype, Pfn, Pte};
use super::zone::{PCPTYPES, Pcp, Zone};

const CMA_FIELDS: u32 = 2;
const BLOCK_FIELDS: u32 = 2;

/// All cells of one machine, by what they belong to.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The constants that the cells were laid out for.
    pub geometry: Geometry,
    cells: Vec<CellInfo>,
    zone: u32,
    blocks: u32,
    pcps: u32,
    gathers: u32,
    cma_mutex: u32,
    cma: u32,
    pages: u32,
    compounds: u32,
    mms: Vec<u32>,
    swap: u32,
    tlbs: Vec<u32>,
    pins: u32,
    pub(super) sections: u32,
    findings: u32,
    /// Where accesses of what is not there go; a machine whose routines may do that has it.
    nowhere: Option<u32>,
}

/// As many cells as the largest thing has that a routine can ask for by number.
const NOWHERE_CELLS: u32 = 64;

/// The cells that hold which findings were made on the way, 16 to a cell.
pub const FINDING_CELLS: usize = 6;

impl Layout {
    /// Gives every part of the machine its cells.
    pub fn new(geometry: Geometry) -> Self {
        let mut layout = Layout {
            geometry,
            cells: Vec::new(),
            zone: 0,
            blocks: 0,
            pcps: 0,
            gathers: 0,
            cma_mutex: 0,
            cma: 0,
            pages: 0,
            compounds: 0,
            mms: Vec::new(),
            swap: 0,
            tlbs: Vec::new(),
            pins: 0,
            sections: 0,
            findings: 0,
            nowhere: None,
        };
        layout.lay_zone();
        layout.lay_cpus();
        layout.lay_cma();
        layout.lay_pages();
        layout.lay_compounds();
        layout.lay_processes();
        layout.lay_swap();
        layout.lay_tlbs();
        layout.lay_pins();
        layout.lay_sections();
        layout.findings = layout.next();
        for index in 0..FINDING_CELLS {
            layout.add(Subject::Ghost, "findings", index as u16, Unit::Hidden);
        }
        layout
    }

    /// Gives the accesses of what is not there cells of their own: routines may be patched ones.
    pub fn add_nowhere(&mut self) {
        self.nowhere = Some(self.next());
        for index in 0..NOWHERE_CELLS {
            self.add(Subject::Ghost, "nowhere", index as u16, Unit::Hidden);
        }
    }

    /// Whether a cell stands for something that is not there.
    pub fn is_nowhere(&self, cell: u32) -> bool {
        // Patches and faults are in the module with all routines alone.
        cfg!(feature = "whole")
            && self.nowhere.is_some_and(|start| (start..start + NOWHERE_CELLS).contains(&cell))
    }

    /// The first cell of what is there, or of nowhere. Only a patched routine asks for more.
    pub(super) fn only(&self, exists: bool, base: impl FnOnce() -> u32) -> u32 {
        debug_assert!(exists || self.nowhere.is_some(), "it is not there");
        let nowhere = self.nowhere.filter(|_| cfg!(feature = "whole") && !exists);
        nowhere.unwrap_or_else(base)
    }

    fn next(&self) -> u32 {
        self.cells.len() as u32
    }

    /// Adds one more cell, for a floor above; its index.
    pub fn add(&mut self, subject: Subject, field: &'static str, index: u16, unit: Unit) -> u32 {
        let at = self.next();
        self.cells.push(CellInfo { subject, field, index, unit });
        at
    }

    pub(super) fn add_all(&mut self, subject: Subject, fields: &[(&'static str, Unit)]) {
        for (field, unit) in fields {
            self.add(subject, field, 0, *unit);
        }
    }

    fn lay_zone(&mut self) {
        self.zone = self.next();
        self.add_all(
            Subject::Zone,
            &[
                ("lock", Unit::Lock),
                ("NR_FREE_PAGES", Unit::Signed),
                ("NR_FREE_CMA_PAGES", Unit::Signed),
                ("nr_isolate_pageblock", Unit::Signed),
                ("pcp_batch_high_lock", Unit::Lock),
                ("pcpu_drain_mutex", Unit::Lock),
                ("lru_disable_count", Unit::Number),
                ("unmap_sem", Unit::Lock),
            ],
        );
        for list in 0..self.zone().free_lists() {
            self.add_list(Subject::Zone, list);
        }
        self.blocks = self.next();
        for block in 0..self.geometry.blocks {
            let subject = Subject::Block(block as u16);
            self.add_all(
                subject,
                &[("migratetype", Unit::Migratetype), ("isolation", Unit::Hidden)],
            );
        }
    }

    fn add_list(&mut self, subject: Subject, number: u32) {
        self.add(subject, "free_list head", number as u16, Unit::Page);
        self.add(subject, "free_list tail", number as u16, Unit::Page);
    }

    fn lay_cpus(&mut self) {
        self.pcps = self.next();
        for cpu in 0..self.geometry.cpus {
            let subject = Subject::Cpu(cpu as u16);
            self.add_all(
                subject,
                &[
                    ("pcp->lock", Unit::Lock),
                    ("pcp->count", Unit::Number),
                    ("pcp->high", Unit::Number),
                    ("pcp->batch", Unit::Number),
                ],
            );
            (0..PCPTYPES.len() as u32).for_each(|list| self.add_list(subject, list));
        }
        self.gathers = self.next();
        for cpu in 0..self.geometry.cpus {
            let subject = Subject::Cpu(cpu as u16);
            self.add(subject, "mmu_gather", 0, Unit::Number);
            for slot in 0..self.geometry.gather_pages {
                self.add(subject, "mmu_gather page", slot, Unit::Page);
            }
            self.add(subject, "fatal_signal_pending", 0, Unit::Flag);
        }
    }

    fn lay_cma(&mut self) {
        self.cma_mutex = self.add(Subject::Zone, "cma_mutex", 0, Unit::Lock);
        self.cma = self.next();
        for area in 0..self.geometry.cma_areas.len() {
            self.add_all(
                Subject::Cma(area as u16),
                &[("lock", Unit::Lock), ("bitmap", Unit::Bits)],
            );
        }
    }

    fn lay_pages(&mut self) {
        self.pages = self.next();
        for pfn in 0..self.geometry.pages() {
            let page = Subject::Page(pfn as u16);
            self.add_all(
                page,
                &[
                    ("_refcount", Unit::Number),
                    ("_mapcount + 1", Unit::Number),
                    ("PG_lru", Unit::Flag),
                    ("PG_locked", Unit::Lock),
                    ("PageAnon", Unit::Flag),
                    ("PG_anon_exclusive", Unit::Flag),
                    ("place", Unit::Place),
                    ("buddy_order", Unit::Hidden),
                    ("lru.prev", Unit::Page),
                    ("lru.next", Unit::Page),
                    ("mapping and index", Unit::Hidden),
                    ("own list", Unit::Hidden),
                    ("owned", Unit::Hidden),
                    ("cached migratetype", Unit::Migratetype),
                    ("pagevec", Unit::Hidden),
                    ("word 0", Unit::Number),
                    ("word 1", Unit::Number),
                    ("PageHead", Unit::Hidden),
                    ("PG_dirty", Unit::Flag),
                    ("PG_swapbacked", Unit::Flag),
                    ("PG_swapcache", Unit::Slot),
                    ("PageKsm", Unit::Flag),
                    ("not pinned", Unit::Hidden),
                ],
            );
            for cpu in 0..self.geometry.cpus {
                self.add(page, "held by CPU", cpu as u16, Unit::Hidden);
            }
        }
    }

    /// Pages are not compound in a machine without huge pages, but for those of
    /// [`Page::compound`].
    fn lay_compounds(&mut self) {
        self.compounds = self.next();
        if !self.geometry.has_huge_pages() {
            return;
        }
        for pfn in 0..self.geometry.pages() {
            self.add_all(
                Subject::Page(pfn as u16),
                &[
                    ("PG_head", Unit::Flag),
                    ("compound_head", Unit::Page),
                    ("generation", Unit::Hidden),
                    ("compound_order", Unit::Number),
                    ("compound_mapcount + 1", Unit::Number),
                    ("PG_double_map", Unit::Flag),
                    ("_large_mapcount + 1", Unit::Number),
                    ("compound_pincount", Unit::Number),
                    ("compound_dtor", Unit::Hidden),
                    ("PG_slab", Unit::Flag),
                    ("mapping is an unmarked anon_vma", Unit::Flag),
                    ("private", Unit::Bits),
                    ("PageBalloon", Unit::Flag),
                    ("__PageMovable", Unit::Flag),
                    ("on b_dev_info->pages", Unit::Flag),
                ],
            );
        }
    }

    fn lay_processes(&mut self) {
        for number in 0..self.geometry.processes.len() {
            let base = self.next();
            self.mms.push(base);
            let mm = Subject::Mm(number as u16);
            self.add_all(
                mm,
                &[
                    ("mmap_lock", Unit::Lock),
                    ("page table lock", Unit::Lock),
                    ("MMF_HAS_PINNED", Unit::Flag),
                    ("write_protect_seq", Unit::Number),
                    ("tlb_flush_pending", Unit::Number),
                    ("runs", Unit::Hidden),
                    ("pmd", Unit::Pmd),
                ],
            );
            for address in 0..self.geometry.processes[number].mappings.len() {
                let index = address as u16;
                self.add(mm, "pte", index, Unit::Pte);
                self.add(mm, "vm_flags", index, Unit::Bits);
                self.add(mm, "written word 0", index, Unit::Hidden);
                self.add(mm, "written word 1", index, Unit::Hidden);
            }
        }
    }

    /// Each lane has a translation of each virtual page of its process.
    fn lay_tlbs(&mut self) {
        for cpu in 0..self.geometry.cpus {
            self.tlbs.push(self.next());
            let process = self.geometry.runs.get(cpu).copied().flatten();
            let Some(process) = process.filter(|_| self.geometry.has_tlb()) else { continue };
            for address in 0..self.geometry.processes[process].mappings.len() {
                self.add(Subject::Cpu(cpu as u16), "tlb", address as u16, Unit::Pte);
            }
        }
    }

    fn lay_swap(&mut self) {
        self.swap = self.next();
        for slot in 0..self.geometry.swap_slots {
            self.add_all(
                Subject::Swap(slot),
                &[
                    ("swap_map", Unit::Number),
                    ("swap cache", Unit::Page),
                    ("settled", Unit::Hidden),
                    ("word 0", Unit::Number),
                    ("word 1", Unit::Number),
                ],
            );
        }
    }

    fn lay_pins(&mut self) {
        self.pins = self.next();
        for pin in 0..self.geometry.pins.len() {
            self.add_all(
                Subject::Pin(pin as u16),
                &[
                    ("page", Unit::Page),
                    ("flags", Unit::Bits),
                    ("mapping", Unit::Hidden),
                    ("taken by", Unit::Hidden),
                ],
            );
        }
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether nothing was laid out yet.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// What is known of a cell, by its index.
    pub fn info(&self, cell: u32) -> &CellInfo {
        &self.cells[cell as usize]
    }

    /// `struct zone`
    pub fn zone(&self) -> Zone {
        Zone { base: self.zone, orders: u32::from(self.geometry.max_order) + 1 }
    }

    /// The migratetype of a pageblock, one word of the pageblock bitmap.
    pub fn migratetype(&self, block: usize) -> Cell<Migratetype> {
        Cell::at(self.block(block))
    }

    /// Ghost: how far the isolation of a pageblock is.
    pub fn isolation(&self, block: usize) -> Cell<Isolation> {
        Cell::at(self.block(block) + 1)
    }

    fn block(&self, block: usize) -> u32 {
        let exists = block < self.geometry.blocks;
        self.only(exists, || self.blocks + block as u32 * BLOCK_FIELDS)
    }

    /// The migratetype of a page's pageblock.
    pub fn migratetype_of(&self, pfn: Pfn) -> Cell<Migratetype> {
        self.migratetype(self.geometry.block_of(pfn))
    }

    /// The page lists of a CPU; `cpu` below the machine's CPUs.
    pub fn pcp(&self, cpu: usize) -> Pcp {
        Pcp { base: self.pcps + cpu as u32 * Pcp::CELLS }
    }

    /// The `mmu_gather` of a lane.
    pub fn gather(&self, cpu: usize) -> Gather {
        Gather { base: self.gathers + cpu as u32 * self.gather_cells() }
    }

    /// Whether a fatal signal waits for the task of a lane.
    pub fn fatal_signal_pending(&self, cpu: usize) -> Cell<bool> {
        Cell::at(self.gathers + (cpu as u32 + 1) * self.gather_cells() - 1)
    }

    fn gather_cells(&self) -> u32 {
        Gather::FIELDS + u32::from(self.geometry.gather_pages) + 1
    }

    /// `cma_mutex`
    pub fn cma_mutex(&self) -> Lock {
        Lock { cell: Cell::at(self.cma_mutex), kind: LockKind::Mutex, mode: Mode::Exclusive }
    }

    /// `cma->lock`
    pub fn cma_lock(&self, area: usize) -> Lock {
        let cell = Cell::at(self.cma_area(area));
        Lock { cell, kind: LockKind::SpinIrq, mode: Mode::Exclusive }
    }

    /// `cma->bitmap`, one bit a page.
    pub fn cma_bitmap(&self, area: usize) -> Cell<u16> {
        Cell::at(self.cma_area(area) + 1)
    }

    fn cma_area(&self, area: usize) -> u32 {
        let exists = area < self.geometry.cma_areas.len();
        self.only(exists, || self.cma + area as u32 * CMA_FIELDS)
    }

    /// `struct page`; the page exists.
    pub fn page(&self, pfn: Pfn) -> Page {
        let exists = usize::from(pfn.0) < self.geometry.pages();
        let stride = PAGE_FIELDS + self.geometry.cpus as u32;
        Page { base: self.only(exists, || self.pages + u32::from(pfn.0) * stride) }
    }

    /// What the page has besides in a machine with huge pages.
    pub fn compound(&self, pfn: Pfn) -> Compound {
        debug_assert!(self.geometry.has_huge_pages());
        let exists = usize::from(pfn.0) < self.geometry.pages();
        let base = || self.compounds + u32::from(pfn.0) * COMPOUND_FIELDS;
        Compound { base: self.only(exists, base) }
    }

    /// The second page of the compound page with this head, if the machine has it: where the
    /// counts of the whole are. A head that is none may stand at the end of memory.
    pub fn second_page(&self, head: Pfn) -> Option<Compound> {
        let second = Pfn(head.0.wrapping_add(1));
        (usize::from(second.0) < self.geometry.pages()).then(|| self.compound(second))
    }

    /// `struct mm_struct`, by process number.
    pub fn mm(&self, process: usize) -> Mm {
        let exists = process < self.mms.len();
        let mappings = |process: usize| self.geometry.processes[process].mappings.len() as u16;
        Mm {
            base: self.only(exists, || self.mms[process]),
            mappings: if exists { mappings(process) } else { 0 },
            nowhere: self.nowhere,
        }
    }

    /// The translation that a CPU keeps of a virtual page of its process; the machine has them.
    pub fn tlb(&self, cpu: usize, address: u16) -> Cell<Pte> {
        debug_assert!(self.geometry.has_tlb());
        let process = self.geometry.runs.get(cpu).copied().flatten();
        let process = process.map(|process| &self.geometry.processes[process]);
        let exists = process.is_some_and(|it| usize::from(address) < it.mappings.len());
        Cell::at(self.only(exists, || self.tlbs[cpu] + u32::from(address)))
    }

    /// A slot of the swap area, by number.
    pub fn swap_slot(&self, slot: u16) -> SwapSlot {
        let exists = slot < self.geometry.swap_slots;
        SwapSlot { base: self.only(exists, || self.swap + u32::from(slot) * SwapSlot::FIELDS) }
    }

    /// A pin handle, by number.
    pub fn pin(&self, pin: usize) -> Pin {
        let exists = pin < self.geometry.pins.len();
        Pin { base: self.only(exists, || self.pins + pin as u32 * PIN_FIELDS) }
    }

    /// All cells of findings.
    pub fn all_findings(&self) -> std::ops::Range<u32> {
        self.findings..self.findings + FINDING_CELLS as u32
    }

    /// The findings made so far, 16 to a cell; `cell` below [`FINDING_CELLS`].
    pub fn findings(&self, cell: usize) -> Cell<u16> {
        debug_assert!(cell < FINDING_CELLS);
        Cell::at(self.findings + cell as u32)
    }

    /// The pages that exist.
    pub fn pfns(&self) -> impl Iterator<Item = Pfn> + use<> {
        (0..self.geometry.pages() as u16).map(Pfn)
    }

    /// The pages of a pageblock.
    pub fn pfns_of_block(&self, block: usize) -> impl Iterator<Item = Pfn> + use<> {
        let pages = self.geometry.pageblock_pages();
        (block * pages..(block + 1) * pages).map(|pfn| Pfn(pfn as u16))
    }
}
