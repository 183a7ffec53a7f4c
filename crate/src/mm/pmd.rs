//! What stands above a page table.
use std::fmt;

use super::word::{Pfn, Pte, Word};

/// A page middle directory entry. A process has one here, above all its virtual pages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pmd {
    /// The page table with the entries of the process.
    Table,
    /// `pmd_none`
    None,
    /// `pmd_trans_huge`: a compound page, by its head; writable and dirty.
    Huge(Pfn),
}

impl Pmd {
    /// What a walk finds of a virtual page; `table` reads the entry of the page table.
    pub fn entry(self, address: u16, table: impl FnOnce() -> Pte) -> Pte {
        match self {
            Pmd::Table => table(),
            Pmd::None => Pte::None,
            Pmd::Huge(head) => {
                Pte::Present { pfn: Pfn(head.0 + address), write: true, dirty: true }
            }
        }
    }
}

/// A table is 0, none is 1, the huge page with head n is n + 2.
impl Word for Pmd {
    fn to_word(self) -> u16 {
        match self {
            Pmd::Table => 0,
            Pmd::None => 1,
            Pmd::Huge(head) => head.0 + 2,
        }
    }
    fn from_word(word: u16) -> Self {
        match word {
            0 => Pmd::Table,
            1 => Pmd::None,
            head => Pmd::Huge(Pfn(head - 2)),
        }
    }
}

impl fmt::Display for Pmd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pmd::Table => out.write_str("page table"),
            Pmd::None => out.write_str("none"),
            Pmd::Huge(head) => write!(out, "huge page {head}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_survives_its_sixteen_bits() {
        for pmd in [Pmd::Table, Pmd::None, Pmd::Huge(Pfn(0)), Pmd::Huge(Pfn(4095))] {
            assert_eq!(Pmd::from_word(pmd.to_word()), pmd);
        }
    }
}
