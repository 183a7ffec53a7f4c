//! `struct zone` and its per-CPU page lists: where their cells are.
use super::free_list::List;
use super::lock::{Lock, LockKind, LockWord, Mode};
use super::memory::Cell;
use super::word::{Migratetype, Word};

/// The cells of `struct zone`.
#[derive(Clone, Copy, Debug)]
pub struct Zone {
    pub(super) base: u32,
    pub(super) orders: u32,
}

/// The cells before the lists.
pub(super) const ZONE_FIELDS: u32 = 8;
const LIST_ENDS: u32 = 2;
const MIGRATETYPES: u32 = Migratetype::ALL.len() as u32;

fn lock(at: u32, kind: LockKind, mode: Mode) -> Lock {
    Lock { cell: Cell::<LockWord>::at(at), kind, mode }
}

impl Zone {
    /// `zone->lock`
    pub fn lock(self) -> Lock {
        lock(self.base, LockKind::SpinIrq, Mode::Exclusive)
    }
    /// `NR_FREE_PAGES`, exact; signed, since races make it drift.
    pub fn nr_free(self) -> Cell<i16> {
        Cell::at(self.base + 1)
    }
    /// `NR_FREE_CMA_PAGES`, exact.
    pub fn nr_free_cma(self) -> Cell<i16> {
        Cell::at(self.base + 2)
    }
    /// `zone->nr_isolate_pageblock`; signed, since races take it below zero.
    pub fn nr_isolate_pageblock(self) -> Cell<i16> {
        Cell::at(self.base + 3)
    }
    /// `pcp_batch_high_lock`
    pub fn pcp_batch_high_lock(self) -> Lock {
        lock(self.base + 4, LockKind::Mutex, Mode::Exclusive)
    }
    /// `pcpu_drain_mutex`
    pub fn pcpu_drain_mutex(self) -> Lock {
        lock(self.base + 5, LockKind::Mutex, Mode::Exclusive)
    }
    /// `lru_disable_count`
    pub fn lru_disable_count(self) -> Cell<u16> {
        Cell::at(self.base + 6)
    }
    /// The sleeping lock between unmapping and migration that was floated in 2020 and never built;
    /// unmapping shares it.
    pub fn unmap_sem(self, mode: Mode) -> Lock {
        lock(self.base + 7, LockKind::RwSem, mode)
    }
    /// `free_area[order].free_list[mt]`; `order` up to `max_order`.
    pub fn free_list(self, order: u8, mt: Migratetype) -> List {
        debug_assert!(u32::from(order) < self.orders);
        let list = u32::from(order) * MIGRATETYPES + u32::from(mt.to_word());
        List::at(self.base + ZONE_FIELDS + list * LIST_ENDS)
    }
    /// How many free lists there are.
    pub(super) fn free_lists(self) -> u32 {
        self.orders * MIGRATETYPES
    }
}

/// The cells of `struct per_cpu_pages` of one CPU.
#[derive(Clone, Copy, Debug)]
pub struct Pcp {
    pub(super) base: u32,
}

/// The lists of a pcplist: `MIGRATE_UNMOVABLE`, `MIGRATE_MOVABLE`, `MIGRATE_RECLAIMABLE`.
pub const PCPTYPES: [Migratetype; 3] =
    [Migratetype::Unmovable, Migratetype::Movable, Migratetype::Reclaimable];

impl Pcp {
    pub(super) const FIELDS: u32 = 4;
    pub(super) const CELLS: u32 = Self::FIELDS + PCPTYPES.len() as u32 * LIST_ENDS;

    /// `pcp->lock`, v6.0 and later; taken with interrupts off up to v6.1.
    pub fn lock(self, kind: LockKind) -> Lock {
        lock(self.base, kind, Mode::Exclusive)
    }
    /// `pcp->count`
    pub fn count(self) -> Cell<u16> {
        Cell::at(self.base + 1)
    }
    /// `pcp->high`: so many pages and they go back to the buddy lists.
    pub fn high(self) -> Cell<u16> {
        Cell::at(self.base + 2)
    }
    /// `pcp->batch`: how many pages move at once.
    pub fn batch(self) -> Cell<u16> {
        Cell::at(self.base + 3)
    }
    /// `pcp->lists[mt]`; types without a list of their own are on that of `MIGRATE_MOVABLE`.
    pub fn list(self, mt: Migratetype) -> List {
        let number = PCPTYPES.iter().position(|own| *own == mt).unwrap_or(1) as u32;
        List::at(self.base + Self::FIELDS + number * LIST_ENDS)
    }
}
