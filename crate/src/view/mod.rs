//! Floor 6: what the world sees: the picture that the page draws, the ASCII timeline, the link.
pub mod ascii;
pub mod lanes;
pub mod link;
pub mod picture;
pub mod protocol;
pub mod session;
pub mod state;
pub mod words;
