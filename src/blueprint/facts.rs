//! What is known of files that are uploaded as they are, from their first bytes and their lists of contents.

use std::collections::BTreeSet;
use std::io::Cursor;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// Nobody asked.
    Unknown,
    /// A recording, as its header says; or why it is none.
    Wave(Result<Wave, String>),
    /// The names in a zip file; or why it is none.
    Zip(Result<BTreeSet<String>, String>),
}

/// What the header of a WAV file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wave {
    /// The encoding: 1 is linear PCM, 6 A-law, 7 mu-law.
    pub encoding: u16,
    /// How many channels it has.
    pub channels: u16,
    /// Samples of each channel in a second.
    pub rate: u32,
}

/// Encoding of a header whose encoding stands in its extension.
const EXTENSIBLE: u16 = 0xFFFE;

pub(crate) fn of_wave(content: &[u8]) -> Facts {
    Facts::Wave(wave(content))
}

pub(crate) fn of_zip(content: &[u8]) -> Facts {
    Facts::Zip(zip(content))
}

/// Reads the header of a WAV file (RIFF, chunk `fmt `). Lengths in it are not looked at: programs that write into a pipe
/// do not know them.
fn wave(content: &[u8]) -> Result<Wave, String> {
    if content.starts_with(b"ID3")
        || content.first_chunk::<2>().is_some_and(|two| two[0] == 0xFF && two[1] & 0xE0 == 0xE0)
    {
        return Err("it is an MP3 file".to_owned());
    }
    if content.get(..4) != Some(b"RIFF") || content.get(8..12) != Some(b"WAVE") {
        return Err("it has no header of a WAV file".to_owned());
    }
    let mut rest = &content[12..];
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, sizes @ ..] = *head;
        let size = usize::try_from(u32::from_le_bytes(sizes)).unwrap_or(usize::MAX);
        if [a, b, c, d] == *b"fmt " {
            let half = |at: usize| Some(u16::from_le_bytes(*body.get(at..at + 2)?.first_chunk()?));
            let whole = |at: usize| Some(u32::from_le_bytes(*body.get(at..at + 4)?.first_chunk()?));
            let read = || {
                let encoding = match half(0)? {
                    EXTENSIBLE => half(24)?,
                    encoding => encoding,
                };
                Some(Wave { encoding, channels: half(2)?, rate: whole(4)? })
            };
            return read().ok_or_else(|| "its header is cut".to_owned());
        }
        // Chunks of odd length are padded.
        let Some(next) = body.get(size.saturating_add(size % 2)..) else { break };
        rest = next;
    }
    Err("its header does not say how it is encoded".to_owned())
}

/// Reads the names in a zip file.
fn zip(content: &[u8]) -> Result<BTreeSet<String>, String> {
    let archive = zip::ZipArchive::new(Cursor::new(content)).map_err(|error| error.to_string())?;
    let names = archive.file_names().map(|name| name.map(std::borrow::Cow::into_owned));
    names.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAV file of silence.
    fn file(encoding: u16, channels: u16, rate: u32, before: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\xFF\xFF\xFF\xFFWAVE".to_vec();
        file.extend(before);
        file.extend(b"fmt \x10\0\0\0");
        file.extend(encoding.to_le_bytes());
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend([0; 8]);
        file.extend(b"data\xFF\xFF\xFF\xFF");
        file
    }

    #[test]
    fn headers_are_read() {
        let right = Wave { encoding: 7, channels: 1, rate: 8000 };
        assert_eq!(wave(&file(7, 1, 8000, b"")), Ok(right));
        assert_eq!(wave(&file(7, 1, 8000, b"LIST\x03\0\0\0abc\0")), Ok(right));
        assert_eq!(wave(&file(1, 2, 44_100, b"")), Ok(Wave { encoding: 1, channels: 2, rate: 44_100 }));
        for wrong in [
            &b"ID3\x04"[..],
            b"\xFF\xFB\x90",
            b"",
            b"RIFF",
            b"Hello",
            b"RIFF\0\0\0\0WAVE",
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x07",
        ] {
            assert!(wave(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_zip_is_told() {
        for wrong in [&b""[..], b"zip", b"PK other code"] {
            assert!(zip(wrong).is_err());
        }
    }
}
