//! Sound as a WAV file of 16 bits.

use std::io::{Seek, Write};

use crate::error::Error;
use crate::numbers::sixteen_bits;

/// Writes 16-bit PCM with the shortest header there is: what every program reads. The same samples are the same bytes.
///
/// Samples of 16 bits, 8 bits, A-law and mu-law come out exactly; those of 24 bits and more are rounded.
pub struct Writer<W: Write + Seek> {
    file: hound::WavWriter<W>,
}

impl<W: Write + Seek> Writer<W> {
    /// A file of so many channels and frames a second.
    pub fn new(output: W, channels: u16, sample_rate: u32) -> Result<Self, Error> {
        let form =
            hound::WavSpec { channels, sample_rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
        Ok(Self { file: hound::WavWriter::new(output, form)? })
    }

    /// Appends samples; those of several channels take turns.
    pub fn write(&mut self, samples: &[f32]) -> Result<(), Error> {
        self.write_integers(samples.iter().map(|sample| sixteen_bits(*sample)))
    }

    /// Appends samples as they are.
    pub fn write_integers(&mut self, samples: impl IntoIterator<Item = i16>) -> Result<(), Error> {
        for sample in samples {
            // The header cannot say more than 32 bits.
            if self.file.len() >= u32::MAX / 2 - 64 {
                return Err(Error::TooLong);
            }
            self.file.write_sample(sample)?;
        }
        Ok(())
    }

    /// Writes the sizes into the header: without this the file is not whole.
    pub fn finish(self) -> Result<(), Error> {
        Ok(self.file.finalize()?)
    }
}
