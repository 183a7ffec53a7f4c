//! Floor 2: kernel functions as tables of lines, one file per kernel file, and the kernels that
//! are made of them.
//!
//! A file holds the tables first and the effects of their lines below, in the order of use. The
//! reason for an order of lines stands above its table; what is left out stands in `omits`.
pub mod entry;
pub mod kernels;
