//! What stands above a page table.
use std::fmt;

use super::word::{Pfn, Pte, Restore, Word};

/// A page middle directory entry. A process has one here, above all its virtual pages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pmd {
    /// The page table with the entries of the process.
    Table,
    /// `pmd_none`
    None,
    /// `pmd_trans_huge`
    Huge(HugePmd),
    /// `pmdp_invalidate`: still `pmd_trans_huge`, but not present to the hardware.
    Invalid(HugePmd),
    /// `is_pmd_migration_entry`
    Migration {
        /// The compound page that is being migrated, by its head.
        head: Pfn,
        /// What the entry becomes when migration ends.
        restore: Restore,
    },
    /// `pmdp_invalidate` of an entry of migration, which was not present before: to those who ask
    /// for a bit of software alone it is now, and its page frame number is where theirs is not.
    InvalidMigration {
        /// The compound page that is being migrated, by its head.
        head: Pfn,
        /// What the entry became when migration ended.
        restore: Restore,
    },
}

/// An entry that maps a compound page as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct HugePmd {
    /// Its head.
    pub head: Pfn,
    /// `pmd_write`
    pub write: bool,
    /// `pmd_dirty`
    pub dirty: bool,
}

impl HugePmd {
    /// The entry of a huge page that its process has written to.
    pub fn writable(head: Pfn) -> HugePmd {
        HugePmd { head, write: true, dirty: true }
    }
}

impl Pmd {
    /// What a walk finds of a virtual page; `table` reads the entry of the page table.
    pub fn entry(self, address: u16, table: impl FnOnce() -> Pte) -> Pte {
        match self {
            Pmd::Table => table(),
            Pmd::None | Pmd::Invalid(_) => Pte::None,
            Pmd::Huge(HugePmd { head, write, dirty }) => {
                Pte::Present { pfn: Pfn(head.0 + address), write, dirty }
            }
            Pmd::Migration { head, restore } | Pmd::InvalidMigration { head, restore } => {
                Pte::Migration { pfn: Pfn(head.0 + address), restore }
            }
        }
    }

    /// The compound page that it names, mapped or being migrated, by its head.
    pub fn head(self) -> Option<Pfn> {
        match self {
            Pmd::Migration { head, .. } | Pmd::InvalidMigration { head, .. } => Some(head),
            other => other.mapped(),
        }
    }

    /// The compound page that it maps, and holds a reference of, by its head.
    pub fn mapped(self) -> Option<Pfn> {
        match self {
            Pmd::Huge(huge) | Pmd::Invalid(huge) => Some(huge.head),
            Pmd::Table | Pmd::None => None,
            Pmd::Migration { .. } | Pmd::InvalidMigration { .. } => None,
        }
    }
}

const KIND_SHIFT: u16 = 12;

/// Four bits of kind above twelve bits of page frame number.
impl Word for Pmd {
    fn to_word(self) -> u16 {
        let rights = |huge: HugePmd| u16::from(huge.write) + 2 * u16::from(huge.dirty);
        let (kind, number) = match self {
            Pmd::Table => (0, 0),
            Pmd::None => (1, 0),
            Pmd::Huge(huge) => (2 + rights(huge), huge.head.0),
            Pmd::Invalid(huge) => (6 + rights(huge), huge.head.0),
            Pmd::Migration { head, restore } => (10 + restore as u16, head.0),
            Pmd::InvalidMigration { head, restore } => (13 + restore as u16, head.0),
        };
        kind << KIND_SHIFT | number
    }

    fn from_word(word: u16) -> Self {
        let head = Pfn(word & ((1 << KIND_SHIFT) - 1));
        let huge = |rights: u16| HugePmd { head, write: rights & 1 != 0, dirty: rights & 2 != 0 };
        match word >> KIND_SHIFT {
            1 => Pmd::None,
            kind @ 2..=5 => Pmd::Huge(huge(kind - 2)),
            kind @ 6..=9 => Pmd::Invalid(huge(kind - 6)),
            10 => Pmd::Migration { head, restore: Restore::Readable },
            11 => Pmd::Migration { head, restore: Restore::ReadableExclusive },
            12 => Pmd::Migration { head, restore: Restore::Writable },
            13 => Pmd::InvalidMigration { head, restore: Restore::Readable },
            14 => Pmd::InvalidMigration { head, restore: Restore::ReadableExclusive },
            15 => Pmd::InvalidMigration { head, restore: Restore::Writable },
            _ => Pmd::Table,
        }
    }
}

impl fmt::Display for Pmd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rights = |huge: &HugePmd| {
            let write = if huge.write { "rw" } else { "ro" };
            format!("{} {write}{}", huge.head, if huge.dirty { " dirty" } else { "" })
        };
        match self {
            Pmd::Table => out.write_str("page table"),
            Pmd::None => out.write_str("none"),
            Pmd::Huge(huge) => write!(out, "huge page {}", rights(huge)),
            Pmd::Invalid(huge) => write!(out, "huge page {}, not present", rights(huge)),
            Pmd::Migration { head, restore } => {
                write!(out, "migration entry of huge page {head}, {restore}")
            }
            Pmd::InvalidMigration { head, restore } => {
                write!(out, "migration entry of huge page {head}, {restore}, invalidated")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_survives_its_sixteen_bits() {
        let mut entries = vec![Pmd::Table, Pmd::None];
        for (write, dirty) in [(false, false), (false, true), (true, false), (true, true)] {
            let huge = HugePmd { head: Pfn(4095), write, dirty };
            entries.extend([Pmd::Huge(huge), Pmd::Invalid(huge)]);
        }
        for restore in [Restore::Readable, Restore::ReadableExclusive, Restore::Writable] {
            let head = Pfn(4095);
            entries.push(Pmd::Migration { head, restore });
            entries.push(Pmd::InvalidMigration { head, restore });
        }
        for pmd in entries {
            assert_eq!(Pmd::from_word(pmd.to_word()), pmd);
        }
    }
}
