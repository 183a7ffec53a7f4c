//! Floor 6: what the world sees: the picture that the page draws, the ASCII timeline, the link.
pub mod protocol;
