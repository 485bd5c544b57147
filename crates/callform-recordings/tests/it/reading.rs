//! WAV files of all kinds, also those that lie and those that are none.

use std::io::{self, Cursor, Read};

use callform_recordings::Error;
use callform_recordings::quality::Options;
use callform_recordings::wav::{Block, Coding, Ending, Format, Reader, Writer};
use proptest::prelude::*;

/// A file of these chunks, with right sizes.
pub(crate) fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (name, bytes) in chunks {
        body.extend_from_slice(*name);
        body.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
        body.extend_from_slice(bytes);
        if bytes.len() % 2 == 1 {
            body.push(0);
        }
    }
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
    file.extend(body);
    file
}

fn format(tag: u16, channels: u16, sample_rate: u32, bits: u16) -> Vec<u8> {
    let frame = channels * bits.div_ceil(8);
    let mut bytes = Vec::new();
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(sample_rate.to_le_bytes());
    bytes.extend((sample_rate * u32::from(frame)).to_le_bytes());
    bytes.extend(frame.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes
}

fn extensible(tag: u16, channels: u16, sample_rate: u32, bits: u16) -> Vec<u8> {
    let mut bytes = format(0xFFFE, channels, sample_rate, bits);
    bytes.extend(22_u16.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(tag.to_le_bytes());
    bytes.extend([0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71]);
    bytes
}

/// What is in a file, and how it ends.
fn read(bytes: &[u8]) -> Result<(Format, Vec<Vec<f32>>, Ending), Error> {
    let mut reader = Reader::new(bytes)?;
    let mut channels = vec![Vec::new(); usize::from(reader.format().channels)];
    let mut block = Block::default();
    while reader.next(&mut block)? {
        for (all, more) in channels.iter_mut().zip(&block.channels) {
            all.extend_from_slice(more);
        }
    }
    assert_eq!(reader.frames(), channels[0].len() as u64);
    Ok((reader.format(), channels, reader.ending().unwrap()))
}

#[track_caller]
fn check(bytes: &[u8], coding: Coding, expected: &[&[f32]]) {
    let (format, channels, ending) = read(bytes).unwrap();
    assert_eq!((format.coding, ending), (coding, Ending::Whole));
    assert_eq!(channels, expected);
}

#[track_caller]
fn refused(bytes: &[u8], message: &str) {
    assert_eq!(read(bytes).unwrap_err().to_string(), message);
}

#[test]
fn every_coding_is_read() {
    let file = |format: Vec<u8>, data: &[u8]| riff(&[(b"fmt ", format), (b"data", data.to_vec())]);
    check(&file(format(1, 1, 8_000, 8), &[0, 128, 255]), Coding::Unsigned8, &[&[-1.0, 0.0, 127.0 / 128.0]]);
    let sixteen = [0x00, 0x80, 0x00, 0x40, 0xFF, 0x7F, 0x01, 0x00];
    let stereo: [&[f32]; 2] = [&[-1.0, 32_767.0 / 32_768.0], &[0.5, 1.0 / 32_768.0]];
    check(&file(format(1, 2, 8_000, 16), &sixteen), Coding::Signed16, &stereo);
    let negative_half = [0x00, 0x00, 0xC0];
    check(&file(extensible(1, 1, 48_000, 24), &negative_half), Coding::Signed24, &[&[-0.5]]);
    check(&file(format(1, 1, 8_000, 20), &negative_half), Coding::Signed24, &[&[-0.5]]);
    check(&file(format(1, 1, 8_000, 32), &0x4000_0000_u32.to_le_bytes()), Coding::Signed32, &[&[0.5]]);
    let floats: Vec<u8> = [0.25_f32, f32::NAN, f32::INFINITY].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    check(&file(format(3, 1, 8_000, 32), &floats), Coding::Float32, &[&[0.25, 0.0, 0.0]]);
    check(&file(extensible(3, 1, 8_000, 64), &(-0.125_f64).to_le_bytes()), Coding::Float64, &[&[-0.125]]);
    let loudest = 32_124.0 / 32_768.0;
    check(&file(format(7, 1, 8_000, 8), &[0x00, 0xFF, 0x80]), Coding::MuLaw, &[&[-loudest, 0.0, loudest]]);
    let (loudest, least) = (32_256.0 / 32_768.0, 8.0 / 32_768.0);
    check(&file(format(6, 1, 8_000, 8), &[0xAA, 0x2A, 0xD5]), Coding::ALaw, &[&[loudest, -loudest, least]]);
}

#[test]
fn chunks_of_odd_length_are_padded_and_passed_over() {
    let junk = (b"LIST", vec![7; 13]);
    let file =
        riff(&[junk.clone(), (b"fmt ", format(1, 1, 8_000, 8)), junk.clone(), (b"data", vec![0, 128, 128]), junk]);
    check(&file, Coding::Unsigned8, &[&[-1.0, 0.0, 0.0]]);
}

#[test]
fn sizes_that_a_pipe_left_open_end_with_the_file() {
    let whole = riff(&[(b"fmt ", format(1, 1, 8_000, 16)), (b"data", vec![0, 0x40, 0, 0xC0])]);
    let stated = |file_size: u32, size: u32| {
        let mut file = whole.clone();
        file[4..8].copy_from_slice(&file_size.to_le_bytes());
        file[40..44].copy_from_slice(&size.to_le_bytes());
        read(&file).map(|(_, channels, ending)| (channels[0].clone(), ending)).unwrap()
    };
    let all = vec![0.5, -0.5];
    for (file_size, size) in [
        (0x7FFF_F024, 0x7FFF_F000),
        (u32::MAX, u32::MAX),
        (0x8000_0024, 0x8000_0000),
        (0, 0),
        (u32::MAX, 0),
        (0, u32::MAX),
    ] {
        assert_eq!(stated(file_size, size), (all.clone(), Ending::Unstated), "{file_size:x} {size:x}");
    }
    // A file that knows that it is empty, before whatever follows.
    assert_eq!(stated(40, 0), (vec![], Ending::Whole));
    // Sound that is larger than its file.
    assert_eq!(stated(36, 4), (all.clone(), Ending::Whole));
    assert_eq!(stated(40, 40), (all, Ending::Cut { missing: 18 }));
}

#[test]
fn a_large_file_has_its_size_elsewhere() {
    let mut sizes = vec![0; 28];
    sizes[8] = 2;
    let data = (b"data", vec![0, 0x40, 9, 9]);
    let mut file = riff(&[(b"ds64", sizes), (b"fmt ", format(1, 1, 8_000, 16)), data]);
    file[..4].copy_from_slice(b"RF64");
    let at = file.len() - 8;
    file[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    check(&file, Coding::Signed16, &[&[0.5]]);
    // Eight gigabytes, of which four bytes are there; and a size that nobody filled in.
    for (size, ending) in [(1_u64 << 33, Ending::Cut { missing: (1 << 32) - 2 }), (0, Ending::Unstated)] {
        file[28..36].copy_from_slice(&size.to_le_bytes());
        let (_, channels, found) = read(&file).unwrap();
        assert_eq!((channels[0].len(), found), (2, ending));
    }
}

#[test]
fn a_file_that_ends_early_gives_what_is_there_and_says_so() {
    let whole = riff(&[(b"fmt ", format(1, 2, 8_000, 16)), (b"data", vec![0x20; 40_000])]);
    for (kept, frames) in [(whole.len() - 1, 9_999), (44 + 16_384, 4_096), (44 + 3, 0), (44, 0)] {
        let (_, channels, ending) = read(&whole[..kept]).unwrap();
        assert_eq!(ending, Ending::Cut { missing: 10_000 - frames });
        assert_eq!(channels[1].len() as u64, frames);
    }
    for kept in 0..44 {
        let error = read(&whole[..kept]).unwrap_err();
        assert!(matches!(error, Error::CutInHeader), "{kept}: {error}");
    }
}

#[test]
fn what_is_no_recording_is_refused_in_words() {
    let file = |format: Vec<u8>| riff(&[(b"fmt ", format), (b"data", vec![0; 64])]);
    refused(b"ID3\x04 and no sound", "not a WAV file: it does not begin with RIFF");
    refused(b"RIFF\x04\0\0\0AVI LIST", "not a WAV file: it is a RIFF file of another kind");
    refused(&riff(&[(b"data", vec![0; 4])]), "not a WAV file: it has no format before its sound");
    refused(&file(vec![1, 0]), "not a WAV file: its format is too short");
    let prefix = "unsupported WAV file: ";
    let channels = format!("{prefix}6 channels; recordings of conversations have one or two");
    refused(&file(format(1, 6, 8_000, 16)), &channels);
    let rate = format!("{prefix}1 Hz; recordings have 1,000 to 384,000 Hz");
    refused(&file(format(1, 1, 1, 16)), &rate);
    let coding = format!("{prefix}coding 0x0002 with 4 bits; PCM, float, A-law and mu-law can be read");
    refused(&file(format(2, 1, 8_000, 4)), &coding);
    let mut frame = format(1, 2, 8_000, 16);
    frame[12] = 5;
    refused(&file(frame), &format!("{prefix}16 bits a sample in frames of 5 bytes"));
}

#[test]
fn reading_fails_where_the_disk_does_and_goes_on_after_a_signal() {
    struct Interrupted(Cursor<Vec<u8>>, bool);
    impl Read for Interrupted {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 { Err(io::ErrorKind::Interrupted.into()) } else { self.0.read(&mut bytes[..1]) }
        }
    }
    struct Broken(usize);
    impl Read for Broken {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let file = riff(&[(b"fmt ", format(1, 1, 8_000, 16)), (b"data", vec![0; 64])]);
            let length = bytes.len().min(50 - self.0);
            bytes[..length].copy_from_slice(&file[self.0..self.0 + length]);
            self.0 += length;
            if length == 0 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(length) }
        }
    }
    let file = riff(&[(b"fmt ", format(1, 1, 8_000, 16)), (b"data", vec![1; 64])]);
    let mut reader = Reader::new(Interrupted(Cursor::new(file), false)).unwrap();
    let mut block = Block::default();
    assert!(reader.next(&mut block).unwrap());
    assert_eq!((block.frames(), reader.ending()), (32, Some(Ending::Whole)));
    let mut reader = Reader::new(Broken(0)).unwrap();
    assert!(matches!(reader.next(&mut block), Err(Error::Io(_))));
}

proptest! {
    #[test]
    fn sixteen_bits_come_back_exactly(samples in prop::collection::vec(any::<i16>(), 0..10_000), stereo: bool) {
        let channels = if stereo { 2 } else { 1 };
        let samples = &samples[..samples.len() - samples.len() % channels];
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = Writer::new(&mut bytes, u16::try_from(channels).unwrap(), 8_000).unwrap();
        let floats: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        writer.write(&floats).unwrap();
        writer.finish().unwrap();
        let (format, read, ending) = read(bytes.get_ref()).unwrap();
        prop_assert_eq!((format.coding, ending), (Coding::Signed16, Ending::Whole));
        for (index, channel) in read.iter().enumerate() {
            let expected: Vec<f32> = floats.iter().copied().skip(index).step_by(channels).collect();
            prop_assert_eq!(channel, &expected);
        }
    }

    /// Whatever stands in the bytes: no panic, and no more sound than there are bytes.
    #[test]
    fn any_bytes_are_read_or_refused(
        head in prop::collection::vec(any::<u8>(), 0..64),
        changes in prop::collection::vec((0..200_usize, any::<u8>()), 0..6),
        cut in 0..400_usize,
        raw: bool,
    ) {
        let mut file = riff(&[
            (b"LIST", head.clone()),
            (b"fmt ", extensible(1, 2, 8_000, 16)),
            (b"fact", vec![0; 4]),
            (b"data", vec![0x55; 120]),
        ]);
        for (at, byte) in changes {
            let at = at % file.len();
            file[at] = byte;
        }
        file.truncate(cut);
        let bytes = if raw { head } else { file };
        if let Ok((_, channels, _)) = read(&bytes) {
            let samples: usize = channels.iter().map(Vec::len).sum();
            prop_assert!(samples <= bytes.len());
            prop_assert!(channels.iter().flatten().all(|sample| sample.is_finite()));
            let measured = callform_recordings::measure(&bytes[..], Options::default()).unwrap();
            prop_assert_eq!(measured.figures.frames, channels[0].len() as u64);
        }
    }
}
