//! How a sample is written.

use audio_codec_algorithms::{decode_alaw, decode_ulaw};

use crate::numbers::single;

/// How the samples of a WAV file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Eight bits, silence is 128.
    Unsigned8,
    /// 16 bits.
    Signed16,
    /// 24 bits.
    Signed24,
    /// 32 bits, of which the upper 24 are kept.
    Signed32,
    /// 32 bits with a point.
    Float32,
    /// 64 bits with a point, of which 24 are kept.
    Float64,
    /// G.711 of America and Japan.
    MuLaw,
    /// G.711 of the rest of the world.
    ALaw,
}

/// The loudest sample of G.711 mu-law, which is less than the loudest one of 16 bits.
pub(crate) const LOUDEST_MU_LAW: f32 = 32_124.0 / 32_768.0;
/// The loudest sample of G.711 A-law.
pub(crate) const LOUDEST_A_LAW: f32 = 32_256.0 / 32_768.0;

impl Coding {
    /// Bytes of a sample.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 | Self::MuLaw | Self::ALaw => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// The largest sample above zero: what is at it or beyond it may have been cut off.
    pub const fn full_scale(self) -> f32 {
        match self {
            Self::Unsigned8 => 127.0 / 128.0,
            Self::Signed16 => 32_767.0 / 32_768.0,
            Self::Signed24 | Self::Signed32 => 8_388_607.0 / 8_388_608.0,
            Self::Float32 | Self::Float64 => 1.0,
            Self::MuLaw => LOUDEST_MU_LAW,
            Self::ALaw => LOUDEST_A_LAW,
        }
    }
}

/// What turns bytes into samples between -1 and 1.
pub(crate) struct Decoder {
    coding: Coding,
    /// Every sample of one byte.
    table: Vec<f32>,
}

impl Decoder {
    pub(crate) fn new(coding: Coding) -> Self {
        let sample = |byte: u8| match coding {
            Coding::MuLaw => f32::from(decode_ulaw(byte)) / 32_768.0,
            Coding::ALaw => f32::from(decode_alaw(byte)) / 32_768.0,
            _ => (f32::from(byte) - 128.0) / 128.0,
        };
        Self { coding, table: (0..=u8::MAX).map(sample).collect() }
    }

    /// The samples of one channel among whole frames of `channels` of them.
    pub(crate) fn channel(&self, frames: &[u8], index: usize, channels: usize, samples: &mut Vec<f32>) {
        samples.clear();
        match self.coding {
            Coding::Unsigned8 | Coding::MuLaw | Coding::ALaw => {
                spread(frames, index, channels, samples, |[byte]| self.table[usize::from(byte)]);
            }
            Coding::Signed16 => {
                spread(frames, index, channels, samples, |bytes| f32::from(i16::from_le_bytes(bytes)) / 32_768.0);
            }
            Coding::Signed24 => {
                spread(frames, index, channels, samples, |[low, middle, high]| signed([0, low, middle, high]));
            }
            Coding::Signed32 => spread(frames, index, channels, samples, signed),
            Coding::Float32 => spread(frames, index, channels, samples, |bytes| finite(f32::from_le_bytes(bytes))),
            Coding::Float64 => {
                spread(frames, index, channels, samples, |bytes| finite(single(f64::from_le_bytes(bytes))));
            }
        }
    }
}

fn signed(bytes: [u8; 4]) -> f32 {
    single(f64::from(i32::from_le_bytes(bytes) >> 8) / 8_388_608.0)
}

/// What is no number would make one of every figure.
fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

fn spread<const BYTES: usize>(
    frames: &[u8],
    index: usize,
    channels: usize,
    samples: &mut Vec<f32>,
    sample: impl Fn([u8; BYTES]) -> f32,
) {
    let (all, _) = frames.as_chunks::<BYTES>();
    samples.extend(all.iter().skip(index).step_by(channels.max(1)).map(|bytes| sample(*bytes)));
}
