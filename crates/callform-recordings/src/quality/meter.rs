//! One pass over the samples.

use ebur128::{EbuR128, Mode};

use super::activity::{self, Activity, Level};
use super::clipping::Clipping;
use super::figures::{ChannelFigures, Figures};
use super::{Options, WINDOW_MS};
use crate::channel::{Channel, common};
use crate::numbers::{count, decibels, float, millionths, milliseconds, share, thousandths};
use crate::wav::{Block, Ending, Format};

/// What came of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The figures.
    pub figures: Figures,
    /// Levels over time, of which chunks are made.
    pub activity: Activity,
}

/// Measures blocks as they come, so that the same pass can split or write them.
pub struct Meter {
    format: Format,
    options: Options,
    frames: u64,
    window: Windows,
    channels: Vec<ChannelMeter>,
    /// Loudness of both channels together, where there are two.
    together: Option<EbuR128>,
}

impl Meter {
    /// A meter for samples of this format.
    pub fn new(format: Format, options: Options) -> Self {
        let channels = (0..format.channels).map(|_| ChannelMeter::new(format)).collect();
        let together = if format.channels > 1 { loudness_meter(format.channels, format.sample_rate) } else { None };
        Self { format, options, frames: 0, window: Windows::new(format.sample_rate), channels, together }
    }

    /// Takes the next samples in.
    pub fn add(&mut self, block: &Block) {
        let frames = block.frames();
        let mut start = 0;
        while start < frames {
            let (length, complete) = self.window.next(frames - start);
            for (meter, samples) in self.channels.iter_mut().zip(&block.channels) {
                meter.add(&samples[start..start + length]);
                if complete {
                    meter.end_window();
                }
            }
            start += length;
        }
        self.frames += count(frames);
        self.add_loudness(block);
    }

    fn add_loudness(&mut self, block: &Block) {
        for (meter, samples) in self.channels.iter_mut().zip(&block.channels) {
            feed(&mut meter.loudness, &[samples]);
        }
        let planes: Vec<&[f32]> = block.channels.iter().map(Vec::as_slice).collect();
        feed(&mut self.together, &planes);
    }

    /// The figures. `ending` is the reader's; what was not read to its end is cut off.
    pub fn finish(mut self, ending: Option<Ending>) -> Measured {
        for meter in &mut self.channels {
            meter.end_window();
            meter.clipping.end_run();
        }
        let duration_ms = milliseconds(self.frames, self.format.sample_rate);
        let levels = self.channels.iter_mut().map(|meter| std::mem::take(&mut meter.levels)).collect();
        let activity = Activity { duration_ms, levels };
        let channels: Vec<_> = Channel::BOTH
            .into_iter()
            .zip(&self.channels)
            .zip(&activity.levels)
            .map(|((channel, meter), levels)| meter.figures(channel, levels, &activity, self.options, self.frames))
            .collect();
        let speech: u64 = channels.iter().map(|channel| channel.speech_ms).sum();
        let overlap_ms = match &channels[..] {
            [customer, agent] => common(&customer.speech, &agent.speech),
            _ => 0,
        };
        let loudness = match &channels[..] {
            [only] => only.loudness,
            _ => integrated(self.together.as_ref()),
        };
        let figures = Figures {
            duration_ms,
            frames: self.frames,
            sample_rate: self.format.sample_rate,
            ending: ending.unwrap_or(Ending::Cut { missing: 0 }),
            loudness,
            overlap_ms,
            overlap_share: millionths(share(overlap_ms, speech - overlap_ms)),
            channels,
        };
        Measured { figures, activity }
    }
}

/// Where windows end: at the frame that is nearest to each multiple of their length, so that they never run away from time.
struct Windows {
    sample_rate: u64,
    /// Frames so far.
    position: u64,
    /// Windows so far.
    complete: u64,
}

impl Windows {
    fn new(sample_rate: u32) -> Self {
        Self { sample_rate: u64::from(sample_rate), position: 0, complete: 0 }
    }

    /// How many of the next frames belong to the window, and whether it is complete then.
    fn next(&mut self, frames: usize) -> (usize, bool) {
        let end = ((self.complete + 1) * WINDOW_MS * self.sample_rate).div_ceil(1_000);
        let missing = usize::try_from(end - self.position).unwrap_or(usize::MAX);
        let length = missing.min(frames);
        self.position += count(length);
        let complete = length == missing;
        self.complete += u64::from(complete);
        (length, complete)
    }
}

struct ChannelMeter {
    sum: f64,
    squares: f64,
    peak: f32,
    clipping: Clipping,
    /// Mean square of the window, as sum and number.
    window: (f64, u64),
    levels: Vec<Level>,
    loudness: Option<EbuR128>,
}

impl ChannelMeter {
    fn new(format: Format) -> Self {
        Self {
            sum: 0.0,
            squares: 0.0,
            peak: 0.0,
            clipping: Clipping::new(format.coding),
            window: (0.0, 0),
            levels: Vec::new(),
            loudness: loudness_meter(1, format.sample_rate),
        }
    }

    fn add(&mut self, samples: &[f32]) {
        let (mut sum, mut squares, mut peak) = (0.0, 0.0, self.peak);
        for sample in samples {
            let value = f64::from(*sample);
            sum += value;
            squares += value * value;
            peak = peak.max(sample.abs());
            self.clipping.add(*sample);
        }
        self.sum += sum;
        self.peak = peak;
        self.window.0 += squares;
        self.window.1 += count(samples.len());
    }

    fn end_window(&mut self) {
        let (squares, samples) = std::mem::take(&mut self.window);
        if samples > 0 {
            self.squares += squares;
            self.levels.push(activity::level(squares / float(samples)));
        }
    }

    fn figures(
        &self,
        channel: Channel,
        levels: &[Level],
        activity: &Activity,
        options: Options,
        frames: u64,
    ) -> ChannelFigures {
        let noise = activity::noise(levels);
        let speech = noise.map(|noise| activity.speech(levels, noise, options.silence)).unwrap_or_default();
        let snr = noise.and_then(|noise| activity::snr(levels, noise, options.silence, &speech));
        let mean = |sum: f64| if frames == 0 { 0.0 } else { sum / float(frames) };
        let peak = f64::from(self.peak);
        ChannelFigures {
            channel,
            peak: decibels(peak * peak).map(thousandths),
            rms: decibels(mean(self.squares)).map(thousandths),
            loudness: integrated(self.loudness.as_ref()),
            noise: noise.and_then(decibels).map(thousandths),
            snr: snr.map(thousandths),
            dc_offset: millionths(mean(self.sum)),
            at_full_scale: self.clipping.at_full_scale,
            clipped: self.clipping.clipped,
            clipped_share: millionths(share(self.clipping.clipped, frames)),
            clipped_runs: self.clipping.runs,
            longest_clipped_run: self.clipping.longest,
            silence_share: millionths(Activity::silence_share(levels, options.silence)),
            longest_silence_ms: activity.longest_silence(levels, options.silence),
            speech_ms: speech.iter().map(|span| span.length()).sum(),
            speech,
        }
    }
}

/// A meter of loudness. There is one for every format that a reader lets through.
fn loudness_meter(channels: u16, sample_rate: u32) -> Option<EbuR128> {
    EbuR128::new(u32::from(channels), sample_rate, Mode::I).ok()
}

fn feed(meter: &mut Option<EbuR128>, planes: &[&[f32]]) {
    // It refuses planes of unequal length only, which a block does not have; without a meter there is no loudness.
    let refused = meter.as_mut().is_some_and(|meter| meter.add_frames_planar_f32(planes).is_err());
    if refused {
        *meter = None;
    }
}

fn integrated(meter: Option<&EbuR128>) -> Option<f64> {
    meter?.loudness_global().ok().filter(|loudness| loudness.is_finite()).map(thousandths)
}
