//! Floor 0: the nouns of memory management, as typed views over one flat memory.
//!
//! Everything that can change is a cell of [`Memory`]; everything here says *where* a thing is
//! kept and how it reads in words. Nothing here knows a CPU's program, a routine or time.
pub mod free_list;
pub mod geometry;
pub mod layout;
pub mod lock;
pub mod memory;
pub mod word;

pub use geometry::{CmaArea, Geometry, Mapping, Process};
pub use layout::{Layout, Mm, Page, Pin, Rmap, Zone};
pub use lock::{Lock, LockKind, LockWord, Mode};
pub use memory::{Access, AccessKind, Cell, CellInfo, Memory, Subject, Unit};
pub use word::{Migratetype, Pfn, Place, Pte, Word};
