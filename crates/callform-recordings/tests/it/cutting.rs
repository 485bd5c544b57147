//! Channels and chunks as files, at any rate.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use callform_recordings::quality::Options;
use callform_recordings::resample::Resampler;
use callform_recordings::synthetic::{Script, Sound, Turn};
use callform_recordings::wav::{Block, Reader};
use callform_recordings::{
    Channel, Chunk, ChunkOptions, CutOptions, Error, Span, align, chunks, cut, measure, split, split_files,
};
use proptest::prelude::*;

/// Samples of each channel as 16 bits.
pub(crate) fn samples(wav: &[u8]) -> (u32, Vec<Vec<i16>>) {
    let mut reader = hound::WavReader::new(wav).unwrap();
    let form = reader.spec();
    assert_eq!((form.bits_per_sample, form.sample_format), (16, hound::SampleFormat::Int));
    let all: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    let channels = usize::from(form.channels);
    let channel = |index| all.iter().copied().skip(index).step_by(channels).collect();
    (form.sample_rate, (0..channels).map(channel).collect())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn turn(channel: Channel, start_ms: u64, end_ms: u64) -> Turn {
    Turn { channel, span: Span::new(start_ms, end_ms), level: -24.0, sound: Sound::Voice, clipped_runs: 0 }
}

fn script(turns: Vec<Turn>, duration_ms: u64) -> Script {
    Script { seed: 2, sample_rate: 8_000, duration_ms, stereo: true, noise: Some(-70.0), turns }
}

#[test]
fn channels_are_split_without_a_change_and_the_same_each_time() {
    let (wav, _) = Script::conversation(1, 20).to_wav().unwrap();
    let once = || {
        let mut outputs = [Cursor::new(Vec::new()), Cursor::new(Vec::new())];
        let measured = split(&wav[..], &mut outputs, Options::default()).unwrap();
        (outputs.map(Cursor::into_inner), measured)
    };
    let ([customer, agent], measured) = once();
    let (_, channels) = samples(&wav);
    assert_eq!(samples(&customer), (8_000, vec![channels[0].clone()]));
    assert_eq!(samples(&agent), (8_000, vec![channels[1].clone()]));
    assert_eq!(measured, measure(&wav[..], Options::default()).unwrap());
    assert_eq!(once().0, [customer, agent]);
}

#[test]
fn channel_files_are_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let files =
        |name: &str| Channel::BOTH.map(|channel| (channel, folder.path().join(format!("{name}-{channel}.wav"))));
    let (wav, _) = Script::conversation(1, 20).to_wav().unwrap();
    split_files(&wav[..], &files("two"), Options::default()).unwrap();
    let (alone, _) = Script::conversation(1, 20).customer_alone().to_wav().unwrap();
    split_files(&alone[..], &files("one"), Options::default()).unwrap();
    let failing = std::io::Read::chain(&wav[..100_000], Failing);
    let error = split_files(failing, &files("none"), Options::default()).unwrap_err();
    assert!(matches!(error, Error::Io(_)), "{error}");
    assert_eq!(names(folder.path()), ["one-customer.wav", "two-agent.wav", "two-customer.wav"]);
}

struct Failing;

impl std::io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::ConnectionReset.into())
    }
}

#[test]
fn chunks_are_what_lies_between_long_silences() {
    let turns = vec![
        turn(Channel::Customer, 1_000, 3_000),
        turn(Channel::Customer, 4_900, 6_000),
        turn(Channel::Customer, 8_100, 9_000),
        turn(Channel::Agent, 3_000, 5_000),
    ];
    let (wav, _) = script(turns, 12_000).to_wav().unwrap();
    let activity = measure(&wav[..], Options::default()).unwrap().activity;
    let spans = |channel, options| -> Vec<_> {
        let chunks = chunks(&activity, channel, options);
        chunks.iter().map(|chunk| (chunk.span.start_ms, chunk.span.end_ms)).collect()
    };
    let usual = ChunkOptions::default();
    assert_eq!(spans(Channel::Customer, usual), [(1_000, 6_000), (8_100, 9_000)]);
    assert_eq!(spans(Channel::Agent, usual), [(3_000, 5_000)]);
    let shorter = ChunkOptions { min_silence_ms: 1_000, ..usual };
    assert_eq!(spans(Channel::Customer, shorter), [(1_000, 3_000), (4_900, 6_000), (8_100, 9_000)]);
    let noise_is_sound = ChunkOptions { silence: -80.0, ..usual };
    assert_eq!(spans(Channel::Agent, noise_is_sound), [(0, 12_000)]);
    let all_is_silence = ChunkOptions { silence: -10.0, ..usual };
    assert_eq!(spans(Channel::Agent, all_is_silence), []);
}

#[test]
fn a_turn_gets_its_sound_or_is_said_to_have_none() {
    let turns = vec![turn(Channel::Customer, 1_000, 3_000), turn(Channel::Customer, 6_000, 7_000)];
    let (wav, _) = script(turns, 12_000).to_wav().unwrap();
    let activity = measure(&wav[..], Options::default()).unwrap().activity;
    let spans = [(0, 4_000), (2_000, 2_500), (3_500, 5_500), (2_900, 6_100), (11_000, 90_000)];
    let spans = spans.map(|(start, end)| Span::new(start, end));
    let found = align(&activity, Channel::Customer, &spans, ChunkOptions::default());
    let found: Vec<_> = found.iter().map(|chunk| chunk.map(|chunk| (chunk.span.start_ms, chunk.span.end_ms))).collect();
    assert_eq!(found, [Some((1_000, 3_000)), Some((2_000, 2_500)), None, Some((2_900, 6_100)), None]);
}

fn cut_all(wav: &[u8], chunks: &[Chunk], options: CutOptions) -> Vec<(u32, Vec<i16>)> {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<(Chunk, PathBuf)> =
        chunks.iter().enumerate().map(|(index, chunk)| (*chunk, folder.path().join(format!("{index}.wav")))).collect();
    cut(wav, &files, options).unwrap();
    assert_eq!(names(folder.path()).len(), chunks.len());
    let read = |(_, path): &(Chunk, PathBuf)| {
        let (rate, mut channels) = samples(&fs::read(path).unwrap());
        assert_eq!(channels.len(), 1);
        (rate, channels.remove(0))
    };
    files.iter().map(read).collect()
}

#[test]
fn chunks_are_cut_with_padding_also_where_they_overlap_or_end_late() {
    let (wav, _) = Script::conversation(1, 20).to_wav().unwrap();
    let (_, channels) = samples(&wav);
    let chunk = |channel, start, end| Chunk { channel, span: Span::new(start, end) };
    let wanted = [
        chunk(Channel::Customer, 5_000, 9_000),
        chunk(Channel::Agent, 0, 20_000),
        chunk(Channel::Customer, 6_000, 6_001),
        chunk(Channel::Customer, 19_000, 30_000),
        chunk(Channel::Customer, 25_000, 30_000),
    ];
    let cuts = cut_all(&wav, &wanted, CutOptions { padding_ms: 500, sample_rate: None });
    let padded = |samples: &[i16]| [&[0; 4_000], samples, &[0; 4_000]].concat();
    let expected = [
        padded(&channels[0][40_000..72_000]),
        padded(&channels[1]),
        padded(&channels[0][48_000..48_008]),
        padded(&channels[0][152_000..]),
        padded(&[]),
    ];
    for ((rate, cut), expected) in cuts.iter().zip(&expected) {
        assert_eq!((*rate, cut), (8_000, expected));
    }
}

#[test]
fn a_resampled_chunk_has_its_sound_where_it_was() {
    let mut tone = turn(Channel::Customer, 2_000, 3_000);
    tone.sound = Sound::Tone(440);
    let (wav, _) = script(vec![tone], 5_000).to_wav().unwrap();
    let whole = Chunk { channel: Channel::Customer, span: Span::new(0, 5_000) };
    for rate in [11_025, 16_000, 44_100, 48_000] {
        let cuts = cut_all(&wav, &[whole], CutOptions { padding_ms: 0, sample_rate: Some(rate) });
        assert_eq!((cuts[0].0, cuts[0].1.len()), (rate, 5 * rate as usize));
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = callform_recordings::wav::Writer::new(&mut bytes, 1, rate).unwrap();
        writer.write_integers(cuts[0].1.iter().copied()).unwrap();
        writer.finish().unwrap();
        let resampled = measure(&bytes.get_ref()[..], Options::default()).unwrap();
        assert_eq!(resampled.activity.sounds(0, -60.0, 300), [Span::new(2_000, 3_000)], "{rate}");
        let level = resampled.figures.channels[0].rms.unwrap();
        // A fifth of the time at -24 dBFS.
        assert!((level + 24.0 + 6.99).abs() < 0.1, "{rate}: {level}");
    }
}

#[test]
fn rates_that_make_no_sense_are_refused() {
    for (from, to) in [(8_000, 0), (0, 8_000), (8_000, 400_000)] {
        let error = Resampler::new(from, to).err().unwrap().to_string();
        assert!(error.starts_with(&format!("cannot resample from {from} to {to} Hz")), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// However the samples come: the same result, of the right length.
    #[test]
    fn resampling_does_not_depend_on_pieces(
        length in 0..9_000_usize,
        pieces in prop::collection::vec(1..3_000_usize, 1..8),
        to in prop::sample::select(vec![4_000_u32, 11_025, 16_000, 22_050]),
    ) {
        let input: Vec<f32> = (0..length).map(|index| f32::from(u8::try_from((index * index) % 101).unwrap()) / 101.0 - 0.5).collect();
        let mut whole = Vec::new();
        let mut resampler = Resampler::new(8_000, to).unwrap();
        resampler.feed(&input, &mut whole).unwrap();
        resampler.finish(&mut whole).unwrap();
        prop_assert_eq!(whole.len(), (length * to as usize).div_ceil(8_000));
        let (mut pieced, mut rest) = (Vec::new(), &input[..]);
        let mut resampler = Resampler::new(8_000, to).unwrap();
        for size in pieces.iter().cycle().take(20_000) {
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            resampler.feed(piece, &mut pieced).unwrap();
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        resampler.finish(&mut pieced).unwrap();
        prop_assert_eq!(pieced, whole);
    }

    /// Chunks put together are the channel, however long blocks are.
    #[test]
    fn neighbouring_chunks_are_the_channel(cuts in prop::collection::btree_set(1..9_999_u64, 0..6)) {
        let (wav, _) = Script::conversation(9, 10).to_wav().unwrap();
        let mut reader = Reader::new(&wav[..]).unwrap();
        let mut block = Block::default();
        prop_assert!(reader.next(&mut block).unwrap());
        let borders: Vec<u64> = [0].into_iter().chain(cuts).chain([10_000]).collect();
        let wanted: Vec<Chunk> = borders
            .windows(2)
            .map(|pair| Chunk { channel: Channel::Agent, span: Span::new(pair[0], pair[1]) })
            .collect();
        let joined: Vec<i16> =
            cut_all(&wav, &wanted, CutOptions::default()).into_iter().flat_map(|(_, samples)| samples).collect();
        prop_assert_eq!(&joined, &samples(&wav).1[1]);
    }
}
