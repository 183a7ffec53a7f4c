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
    /// The order of a block: log2 of its pages.
    Order,
    /// A CPU, by number.
    Cpu,
    /// A mask of CPUs.
    Cpus,
    /// How many pages are left to go.
    Left,
    /// The migratetype of a block before it was isolated.
    Old,
    /// How often a caller of `cma_alloc` has swept the bitmap.
    Retries,
    /// The child of a fork, by number.
    Child,
    /// The mapping that a reverse map walk is at.
    Vma,
    /// The page or `NULL` that a caller gave.
    Given,
    /// The last of a range.
    Last,
    /// The first of a range.
    First,
    /// Whether the page is the head of a compound page.
    Head,
    /// The upper half of a block.
    Tail,
    /// The task that a signal is for, by its lane.
    Task,
    /// A word of a page, by number.
    Word,
    /// A value that is loaded or stored.
    Value,
    /// `enum fault_flag`
    Fault,
    /// A slot of the swap area, by number.
    Slot,
    /// Whether fork has a page for a copy (`*prealloc`).
    Prealloc,
    /// `newprot`: the rights that entries keep.
    Prot,
    /// A compound page, by its head, or a page by itself.
    Folio,
    /// The number of a page in a compound page.
    Index,
    /// The entry above the page table, as it was read.
    Pmd,
    /// `total_mapcount`, or `page_mapcount`.
    Mapcount,
    /// Whether a huge entry becomes migration entries (`freeze`).
    Freeze,
    /// `cc->alloc_contig`: the walk is for `alloc_contig_range`, not for compaction.
    AllocContig,
    /// Ghost: how often the page had been freed when it was looked at first.
    Life,
    /// `ms->usage` as it was read: whether it is not `NULL`.
    Usage,
    /// `page->mapping` as it was read.
    Mapping,
    /// The `anon_vma` that a migration holds: whether there is one.
    AnonVma,
}

impl Local {
    /// How many there are.
    pub const COUNT: usize = Local::AnonVma as usize + 1;

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
            Local::Order => ("order", Unit::Number),
            Local::Cpu => ("cpu", Unit::Number),
            Local::Cpus => ("cpus_with_pcps", Unit::Bits),
            Local::Left => ("to_free", Unit::Number),
            Local::Old => ("old_type", Unit::Migratetype),
            Local::Retries => ("num_attempts", Unit::Number),
            Local::Child => ("dst_mm", Unit::Hidden),
            Local::Vma => ("vma", Unit::Hidden),
            Local::Given => ("page", Unit::Page),
            Local::First => ("first", Unit::Number),
            Local::Last => ("last", Unit::Number),
            Local::Head => ("head", Unit::Flag),
            Local::Tail => ("tail", Unit::Number),
            Local::Task => ("task", Unit::Hidden),
            Local::Word => ("word", Unit::Number),
            Local::Value => ("val", Unit::Number),
            Local::Fault => ("flags", Unit::Bits),
            Local::Slot => ("entry", Unit::Number),
            Local::Prealloc => ("prealloc", Unit::Flag),
            Local::Prot => ("newprot", Unit::Hidden),
            Local::Folio => ("head", Unit::Number),
            Local::Index => ("i", Unit::Number),
            Local::Pmd => ("pmd", Unit::Pmd),
            Local::Mapcount => ("mapcount", Unit::Signed),
            Local::Freeze => ("freeze", Unit::Flag),
            Local::AllocContig => ("cc->alloc_contig", Unit::Flag),
            Local::Life => ("life", Unit::Hidden),
            Local::Usage => ("usage", Unit::Flag),
            Local::Mapping => ("mapping", Unit::Hidden),
            Local::AnonVma => ("anon_vma", Unit::Flag),
        }
    }
}
