//! From the bytes of a file to text.

use super::Limits;
use crate::Diagnostic;

const NOT_TEXT: &str = "not-text";

/// Refuses a file by its length, so that it need not be read.
pub fn check_size(path: &str, bytes: u64, limits: &Limits) -> Result<(), Diagnostic> {
    if bytes <= limits.bytes {
        return Ok(());
    }
    Err(Diagnostic::error("file-too-large", format!("{path} is too large"))
        .note(format!("The file has {bytes} bytes; at most {} are read.", limits.bytes)))
}

/// Turns a file's bytes into text: UTF-8, without the byte order mark some editors write.
///
/// The diagnostics have no place in a source, because there is no source yet; their titles name the path.
pub fn decode(path: &str, bytes: Vec<u8>, limits: &Limits) -> Result<String, Diagnostic> {
    check_size(path, bytes.len() as u64, limits)?;
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Diagnostic::error(NOT_TEXT, format!("{path} is not UTF-8 text"))
            .note("The file is encoded in UTF-16.")
            .help("Save it as UTF-8."));
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{FEFF}') {
                text.drain(..'\u{FEFF}'.len_utf8());
            }
            Ok(text)
        }
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..offset).unwrap_or_default();
            let line = before.split(|&byte| byte == b'\n').count();
            Err(Diagnostic::error(NOT_TEXT, format!("{path} is not UTF-8 text"))
                .note(format!("Line {line} has a byte that no UTF-8 text can have, at offset {offset}."))
                .help("Save the file as UTF-8, or check whether it is the right file."))
        }
    }
}

/// The first character YAML does not allow in a file, and its byte offset.
pub(super) fn find_control_character(text: &str) -> Option<(usize, char)> {
    // Nearly all files are clean, so bytes are looked at before characters.
    let suspicious = text.bytes().any(|byte| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte >= 0x7F);
    if !suspicious {
        return None;
    }
    text.char_indices().find(|&(_, character)| match character {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        _ => character.is_control() || matches!(character, '\u{FFFE}' | '\u{FFFF}'),
    })
}
