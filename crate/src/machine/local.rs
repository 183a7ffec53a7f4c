//! The variables of kernel functions, by the names that kernel code uses.
use crate::mm::Unit;

/// A local variable or parameter. A call passes those of the same name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Local {
    /// The page at hand (its page frame number).
    Page,
    /// The target of a migration.
    NewPage,
    /// A page table entry as it was read.
    Pte,
    /// A migratetype as it was read.
    Mt,
    /// A second migratetype: what an allocation asks for.
    Wanted,
    /// `gup_flags`
    Flags,
    /// The process, by number.
    Mm,
    /// The virtual page, by number.
    Addr,
    /// The pin handle to publish or to drop, by number.
    Pin,
    /// `write_protect_seq` as it was read.
    Seq,
    /// What the last call returned.
    Ret,
    /// What the function will return.
    Rc,
    /// First page of a range.
    Start,
    /// One past the last page of a range.
    End,
    /// A pageblock, by number.
    Block,
    /// The CMA area, by number.
    Area,
    /// How many pages are wanted.
    Count,
    /// Where in the bitmap to search.
    Search,
    /// `page_count` as it was read.
    Refs,
    /// The pass of `migrate_pages`.
    Pass,
    /// The try of `__alloc_contig_migrate_range`.
    Tries,
    /// Whether a migration entry was put in place (`page_was_mapped`).
    Mapped,
    /// `anon_exclusive` as it was read.
    Exclusive,
    /// `isolation_error_count`
    Errors,
}

impl Local {
    /// How many there are.
    pub const COUNT: usize = Local::Errors as usize + 1;

    /// Its name in kernel code.
    pub fn name(self) -> &'static str {
        self.table().0
    }

    /// How its value reads.
    pub fn unit(self) -> Unit {
        self.table().1
    }

    fn table(self) -> (&'static str, Unit) {
        match self {
            Local::Page => ("page", Unit::Number),
            Local::NewPage => ("newpage", Unit::Page),
            Local::Pte => ("pte", Unit::Pte),
            Local::Mt => ("mt", Unit::Migratetype),
            Local::Wanted => ("migratetype", Unit::Migratetype),
            Local::Flags => ("gup_flags", Unit::Hidden),
            Local::Mm => ("mm", Unit::Hidden),
            Local::Addr => ("addr", Unit::Hidden),
            Local::Pin => ("pages[]", Unit::Hidden),
            Local::Seq => ("seq", Unit::Number),
            Local::Ret => ("ret", Unit::Signed),
            Local::Rc => ("rc", Unit::Signed),
            Local::Start => ("start", Unit::Number),
            Local::End => ("end", Unit::Number),
            Local::Block => ("block", Unit::Number),
            Local::Area => ("cma", Unit::Hidden),
            Local::Count => ("count", Unit::Number),
            Local::Search => ("bitmap_no", Unit::Number),
            Local::Refs => ("page_count", Unit::Number),
            Local::Pass => ("pass", Unit::Number),
            Local::Tries => ("tries", Unit::Number),
            Local::Mapped => ("page_was_mapped", Unit::Flag),
            Local::Exclusive => ("anon_exclusive", Unit::Flag),
            Local::Errors => ("isolation_error_count", Unit::Number),
        }
    }
}
