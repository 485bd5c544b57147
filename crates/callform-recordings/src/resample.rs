//! Another number of frames a second.

use std::io;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, ResampleError, Resampler as _};

use crate::error::Error;
use crate::numbers::count;
use crate::wav::{HIGHEST_RATE, LOWEST_RATE};

/// Frames that are taken at once, about.
const CHUNK: usize = 1_024;

/// Brings one channel to another rate, piece by piece.
///
/// The delay of the filter is taken away: sound stays where it was, and `n` frames become `n * to / from`, rounded up. The
/// same processor gives the same samples; others may differ in the last bit.
pub struct Resampler {
    filter: Fft<f32>,
    from: u64,
    to: u64,
    pending: Vec<f32>,
    /// Frames of the filter's delay that are still to come.
    delay: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// From one rate to another, both 1,000 to 384,000 Hz.
    pub fn new(from: u32, to: u32) -> Result<Self, Error> {
        let wrong = || Error::Rate { from, to };
        let rates = LOWEST_RATE..=HIGHEST_RATE;
        if !rates.contains(&from) || !rates.contains(&to) {
            return Err(wrong());
        }
        let size = |rate| usize::try_from(rate).map_err(|_| wrong());
        let filter = Fft::new(size(from)?, size(to)?, CHUNK, 1, FixedSync::Both).map_err(|_| wrong())?;
        let delay = filter.output_delay();
        Ok(Self { filter, from: from.into(), to: to.into(), pending: Vec::new(), delay, taken: 0, given: 0 })
    }

    /// Takes samples, and appends those that are ready to `output`.
    pub fn feed(&mut self, samples: &[f32], output: &mut Vec<f32>) -> Result<(), Error> {
        self.taken += count(samples.len());
        self.pending.extend_from_slice(samples);
        let size = self.filter.input_frames_next();
        let whole = self.pending.len() - self.pending.len() % size;
        let pending = std::mem::take(&mut self.pending);
        for chunk in pending[..whole].chunks(size) {
            self.process(chunk, None, output)?;
        }
        self.pending = pending;
        self.pending.drain(..whole);
        Ok(())
    }

    /// Appends what is left.
    pub fn finish(mut self, output: &mut Vec<f32>) -> Result<(), Error> {
        let expected = (self.taken * self.to).div_ceil(self.from);
        let mut last = std::mem::take(&mut self.pending);
        let mut present = last.len();
        last.resize(self.filter.input_frames_next(), 0.0);
        while self.given < expected {
            self.process(&last, Some(present), output)?;
            present = 0;
        }
        let surplus = usize::try_from(self.given - expected).unwrap_or(usize::MAX);
        output.truncate(output.len().saturating_sub(surplus));
        Ok(())
    }

    fn process(&mut self, chunk: &[f32], present: Option<usize>, output: &mut Vec<f32>) -> Result<(), Error> {
        let input = InterleavedSlice::new(chunk, 1, chunk.len()).map_err(io::Error::other)?;
        let indexing = Indexing { partial_len: present, ..Indexing::default() };
        let resampled =
            self.filter.process(&input, Some(&indexing)).map_err(|error: ResampleError| io::Error::other(error))?;
        let resampled = resampled.take_data();
        let trimmed = self.delay.min(resampled.len());
        self.delay -= trimmed;
        self.given += count(resampled.len() - trimmed);
        output.extend_from_slice(&resampled[trimmed..]);
        Ok(())
    }
}
