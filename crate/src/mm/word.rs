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
    /// Off every list, with `page_count` zero: its section is offline.
    Offline = 7,
}

impl Place {
    const ALL: [Place; 8] = [
        Place::Allocated,
        Place::Buddy,
        Place::BuddyTail,
        Place::InFlight,
        Place::Contig,
        Place::Pcp,
        Place::Parked,
        Place::Offline,
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
            Place::Offline => "offline",
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
        /// `pte_dirty`: set by the hardware as it stores.
        dirty: bool,
    },
    /// `pte_present`, and `pte_uffd_wp`: never writable.
    UffdWp {
        /// The page that it maps.
        pfn: Pfn,
        /// `pte_dirty`
        dirty: bool,
    },
    /// `pte_protnone`: a NUMA hint; an access faults, and the entry is what it was after that.
    Protnone {
        /// The page that it maps.
        pfn: Pfn,
        /// `pte_savedwrite`
        write: bool,
    },
    /// `is_swap_pte`: the page is in the swap cache, or its contents are in the slot.
    Swap {
        /// The slot; below the machine's `swap_slots`.
        slot: u16,
        /// `pte_swp_exclusive` (v5.19)
        exclusive: bool,
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
    Readable = 0,
    /// `is_readable_exclusive_migration_entry`
    ReadableExclusive = 1,
    /// `is_writable_migration_entry`
    Writable = 2,
}

impl fmt::Display for Restore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Restore::Readable => "readable",
            Restore::ReadableExclusive => "readable exclusive",
            Restore::Writable => "writable",
        })
    }
}

impl Pte {
    /// A present entry that was not stored through yet.
    pub fn clean(pfn: Pfn, write: bool) -> Pte {
        Pte::Present { pfn, write, dirty: false }
    }

    /// The page that it names: mapped or being migrated.
    pub fn pfn(self) -> Option<Pfn> {
        match self {
            Pte::Migration { pfn, .. } => Some(pfn),
            other => other.mapped(),
        }
    }

    /// The page that it maps, and holds a reference of.
    pub fn mapped(self) -> Option<Pfn> {
        match self {
            Pte::None | Pte::Swap { .. } | Pte::Migration { .. } => None,
            Pte::Present { pfn, .. } | Pte::UffdWp { pfn, .. } | Pte::Protnone { pfn, .. } => {
                Some(pfn)
            }
        }
    }

    /// The page that an access finds there without a fault: a load, or a store with `write`.
    pub fn permits(self, write: bool) -> Option<Pfn> {
        match self {
            Pte::Present { pfn, write: writable, .. } if writable || !write => Some(pfn),
            Pte::UffdWp { pfn, .. } if !write => Some(pfn),
            _ => None,
        }
    }

    /// `pte_dirty`
    pub fn is_dirty(self) -> bool {
        matches!(self, Pte::Present { dirty: true, .. } | Pte::UffdWp { dirty: true, .. })
    }

    /// `pte_mkclean`
    pub fn cleaned(self) -> Pte {
        match self {
            Pte::Present { pfn, write, .. } => Pte::Present { pfn, write, dirty: false },
            Pte::UffdWp { pfn, .. } => Pte::UffdWp { pfn, dirty: false },
            other => other,
        }
    }

    /// `pte_write`, also of an entry whose right to write is kept behind `pte_protnone`.
    pub fn writes(self) -> bool {
        matches!(self, Pte::Present { write: true, .. } | Pte::Protnone { write: true, .. })
    }
}

const PTE_KIND_SHIFT: u16 = 12;

/// Four bits of kind above twelve bits of page frame number or slot.
impl Word for Pte {
    fn to_word(self) -> u16 {
        let (kind, number) = match self {
            Pte::None => (0, 0),
            Pte::Present { pfn, write, dirty } => {
                (1 + u16::from(write) + 2 * u16::from(dirty), pfn.0)
            }
            Pte::UffdWp { pfn, dirty } => (5 + u16::from(dirty), pfn.0),
            Pte::Protnone { pfn, write } => (7 + u16::from(write), pfn.0),
            Pte::Swap { slot, exclusive } => (9 + u16::from(exclusive), slot),
            Pte::Migration { pfn, restore } => (11 + restore as u16, pfn.0),
        };
        kind << PTE_KIND_SHIFT | number
    }

    fn from_word(word: u16) -> Self {
        let number = word & ((1 << PTE_KIND_SHIFT) - 1);
        let pfn = Pfn(number);
        match word >> PTE_KIND_SHIFT {
            kind @ 1..=4 => {
                Pte::Present { pfn, write: (kind - 1) & 1 != 0, dirty: (kind - 1) & 2 != 0 }
            }
            kind @ 5..=6 => Pte::UffdWp { pfn, dirty: kind == 6 },
            kind @ 7..=8 => Pte::Protnone { pfn, write: kind == 8 },
            kind @ 9..=10 => Pte::Swap { slot: number, exclusive: kind == 10 },
            11 => Pte::Migration { pfn, restore: Restore::Readable },
            12 => Pte::Migration { pfn, restore: Restore::ReadableExclusive },
            13 => Pte::Migration { pfn, restore: Restore::Writable },
            _ => Pte::None,
        }
    }
}

fn right(write: bool) -> &'static str {
    if write { "rw" } else { "ro" }
}

impl fmt::Display for Pte {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pte::None => out.write_str("none"),
            Pte::Present { pfn, write, dirty } => {
                write!(out, "page {pfn} {}{}", right(*write), if *dirty { " dirty" } else { "" })
            }
            Pte::UffdWp { pfn, .. } => write!(out, "page {pfn} ro uffd-wp"),
            Pte::Protnone { pfn, write } => write!(out, "page {pfn} {} protnone", right(*write)),
            Pte::Swap { slot, exclusive } => {
                write!(out, "swap entry {slot}{}", if *exclusive { ", exclusive" } else { "" })
            }
            Pte::Migration { pfn, restore } => {
                write!(out, "migration entry of page {pfn}, {restore}")
            }
        }
    }
}

/// A swap slot or none: none is 0, slot n is n + 1.
#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot(pub u16);

impl Word for Option<Slot> {
    fn to_word(self) -> u16 {
        self.map_or(0, |slot| slot.0 + 1)
    }
    fn from_word(word: u16) -> Self {
        word.checked_sub(1).map(Slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_survives_its_sixteen_bits() {
        let pfn = Pfn(4095);
        let mut entries = vec![Pte::None];
        for (one, other) in [(false, false), (false, true), (true, false), (true, true)] {
            entries.push(Pte::Present { pfn, write: one, dirty: other });
        }
        for one in [false, true] {
            entries.push(Pte::UffdWp { pfn, dirty: one });
            entries.push(Pte::Protnone { pfn, write: one });
            entries.push(Pte::Swap { slot: 3, exclusive: one });
        }
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
