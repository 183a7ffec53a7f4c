//! What one cell can hold: numbers, flags and the kernel's small enums, each in 16 bits.
use std::fmt;

/// A value that fits one memory cell.
pub trait Word: Copy {
    /// The 16 bits that stand for the value.
    fn to_word(self) -> u16;
    /// The value that the bits stand for; bits that no value has read as the nearest one.
    fn from_word(word: u16) -> Self;
}

impl Word for u16 {
    fn to_word(self) -> u16 {
        self
    }
    fn from_word(word: u16) -> Self {
        word
    }
}

/// Signed numbers keep their two's complement: the free counters may drift below zero.
impl Word for i16 {
    fn to_word(self) -> u16 {
        self as u16
    }
    fn from_word(word: u16) -> Self {
        word as i16
    }
}

impl Word for bool {
    fn to_word(self) -> u16 {
        u16::from(self)
    }
    fn from_word(word: u16) -> Self {
        word != 0
    }
}

/// A page frame number, below [`Pfn::LIMIT`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Pfn(pub u16);

impl Pfn {
    /// One more than the largest page frame number: a page table entry has 12 bits for it.
    pub const LIMIT: usize = 4096;
}

impl fmt::Display for Pfn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// A page or none (a list's end, an empty pin): none is 0, page n is n + 1.
impl Word for Option<Pfn> {
    fn to_word(self) -> u16 {
        self.map_or(0, |pfn| pfn.0 + 1)
    }
    fn from_word(word: u16) -> Self {
        word.checked_sub(1).map(Pfn)
    }
}

impl Word for Pfn {
    fn to_word(self) -> u16 {
        self.0
    }
    fn from_word(word: u16) -> Self {
        Pfn(word)
    }
}

/// `enum migratetype` with CMA and isolation configured (include/linux/mmzone.h, v5.17).
///
/// The numbers matter: the bit-mask form of `is_pinnable_page` computes with them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u16)]
pub enum Migratetype {
    /// `MIGRATE_UNMOVABLE`
    Unmovable = 0,
    /// `MIGRATE_MOVABLE`
    Movable = 1,
    /// `MIGRATE_RECLAIMABLE`
    Reclaimable = 2,
    /// `MIGRATE_HIGHATOMIC`
    Highatomic = 3,
    /// `MIGRATE_CMA`
    Cma = 4,
    /// `MIGRATE_ISOLATE`
    Isolate = 5,
}

impl Migratetype {
    /// All types, in the order of their numbers.
    pub const ALL: [Migratetype; 6] = [
        Migratetype::Unmovable,
        Migratetype::Movable,
        Migratetype::Reclaimable,
        Migratetype::Highatomic,
        Migratetype::Cma,
        Migratetype::Isolate,
    ];

    /// The letter that `show_free_areas` prints for the type (mm/page_alloc.c, v5.17).
    pub fn letter(self) -> char {
        match self {
            Migratetype::Unmovable => 'U',
            Migratetype::Movable => 'M',
            Migratetype::Reclaimable => 'E',
            Migratetype::Highatomic => 'H',
            Migratetype::Cma => 'C',
            Migratetype::Isolate => 'I',
        }
    }

    /// The kernel's name.
    pub fn name(self) -> &'static str {
        match self {
            Migratetype::Unmovable => "MIGRATE_UNMOVABLE",
            Migratetype::Movable => "MIGRATE_MOVABLE",
            Migratetype::Reclaimable => "MIGRATE_RECLAIMABLE",
            Migratetype::Highatomic => "MIGRATE_HIGHATOMIC",
            Migratetype::Cma => "MIGRATE_CMA",
            Migratetype::Isolate => "MIGRATE_ISOLATE",
        }
    }
}

impl fmt::Display for Migratetype {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl Word for Migratetype {
    fn to_word(self) -> u16 {
        self as u16
    }
    fn from_word(word: u16) -> Self {
        Migratetype::ALL[usize::from(word).min(Migratetype::ALL.len() - 1)]
    }
}

/// Where a page is: in exactly one of these places at any time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u16)]
pub enum Place {
    /// Off every list, owned by somebody: `page_count` is above zero.
    Allocated = 0,
    /// Head of a free block on a buddy list (`PageBuddy`).
    Buddy = 1,
    /// Inside a free block whose head stands elsewhere.
    BuddyTail = 2,
    /// Off every list with `page_count` zero: between a list and an owner.
    InFlight = 3,
    /// Given to a caller of `alloc_contig_range`.
    Contig = 4,
    /// On a pcplist.
    Pcp = 5,
    /// Head of a free block that is on no list while its pageblock is isolated (`PageIsolated` of a
    /// patch of 2014).
    Parked = 6,
}

impl Place {
    const ALL: [Place; 7] = [
        Place::Allocated,
        Place::Buddy,
        Place::BuddyTail,
        Place::InFlight,
        Place::Contig,
        Place::Pcp,
        Place::Parked,
    ];
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Place::Allocated => "allocated",
            Place::Buddy => "free",
            Place::BuddyTail => "free (tail)",
            Place::InFlight => "in flight",
            Place::Contig => "contiguous",
            Place::Pcp => "on a pcplist",
            Place::Parked => "parked",
        })
    }
}

impl Word for Place {
    fn to_word(self) -> u16 {
        self as u16
    }
    fn from_word(word: u16) -> Self {
        Place::ALL[usize::from(word).min(Place::ALL.len() - 1)]
    }
}

/// How far the isolation of a pageblock is: what the checker knows, and the kernel does not say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u16)]
pub enum Isolation {
    /// Nobody works on it.
    None = 0,
    /// The type is written and the free pages are not moved yet, or the other way round: a gap
    /// between two sections of `zone->lock`.
    Gap = 1,
    /// The pageblock is isolated and its isolation has not returned yet.
    Started = 2,
    /// Its isolation has returned.
    Done = 3,
}

impl Isolation {
    const ALL: [Isolation; 4] =
        [Isolation::None, Isolation::Gap, Isolation::Started, Isolation::Done];
}

impl Word for Isolation {
    fn to_word(self) -> u16 {
        self as u16
    }
    fn from_word(word: u16) -> Self {
        Isolation::ALL[usize::from(word).min(Isolation::ALL.len() - 1)]
    }
}

/// A page table entry, read and written as one word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pte {
    /// `pte_none`
    None,
    /// `pte_present`
    Present {
        /// The page that it maps.
        pfn: Pfn,
        /// `pte_write`
        write: bool,
    },
    /// `is_migration_entry`: a user access waits until migration is over.
    Migration {
        /// The page that is being migrated.
        pfn: Pfn,
        /// What the entry becomes when migration ends.
        restore: Restore,
    },
}

/// The three kinds of migration entry (include/linux/swapops.h; the middle one since v5.19).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Restore {
    /// `is_readable_migration_entry`
    Readable,
    /// `is_readable_exclusive_migration_entry`
    ReadableExclusive,
    /// `is_writable_migration_entry`
    Writable,
}

impl Pte {
    /// The page that the entry names, present or migrating.
    pub fn pfn(self) -> Option<Pfn> {
        match self {
            Pte::None => None,
            Pte::Present { pfn, .. } | Pte::Migration { pfn, .. } => Some(pfn),
        }
    }
}

const PTE_KIND_SHIFT: u16 = 12;

/// Four bits of kind above twelve bits of page frame number.
impl Word for Pte {
    fn to_word(self) -> u16 {
        let (kind, pfn) = match self {
            Pte::None => (0, Pfn(0)),
            Pte::Present { pfn, write: false } => (1, pfn),
            Pte::Present { pfn, write: true } => (2, pfn),
            Pte::Migration { pfn, restore: Restore::Readable } => (3, pfn),
            Pte::Migration { pfn, restore: Restore::ReadableExclusive } => (4, pfn),
            Pte::Migration { pfn, restore: Restore::Writable } => (5, pfn),
        };
        kind << PTE_KIND_SHIFT | pfn.0
    }

    fn from_word(word: u16) -> Self {
        let pfn = Pfn(word & ((1 << PTE_KIND_SHIFT) - 1));
        match word >> PTE_KIND_SHIFT {
            1 => Pte::Present { pfn, write: false },
            2 => Pte::Present { pfn, write: true },
            3 => Pte::Migration { pfn, restore: Restore::Readable },
            4 => Pte::Migration { pfn, restore: Restore::ReadableExclusive },
            5 => Pte::Migration { pfn, restore: Restore::Writable },
            _ => Pte::None,
        }
    }
}

impl fmt::Display for Pte {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pte::None => out.write_str("none"),
            Pte::Present { pfn, write: true } => write!(out, "page {pfn} rw"),
            Pte::Present { pfn, write: false } => write!(out, "page {pfn} ro"),
            Pte::Migration { pfn, restore } => {
                let kind = match restore {
                    Restore::Readable => "readable",
                    Restore::ReadableExclusive => "readable exclusive",
                    Restore::Writable => "writable",
                };
                write!(out, "migration entry of page {pfn}, {kind}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_survives_its_sixteen_bits() {
        let pfn = Pfn(4095);
        let mut entries = vec![Pte::None];
        entries.extend([false, true].map(|write| Pte::Present { pfn, write }));
        entries.extend(
            [Restore::Readable, Restore::ReadableExclusive, Restore::Writable]
                .map(|restore| Pte::Migration { pfn, restore }),
        );
        for entry in entries {
            assert_eq!(Pte::from_word(entry.to_word()), entry);
        }
    }

    #[test]
    fn the_bit_mask_of_the_v5_patch_catches_movable_and_highatomic() {
        let mask = Migratetype::Cma.to_word() | Migratetype::Isolate.to_word();
        let caught = Migratetype::ALL.map(|mt| mt.to_word() & mask != 0);
        assert_eq!(caught, [false, true, false, true, true, true]);
    }
}
