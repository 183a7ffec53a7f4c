//! Floor 2: kernel functions as tables of lines, one file per kernel file, and the kernels that
//! are made of them.
//!
//! A file holds the tables first and the effects of their lines below, in the order of use. The
//! reason for an order of lines stands above its table; what is left out stands in `omits`.
pub mod access;
pub mod alloc_contig;
pub mod cma;
pub mod compaction;
pub mod copy_nonpresent;
pub mod copy_page;
pub mod copy_pte;
pub mod dma;
pub mod entry;
mod entry_access;
pub mod fault;
pub mod filemap;
pub mod follow_page;
pub mod fork;
pub mod forking;
pub mod gup;
pub mod gup_put;
pub mod gup_slow;
pub mod kernels;
pub mod madvise;
pub mod memory;
pub mod memory_hotplug;
pub mod migrate;
pub mod mm_h;
pub mod page_alloc;
pub mod page_isolation;
pub mod pagevec;
pub mod presets;
pub mod reclaim;
pub mod rmap;
pub mod signal;
pub mod swap;
pub mod swap_state;
pub mod swapfile;
pub mod swapin;
pub mod tlb;
pub mod toggles;
pub mod try_to_unmap;
pub mod uaccess;
pub mod uffd_continue;
pub mod userfaultfd;
pub mod vmscan;
pub mod wp;
pub mod wp_copy;
