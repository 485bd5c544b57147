//! Samples that were cut off.

use crate::wav::Coding;

/// Samples at full scale one after another that are no accident.
const SHORTEST_RUN: u64 = 3;

/// Counts samples at full scale and runs of them.
#[derive(Clone, Debug)]
pub(super) struct Clipping {
    full_scale: f32,
    /// Quieter samples are not looked at.
    least: f32,
    /// Sign and length of the run that the last sample was part of.
    run: (bool, u64),
    pub(super) at_full_scale: u64,
    pub(super) clipped: u64,
    pub(super) runs: u64,
    pub(super) longest: u64,
}

/// What telephone lines cut off at.
const MU_LAW: f32 = Coding::MuLaw.full_scale();
const A_LAW: f32 = Coding::ALaw.full_scale();

impl Clipping {
    pub(super) fn new(coding: Coding) -> Self {
        let full_scale = coding.full_scale();
        let least = full_scale.min(MU_LAW).min(A_LAW);
        Self { full_scale, least, run: (false, 0), at_full_scale: 0, clipped: 0, runs: 0, longest: 0 }
    }

    #[inline]
    pub(super) fn add(&mut self, sample: f32) {
        if sample.abs() < self.least {
            if self.run.1 > 0 {
                self.end_run();
            }
        } else {
            self.loud(sample);
        }
    }

    #[cold]
    fn loud(&mut self, sample: f32) {
        let level = sample.abs().to_bits();
        let at_a_law = level == MU_LAW.to_bits() || level == A_LAW.to_bits();
        if sample.abs() < self.full_scale && !at_a_law {
            return self.end_run();
        }
        self.at_full_scale += 1;
        let positive = sample > 0.0;
        if self.run.1 > 0 && self.run.0 != positive {
            self.end_run();
        }
        self.run = (positive, self.run.1 + 1);
    }

    /// What is counted when no further sample comes.
    pub(super) fn end_run(&mut self) {
        let length = std::mem::take(&mut self.run.1);
        if length >= SHORTEST_RUN {
            self.runs += 1;
            self.clipped += length;
            self.longest = self.longest.max(length);
        }
    }
}
