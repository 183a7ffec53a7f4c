//! Where everything is: cells are given out once per scenario, and typed views name them.
use super::geometry::Geometry;
use super::lock::{Lock, LockKind, Mode};
use super::memory::{Cell, CellInfo, Memory, Subject, Unit};
use super::word::{Migratetype, Pfn, Place, Pte, Word};

/// The cells of `struct zone`.
#[derive(Clone, Copy, Debug)]
pub struct Zone {
    base: u32,
    orders: u32,
}

const ZONE_FIELDS: u32 = 4;
const LIST_ENDS: u32 = 2;
const MIGRATETYPES: u32 = Migratetype::ALL.len() as u32;

impl Zone {
    /// `zone->lock`
    pub fn lock(self) -> Lock {
        Lock { cell: Cell::at(self.base), kind: LockKind::SpinIrq, mode: Mode::Exclusive }
    }
    /// `NR_FREE_PAGES`, exact; signed, since races make it drift.
    pub fn nr_free(self) -> Cell<i16> {
        Cell::at(self.base + 1)
    }
    /// `NR_FREE_CMA_PAGES`, exact.
    pub fn nr_free_cma(self) -> Cell<i16> {
        Cell::at(self.base + 2)
    }
    /// `zone->nr_isolate_pageblock`
    pub fn nr_isolate_pageblock(self) -> Cell<u16> {
        Cell::at(self.base + 3)
    }
    /// First page of `free_area[order].free_list[mt]`; `order` up to `max_order`.
    pub fn first(self, order: u8, mt: Migratetype) -> Cell<Option<Pfn>> {
        Cell::at(self.list(order, mt))
    }
    /// Last page of that list.
    pub fn last(self, order: u8, mt: Migratetype) -> Cell<Option<Pfn>> {
        Cell::at(self.list(order, mt) + 1)
    }
    fn list(self, order: u8, mt: Migratetype) -> u32 {
        debug_assert!(u32::from(order) < self.orders);
        let list = u32::from(order) * MIGRATETYPES + u32::from(mt.to_word());
        self.base + ZONE_FIELDS + list * LIST_ENDS
    }
}

/// The cells of one `struct page`.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    base: u32,
}

const PAGE_FIELDS: u32 = 13;

/// Where a reverse map walk finds the one virtual page that may map an anonymous page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rmap {
    /// The process; below 256.
    pub process: u16,
    /// Its virtual page; below 255.
    pub address: u16,
}

impl Word for Option<Rmap> {
    fn to_word(self) -> u16 {
        self.map_or(0, |rmap| rmap.process << 8 | (rmap.address + 1))
    }
    fn from_word(word: u16) -> Self {
        let address = (word & 0xff).checked_sub(1)?;
        Some(Rmap { process: word >> 8, address })
    }
}

impl Page {
    /// `_refcount`
    pub fn refcount(self) -> Cell<u16> {
        Cell::at(self.base)
    }
    /// `_mapcount` + 1: the page table entries that are accounted.
    pub fn mapcount(self) -> Cell<u16> {
        Cell::at(self.base + 1)
    }
    /// `PG_lru`
    pub fn lru(self) -> Cell<bool> {
        Cell::at(self.base + 2)
    }
    /// `PG_locked`, through `lock_page`.
    pub fn lock(self) -> Lock {
        Lock { cell: Cell::at(self.base + 3), kind: LockKind::Page, mode: Mode::Exclusive }
    }
    /// `PageAnon`
    pub fn anon(self) -> Cell<bool> {
        Cell::at(self.base + 4)
    }
    /// `PG_anon_exclusive`, v5.19 and later.
    pub fn anon_exclusive(self) -> Cell<bool> {
        Cell::at(self.base + 5)
    }
    /// Where the page is.
    pub fn place(self) -> Cell<Place> {
        Cell::at(self.base + 6)
    }
    /// `buddy_order`, of the head of a free block.
    pub fn order(self) -> Cell<u16> {
        Cell::at(self.base + 7)
    }
    /// The page before it on its free list.
    pub fn prev(self) -> Cell<Option<Pfn>> {
        Cell::at(self.base + 8)
    }
    /// The page behind it on its free list.
    pub fn next(self) -> Cell<Option<Pfn>> {
        Cell::at(self.base + 9)
    }
    /// The virtual page that `page->mapping` and `page->index` name; see [`Rmap`].
    pub fn rmap(self) -> Cell<Option<Rmap>> {
        Cell::at(self.base + 10)
    }
    /// The lane on whose `migratepages` list the page is, plus one.
    pub fn isolated_by(self) -> Cell<u16> {
        Cell::at(self.base + 11)
    }
    /// Ghost: references of owners outside the lanes: of an allocation, of a CMA caller.
    pub fn owned(self) -> Cell<u16> {
        Cell::at(self.base + 12)
    }
    /// Ghost: the references that `cpu` holds for the length of its work.
    pub fn held_by(self, cpu: usize) -> Cell<u16> {
        Cell::at(self.base + PAGE_FIELDS + cpu as u32)
    }
}

/// The cells of one `struct mm_struct`.
#[derive(Clone, Copy, Debug)]
pub struct Mm {
    base: u32,
}

const MM_FIELDS: u32 = 4;

impl Mm {
    /// `mmap_lock`, taken for reading.
    pub fn mmap_read(self) -> Lock {
        Lock { cell: Cell::at(self.base), kind: LockKind::RwSem, mode: Mode::Shared }
    }
    /// The page table lock; one table a process.
    pub fn ptl(self) -> Lock {
        Lock { cell: Cell::at(self.base + 1), kind: LockKind::Spin, mode: Mode::Exclusive }
    }
    /// `MMF_HAS_PINNED`
    pub fn has_pinned(self) -> Cell<bool> {
        Cell::at(self.base + 2)
    }
    /// `write_protect_seq`
    pub fn write_protect_seq(self) -> Cell<u16> {
        Cell::at(self.base + 3)
    }
    /// The entry of a virtual page.
    pub fn pte(self, address: u16) -> Cell<Pte> {
        Cell::at(self.base + MM_FIELDS + u32::from(address))
    }
}

/// The cells of one pin handle: what `pin_user_pages_fast` gave its caller.
#[derive(Clone, Copy, Debug)]
pub struct Pin {
    base: u32,
}

const PIN_FIELDS: u32 = 3;

impl Pin {
    /// The pinned page.
    pub fn page(self) -> Cell<Option<Pfn>> {
        Cell::at(self.base)
    }
    /// The flags of the call.
    pub fn flags(self) -> Cell<u16> {
        Cell::at(self.base + 1)
    }
    /// Ghost: the virtual page that was pinned.
    pub fn mapping(self) -> Cell<Option<Rmap>> {
        Cell::at(self.base + 2)
    }
}

const CMA_FIELDS: u32 = 2;

/// All cells of one machine, by what they belong to.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The constants that the cells were laid out for.
    pub geometry: Geometry,
    cells: Vec<CellInfo>,
    zone: u32,
    blocks: u32,
    cma_mutex: u32,
    cma: u32,
    pages: u32,
    mms: Vec<u32>,
    pins: u32,
    findings: u32,
}

/// The cells that hold which findings were made on the way, 16 to a cell.
pub const FINDING_CELLS: usize = 2;

impl Layout {
    /// Gives every part of the machine its cells.
    pub fn new(geometry: Geometry) -> Self {
        let mut layout = Layout {
            geometry,
            cells: Vec::new(),
            zone: 0,
            blocks: 0,
            cma_mutex: 0,
            cma: 0,
            pages: 0,
            mms: Vec::new(),
            pins: 0,
            findings: 0,
        };
        layout.lay_zone();
        layout.lay_cma();
        layout.lay_pages();
        layout.lay_processes();
        layout.lay_pins();
        layout.findings = layout.next();
        for index in 0..FINDING_CELLS {
            layout.add(Subject::Ghost, "findings", index as u16, Unit::Hidden);
        }
        layout
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

    fn add_all(&mut self, subject: Subject, fields: &[(&'static str, Unit)]) {
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
                ("nr_isolate_pageblock", Unit::Number),
            ],
        );
        let lists = (u32::from(self.geometry.max_order) + 1) * MIGRATETYPES;
        for list in 0..lists {
            self.add(Subject::Zone, "free_list head", list as u16, Unit::Page);
            self.add(Subject::Zone, "free_list tail", list as u16, Unit::Page);
        }
        self.blocks = self.next();
        for block in 0..self.geometry.blocks {
            self.add(Subject::Block(block as u16), "migratetype", 0, Unit::Migratetype);
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
                    ("buddy_order", Unit::Number),
                    ("lru.prev", Unit::Page),
                    ("lru.next", Unit::Page),
                    ("mapping and index", Unit::Hidden),
                    ("migratepages list", Unit::Hidden),
                    ("owned", Unit::Hidden),
                ],
            );
            for cpu in 0..self.geometry.cpus {
                self.add(page, "held by CPU", cpu as u16, Unit::Hidden);
            }
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
                ],
            );
            for address in 0..self.geometry.processes[number].mappings.len() {
                self.add(mm, "pte", address as u16, Unit::Pte);
            }
        }
    }

    fn lay_pins(&mut self) {
        self.pins = self.next();
        for pin in 0..self.geometry.pins.len() {
            self.add_all(
                Subject::Pin(pin as u16),
                &[("page", Unit::Page), ("flags", Unit::Bits), ("mapping", Unit::Hidden)],
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
        debug_assert!(block < self.geometry.blocks);
        Cell::at(self.blocks + block as u32)
    }

    /// The migratetype of a page's pageblock.
    pub fn migratetype_of(&self, pfn: Pfn) -> Cell<Migratetype> {
        self.migratetype(self.geometry.block_of(pfn))
    }

    /// `cma_mutex`
    pub fn cma_mutex(&self) -> Lock {
        Lock { cell: Cell::at(self.cma_mutex), kind: LockKind::Mutex, mode: Mode::Exclusive }
    }

    /// `cma->lock`
    pub fn cma_lock(&self, area: usize) -> Lock {
        let cell = Cell::at(self.cma + area as u32 * CMA_FIELDS);
        Lock { cell, kind: LockKind::SpinIrq, mode: Mode::Exclusive }
    }

    /// `cma->bitmap`, one bit a page.
    pub fn cma_bitmap(&self, area: usize) -> Cell<u16> {
        Cell::at(self.cma + area as u32 * CMA_FIELDS + 1)
    }

    /// `struct page`; the page exists.
    pub fn page(&self, pfn: Pfn) -> Page {
        debug_assert!(usize::from(pfn.0) < self.geometry.pages());
        let stride = PAGE_FIELDS + self.geometry.cpus as u32;
        Page { base: self.pages + u32::from(pfn.0) * stride }
    }

    /// `struct mm_struct`, by process number.
    pub fn mm(&self, process: usize) -> Mm {
        Mm { base: self.mms[process] }
    }

    /// A pin handle, by number.
    pub fn pin(&self, pin: usize) -> Pin {
        Pin { base: self.pins + pin as u32 * PIN_FIELDS }
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

    /// How many page table entries name the page, present ones only.
    pub fn present_ptes(&self, memory: &Memory, page: Pfn) -> u16 {
        let mut count = 0;
        for (number, process) in self.geometry.processes.iter().enumerate() {
            for address in 0..process.mappings.len() {
                let pte = memory.peek(self.mm(number).pte(address as u16));
                count += u16::from(matches!(pte, Pte::Present { pfn, .. } if pfn == page));
            }
        }
        count
    }

    /// The handles that hold the page, by number.
    pub fn pins_on(&self, memory: &Memory, page: Pfn) -> impl Iterator<Item = usize> {
        let held = move |pin: &usize| memory.peek(self.pin(*pin).page()) == Some(page);
        (0..self.geometry.pins.len()).filter(held)
    }
}
