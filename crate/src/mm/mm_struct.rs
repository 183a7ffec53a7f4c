//! `struct mm_struct`, pins, and what a CPU keeps while it unmaps: where their cells are.
use super::lock::{Lock, LockKind, Mode};
use super::memory::Cell;
use super::page::Rmap;
use super::word::{Pfn, Pte};

/// The cells of one `struct mm_struct`.
#[derive(Clone, Copy, Debug)]
pub struct Mm {
    pub(super) base: u32,
}

/// The cells before the entries.
const MM_FIELDS: u32 = 4;

impl Mm {
    /// `mmap_lock`, taken for reading.
    pub fn mmap_read(self) -> Lock {
        Lock { cell: Cell::at(self.base), kind: LockKind::RwSem, mode: Mode::Shared }
    }
    /// `mmap_lock`, taken for writing.
    pub fn mmap_write(self) -> Lock {
        Lock { mode: Mode::Exclusive, ..self.mmap_read() }
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
    pub(super) base: u32,
}

pub(super) const PIN_FIELDS: u32 = 3;

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

/// The cells of `struct mmu_gather` of one lane: pages whose last reference of a mapping is kept
/// until the TLB flush.
#[derive(Clone, Copy, Debug)]
pub struct Gather {
    pub(super) base: u32,
}

impl Gather {
    pub(super) const FIELDS: u32 = 1;

    /// `batch->nr`
    pub fn nr(self) -> Cell<u16> {
        Cell::at(self.base)
    }
    /// `batch->pages[slot]`; `slot` below the machine's `gather_pages`.
    pub fn page(self, slot: u16) -> Cell<Option<Pfn>> {
        Cell::at(self.base + Self::FIELDS + u32::from(slot))
    }
}
