//! The link: a scenario text as what stands behind `#`. Version 1: the character `1`, then the
//! text, deflated (RFC 1951), in base64url without padding (RFC 4648).
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

/// The most characters of a payload that are looked at (64 KiB).
pub const PACKED_LIMIT: usize = 64 * 1024;
/// The most bytes that a payload may unpack to (256 KiB).
pub const UNPACKED_LIMIT: usize = crate::scenario::limits::TEXT;

const VERSION: char = '1';
const LEVEL: u8 = 9;

/// Why a payload is not a scenario text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// There is nothing.
    Empty,
    /// It starts with another version's character.
    Version(char),
    /// It is longer than [`PACKED_LIMIT`].
    TooLong(usize),
    /// A character, at this place from 0, is not of the alphabet.
    Alphabet(usize, char),
    /// It ends too early or is damaged.
    Damaged,
    /// It unpacks to more than [`UNPACKED_LIMIT`].
    Bomb,
    /// It unpacks to bytes that are not text.
    NotText,
}

impl fmt::Display for LinkError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::Empty => write!(out, "the link carries nothing"),
            LinkError::Version(found) => write!(
                out,
                "the link is of version {found:?}, and this Pagerace reads version {VERSION:?}"
            ),
            LinkError::TooLong(found) => {
                write!(out, "the link has {found} characters, and {PACKED_LIMIT} is the limit")
            }
            LinkError::Alphabet(place, found) => {
                write!(out, "character {} of the link, {found:?}, cannot be in one", place + 1)
            }
            LinkError::Damaged => write!(out, "the link is cut off or damaged"),
            LinkError::Bomb => {
                write!(out, "the link unpacks to more than {} KiB", UNPACKED_LIMIT / 1024)
            }
            LinkError::NotText => write!(out, "the link does not unpack to text"),
        }
    }
}

/// The payload of a text.
///
/// # Errors
/// The text or its payload is over the limit.
pub fn encode(text: &str) -> Result<String, LinkError> {
    if text.len() > UNPACKED_LIMIT {
        return Err(LinkError::Bomb);
    }
    let packed = compress_to_vec(text.as_bytes(), LEVEL);
    let payload = format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(packed));
    if payload.len() > PACKED_LIMIT { Err(LinkError::TooLong(payload.len())) } else { Ok(payload) }
}

/// The text in a payload.
///
/// # Errors
/// The payload is not one, is damaged or is over a limit.
pub fn decode(payload: &str) -> Result<String, LinkError> {
    if payload.len() > PACKED_LIMIT {
        return Err(LinkError::TooLong(payload.len()));
    }
    let mut characters = payload.chars();
    match characters.next() {
        None => return Err(LinkError::Empty),
        Some(VERSION) => {}
        Some(other) => return Err(LinkError::Version(other)),
    }
    let is_wrong = |c: &char| !(c.is_ascii_alphanumeric() || *c == '-' || *c == '_');
    if let Some((place, wrong)) = payload.chars().enumerate().find(|(_, c)| is_wrong(c)) {
        return Err(LinkError::Alphabet(place, wrong));
    }
    let packed = URL_SAFE_NO_PAD.decode(characters.as_str()).map_err(|_| LinkError::Damaged)?;
    let bytes = decompress_to_vec_with_limit(&packed, UNPACKED_LIMIT).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput {
            LinkError::Bomb
        } else {
            LinkError::Damaged
        }
    })?;
    String::from_utf8(bytes).map_err(|_| LinkError::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_survives() {
        for text in ["", "format = 1\n", "ä\u{10ffff}\0"] {
            assert_eq!(decode(&encode(text).unwrap()).as_deref(), Ok(text));
        }
    }

    /// Made by the first release: it must decode for ever.
    #[test]
    fn the_first_link_decodes_for_ever() {
        let payload = "1S8svyk0sUbBVMOQCAA";
        assert_eq!(decode(payload).as_deref(), Ok("format = 1\n"));
    }

    #[test]
    fn bad_links_say_what_is_wrong() {
        assert_eq!(decode(""), Err(LinkError::Empty));
        assert_eq!(decode("2abc"), Err(LinkError::Version('2')));
        assert_eq!(decode("1ab%20"), Err(LinkError::Alphabet(3, '%')));
        assert_eq!(decode(&"1".repeat(PACKED_LIMIT + 1)), Err(LinkError::TooLong(65537)));
        let whole = encode("a scenario, or so it says, of some length: 0123456789").unwrap();
        for end in 1..whole.len() {
            assert!(decode(&whole[..end]).is_err(), "cut off at {end}");
        }
        let bomb = compress_to_vec(&vec![b'a'; UNPACKED_LIMIT + 1], 9);
        let bomb = format!("1{}", URL_SAFE_NO_PAD.encode(bomb));
        assert!(bomb.len() < 1000);
        assert_eq!(decode(&bomb), Err(LinkError::Bomb));
        let binary = format!("1{}", URL_SAFE_NO_PAD.encode(compress_to_vec(&[0xff, 0xfe], 9)));
        assert_eq!(decode(&binary), Err(LinkError::NotText));
    }
}
