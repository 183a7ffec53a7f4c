//! `struct page`: where its cells are.
use super::lock::{Lock, LockKind, Mode};
use super::memory::Cell;
use super::word::{Migratetype, Pfn, Place, Slot, Word};

/// The cells of one `struct page`.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub(super) base: u32,
}

/// The cells of a page before those of each lane.
pub(super) const PAGE_FIELDS: u32 = 23;

/// The words of a page's contents: enough to see half of it changed.
pub const WORDS: u16 = 2;

/// Where a reverse map walk finds the one virtual page that may map an anonymous page.
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rmap {
    /// The process; below 256.
    pub process: u16,
    /// Its virtual page; below 255.
    pub address: u16,
}

impl Word for Option<Rmap> {
    fn to_word(self) -> u16 {
        self.map_or(0, |rmap| rmap.process << 8 | rmap.address.wrapping_add(1))
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
    /// `buddy_order`, of the head of a free block. Ghost: that of the head of an allocated one.
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
    /// The list of a lane's own that the page is on.
    pub fn isolated_by(self) -> Cell<Option<OwnList>> {
        Cell::at(self.base + 11)
    }
    /// Ghost: references of owners outside the lanes: of an allocation, of a CMA caller.
    pub fn owned(self) -> Cell<u16> {
        Cell::at(self.base + 12)
    }
    /// What the free path has noted of the type: `page->index` in v3.16, `pcppage_migratetype` up
    /// to v6.9.
    pub fn cached_mt(self) -> Cell<Migratetype> {
        Cell::at(self.base + 13)
    }
    /// The CPU on whose pagevec the page waits for the LRU, plus one; it holds a reference.
    pub fn pagevec(self) -> Cell<u16> {
        Cell::at(self.base + 14)
    }
    /// What the page holds; `word` below [`WORDS`].
    pub fn content(self, word: u16) -> Cell<u16> {
        Cell::at(self.base + 15 + u32::from(word))
    }
    /// `PageHead`: the order of a compound page, plus one, at its first page.
    pub fn compound(self) -> Cell<u16> {
        Cell::at(self.base + 17)
    }
    /// `PG_dirty`
    pub fn dirty(self) -> Cell<bool> {
        Cell::at(self.base + 18)
    }
    /// `PG_swapbacked`: not set of a page of `MADV_FREE` nor of a file's.
    pub fn swapbacked(self) -> Cell<bool> {
        Cell::at(self.base + 19)
    }
    /// `PG_swapcache` and `page_private`: its slot.
    pub fn swap(self) -> Cell<Option<Slot>> {
        Cell::at(self.base + 20)
    }
    /// `PageKsm`
    pub fn ksm(self) -> Cell<bool> {
        Cell::at(self.base + 21)
    }
    /// Ghost: the lanes, one bit each, whose walk of a page table began before somebody was told
    /// that the page is not pinned, with pinning locked out.
    pub fn not_pinned(self) -> Cell<u16> {
        Cell::at(self.base + 22)
    }
    /// Ghost: the references that `cpu` holds for the length of its work.
    pub fn held_by(self, cpu: usize) -> Cell<u16> {
        Cell::at(self.base + PAGE_FIELDS + cpu as u32)
    }
}

/// A list of pages that one lane has for itself: they are never mixed up, since a lane may
/// free a page while it migrates others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnList {
    /// The lane; below 15.
    pub cpu: usize,
    /// Which of its lists.
    pub kind: OwnListKind,
}

/// What a lane's own list is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnListKind {
    /// `cc->migratepages`
    Migratepages = 0,
    /// The free pages of an isolated range (`freelist` of `isolate_freepages_range`).
    Freelist = 1,
    /// What `free_pcppages_bulk` has taken off a pcplist and not yet freed.
    Bulk = 2,
    /// What `leak_balloon` has taken out of the balloon and not yet freed.
    Balloon = 3,
}

impl Word for Option<OwnList> {
    fn to_word(self) -> u16 {
        self.map_or(0, |list| (list.kind as u16) << 4 | (list.cpu as u16 + 1))
    }
    fn from_word(word: u16) -> Self {
        let cpu = usize::from((word & 0xf).checked_sub(1)?);
        let kind = match word >> 4 {
            0 => OwnListKind::Migratepages,
            1 => OwnListKind::Freelist,
            2 => OwnListKind::Bulk,
            _ => OwnListKind::Balloon,
        };
        Some(OwnList { cpu, kind })
    }
}
