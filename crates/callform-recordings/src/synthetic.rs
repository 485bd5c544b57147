//! Sound like that of a conversation, of which everything is known: for dry runs and tests.
//!
//! A turn is a voice: harmonics of a low tone whose loudness rises and falls as syllables do. Behind it lies white noise. A
//! turn can be cut off for a known number of samples; all others stay below nine tenths of full scale. What the samples are
//! like is counted while they are made, apart from the meters of [`crate::quality`].

use std::f64::consts::TAU;
use std::io::{Seek, Write};

use crate::channel::{Channel, Span, common};
use crate::error::Error;
use crate::numbers::{decibels, float, frames, milliseconds, power};
use crate::wav::Writer;

/// Samples of a run that is cut off.
pub const CLIPPED_RUN: u64 = 8;
/// Syllables a second.
const SYLLABLES: f64 = 4.0;
/// How much a syllable rises above and falls below the mean.
const SWING: f64 = 0.5;
/// The loudest sample of what is not cut off.
const LOUDEST: f64 = 0.9;
/// No harmonics above, in Hz, as telephone lines have none.
const HIGHEST: f64 = 3_400.0;

/// A recording as it is to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// Frames a second.
    pub sample_rate: u32,
    /// Milliseconds.
    pub duration_ms: u64,
    /// Whether the agent has a channel.
    pub stereo: bool,
    /// Level of the white noise on every channel, in dBFS; none for digital silence.
    pub noise: Option<f64>,
    /// Who speaks when; turns of one channel do not overlap.
    pub turns: Vec<Turn>,
}

/// Sound on one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Who speaks.
    pub channel: Channel,
    /// When.
    pub span: Span,
    /// Level over the whole turn in dBFS, about; -16 is the loudest that nothing is cut off of.
    pub level: f64,
    /// What is heard.
    pub sound: Sound,
    /// Runs of [`CLIPPED_RUN`] samples at full scale, at even distances.
    pub clipped_runs: u64,
}

/// What is heard in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// Harmonics and syllables.
    Voice,
    /// A sine of so many Hz.
    Tone(u32),
}

/// What the samples are truly like.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Frames.
    pub frames: u64,
    /// Milliseconds in which both speak.
    pub overlap_ms: u64,
    /// One or two.
    pub channels: Vec<ChannelTruth>,
}

/// What the samples of one channel are truly like.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelTruth {
    /// The loudest sample in dBFS.
    pub peak: Option<f64>,
    /// Mean square of all samples in dBFS.
    pub rms: Option<f64>,
    /// Mean power of the turns, without noise and without what was cut off, over the noise, in dB.
    pub snr: Option<f64>,
    /// Mean of all samples.
    pub dc_offset: f64,
    /// Samples that were cut off, and runs of them.
    pub clipped: (u64, u64),
    /// When this channel speaks.
    pub turns: Vec<Span>,
    /// The longest time without a turn.
    pub longest_pause_ms: u64,
}

impl Script {
    /// Two people who take turns for so many seconds: turns of 1.5 to 5 s, pauses of 0.5 to 3.5 s, -24 dBFS before noise of
    /// -62 dBFS, at 8 kHz. One turn in eight begins 0.4 s before the other one ends.
    pub fn conversation(seed: u64, seconds: u64) -> Self {
        let mut chance = Chance(seed);
        let duration_ms = seconds * 1_000;
        let mut turns = Vec::new();
        let (mut channel, mut now) = (Channel::Agent, 500);
        loop {
            let span = Span::new(now, now + 1_500 + chance.below(176) * 20);
            if span.end_ms + 500 > duration_ms {
                break;
            }
            turns.push(Turn { channel, span, level: -24.0, sound: Sound::Voice, clipped_runs: 0 });
            now = if chance.below(8) == 0 { span.end_ms - 400 } else { span.end_ms + 500 + chance.below(151) * 20 };
            channel = if channel == Channel::Agent { Channel::Customer } else { Channel::Agent };
        }
        Self { seed, sample_rate: 8_000, duration_ms, stereo: true, noise: Some(-62.0), turns }
    }

    /// Only the customer's channel, as conversations with bots are recorded.
    pub fn customer_alone(mut self) -> Self {
        self.stereo = false;
        self.turns.retain(|turn| turn.channel == Channel::Customer);
        self
    }

    /// Writes a WAV file, and says what is in it.
    pub fn write(&self, output: impl Write + Seek) -> Result<Truth, Error> {
        let mut voices: Vec<_> = self.channels().map(|channel| Voice::new(self, channel)).collect();
        let mut writer = Writer::new(output, if self.stereo { 2 } else { 1 }, self.sample_rate)?;
        let total = frames(self.duration_ms, self.sample_rate);
        for frame in 0..total {
            for voice in &mut voices {
                writer.write_integers([voice.sample(frame)])?;
            }
        }
        writer.finish()?;
        let channels: Vec<_> = voices.into_iter().map(|voice| voice.truth(self, total)).collect();
        let overlap_ms = match &channels[..] {
            [customer, agent] => common(&customer.turns, &agent.turns),
            _ => 0,
        };
        Ok(Truth { frames: total, overlap_ms, channels })
    }

    /// The bytes of a WAV file, and what is in it.
    pub fn to_wav(&self) -> Result<(Vec<u8>, Truth), Error> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let truth = self.write(&mut bytes)?;
        Ok((bytes.into_inner(), truth))
    }

    fn channels(&self) -> impl Iterator<Item = Channel> {
        Channel::BOTH.into_iter().take(if self.stereo { 2 } else { 1 })
    }
}

/// One channel while it is made.
struct Voice {
    sample_rate: f64,
    /// Greatest sample of the noise.
    noise: f64,
    chance: Chance,
    /// First frame and end of each turn, in order.
    turns: Vec<(u64, u64, Turn)>,
    /// The turn that is heard, or comes next.
    turn: usize,
    pitch: f64,
    counted: Counted,
}

#[derive(Default)]
struct Counted {
    peak: i32,
    sum: i64,
    squares: f64,
    /// Mean squares of turns and of noise, as sum and number.
    speech: (f64, u64),
    noise: (f64, u64),
    clipped: u64,
}

impl Voice {
    fn new(script: &Script, channel: Channel) -> Self {
        let frame = |milliseconds| frames(milliseconds, script.sample_rate);
        let mut turns: Vec<_> = script
            .turns
            .iter()
            .filter(|turn| turn.channel == channel)
            .map(|turn| (frame(turn.span.start_ms), frame(turn.span.end_ms), *turn))
            .collect();
        turns.sort_by_key(|(start, ..)| *start);
        let mut chance = Chance(script.seed ^ (0x5EED << (8 * channel.index())));
        Self {
            sample_rate: f64::from(script.sample_rate),
            // Evenly spread samples have a third of the power of their greatest one.
            noise: script.noise.map_or(0.0, |level| (3.0 * power(level)).sqrt()),
            pitch: 100.0 + float(chance.below(120)),
            chance,
            turns,
            turn: 0,
            counted: Counted::default(),
        }
    }

    fn sample(&mut self, frame: u64) -> i16 {
        while self.turns.get(self.turn).is_some_and(|(_, end, _)| frame >= *end) {
            self.turn += 1;
        }
        let noise = self.noise * (2.0 * self.chance.share() - 1.0);
        self.counted.noise.0 += noise * noise;
        self.counted.noise.1 += 1;
        let heard = self.turns.get(self.turn).copied().filter(|(start, ..)| frame >= *start);
        let sample = match heard {
            None => rounded(noise),
            Some((start, end, turn)) if cut_off(frame - start, end - start, turn.clipped_runs) => {
                self.counted.clipped += 1;
                if ((frame - start) / CLIPPED_RUN).is_multiple_of(2) { i16::MAX } else { i16::MIN }
            }
            Some((start, _, turn)) => {
                let speech = self.speech(frame - start, turn);
                self.counted.speech.0 += speech * speech;
                self.counted.speech.1 += 1;
                rounded(speech + noise)
            }
        };
        self.counted.peak = self.counted.peak.max(i32::from(sample).abs());
        self.counted.sum += i64::from(sample);
        let value = f64::from(sample) / 32_768.0;
        self.counted.squares += value * value;
        sample
    }

    fn speech(&self, frame: u64, turn: Turn) -> f64 {
        let moment = float(frame) / self.sample_rate;
        let effective = power(turn.level).sqrt();
        match turn.sound {
            Sound::Tone(hertz) => effective * 2_f64.sqrt() * (TAU * f64::from(hertz) * moment).sin(),
            Sound::Voice => {
                let (sine, cosine) = (TAU * self.pitch * moment).sin_cos();
                let (mut last, mut here, mut sum, mut squares) = (0.0, sine, 0.0, 0.0);
                let mut harmonic = 1.0;
                while harmonic * self.pitch < HIGHEST.min(self.sample_rate * 0.45) {
                    sum += here / harmonic;
                    squares += 0.5 / (harmonic * harmonic);
                    // Each multiple of an angle follows from the two before it.
                    (last, here) = (here, 2.0 * cosine * here - last);
                    harmonic += 1.0;
                }
                let syllable = 1.0 + SWING * (TAU * SYLLABLES * moment).sin();
                effective * sum * syllable / (squares * (1.0 + SWING * SWING / 2.0)).sqrt()
            }
        }
    }

    fn truth(self, script: &Script, total: u64) -> ChannelTruth {
        let counted = self.counted;
        let mean = |(sum, number): (f64, u64)| if number == 0 { 0.0 } else { sum / float(number) };
        let turns: Vec<Span> = self.turns.iter().map(|(.., turn)| turn.span).collect();
        let peak = f64::from(counted.peak) / 32_768.0;
        ChannelTruth {
            peak: decibels(peak * peak),
            rms: decibels(mean((counted.squares, total))),
            snr: decibels(mean(counted.speech) / mean(counted.noise)).filter(|snr| snr.is_finite()),
            dc_offset: signed(counted.sum) / 32_768.0 / float(total.max(1)),
            clipped: (counted.clipped, counted.clipped / CLIPPED_RUN),
            longest_pause_ms: longest_pause(&turns, milliseconds(total, script.sample_rate)),
            turns,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums of samples stay far below 2^53")]
fn signed(sum: i64) -> f64 {
    sum as f64
}

fn longest_pause(turns: &[Span], end: u64) -> u64 {
    let ends = std::iter::once(0).chain(turns.iter().map(|turn| turn.end_ms));
    let starts = turns.iter().map(|turn| turn.start_ms).chain([end]);
    ends.zip(starts).map(|(end, start)| start.saturating_sub(end)).max().unwrap_or(0)
}

/// Whether a frame of a turn belongs to one of its runs at full scale, which begin at whole multiples of their length.
fn cut_off(frame: u64, length: u64, runs: u64) -> bool {
    let distance = length / (runs + 1) / (2 * CLIPPED_RUN) * (2 * CLIPPED_RUN);
    runs > 0 && distance > 0 && frame >= distance && frame / distance <= runs && frame % distance < CLIPPED_RUN
}

#[expect(clippy::cast_possible_truncation, reason = "nine tenths of full scale are within 16 bits")]
fn rounded(sample: f64) -> i16 {
    (sample.clamp(-LOUDEST, LOUDEST) * 32_768.0).round() as i16
}

/// Random numbers that are the same everywhere (`SplitMix64`).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        float(self.next() >> 11) / float(1 << 53)
    }
}

impl ChannelTruth {
    /// Milliseconds in which this channel says nothing, of so many.
    pub fn pauses_ms(&self, duration_ms: u64) -> u64 {
        duration_ms - self.turns.iter().map(|turn| turn.length()).sum::<u64>().min(duration_ms)
    }
}
