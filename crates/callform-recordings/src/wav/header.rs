//! The chunks before the sound.

use std::io::{self, Read};

use super::coding::Coding;
use super::{HIGHEST_RATE, LOWEST_RATE, MOST_CHANNELS};
use crate::error::Error;
use crate::numbers::count;

/// What the samples of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// One, or two: the customer's and the agent's.
    pub channels: u16,
    /// Frames a second: 1,000 to 384,000; Connect records 8,000.
    pub sample_rate: u32,
    /// How a sample is written.
    pub coding: Coding,
}

impl Format {
    /// Bytes of a frame.
    pub fn frame(self) -> usize {
        usize::from(self.channels) * self.coding.bytes()
    }
}

/// How many bytes of sound a header promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// So many.
    Exactly(u64),
    /// The writer did not know: at most so many.
    AtMost(u64),
}

/// Sizes from here on are what programs write into a pipe, where they cannot come back to fill in the right one: `SoX` and
/// eSpeak say 0x7FFFF000, others 0x7FFFFFFF, 0x80000000 or 0xFFFFFFFF. A call that is truly so long lasts 18 hours.
const PLACEHOLDER: u64 = 0x7FFF_0000;
/// Bytes of a `fmt ` chunk that mean anything here.
const FORMAT_BYTES: u64 = 40;
/// What follows the coding's number in the sixteen bytes of an extensible format.
const EXTENSIBLE: [u8; 14] = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

/// Reads up to the first byte of sound.
pub(crate) fn read(input: &mut impl Read) -> Result<(Format, Promise), Error> {
    let start = array::<12>(input)?;
    let long_form = matches!(&start[..4], b"RF64" | b"BW64");
    if !long_form && &start[..4] != b"RIFF" {
        return Err(Error::NotWav("it does not begin with RIFF"));
    }
    if &start[8..] != b"WAVE" {
        return Err(Error::NotWav("it is a RIFF file of another kind"));
    }
    let file_size = number(&start[4..8]);
    let (mut position, mut format, mut long_size) = (12_u64, None, None);
    loop {
        let head = array::<8>(input)?;
        let size = number(&head[4..]);
        position += 8;
        match &head[..4] {
            b"fmt " => format = Some(parse(&front(input, size, FORMAT_BYTES)?)?),
            b"ds64" if long_form => long_size = front(input, size, 16)?.get(8..16).map(number),
            b"data" => {
                let format = format.ok_or(Error::NotWav("it has no format before its sound"))?;
                let promise = match long_size {
                    // Its writer came back to fill it in: that is what this form is for.
                    Some(size) if size > 0 && size < u64::MAX => Promise::Exactly(size),
                    _ => promise(size, file_size, position),
                };
                return Ok((format, promise));
            }
            _ => skip(input, padded(size))?,
        }
        position += padded(size);
    }
}

/// What the size of the sound is worth. `position` is where the sound begins.
fn promise(size: u64, file_size: u64, position: u64) -> Promise {
    if size >= PLACEHOLDER {
        return Promise::AtMost(if size == u64::from(u32::MAX) { u64::MAX } else { size });
    }
    // Nothing yet: the writer meant to come back and never did. A file that is truly empty knows how long it is itself.
    let never_filled = file_size == 0 || file_size >= PLACEHOLDER || file_size + 8 < position;
    if size == 0 && never_filled { Promise::AtMost(u64::MAX) } else { Promise::Exactly(size) }
}

fn parse(chunk: &[u8]) -> Result<Format, Error> {
    let field = |at: usize, length: usize| chunk.get(at..at + length).map(number);
    let (Some(tag), Some(channels), Some(sample_rate), Some(frame), Some(bits)) =
        (field(0, 2), field(2, 2), field(4, 4), field(12, 2), field(14, 2))
    else {
        return Err(Error::NotWav("its format is too short"));
    };
    if !(1..=u64::from(MOST_CHANNELS)).contains(&channels) {
        return Err(Error::Unsupported(format!("{channels} channels; recordings of conversations have one or two")));
    }
    if !(u64::from(LOWEST_RATE)..=u64::from(HIGHEST_RATE)).contains(&sample_rate) {
        return Err(Error::Unsupported(format!("{sample_rate} Hz; recordings have 1,000 to 384,000 Hz")));
    }
    let tag = match tag {
        0xFFFE if chunk.get(26..40) == Some(&EXTENSIBLE) => field(24, 2).unwrap_or_default(),
        other => other,
    };
    // The bytes that a sample takes count, not its bits: 20 bits are written as 24, the lowest ones zero.
    let coding = match (tag, frame / channels) {
        (1, 1) => Coding::Unsigned8,
        (1, 2) => Coding::Signed16,
        (1, 3) => Coding::Signed24,
        (1, 4) => Coding::Signed32,
        (3, 4) => Coding::Float32,
        (3, 8) => Coding::Float64,
        (6, 1) => Coding::ALaw,
        (7, 1) => Coding::MuLaw,
        _ => {
            let what = format!("coding 0x{tag:04X} with {bits} bits; PCM, float, A-law and mu-law can be read");
            return Err(Error::Unsupported(what));
        }
    };
    let narrow = |value: u64| u16::try_from(value).unwrap_or(u16::MAX);
    let format =
        Format { channels: narrow(channels), sample_rate: u32::try_from(sample_rate).unwrap_or(u32::MAX), coding };
    if count(format.frame()) != frame || bits > 8 * count(coding.bytes()) {
        return Err(Error::Unsupported(format!("{bits} bits a sample in frames of {frame} bytes")));
    }
    Ok(format)
}

fn number(bytes: impl AsRef<[u8]>) -> u64 {
    bytes.as_ref().iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn padded(size: u64) -> u64 {
    size + size % 2
}

fn array<const LENGTH: usize>(input: &mut impl Read) -> Result<[u8; LENGTH], Error> {
    let mut bytes = [0; LENGTH];
    input.read_exact(&mut bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::CutInHeader,
        _ => Error::Io(error),
    })?;
    Ok(bytes)
}

/// The first bytes of a chunk, never more than `most`; the rest of it is skipped.
fn front(input: &mut impl Read, size: u64, most: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    input.by_ref().take(size.min(most)).read_to_end(&mut bytes)?;
    if count(bytes.len()) < size.min(most) {
        return Err(Error::CutInHeader);
    }
    skip(input, padded(size) - count(bytes.len()))?;
    Ok(bytes)
}

fn skip(input: &mut impl Read, bytes: u64) -> Result<(), Error> {
    let skipped = io::copy(&mut input.by_ref().take(bytes), &mut io::sink())?;
    if skipped == bytes { Ok(()) } else { Err(Error::CutInHeader) }
}
