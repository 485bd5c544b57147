//! Levels over time, and what they say.

use super::WINDOW_MS;
use crate::channel::Span;
use crate::numbers::{count, decibels, float, power, share};

/// A level in hundredths of a decibel; digital silence is the least number.
pub(super) type Level = i16;

/// The noise of rounding to 16 bits and of what comes before it: no quieter noise is believed, in dBFS.
const LEAST_NOISE: f64 = -96.3;
/// Hundredths of a decibel above the tenth percentile that are still noise.
const NOISE_SPREAD: i16 = 300;
/// Decibels above the noise from which on sound may be speech.
const ABOVE_NOISE: f64 = 6.0;
/// Pauses below this belong to speech.
const SHORTEST_PAUSE_MS: u64 = 300;
/// Noises below this are no speech.
const SHORTEST_SPEECH_MS: u64 = 100;

/// How loud each channel is over time, in windows of [`WINDOW_MS`].
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Milliseconds of the recording.
    pub(super) duration_ms: u64,
    pub(super) levels: Vec<Vec<Level>>,
}

impl Activity {
    /// Milliseconds of the recording.
    pub fn duration_ms(&self) -> u64 {
        self.duration_ms
    }

    /// Parts of a channel, in order, in which no `min_silence_ms` pass below `silence` dBFS.
    ///
    /// Silences of that length and longer are left out, also those at the beginning and the end. A part begins and ends at a
    /// window's border. A channel that is not there has no parts.
    pub fn sounds(&self, channel: usize, silence: f64, min_silence_ms: u64) -> Vec<Span> {
        let levels = self.levels.get(channel).map_or(&[][..], Vec::as_slice);
        let threshold = hundredths(silence);
        let pause = min_silence_ms.max(1);
        self.spans(levels, |level| level >= threshold, pause)
    }

    pub(super) fn silence_share(levels: &[Level], silence: f64) -> f64 {
        let threshold = hundredths(silence);
        share(count(levels.iter().filter(|level| **level < threshold).count()), count(levels.len()))
    }

    pub(super) fn longest_silence(&self, levels: &[Level], silence: f64) -> u64 {
        let threshold = hundredths(silence);
        let silences = self.spans(levels, |level| level < threshold, 1);
        silences.into_iter().map(Span::length).max().unwrap_or(0)
    }

    /// When a channel speaks.
    pub(super) fn speech(&self, levels: &[Level], noise: f64, silence: f64) -> Vec<Span> {
        let threshold = speech_threshold(noise, silence);
        let mut speech = self.spans(levels, |level| level >= threshold, SHORTEST_PAUSE_MS);
        speech.retain(|span| span.length() >= SHORTEST_SPEECH_MS);
        speech
    }

    /// Runs of windows that are meant, joined over gaps of less than `gap_ms`.
    fn spans(&self, levels: &[Level], meant: impl Fn(Level) -> bool, gap_ms: u64) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for (start_ms, level) in (0..).step_by(usize::try_from(WINDOW_MS).unwrap_or(1)).zip(levels) {
            if !meant(*level) {
                continue;
            }
            let end_ms = (start_ms + WINDOW_MS).min(self.duration_ms);
            match spans.last_mut() {
                Some(last) if start_ms < last.end_ms + gap_ms => last.end_ms = end_ms,
                _ => spans.push(Span::new(start_ms, end_ms)),
            }
        }
        spans
    }
}

/// Power of the noise of a channel; none without windows.
pub(super) fn noise(levels: &[Level]) -> Option<f64> {
    let mut sorted = levels.to_vec();
    sorted.sort_unstable();
    let tenth = *sorted.get(sorted.len() / 10)?;
    let most = tenth.saturating_add(NOISE_SPREAD);
    let quiet = sorted.iter().take_while(|level| **level <= most);
    Some(mean_power(quiet.copied()).unwrap_or(0.0).max(power(LEAST_NOISE)))
}

/// Signal to noise of a channel in decibels; none where no window is loud enough to be speech.
pub(super) fn snr(levels: &[Level], noise: f64, silence: f64, speech: &[Span]) -> Option<f64> {
    let threshold = speech_threshold(noise, silence);
    let windows = speech.iter().flat_map(|span| {
        let window = |moment: u64| usize::try_from(moment / WINDOW_MS).unwrap_or(usize::MAX);
        let end = window(span.end_ms + WINDOW_MS - 1).min(levels.len());
        levels.get(window(span.start_ms)..end).unwrap_or_default()
    });
    let signal = mean_power(windows.copied().filter(|level| *level >= threshold))?;
    decibels((signal - noise) / noise)
}

fn speech_threshold(noise: f64, silence: f64) -> Level {
    hundredths(silence.max(decibels(noise).unwrap_or(LEAST_NOISE) + ABOVE_NOISE))
}

fn mean_power(levels: impl Iterator<Item = Level>) -> Option<f64> {
    let (number, sum) = levels.fold((0_u64, 0.0), |(number, sum), level| {
        let here = if level == Level::MIN { 0.0 } else { power(f64::from(level) / 100.0) };
        (number + 1, sum + here)
    });
    (number > 0).then(|| sum / float(number))
}

/// The level of a mean square.
pub(super) fn level(power: f64) -> Level {
    decibels(power).map_or(Level::MIN, hundredths)
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates: 327 dB are as good as any number beyond")]
fn hundredths(decibels: f64) -> Level {
    (decibels * 100.0).round() as Level
}
