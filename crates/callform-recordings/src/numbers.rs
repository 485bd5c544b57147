//! Conversions between numbers, with what each may lose.

/// Powers below this are those of digital silence: the noise of rounding to 16 bits has -101 dBFS.
const LEAST_DECIBELS: f64 = -200.0;

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of samples and milliseconds stay far below 2^53")]
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}

/// A length as a count.
pub(crate) const fn count(length: usize) -> u64 {
    length as u64
}

/// A sample as samples are kept.
#[expect(
    clippy::cast_possible_truncation,
    reason = "samples have 24 bits; beyond the range of f32 they become infinite"
)]
pub(crate) const fn single(value: f64) -> f32 {
    value as f32
}

/// A sample between -1 and 1 as 16 bits; what is louder is cut off.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is what is wanted")]
pub(crate) fn sixteen_bits(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

/// Decibels of a mean square, where the square of a full-scale sample is 0 dB; none for silence.
pub(crate) fn decibels(power: f64) -> Option<f64> {
    let decibels = 10.0 * power.log10();
    (decibels > LEAST_DECIBELS).then_some(decibels)
}

/// The mean square of so many decibels.
pub(crate) fn power(decibels: f64) -> f64 {
    10_f64.powf(decibels / 10.0)
}

/// Rounded to thousandths: no machine's last bits show.
pub(crate) fn thousandths(value: f64) -> f64 {
    // Adding zero turns -0 into 0.
    (value * 1_000.0).round() / 1_000.0 + 0.0
}

/// Rounded to millionths.
pub(crate) fn millionths(value: f64) -> f64 {
    (value * 1_000_000.0).round() / 1_000_000.0 + 0.0
}

/// A share of a whole, between 0 and 1; nothing of nothing is 0.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}

/// When a frame begins, in milliseconds, rounded.
pub(crate) fn milliseconds(frames: u64, sample_rate: u32) -> u64 {
    let rate = u128::from(sample_rate.max(1));
    let rounded = (u128::from(frames) * 1_000 + rate / 2) / rate;
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

/// The first frame at or after so many milliseconds.
pub(crate) fn frames(milliseconds: u64, sample_rate: u32) -> u64 {
    let frames = (u128::from(milliseconds) * u128::from(sample_rate)).div_ceil(1_000);
    u64::try_from(frames).unwrap_or(u64::MAX)
}
