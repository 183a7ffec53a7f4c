//! `struct mem_section`: whether the `struct page`s of a section are there, and can be believed.
//!
//! Only machines with `section_pages` have sections. In all others memory is there for good.
use super::layout::Layout;
use super::lock::{Lock, LockKind, LockWord, Mode};
use super::memory::{Cell, Memory, Subject, Unit};
use super::word::Pfn;

/// What machines with huge pages have, though their memory may be there for good.
const LOCK_FIELDS: &[(&str, Unit)] = &[("mem_hotplug_lock", Unit::Lock)];

/// What comes before the sections: words of the zone.
const ZONE_FIELDS: &[(&str, Unit)] = &[
    ("contiguous", Unit::Flag),
    ("zone_start_pfn", Unit::Number),
    ("zone_end_pfn", Unit::Number),
    ("touched what is gone", Unit::Hidden),
];

/// The words of each section.
const SECTION_FIELDS: &[(&str, Unit)] = &[
    ("SECTION_IS_ONLINE", Unit::Flag),
    ("SECTION_HAS_MEM_MAP", Unit::Flag),
    ("ms->usage", Unit::Flag),
    ("subsection_map", Unit::Flag),
    ("usage map freed", Unit::Flag),
    ("memmap poisoned", Unit::Flag),
    ("memmap", Unit::Flag),
    ("section->page_ext", Unit::Flag),
    ("page_ext freed", Unit::Flag),
];

/// The cells of one section.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    base: u32,
}

impl Section {
    /// `SECTION_IS_ONLINE`
    pub fn online(self) -> Cell<bool> {
        Cell::at(self.base)
    }
    /// `SECTION_HAS_MEM_MAP`: what `valid_section` reads.
    pub fn has_mem_map(self) -> Cell<bool> {
        Cell::at(self.base + 1)
    }
    /// `ms->usage`: whether it points to the usage map, and is not `NULL`.
    pub fn usage(self) -> Cell<bool> {
        Cell::at(self.base + 2)
    }
    /// `usage->subsection_map`; all of the section is there, or nothing.
    pub fn subsection_map(self) -> Cell<bool> {
        Cell::at(self.base + 3)
    }
    /// Ghost: whether the usage map was freed.
    pub fn usage_freed(self) -> Cell<bool> {
        Cell::at(self.base + 4)
    }
    /// Whether all `struct page`s of it hold nothing but ones (`page_init_poison`).
    pub fn poisoned(self) -> Cell<bool> {
        Cell::at(self.base + 5)
    }
    /// Whether its `struct page`s are mapped at all.
    pub fn memmap(self) -> Cell<bool> {
        Cell::at(self.base + 6)
    }
    /// `section->page_ext`: whether it points to what is kept beside the `struct page`s, and is
    /// neither `NULL` nor marked `PAGE_EXT_INVALID`. Nobody looks without `CONFIG_PAGE_EXTENSION`.
    pub fn page_ext(self) -> Cell<bool> {
        Cell::at(self.base + 7)
    }
    /// Ghost: whether that was freed.
    pub fn page_ext_freed(self) -> Cell<bool> {
        Cell::at(self.base + 8)
    }
}

/// What somebody has touched that is not what it takes it for: bits of [`Layout::touched`].
pub mod touched {
    /// A `struct page` that is not there.
    pub const REMOVED: u16 = 1 << 0;
    /// One that was poisoned.
    pub const POISONED: u16 = 1 << 1;
    /// A usage map that was freed, or is none.
    pub const USAGE: u16 = 1 << 2;
    /// What was kept beside a `struct page`, and was freed.
    pub const PAGE_EXT: u16 = 1 << 3;
}

/// What an access of a word of a `struct page` meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meets {
    /// The word.
    Word,
    /// Ones; it is the word with these bits.
    Ones(u16),
    /// An assertion of the kernel's, or a fault: the CPU goes no further.
    Fault,
}

impl Layout {
    pub(super) fn lay_sections(&mut self) {
        self.sections = self.len() as u32;
        if self.geometry.has_huge_pages() {
            self.add_all(Subject::Zone, LOCK_FIELDS);
        }
        if self.geometry.section_pages() == 0 {
            return;
        }
        self.add_all(Subject::Zone, ZONE_FIELDS);
        for section in 0..self.geometry.sections() {
            self.add_all(Subject::Section(section), SECTION_FIELDS);
        }
    }

    /// `mem_hotplug_lock`; the machine has huge pages.
    pub fn mem_hotplug_lock(&self, mode: Mode) -> Lock {
        debug_assert!(self.geometry.has_huge_pages());
        Lock { cell: Cell::<LockWord>::at(self.sections), kind: LockKind::RwSem, mode }
    }

    /// `zone->contiguous`: no hole between its first and its last page, so nobody has to look.
    pub fn contiguous(&self) -> Option<Cell<bool>> {
        (self.geometry.section_pages() > 0).then(|| Cell::at(self.sections + 1))
    }

    /// `zone_start_pfn` and `zone_end_pfn`: what a walker of the zone sets out for. All of the
    /// machine where memory is there for good.
    pub fn zone_span(&self) -> Option<[Cell<Pfn>; 2]> {
        let at = |number| Cell::at(self.sections + number);
        (self.geometry.section_pages() > 0).then(|| [at(2), at(3)])
    }

    /// Ghost: what was touched so far that is gone; see [`touched`].
    pub fn touched(&self) -> Option<Cell<u16>> {
        (self.geometry.section_pages() > 0).then(|| Cell::at(self.sections + 4))
    }

    /// A section by number.
    pub fn section(&self, number: u16) -> Section {
        let exists = number < self.geometry.sections();
        let before = (LOCK_FIELDS.len() + ZONE_FIELDS.len()) as u32;
        let own = u32::from(number) * SECTION_FIELDS.len() as u32;
        Section { base: self.only(exists, || self.sections + before + own) }
    }

    /// `__pfn_to_section`; nothing in a machine without sections.
    pub fn section_of(&self, pfn: Pfn) -> Option<Section> {
        let number = pfn.0.checked_div(self.geometry.section_pages())?;
        Some(self.section(number))
    }

    /// The sections of a range of pages; none in a machine without.
    pub fn sections_in(&self, start: Pfn, end: Pfn) -> impl Iterator<Item = Section> + '_ {
        let pages = self.geometry.section_pages();
        let number = |pfn: u16| pfn.checked_div(pages).unwrap_or(0);
        (number(start.0)..number(end.0)).map(|number| self.section(number))
    }

    /// Whether the page has no words of its own any more.
    pub fn is_gone(&self, memory: &Memory, pfn: Pfn) -> bool {
        let gone =
            |section: Section| !memory.peek(section.memmap()) || memory.peek(section.poisoned());
        self.section_of(pfn).is_some_and(gone)
    }

    /// Whether the page's section is one that nobody may believe any more.
    pub fn is_offline(&self, memory: &Memory, pfn: Pfn) -> bool {
        self.section_of(pfn).is_some_and(|section| !memory.peek(section.online()))
    }

    /// What an access to a cell meets, and which of [`touched`] it is.
    ///
    /// The kernel asks every page whose flags it tests for its poison (`PF_POISONED_CHECK`). Where
    /// it follows a `compound_head` of ones, or a list, it gets nowhere. Counts and types are read
    /// as they are, and of `_mapcount` the cell has one more.
    pub fn meets(&self, memory: &Memory, cell: u32) -> (Meets, u16) {
        let info = self.info(cell);
        let Subject::Page(pfn) = info.subject else { return (Meets::Word, 0) };
        let Some(section) = self.section_of(Pfn(pfn)) else { return (Meets::Word, 0) };
        if !memory.peek(section.memmap()) {
            return (Meets::Fault, touched::REMOVED);
        }
        if !memory.peek(section.poisoned()) {
            return (Meets::Word, 0);
        }
        let meets = match info.field {
            "word 0" | "word 1" => return (Meets::Word, 0),
            "_mapcount + 1" => Meets::Ones(0),
            "_refcount" | "place" | "buddy_order" => Meets::Ones(u16::MAX),
            _ => Meets::Fault,
        };
        (meets, touched::POISONED)
    }
}
