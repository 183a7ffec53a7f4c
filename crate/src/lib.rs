//! Pagerace: races in Linux memory management, one atomic step at a time.
//!
//! The modules stand on floors. Each uses the floors below it and never one above; a test
//! (`tests/tidy.rs`) reads the `use crate::` lines and fails otherwise.
//!
//! | floor | module | what it is |
//! |---|---|---|
//! | 0 | [`mm`] | nouns: pages, lists, pageblocks, page tables, locks, as cells of one memory |
//! | 1 | [`machine`] | lines, operations, routines, kernels, programs; `status` and `step` |
//! | 2 | [`routines`] | the kernel's functions as tables, one file per kernel file |
//! | 2 | [`properties`] | named predicates on a state |
//! | 3 | [`scenario`] | scenario text to a runnable system |
//! | 4 | [`schedule`] | which lane moves next, and what happened |
//! | 4 | [`races`] | data races, as the kernel's memory model has them |
//! | 4 | [`explore`] | every interleaving |
//! | 5 | [`player`] | playback with a cursor |
//! | 5 | [`tour`] | where the stops of a tour stand |
//! | 6 | [`view`] | the picture that the page draws, the ASCII timeline |
//! | 7 | `wasm`, `main` | doors to the browser and to the terminal |
#[cfg(feature = "whole")]
pub mod explore;
pub mod machine;
pub mod mm;
pub mod player;
pub mod properties;
#[cfg(feature = "whole")]
pub mod races;
pub mod routines;
pub mod scenario;
pub mod schedule;
pub mod tour;
pub mod view;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
