//! Parts with sound, and a file for each.
//!
//! A silence is a time in which no window of 20 ms reaches the threshold. Python's `pydub` differs in two ways: it takes the mean
//! over the shortest silence, so that a click in two seconds of silence is silence for it and sound here; and it adds a shorter
//! silence at the beginning or the end to the chunk beside it, which here begins and ends with sound.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::channel::{Channel, Span};
use crate::error::Error;
use crate::files::WavFile;
use crate::numbers::{count, frames};
use crate::quality::Activity;
use crate::resample::Resampler;
use crate::wav::{Block, Reader};

/// What separates two chunks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChunkOptions {
    /// dBFS; windows below are silence. -60 unless told otherwise.
    pub silence: f64,
    /// Milliseconds of silence that separate two chunks, at least; 2,000 unless told otherwise.
    pub min_silence_ms: u64,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { silence: -60.0, min_silence_ms: 2_000 }
    }
}

/// A part of one channel that is to be a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chunk {
    /// Which part.
    pub span: Span,
    /// Whose.
    pub channel: Channel,
}

/// The parts of a channel between silences, in order.
pub fn chunks(activity: &Activity, channel: Channel, options: ChunkOptions) -> Vec<Chunk> {
    let sounds = activity.sounds(channel.index(), options.silence, options.min_silence_ms);
    sounds.into_iter().map(|span| Chunk { span, channel }).collect()
}

/// For each turn the part in which its channel is heard: from its first sound to its last one, within the turn. None for a turn
/// without sound.
///
/// Sounds are those of [`chunks`]: a turn that lies in a pause shorter than a silence has sound.
pub fn align(activity: &Activity, channel: Channel, turns: &[Span], options: ChunkOptions) -> Vec<Option<Chunk>> {
    let sounds = activity.sounds(channel.index(), options.silence, options.min_silence_ms);
    let chunk = |turn: &Span| {
        let heard = sounds.iter().filter_map(|sound| sound.common(*turn));
        heard.reduce(Span::around).map(|span| Chunk { span, channel })
    };
    turns.iter().map(chunk).collect()
}

/// How files are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutOptions {
    /// Milliseconds of digital silence before and after the sound.
    pub padding_ms: u64,
    /// Frames a second of the files; those of the recording where there is none.
    pub sample_rate: Option<u32>,
}

/// Cuts chunks out of a recording that is read once. Each becomes a file of one channel, which appears under its name when it is
/// whole. A chunk is cut off where the recording ends; one whose channel is missing, or that begins after the end, is a file of
/// its padding alone.
pub fn cut(input: impl Read, chunks: &[(Chunk, PathBuf)], options: CutOptions) -> Result<(), Error> {
    let mut reader = Reader::new(input)?;
    let rate = reader.format().sample_rate;
    // From last to first, so that the next one is taken from the end.
    let mut waiting: Vec<_> = chunks.iter().collect();
    waiting.sort_by_key(|(chunk, _)| std::cmp::Reverse(chunk.span.start_ms));
    let mut open: Vec<OpenChunk> = Vec::new();
    let (mut block, mut position) = (Block::default(), 0);
    while reader.next(&mut block)? {
        let end = position + count(block.frames());
        while let Some((chunk, path)) = waiting.pop_if(|(chunk, _)| frames(chunk.span.start_ms, rate) < end) {
            open.push(OpenChunk::begin(*chunk, path, rate, options)?);
        }
        for chunk in &mut open {
            chunk.write(&block, position)?;
        }
        for over in open.extract_if(.., |chunk| chunk.end <= end) {
            over.finish()?;
        }
        position = end;
    }
    for (chunk, path) in waiting {
        open.push(OpenChunk::begin(*chunk, path, rate, options)?);
    }
    open.into_iter().try_for_each(OpenChunk::finish)
}

/// A chunk that is being written.
struct OpenChunk {
    file: WavFile,
    resampler: Option<Resampler>,
    channel: usize,
    /// First frame, and the one after the last.
    start: u64,
    end: u64,
    /// Frames of silence after it.
    padding: u64,
    scratch: Vec<f32>,
}

impl OpenChunk {
    fn begin(chunk: Chunk, path: &Path, rate: u32, options: CutOptions) -> Result<Self, Error> {
        let wanted = options.sample_rate.unwrap_or(rate);
        let resampler = if wanted == rate { None } else { Some(Resampler::new(rate, wanted)?) };
        let mut file = WavFile::create(path, wanted)?;
        let padding = frames(options.padding_ms, wanted);
        file.silence(padding)?;
        Ok(Self {
            file,
            resampler,
            channel: chunk.channel.index(),
            start: frames(chunk.span.start_ms, rate),
            end: frames(chunk.span.end_ms, rate),
            padding,
            scratch: Vec::new(),
        })
    }

    fn write(&mut self, block: &Block, position: u64) -> Result<(), Error> {
        let Some(samples) = block.channels.get(self.channel) else {
            return Ok(());
        };
        let place =
            |frame: u64| usize::try_from(frame.saturating_sub(position)).unwrap_or(usize::MAX).min(samples.len());
        let samples = &samples[place(self.start)..place(self.end).max(place(self.start))];
        match &mut self.resampler {
            None => self.file.write(samples),
            Some(resampler) => {
                self.scratch.clear();
                resampler.feed(samples, &mut self.scratch)?;
                self.file.write(&self.scratch)
            }
        }
    }

    fn finish(mut self) -> Result<(), Error> {
        if let Some(resampler) = self.resampler {
            self.scratch.clear();
            resampler.finish(&mut self.scratch)?;
            self.file.write(&self.scratch)?;
        }
        self.file.silence(self.padding)?;
        self.file.finish()
    }
}
