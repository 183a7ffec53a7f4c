//! Which accesses are marked, and which are plain.
//!
//! Most words are accessed by marked accesses alone: atomic counts, flags by bit operations, page
//! table entries, locks. They can be in no data race. `FIELDS` lists the others, after what the
//! kernel's sources have; where versions or places differ, the line's text says `READ_ONCE` or
//! `WRITE_ONCE`. Where that is not known, an access counts as marked: a race that is reported is
//! one.
use super::Runner;
use super::section::Sections;
use crate::machine::System;
use crate::mm::{Access, AccessKind, Memory, Subject, Unit};

/// Whether the compiler must do what is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// It may tear, fuse or repeat it.
    Plain,
    /// `READ_ONCE`, `WRITE_ONCE`, a bit operation, an atomic operation, a lock.
    Marked,
}

/// A word that some accesses of are plain.
#[derive(Clone, Copy, Debug)]
struct Field {
    name: &'static str,
    load: Mark,
    store: Store,
    /// As many as the kernel's word has, on 64 bits.
    bytes: u8,
}

/// How a word is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Store {
    /// By an assignment.
    Plain,
    /// By `|=`, `++` and the like, one access for KCSAN.
    Compound,
    /// By an assignment where it becomes 0, else by `WRITE_ONCE`.
    PlainNull,
    /// By an atomic operation.
    Atomic,
}

const fn field(name: &'static str, load: Mark, store: Store, bytes: u8) -> Field {
    Field { name, load, store, bytes }
}

const fn plain(name: &'static str, bytes: u8) -> Field {
    field(name, Mark::Plain, Store::Plain, bytes)
}

/// The pageblock bitmap, in `get_pfnblock_flags_mask` and `set_pfnblock_flags_mask`: read plainly
/// up to v5.18 and by `READ_ONCE` since (1c563432588d), written by `cmpxchg` since v3.16.
const PAGEBLOCK: &str = "migratetype";

const FIELDS: &[Field] = &[
    field(PAGEBLOCK, Mark::Plain, Store::Atomic, 8),
    // page->mapping: `PageAnon` and `PageKsm` look at its lowest bits. `free_pages_prepare` stores
    // NULL; what sets it does so by WRITE_ONCE since v5.11, and counts as if it always had.
    field("PageAnon", Mark::Plain, Store::PlainNull, 8),
    field("PageKsm", Mark::Plain, Store::PlainNull, 8),
    // struct per_cpu_pages. `high` and `batch` are READ_ONCE and WRITE_ONCE since v5.11.
    plain("pcp->count", 4),
    // struct zone
    plain("nr_isolate_pageblock", 8),
    plain("free_list head", 8),
    plain("contiguous", 1),
    plain("zone_start_pfn", 8),
    plain("zone_end_pfn", 8),
    // struct cma and struct vm_area_struct
    plain("bitmap", 8),
    plain("vm_flags", 8),
    // struct mem_section; the first two are bits of section_mem_map.
    field("SECTION_IS_ONLINE", Mark::Plain, Store::Compound, 8),
    field("SECTION_HAS_MEM_MAP", Mark::Plain, Store::Compound, 8),
    plain("ms->usage", 8),
    plain("section->page_ext", 8),
    // page[1].compound_order
    plain("compound_order", 1),
];

/// What is known of each cell of a machine.
pub struct Marks {
    fields: Vec<Option<Field>>,
    locks: Vec<bool>,
    synchronizes: Vec<bool>,
    sections: Sections,
}

impl Marks {
    /// Those of the machine's cells, under its kernel.
    pub fn of_system(system: &System) -> Marks {
        let cells = 0..system.layout.len() as u32;
        let infos = || cells.clone().map(|cell| system.layout.info(cell));
        let pageblocks =
            if system.kernel.config.types_read_once { Mark::Marked } else { Mark::Plain };
        let field = |name: &str| {
            let known = FIELDS.iter().find(|field| field.name == name).copied();
            known.map(
                |field| if name == PAGEBLOCK { Field { load: pageblocks, ..field } } else { field },
            )
        };
        Marks {
            sections: Sections::of(system),
            fields: infos().map(|info| field(info.field)).collect(),
            locks: infos().map(|info| info.unit == Unit::Lock).collect(),
            synchronizes: infos()
                .map(|info| {
                    let own = matches!(info.subject, Subject::Cpu(_)) && info.field == "result";
                    let ghost = matches!(info.unit, Unit::Hidden | Unit::Place);
                    own || !ghost && info.subject != Subject::Ghost
                })
                .collect(),
        }
    }

    /// Of an access of a line with this text: what it is, if it may be in a data race at all, and
    /// whether it is marked.
    pub fn of(&self, access: &Access, text: &str) -> Option<(AccessKind, Mark)> {
        let field = self.fields[access.cell as usize]?;
        // Of the pageblock bitmap, READ_ONCE of a local variable is none of the word.
        let says = |what| field.name != PAGEBLOCK && text.contains(what);
        Some(match (access.kind, field.store) {
            (AccessKind::Load, _) if says("READ_ONCE") => (AccessKind::Load, Mark::Marked),
            (AccessKind::Load, _) => (AccessKind::Load, field.load),
            (_, Store::Atomic) => (AccessKind::Rmw, Mark::Marked),
            (kind, _) if says("WRITE_ONCE") => (kind, Mark::Marked),
            (_, Store::Compound) => (AccessKind::Rmw, Mark::Plain),
            (kind, Store::PlainNull) if access.new != 0 => (kind, Mark::Marked),
            // What the model does as one atomic step may be `x++` in the kernel.
            (kind, Store::Plain | Store::PlainNull) => (kind, Mark::Plain),
        })
    }

    /// Whether a line lies where KCSAN takes every access for atomic.
    pub fn in_section(&self, system: &System, memory: &Memory, by: Runner, loc: usize) -> bool {
        self.sections.contain(system, memory, by, loc)
    }

    /// How many bytes the kernel's word has that a cell stands for; nothing of cells that are in no
    /// data race.
    pub fn bytes(&self, cell: u32) -> Option<u8> {
        self.fields[cell as usize].map(|field| field.bytes)
    }

    /// Whether a cell is a lock word.
    pub fn is_lock(&self, cell: u32) -> bool {
        self.locks[cell as usize]
    }

    /// Whether reading a cell orders what follows behind what came before it was written, unless
    /// the access is plain: it is a word of the kernel's, or handed from one caller to another.
    pub fn synchronizes(&self, cell: u32) -> bool {
        self.synchronizes[cell as usize]
    }
}
