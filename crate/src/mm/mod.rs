//! Floor 0: the nouns of memory management, as typed views over one flat memory.
//!
//! Everything that can change is a cell of [`Memory`]; everything here says *where* a thing is
//! kept and how it reads in words. Nothing here knows a CPU's program, a routine or time.
pub mod chance;
pub mod compound;
pub mod fingerprint;
pub mod free_list;
pub mod geometry;
pub mod layout;
pub mod ledger;
pub mod lock;
pub mod memory;
pub mod mm_struct;
pub mod page;
pub mod pmd;
pub mod section;
pub mod word;
pub mod zone;

pub use compound::{Compound, GARBAGE, GENERATIONS, dtor, scratch};
pub use geometry::{CmaArea, Geometry, Mapping, Process};
pub use layout::Layout;
pub use lock::{Lock, LockKind, LockWord, Mode};
pub use memory::{Access, AccessKind, Cell, CellInfo, Memory, Subject, Unit};
pub use mm_struct::{ANY, Gather, Mm, Pin, SwapSlot, vm};
pub use page::{OwnList, OwnListKind, Page, Rmap, WORDS};
pub use pmd::{HugePmd, Pmd};
pub use section::{Meets, Section, touched};
pub use word::{Isolation, Migratetype, Pfn, Place, Pte, Restore, Slot, Word};
pub use zone::{PCPTYPES, Pcp, Zone};
