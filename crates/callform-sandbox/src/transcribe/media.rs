//! What an audio file is, by its first bytes.

/// How many bytes of a file are looked at.
pub(super) const BEGINNING: u64 = 64 * 1024;
/// What a file whose length its beginning does not say has in a second, in bytes: 128 kbit.
const USUAL_RATE: u64 = 16_000;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Wav,
    Flac,
    Mp3,
    Mp4,
    Ogg,
    Amr,
    Webm,
}

/// What is known of an audio file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Audio {
    pub(super) format: Format,
    /// Samples in a second, where the beginning says it.
    pub(super) rate: Option<u32>,
    /// Channels, where the beginning says it.
    pub(super) channels: Option<u32>,
    /// How long it is, in seconds.
    pub(super) seconds: f64,
}

/// Why a file is not transcribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is in no format that is known.
    UnknownFormat,
    /// It is not whole.
    Invalid,
}

impl Format {
    /// The format of a name in the API.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "wav" => Self::Wav,
            "flac" => Self::Flac,
            "mp3" => Self::Mp3,
            "mp4" | "m4a" => Self::Mp4,
            "ogg" => Self::Ogg,
            "amr" => Self::Amr,
            "webm" => Self::Webm,
            _ => return None,
        })
    }

    /// Its name in the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Mp3 => "mp3",
            Self::Mp4 => "mp4",
            Self::Ogg => "ogg",
            Self::Amr => "amr",
            Self::Webm => "webm",
        }
    }

    fn of(beginning: &[u8]) -> Option<Self> {
        let has = |at: usize, bytes: &[u8]| beginning.get(at..).is_some_and(|rest| rest.starts_with(bytes));
        let is_frame = matches!(beginning, [0xFF, second, ..] if second & 0xE0 == 0xE0);
        Some(match () {
            () if has(0, b"RIFF") && has(8, b"WAVE") => Self::Wav,
            () if has(0, b"fLaC") => Self::Flac,
            () if has(0, b"OggS") => Self::Ogg,
            () if has(0, b"#!AMR") => Self::Amr,
            () if has(0, &[0x1A, 0x45, 0xDF, 0xA3]) => Self::Webm,
            () if has(4, b"ftyp") => Self::Mp4,
            () if has(0, b"ID3") || is_frame => Self::Mp3,
            () => return None,
        })
    }
}

/// What a file is, by its first bytes and its size in bytes.
pub(super) fn read(beginning: &[u8], size: u64) -> Result<Audio, Unread> {
    let format = Format::of(beginning).ok_or(Unread::UnknownFormat)?;
    match format {
        Format::Wav => wav(beginning, size).ok_or(Unread::Invalid),
        Format::Flac => flac(beginning).ok_or(Unread::Invalid),
        _ => Ok(Audio { format, rate: None, channels: None, seconds: seconds(size, USUAL_RATE) }),
    }
}

fn seconds(length: u64, in_a_second: u64) -> f64 {
    // Milliseconds of hours are far below what a number of this type has exactly.
    let milliseconds = length.saturating_mul(1000) / in_a_second.max(1);
    f64::from(u32::try_from(milliseconds).unwrap_or(u32::MAX)) / 1000.0
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The chunks `fmt ` and `data`; what comes between is passed over.
fn wav(beginning: &[u8], size: u64) -> Option<Audio> {
    let (mut at, mut described) = (12, None);
    loop {
        let name: [u8; 4] = number(beginning, at)?;
        let length = u32::from_le_bytes(number(beginning, at + 4)?);
        let start = at + 8;
        match &name {
            b"fmt " => {
                let channels = u32::from(u16::from_le_bytes(number(beginning, start + 2)?));
                let rate = u32::from_le_bytes(number(beginning, start + 4)?);
                described = Some((channels, rate, u32::from_le_bytes(number(beginning, start + 8)?)));
            }
            b"data" => {
                let (channels, rate, in_a_second) = described?;
                let there = size.saturating_sub(u64::try_from(start).ok()?).min(u64::from(length));
                let is_whole = channels > 0 && rate > 0 && in_a_second > 0 && there > 0;
                return is_whole.then(|| Audio {
                    format: Format::Wav,
                    rate: Some(rate),
                    channels: Some(channels),
                    seconds: seconds(there, u64::from(in_a_second)),
                });
            }
            _ => {}
        }
        let length = usize::try_from(length).ok()?;
        at = start.checked_add(length)?.checked_add(length % 2)?;
    }
}

/// The first block of metadata, `STREAMINFO`: 20 bits of rate, 3 of channels, 5 of width, 36 of samples, from byte 10.
fn flac(beginning: &[u8]) -> Option<Audio> {
    let bits = u64::from_be_bytes(number(beginning, 8 + 10)?);
    let rate = u32::try_from(bits >> 44).ok()?;
    let channels = u32::try_from((bits >> 41) & 7).ok()? + 1;
    let samples = bits & 0xF_FFFF_FFFF;
    (rate > 0 && samples > 0).then(|| Audio {
        format: Format::Flac,
        rate: Some(rate),
        channels: Some(channels),
        seconds: seconds(samples, u64::from(rate)),
    })
}

/// A file of silence: 16 bits, so many channels, samples in a second, and seconds.
#[cfg(test)]
pub(super) fn silence(channels: u16, rate: u32, seconds: u32) -> Vec<u8> {
    let in_a_second = rate * u32::from(channels) * 2;
    let length = in_a_second * seconds;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((length + 44).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(in_a_second.to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    // An odd chunk, with the byte that makes it even.
    file.extend(b"LIST\x03\x00\x00\x00abc\x00data");
    file.extend(length.to_le_bytes());
    file.resize(file.len() + usize::try_from(length).unwrap(), 0);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(file: &[u8]) -> u64 {
        u64::try_from(file.len()).unwrap()
    }

    #[test]
    fn wav_files_say_what_they_are() {
        let file = silence(2, 8000, 3);
        let whole = Audio { format: Format::Wav, rate: Some(8000), channels: Some(2), seconds: 3.0 };
        assert_eq!(read(&file, size(&file)), Ok(whole));
        let cut = &file[..file.len() / 2];
        assert!(read(cut, size(cut)).unwrap().seconds < 1.6, "what is missing does not count");
        assert_eq!(read(&file[..50], 50), Err(Unread::Invalid));
        let empty = silence(1, 8000, 0);
        assert_eq!(read(&empty, size(&empty)), Err(Unread::Invalid));
    }

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        let mut flac = b"fLaC\x00\x00\x00\x22".to_vec();
        flac.extend([0; 10]);
        // 16 kHz, 2 channels, 16 bits, 160,000 samples.
        let bits: u64 = (16_000 << 44) | (1 << 41) | (15 << 36) | 0x2_7100;
        flac.extend(bits.to_be_bytes());
        let audio = read(&flac, size(&flac)).unwrap();
        assert_eq!((audio.rate, audio.channels), (Some(16_000), Some(2)));
        assert!((audio.seconds - 10.0).abs() < 0.001);
        for (bytes, format) in [
            (&b"ID3\x04rest"[..], Format::Mp3),
            (b"\xFF\xFB\x90\x00", Format::Mp3),
            (b"\x00\x00\x00\x20ftypM4A ", Format::Mp4),
            (b"OggS\x00", Format::Ogg),
            (b"#!AMR\n", Format::Amr),
            (b"\x1A\x45\xDF\xA3", Format::Webm),
        ] {
            assert_eq!(read(bytes, 32_000).map(|audio| audio.format), Ok(format));
            assert_eq!(Format::named(format.name()), Some(format));
        }
        assert_eq!(read(b"hello", 5), Err(Unread::UnknownFormat));
        assert_eq!(read(b"", 0), Err(Unread::UnknownFormat));
    }
}
