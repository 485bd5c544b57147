//! Which recordings are good enough.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::figures::{ChannelFigures, Figures};
use crate::channel::Channel;
use crate::numbers::{count, float};
use crate::wav::Ending;

/// What a recording must be like to be accepted. Every limit is inclusive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Channels that must be there and are judged: 2, or 1 for those of conversations with bots, where only the customer's
    /// is judged.
    pub channels: u16,
    /// Frames a second, at least.
    pub min_sample_rate: u32,
    /// Milliseconds, at least.
    pub min_duration_ms: u64,
    /// Milliseconds of speech in each channel, at least.
    pub min_speech_ms: u64,
    /// Share of samples that are cut off, at most.
    pub max_clipped_share: f64,
    /// LUFS, at least.
    pub min_loudness: f64,
    /// LUFS, at most.
    pub max_loudness: f64,
    /// Decibels, at least.
    pub min_snr: f64,
    /// Mean of all samples, at most, whatever its sign.
    pub max_dc_offset: f64,
    /// Share of silence, at most.
    pub max_silence_share: f64,
    /// Share of the speech in which both speak, at most.
    pub max_overlap_share: f64,
    /// Whether a file that ends early is good enough.
    pub allow_cut: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            channels: 2,
            min_sample_rate: 8_000,
            min_duration_ms: 5_000,
            min_speech_ms: 1_000,
            max_clipped_share: 0.001,
            min_loudness: -45.0,
            max_loudness: -9.0,
            min_snr: 15.0,
            max_dc_offset: 0.02,
            max_silence_share: 0.98,
            max_overlap_share: 0.3,
            allow_cut: false,
        }
    }
}

/// What came of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is good enough.
    Accepted,
    /// It is not; every reason, at least one.
    Rejected(Vec<Reason>),
}

impl Verdict {
    /// Whether it is good enough.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted)
    }

    /// Why it is not; none where it is.
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Accepted => &[],
            Self::Rejected(reasons) => reasons,
        }
    }
}

/// Why a recording is not good enough: what was looked at, what was found, and the limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// What was looked at; it says in which unit the numbers are.
    pub check: Check,
    /// Where; none for what concerns the whole file.
    pub channel: Option<Channel>,
    /// What was found; none where there is no loudness at all.
    pub found: Option<f64>,
    /// The limit of the rule.
    pub limit: f64,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Channels that are missing.
    Channels,
    /// Too few frames a second.
    SampleRate,
    /// Too short, in milliseconds.
    Duration,
    /// The file ends early: frames that are missing.
    Cut,
    /// Too little speech, in milliseconds.
    Speech,
    /// Too much is cut off, as a share of the samples.
    Clipping,
    /// Too quiet, in LUFS.
    Quiet,
    /// Too loud, in LUFS.
    Loud,
    /// Too noisy, in decibels.
    Noise,
    /// Samples are off the middle.
    DcOffset,
    /// Too much silence, as a share.
    Silence,
    /// Both speak at once too long, as a share of the speech.
    Overlap,
}

impl Rule {
    /// Judges a recording by all limits.
    pub fn judge(&self, figures: &Figures) -> Verdict {
        let mut reasons = self.of_file(figures);
        for channel in figures.channels.iter().take(usize::from(self.channels)) {
            reasons.extend(self.of_channel(channel));
        }
        if reasons.is_empty() { Verdict::Accepted } else { Verdict::Rejected(reasons) }
    }

    fn of_file(&self, figures: &Figures) -> Vec<Reason> {
        let reason = |check, found, limit| Reason { check, channel: None, found: Some(found), limit };
        let least = |check, found: u64, limit: u64| (found < limit).then(|| reason(check, float(found), float(limit)));
        let missing = match figures.ending {
            Ending::Cut { missing } if !self.allow_cut => Some(reason(Check::Cut, float(missing), 0.0)),
            _ => None,
        };
        let overlap = (figures.overlap_share > self.max_overlap_share)
            .then(|| reason(Check::Overlap, figures.overlap_share, self.max_overlap_share));
        [
            least(Check::Channels, count(figures.channels.len()), u64::from(self.channels)),
            least(Check::SampleRate, u64::from(figures.sample_rate), u64::from(self.min_sample_rate)),
            least(Check::Duration, figures.duration_ms, self.min_duration_ms),
            missing,
            overlap,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn of_channel(&self, figures: &ChannelFigures) -> impl Iterator<Item = Reason> {
        let reason = |check, found, limit| Reason { check, channel: Some(figures.channel), found, limit };
        let least = |check, found: Option<f64>, limit: f64| {
            let enough = found.is_some_and(|found| found >= limit);
            (!enough).then(|| reason(check, found, limit))
        };
        let most = |check, found: f64, limit: f64| (found > limit).then(|| reason(check, Some(found), limit));
        [
            least(Check::Speech, Some(float(figures.speech_ms)), float(self.min_speech_ms)),
            most(Check::Clipping, figures.clipped_share, self.max_clipped_share),
            least(Check::Quiet, figures.loudness, self.min_loudness),
            figures.loudness.and_then(|loudness| most(Check::Loud, loudness, self.max_loudness)),
            figures.snr.and_then(|snr| least(Check::Noise, Some(snr), self.min_snr)),
            most(Check::DcOffset, figures.dc_offset.abs(), self.max_dc_offset),
            most(Check::Silence, figures.silence_share, self.max_silence_share),
        ]
        .into_iter()
        .flatten()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(channel) = self.channel {
            write!(out, "{channel}: ")?;
        }
        let Self { check, limit, .. } = self;
        let Some(found) = self.found else {
            return write!(out, "silent");
        };
        match check {
            Check::Channels => write!(out, "{found} of {limit} channels"),
            Check::SampleRate => write!(out, "{found} Hz, at least {limit} are wanted"),
            Check::Duration => write!(out, "{found} ms long, at least {limit} are wanted"),
            Check::Cut => write!(out, "the file ends early, {found} frames are missing"),
            Check::Speech => write!(out, "{found} ms of speech, at least {limit} are wanted"),
            Check::Clipping => write!(out, "{found} of all samples are cut off, at most {limit} may be"),
            Check::Quiet => write!(out, "{found} LUFS is too quiet, at least {limit} are wanted"),
            Check::Loud => write!(out, "{found} LUFS is too loud, at most {limit} are wanted"),
            Check::Noise => write!(out, "{found} dB between speech and noise, at least {limit} are wanted"),
            Check::DcOffset => write!(out, "samples are off the middle by {found}, at most {limit} is allowed"),
            Check::Silence => write!(out, "{found} of the time is silent, at most {limit} may be"),
            Check::Overlap => write!(out, "both speak at once for {found} of the speech, at most {limit} is allowed"),
        }
    }
}
