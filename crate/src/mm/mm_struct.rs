//! `struct mm_struct`, pins, and what a CPU keeps while it unmaps: where their cells are.
use super::lock::{Lock, LockKind, Mode};
use super::memory::Cell;
use super::page::{Rmap, WORDS};
use super::pmd::Pmd;
use super::word::{Pfn, Pte};

/// The cells of one `struct mm_struct`.
#[derive(Clone, Copy, Debug)]
pub struct Mm {
    pub(super) base: u32,
    /// How many virtual pages it has, and where the others are.
    pub(super) mappings: u16,
    pub(super) nowhere: Option<u32>,
}

/// The cells before the entries.
const MM_FIELDS: u32 = 7;
/// The cells of each virtual page.
const MAPPING_FIELDS: u32 = 2 + WORDS as u32;

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
    /// `tlb_flush_pending`: flushes of `userfaultfd` that are on their way.
    pub fn tlb_flush_pending(self) -> Cell<u16> {
        Cell::at(self.base + 4)
    }
    /// Whether fork is through with it: its tasks may run.
    pub fn runs(self) -> Cell<bool> {
        Cell::at(self.base + 5)
    }
    /// The entry above the page table.
    pub fn pmd(self) -> Cell<Pmd> {
        Cell::at(self.base + 6)
    }
    fn mapping(self, address: u16) -> u32 {
        let behind = cfg!(feature = "whole") && address >= self.mappings;
        if let Some(nowhere) = self.nowhere.filter(|_| behind) {
            return nowhere;
        }
        self.base + MM_FIELDS + u32::from(address) * MAPPING_FIELDS
    }
    /// The entry of a virtual page.
    pub fn pte(self, address: u16) -> Cell<Pte> {
        Cell::at(self.mapping(address))
    }
    /// `vm_flags` of the area that a virtual page is in; see [`vm`].
    pub fn vm_flags(self, address: u16) -> Cell<u16> {
        Cell::at(self.mapping(address) + 1)
    }
    /// Ghost: what was last written to a word of a virtual page, by its process or by a device
    /// through a pin of it.
    pub fn written(self, address: u16, word: u16) -> Cell<u16> {
        Cell::at(self.mapping(address) + 2 + u32::from(word))
    }
}

/// `vm_flags`, with numbers of our own: the kernel's do not fit 16 bits.
pub mod vm {
    /// There is an area, and it may be read.
    pub const READ: u16 = 1 << 0;
    /// `VM_WRITE`
    pub const WRITE: u16 = 1 << 1;
    /// A private mapping of a file (`vma->vm_file`).
    pub const FILE: u16 = 1 << 2;
}

/// What [`Mm::written`] holds of a word that may be anything: of `MADV_FREE`, until the next store.
pub const ANY: u16 = u16::MAX;

/// The cells of one slot of the swap area.
#[derive(Clone, Copy, Debug)]
pub struct SwapSlot {
    pub(super) base: u32,
}

impl SwapSlot {
    pub(super) const FIELDS: u32 = 3 + WORDS as u32;

    /// `swap_map`: the entries that name the slot.
    pub fn count(self) -> Cell<u16> {
        Cell::at(self.base)
    }
    /// The page of the slot in the swap cache.
    pub fn page(self) -> Cell<Option<Pfn>> {
        Cell::at(self.base + 1)
    }
    /// Ghost: the contents are those of a page that was frozen and freed.
    pub fn settled(self) -> Cell<bool> {
        Cell::at(self.base + 2)
    }
    /// What was written out; `word` below [`WORDS`].
    pub fn content(self, word: u16) -> Cell<u16> {
        Cell::at(self.base + 3 + u32::from(word))
    }
}

/// The cells of one pin handle: what `pin_user_pages_fast` gave its caller.
#[derive(Clone, Copy, Debug)]
pub struct Pin {
    pub(super) base: u32,
}

pub(super) const PIN_FIELDS: u32 = 4;

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
    /// Ghost: the process that pinned it, whatever it still maps.
    pub fn process(self) -> Cell<u16> {
        Cell::at(self.base + 3)
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
