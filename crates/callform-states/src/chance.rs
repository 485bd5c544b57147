//! Randomness that comes in once and is used up in order, so that the same execution is the same again.

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// A source of pseudo-random numbers (`SplitMix64`), which is all in its seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chance(u64);

impl Chance {
    /// A source that begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below 1.
    pub fn fraction(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let bits = (self.bits() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.bits()) << 64) | u128::from(self.bits());
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut one, mut other) = (Chance::new(7), Chance::new(7));
        assert_eq!(one.uuid(), other.uuid());
        assert_ne!(one.bits(), Chance::new(8).bits());
        assert!((0..1000).all(|_| (0.0..1.0).contains(&one.fraction())));
        assert_eq!(other.uuid().get_version_num(), 4);
    }
}
