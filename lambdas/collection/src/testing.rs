//! Numbers that look random and are always the same.

use std::cell::Cell;

use callform_table::Moment;

use crate::outside::Rim;

#[derive(Debug, Default)]
pub(crate) struct Counting(Cell<u64>);

impl Rim for Counting {
    fn now(&self) -> Moment {
        Moment::from_seconds(1_795_000_000)
    }

    fn random(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
