//! Floor 6: what the world sees: the picture that the page draws and the ASCII timeline.
pub mod ascii;
pub mod compound;
pub mod contents;
pub mod exploration;
pub mod kcsan;
pub mod lanes;
pub mod picture;
pub mod process;
pub mod protocol;
pub mod sections;
pub mod session;
pub mod state;
#[cfg(feature = "whole")]
pub mod watch;
pub mod words;
