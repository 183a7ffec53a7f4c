//! Links: a scenario text as what stands behind `#` in an address. `docs/link-format.md` is the
//! specification; the page packs and unpacks with what browsers have (`www/src/link.ts`).
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use miniz_oxide::deflate;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use crate::scenario::limits;

/// The longest payload, in characters (64 KiB).
pub const PAYLOAD: usize = 64 * 1024;

/// The first character of a payload of version 1.
const VERSION: u8 = b'1';

/// How hard to look for what repeats: zlib's own best.
const LEVEL: u8 = 9;

/// The bits behind the last byte are not looked at, as browsers do not.
const DIGITS: GeneralPurpose =
    GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

/// The payload of a text.
///
/// # Errors
/// The text or the payload is over its limit.
pub fn pack(text: &str) -> Result<String, String> {
    if text.len() > limits::TEXT {
        return Err(too_much());
    }
    let packed = deflate::compress_to_vec(text.as_bytes(), LEVEL);
    let mut payload = String::from(char::from(VERSION));
    DIGITS.encode_string(packed, &mut payload);
    if payload.len() > PAYLOAD { Err(too_long(payload.len())) } else { Ok(payload) }
}

/// The text in a payload, which may be anything. No more than the limit is ever unpacked.
///
/// # Errors
/// It is none: why.
pub fn unpack(payload: &str) -> Result<String, String> {
    if payload.len() > PAYLOAD {
        return Err(too_long(payload.chars().count()));
    }
    let version = payload.chars().next().ok_or("the link carries nothing")?;
    if version != char::from(VERSION) {
        return Err(format!(
            "the link is of version \"{version}\", and this Pagerace reads version \"1\""
        ));
    }
    if let Some((place, wrong)) = payload.chars().enumerate().find(|(_, c)| !is_digit(*c)) {
        let place = place + 1;
        return Err(format!(
            "character {place} of the link, \"{}\", cannot be in one",
            wrong.escape_debug()
        ));
    }
    let damaged = || "the link is cut off or damaged".to_string();
    let packed = DIGITS.decode(&payload[1..]).map_err(|_| damaged())?;
    let mut text = vec![0; limits::TEXT];
    let mut state = DecompressorOxide::new();
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, length) = decompress(&mut state, &packed, &mut text, 0, flags);
    match status {
        TINFLStatus::HasMoreOutput => return Err(too_much()),
        TINFLStatus::Done if read == packed.len() => text.truncate(length),
        _ => return Err(damaged()),
    }
    String::from_utf8(text).map_err(|_| "the link does not unpack to text".into())
}

/// Whether a character may stand in a payload.
pub fn is_digit(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

fn too_much() -> String {
    format!("the link unpacks to more than {} KiB", limits::TEXT / 1024)
}

fn too_long(length: usize) -> String {
    format!("the link has {length} characters, and {PAYLOAD} is the limit")
}
