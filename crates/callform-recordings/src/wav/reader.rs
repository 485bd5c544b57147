//! The sound, block by block.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::coding::Decoder;
use super::header::{self, Format, Promise};
use crate::error::Error;
use crate::numbers::count;

/// Frames of a block, at most.
const BLOCK: usize = 4_096;

/// How the sound of a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Where the header says.
    Whole,
    /// The header does not say: the file came through a pipe. All that is there was read.
    Unstated,
    /// Before the header says: the file is cut off.
    Cut {
        /// Frames that are missing.
        missing: u64,
    },
}

/// Samples between -1 and 1, one list a channel, all of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// One or two.
    pub channels: Vec<Vec<f32>>,
}

impl Block {
    /// Frames in this block.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }
}

/// A WAV file that is read once, from front to back, in bounded memory: `PCM` of 8 to 32 bits, float, A-law and mu-law, also in
/// the extensible form and in `RF64`.
///
/// What headers say is not believed: sizes that a pipe made impossible to know end with the file, and a file that ends early
/// gives what is there and an [`Ending`] that says so.
pub struct Reader<R> {
    input: R,
    format: Format,
    promise: Promise,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// Bytes of sound that were read, in whole frames.
    read: u64,
    ending: Option<Ending>,
}

impl<R: Read> Reader<R> {
    /// Reads the header. Reads are short: hand in something that buffers.
    ///
    /// # Errors
    ///
    /// What is no WAV file, has no or more than two channels, an unusual rate or an unknown coding.
    pub fn new(mut input: R) -> Result<Self, Error> {
        let (format, promise) = header::read(&mut input)?;
        let decoder = Decoder::new(format.coding);
        let bytes = vec![0; BLOCK * format.frame()];
        Ok(Self { input, format, promise, decoder, bytes, read: 0, ending: None })
    }

    /// What the samples are.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Frames that were read.
    pub fn frames(&self) -> u64 {
        self.read / count(self.format.frame())
    }

    /// How the sound ended, once [`Reader::next`] has said that it did.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// The next samples into `block`; false, and an empty block, at the end.
    pub fn next(&mut self, block: &mut Block) -> Result<bool, Error> {
        let channels = usize::from(self.format.channels);
        block.channels.resize_with(channels, Vec::new);
        let length = if self.ending.is_some() { 0 } else { self.fill()? };
        for (index, samples) in block.channels.iter_mut().enumerate() {
            self.decoder.channel(&self.bytes[..length], index, channels, samples);
        }
        Ok(length > 0)
    }

    /// Fills the bytes with whole frames, as many as there are.
    fn fill(&mut self) -> Result<usize, Error> {
        let frame = self.format.frame();
        let promised = match self.promise {
            Promise::Exactly(bytes) | Promise::AtMost(bytes) => bytes - bytes % count(frame),
        };
        let wanted = usize::try_from(promised - self.read).unwrap_or(usize::MAX).min(self.bytes.len());
        let mut length = 0;
        while length < wanted {
            match self.input.read(&mut self.bytes[length..wanted]) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        let whole = length - length % frame;
        self.read += count(whole);
        if length < wanted || self.read == promised {
            self.ending = Some(self.end(promised));
        }
        Ok(whole)
    }

    fn end(&self, promised: u64) -> Ending {
        match self.promise {
            Promise::AtMost(_) => Ending::Unstated,
            Promise::Exactly(_) if self.read == promised => Ending::Whole,
            Promise::Exactly(_) => Ending::Cut { missing: (promised - self.read) / count(self.format.frame()) },
        }
    }
}
