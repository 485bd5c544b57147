//! What was measured.

use serde::{Deserialize, Serialize};

use crate::channel::{Channel, Span};
use crate::wav::Ending;

/// Figures of a recording. Decibels and seconds are rounded to thousandths, so that every machine writes the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Milliseconds of sound that are there.
    pub duration_ms: u64,
    /// Frames that are there.
    pub frames: u64,
    /// Frames a second.
    pub sample_rate: u32,
    /// Whether the file was whole.
    pub ending: Ending,
    /// Integrated loudness of all channels together, in LUFS.
    pub loudness: Option<f64>,
    /// Milliseconds in which both speak.
    pub overlap_ms: u64,
    /// The same as a share of the time in which anybody speaks.
    pub overlap_share: f64,
    /// One or two, in the order of the file.
    pub channels: Vec<ChannelFigures>,
}

impl Figures {
    /// The figures of a channel, where there is one.
    pub fn of(&self, channel: Channel) -> Option<&ChannelFigures> {
        self.channels.iter().find(|figures| figures.channel == channel)
    }
}

/// Figures of one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelFigures {
    /// Whose sound it is.
    pub channel: Channel,
    /// The loudest sample in dBFS (at most 0, but for float); none for digital silence.
    pub peak: Option<f64>,
    /// Mean square of all samples in dBFS; none for digital silence.
    pub rms: Option<f64>,
    /// Integrated loudness in LUFS.
    pub loudness: Option<f64>,
    /// Level of the noise in dBFS; none without a single window.
    pub noise: Option<f64>,
    /// Signal to noise in dB; none without speech.
    pub snr: Option<f64>,
    /// Mean of all samples, -1 to 1, in millionths.
    pub dc_offset: f64,
    /// Samples at full scale.
    pub at_full_scale: u64,
    /// Those of them in runs of three and more.
    pub clipped: u64,
    /// The same as a share of all samples.
    pub clipped_share: f64,
    /// How many such runs there are.
    pub clipped_runs: u64,
    /// Samples of the longest one.
    pub longest_clipped_run: u64,
    /// Share of the windows below the silence threshold.
    pub silence_share: f64,
    /// The longest time below the silence threshold.
    pub longest_silence_ms: u64,
    /// Milliseconds of speech.
    pub speech_ms: u64,
    /// When this channel speaks, in order.
    pub speech: Vec<Span>,
}
