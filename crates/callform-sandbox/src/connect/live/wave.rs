//! Recordings as WAV files: 8 kHz, 16 bit, stereo, the customer on the left. They are made up from who speaks when: a voice
//! hums in syllables within the band of a telephone while somebody speaks, and there is faint noise otherwise.

use super::words::{Speaker, Turn};

/// Samples a second.
const RATE: u32 = 8000;
const SAMPLES_A_MILLISECOND: u64 = 8;
/// Bytes of a moment: two channels of two bytes.
const FRAME: usize = 4;
/// Longest recording, in milliseconds: an hour.
pub(super) const LONGEST: u64 = 3_600_000;
/// Samples of a syllable.
const SYLLABLE: i32 = 1800;
/// How loud a voice is at most, of 32,768: 12 dB below full scale.
const LOUD: i32 = 8200;
/// How loud the noise is at most: 72 dB below full scale.
const NOISE: u32 = 8;
/// Where a voice has its strength, in hertz, and how much of it, of 8. All of it is within the band of a telephone.
const CUSTOMER: [(u32, i32); 3] = [(420, 4), (1190, 3), (2510, 1)];
const AGENT: [(u32, i32); 3] = [(350, 4), (960, 3), (2180, 1)];

/// A recording of a length in milliseconds in which these turns are heard, and nothing else but noise.
pub(super) fn render(length: u64, turns: &[Turn]) -> Vec<u8> {
    let length = length.min(LONGEST);
    let frames = usize::try_from(length * SAMPLES_A_MILLISECOND).unwrap_or_default();
    let mut sound = header(frames * FRAME);
    let begins = sound.len();
    let mut noise = Noise(1);
    sound.extend((0..frames * 2).flat_map(|_| noise.sample().to_le_bytes()));
    for turn in turns {
        let at =
            |milliseconds: u64| usize::try_from(milliseconds.min(length) * SAMPLES_A_MILLISECOND).unwrap_or_default();
        let (channel, voice) = match turn.speaker {
            Speaker::Customer => (0, CUSTOMER),
            Speaker::Agent => (2, AGENT),
        };
        let mut voice = Voice::new(voice);
        let heard = sound.get_mut(begins + at(turn.start) * FRAME..begins + at(turn.end.max(turn.start)) * FRAME);
        for frame in heard.unwrap_or_default().chunks_exact_mut(FRAME) {
            if let Some([low, high]) = frame.get_mut(channel..channel + 2) {
                let sample = i16::from_le_bytes([*low, *high]).saturating_add(voice.sample());
                [*low, *high] = sample.to_le_bytes();
            }
        }
    }
    sound
}

/// The header of a file with so many bytes of sound.
fn header(bytes: usize) -> Vec<u8> {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX - 36);
    let mut header = Vec::with_capacity(44 + usize::try_from(bytes).unwrap_or_default());
    header.extend(b"RIFF");
    header.extend((bytes + 36).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    // PCM, two channels.
    header.extend(1_u16.to_le_bytes());
    header.extend(2_u16.to_le_bytes());
    header.extend(RATE.to_le_bytes());
    header.extend((RATE * 4).to_le_bytes());
    // Bytes of a moment, bits of a sample.
    header.extend(4_u16.to_le_bytes());
    header.extend(16_u16.to_le_bytes());
    header.extend(b"data");
    header.extend(bytes.to_le_bytes());
    header
}

/// True of bytes that are a WAV file.
pub(super) fn is_wave(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE")
}

/// Faint noise, the same every time.
struct Noise(u32);

impl Noise {
    fn sample(&mut self) -> i16 {
        // The constants of Numerical Recipes.
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let drawn = (self.0 >> 16) % (2 * NOISE + 1);
        i16::try_from(drawn).unwrap_or_default() - i16::try_from(NOISE).unwrap_or_default()
    }
}

/// Somebody who speaks.
struct Voice {
    /// Phase, step and strength of each part.
    parts: [(u32, u32, i32); 3],
    /// Where in a syllable it is.
    at: i32,
}

impl Voice {
    fn new(parts: [(u32, i32); 3]) -> Self {
        // Steps of a full circle of 2^32.
        Self { parts: parts.map(|(hertz, strength)| (0, u32::MAX / RATE * hertz, strength)), at: 0 }
    }

    fn sample(&mut self) -> i16 {
        let mut sample = 0;
        for (phase, step, strength) in &mut self.parts {
            *phase = phase.wrapping_add(*step);
            sample += sine(*phase) * *strength;
        }
        // Each syllable swells from a quarter of its strength and fades.
        let swell = 256 + 768 * 4 * self.at / SYLLABLE * (SYLLABLE - self.at) / SYLLABLE;
        self.at = (self.at + 1) % SYLLABLE;
        let loud = (sample / 8) * (LOUD / 64) / 512 * swell / 1024;
        i16::try_from(loud).unwrap_or_default()
    }
}

/// About the sine of a phase, of 32,768: parabolas.
fn sine(phase: u32) -> i32 {
    let [high, low, ..] = phase.to_be_bytes();
    let at = i32::from(i16::from_be_bytes([high, low]));
    (at * (32_768 - at.abs())) >> 13
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The loudest sample of a channel between two moments in milliseconds.
    fn peak(sound: &[u8], channel: usize, from: usize, till: usize) -> u16 {
        let frames = sound[44 + from * 32..44 + till * 32].chunks_exact(4);
        let sample = |frame: &[u8]| i16::from_le_bytes([frame[channel * 2], frame[channel * 2 + 1]]).unsigned_abs();
        frames.map(sample).max().unwrap()
    }

    #[test]
    fn each_speaks_on_a_channel_and_only_then() {
        let turn = |speaker, start, end| Turn { speaker, text: String::new(), start, end };
        let turns = [turn(Speaker::Agent, 100, 1100), turn(Speaker::Customer, 1200, 5000)];
        let sound = render(2000, &turns);
        assert_eq!(sound.len(), 44 + 2000 * 32);
        assert!(is_wave(&sound) && sound[40..44] == 64_000_u32.to_le_bytes());
        assert_eq!(sound, render(2000, &turns));
        let peaks = [(0, 0, 1200), (1, 0, 100), (1, 1100, 2000), (1, 100, 1100), (0, 1200, 2000)]
            .map(|(channel, from, till)| peak(&sound, channel, from, till));
        assert!(peaks[..3].iter().all(|peak| *peak <= 8), "{peaks:?}");
        assert!(peaks[3..].iter().all(|peak| (3000..10_000).contains(peak)), "{peaks:?}");
    }

    #[test]
    fn a_recording_is_an_hour_at_most() {
        let header = header(usize::try_from(LONGEST * 32).unwrap());
        assert_eq!(header[40..44], 115_200_000_u32.to_le_bytes());
    }
}
