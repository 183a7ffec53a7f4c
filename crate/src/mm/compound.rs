//! What `struct page` has besides where pages are compound: where those cells are.
use super::memory::Cell;
use super::word::Pfn;

/// The cells of one page of a machine with huge pages. Those of the second group mean something in
/// the second page of a compound page alone (`page[1]`); the kernel keeps them in words that a page
/// by itself uses otherwise, so of such a page they hold [`GARBAGE`].
#[derive(Clone, Copy, Debug)]
pub struct Compound {
    pub(super) base: u32,
}

pub(super) const COMPOUND_FIELDS: u32 = 15;

/// What a word of the second page reads as while it is not that: no count that is right.
pub const GARBAGE: u16 = 0x7fff;

/// `compound_dtor`, with numbers of our own.
pub mod dtor {
    /// `COMPOUND_PAGE_DTOR`
    pub const COMPOUND: u16 = 1;
    /// `TRANSHUGE_PAGE_DTOR`
    pub const TRANSHUGE: u16 = 2;
    /// `HUGETLB_PAGE_DTOR`
    pub const HUGETLB: u16 = 3;
}

impl Compound {
    /// `PG_head`
    pub fn head(self) -> Cell<bool> {
        Cell::at(self.base)
    }
    /// `page->compound_head`, of a tail.
    pub fn compound_head(self) -> Cell<Option<Pfn>> {
        Cell::at(self.base + 1)
    }
    /// Ghost: how often the page was freed, below [`GENERATIONS`]; so that a verdict about another
    /// life of it is known for one.
    pub fn generation(self) -> Cell<u16> {
        Cell::at(self.base + 2)
    }
    /// `page[1].compound_order`, and `compound_nr` with it.
    pub fn order(self) -> Cell<u16> {
        Cell::at(self.base + 3)
    }
    /// `page[1].compound_mapcount` + 1: the entries that map all of it.
    pub fn entire_mapcount(self) -> Cell<u16> {
        Cell::at(self.base + 4)
    }
    /// `PG_double_map`, of the second page: each of the pages counts one mapping too many.
    pub fn double_map(self) -> Cell<bool> {
        Cell::at(self.base + 5)
    }
    /// `folio->_large_mapcount` + 1 (v6.10): all entries.
    pub fn large_mapcount(self) -> Cell<u16> {
        Cell::at(self.base + 6)
    }
    /// `page[1].compound_pincount`
    pub fn pincount(self) -> Cell<u16> {
        Cell::at(self.base + 7)
    }
    /// `page[1].compound_dtor`; see [`dtor`].
    pub fn dtor(self) -> Cell<u16> {
        Cell::at(self.base + 8)
    }
    /// `PG_slab`
    pub fn slab(self) -> Cell<bool> {
        Cell::at(self.base + 9)
    }
    /// `page->mapping` points to an `anon_vma` and does not say so: without `PAGE_MAPPING_ANON` it
    /// reads as an `address_space`, and is none. Otherwise the word is what `PageAnon` and the
    /// mapping of the page say.
    pub fn bare_anon_vma(self) -> Cell<bool> {
        Cell::at(self.base + 10)
    }
    /// `page->private` of the target of a migration; see [`scratch`].
    pub fn private(self) -> Cell<u16> {
        Cell::at(self.base + 11)
    }
    /// `PageBalloon`
    pub fn balloon(self) -> Cell<bool> {
        Cell::at(self.base + 12)
    }
    /// `__PageMovable`: the mapping is marked as one of movable pages (`PAGE_MAPPING_MOVABLE`),
    /// which it is until the page is free.
    pub fn movable(self) -> Cell<bool> {
        Cell::at(self.base + 13)
    }
    /// Whether the page is on the list of its balloon: it is not while it is isolated.
    pub fn in_balloon(self) -> Cell<bool> {
        Cell::at(self.base + 14)
    }
}

/// The bits of [`Compound::private`].
pub mod scratch {
    /// `page_was_mapped`
    pub const WAS_MAPPED: u16 = 1;
    /// A pointer to an `anon_vma`.
    pub const ANON_VMA: u16 = 2;
}

/// Where [`Compound::generation`] begins again.
pub const GENERATIONS: u16 = 4;
