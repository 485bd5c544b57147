//! How good a recording is: figures of the whole and of each channel, in one pass.
//!
//! Levels are in dBFS, where a full-scale square wave has 0 dB (a full-scale sine -3.01 dB), taken over windows of 20 ms.
//!
//! - **Noise** is the mean power of the windows that are at most 3 dB above the tenth percentile of all windows, and never
//!   less than that of 16-bit rounding, -96.3 dBFS. It is right where at least a tenth of the channel is pause and what is
//!   in the pauses is steady; without pauses it is too high.
//! - **Speech** is what is 6 dB above the noise and above the silence threshold, for at least 100 ms; pauses shorter than
//!   300 ms belong to it. Whatever is steady, a tone or a hum, is no speech; music is. Echo of the other channel counts as
//!   speech where it is loud enough.
//! - **SNR** is the mean power of the speech windows, less the noise, over the noise. So it lies between 4.7 dB (quieter
//!   windows are no speech) and 96.3 dB, and without pauses it is too low, never too high. There is none without speech.
//! - **Loudness** is integrated loudness after ITU-R BS.1770-4 and EBU R 128. There is none below 400 ms of sound and for
//!   what is quieter than -70 LUFS throughout.
//! - **Clipping**: three or more samples one after another at full scale, with one sign. Full scale is that of the coding,
//!   and also exactly the loudest sample of G.711 mu-law and A-law, which telephone lines cut off at before they are
//!   recorded as PCM. A recording that was made quieter afterwards hides its clipping.

mod activity;
mod clipping;
mod figures;
mod meter;
mod rule;

use std::io::Read;

pub use activity::Activity;
pub use figures::{ChannelFigures, Figures};
pub use meter::{Measured, Meter};
pub use rule::{Check, Reason, Rule, Verdict};

use crate::error::Error;
use crate::wav::{Block, Reader};

/// Milliseconds of a window, over which a level is taken.
pub const WINDOW_MS: u64 = 20;

/// What counts as silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// dBFS; windows below are silence. -60 unless told otherwise.
    pub silence: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { silence: -60.0 }
    }
}

/// Measures a WAV file that is read once. Memory: 360 kB a channel and hour.
///
/// # Errors
///
/// See [`Reader::new`]; a file that ends early is none, its figures say so.
pub fn measure(wav: impl Read, options: Options) -> Result<Measured, Error> {
    let mut reader = Reader::new(wav)?;
    let mut meter = Meter::new(reader.format(), options);
    let mut block = Block::default();
    while reader.next(&mut block)? {
        meter.add(&block);
    }
    Ok(meter.finish(reader.ending()))
}
