//! The model: people, agents, chance.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// How people behave when they are called, in percent of calls; the rest does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Answer, and wait for an agent.
    pub agent: u32,
    /// Answer, and press a key.
    pub key: u32,
    /// Answer, and hang up.
    pub hang_up: u32,
    /// A machine answers.
    pub machine: u32,
    /// Busy.
    pub busy: u32,
    /// There is no such number.
    pub invalid: u32,
    /// Connect asks to slow down: no call.
    pub throttled: u32,
    /// Seconds until an answer, on average.
    pub ring_seconds: u32,
    /// Seconds of talk, on average; exponential.
    pub talk_seconds: u32,
    /// Seconds of after-call work, on average.
    pub wrap_seconds: u32,
    /// Seconds that people wait for an agent before they hang up, on average; exponential.
    pub patience_seconds: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            agent: 30,
            key: 0,
            hang_up: 5,
            machine: 25,
            busy: 5,
            invalid: 2,
            throttled: 0,
            ring_seconds: 12,
            talk_seconds: 180,
            wrap_seconds: 20,
            patience_seconds: 45,
        }
    }
}

/// From then on so many agents work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// When.
    pub from: Moment,
    /// How many.
    pub agents: u32,
}

/// What is simulated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// When it begins.
    pub start: Moment,
    /// How many hours it lasts at most.
    pub hours: u32,
    /// How many people are to be called.
    pub people: u32,
    /// The zones they are in, one after another; at least one.
    pub zones: Vec<String>,
    /// The agents; in the order of time.
    pub shifts: Vec<Shift>,
    /// How people behave.
    pub rates: Rates,
}

/// What is to become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Agent,
    Key,
    HangsUp,
    Machine,
    Busy,
    Invalid,
    Refused,
    Silent,
}

/// Numbers that look random: `SplitMix64`.
pub(super) struct Chance(u64);

/// The exponential distribution of mean 1, in thousandths, by 64ths: the same on every machine, which logarithms are not.
const EXPONENTIAL: [u64; 64] = [
    8, 24, 40, 56, 73, 90, 107, 125, 143, 161, 179, 198, 217, 237, 257, 277, 298, 319, 341, 363, 386, 409, 433, 458,
    483, 508, 535, 562, 589, 618, 647, 678, 709, 741, 774, 809, 845, 882, 920, 960, 1002, 1045, 1091, 1138, 1188, 1241,
    1297, 1356, 1418, 1485, 1556, 1633, 1717, 1808, 1908, 2019, 2144, 2287, 2454, 2655, 2906, 3243, 3753, 4852,
];

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.next() % 100 < u64::from(percent)
    }

    /// Milliseconds from half to one and a half times so many seconds.
    pub(super) fn around(&mut self, seconds: u32) -> u64 {
        let mean = u64::from(seconds) * 1000;
        mean / 2 + self.next() % (mean + 1)
    }

    /// Milliseconds, exponential with a mean of so many seconds.
    pub(super) fn exponential(&mut self, seconds: u32) -> u64 {
        let place = usize::try_from(self.next() % 64).unwrap_or(0);
        u64::from(seconds) * EXPONENTIAL[place] + self.next() % 1000
    }

    pub(super) fn fate(&mut self, rates: &Rates) -> Fate {
        let mut dice = u32::try_from(self.next() % 100).unwrap_or(0);
        let fates = [
            (rates.agent, Fate::Agent),
            (rates.key, Fate::Key),
            (rates.hang_up, Fate::HangsUp),
            (rates.machine, Fate::Machine),
            (rates.busy, Fate::Busy),
            (rates.invalid, Fate::Invalid),
            (rates.throttled, Fate::Refused),
        ];
        for (percent, fate) in fates {
            if dice < percent {
                return fate;
            }
            dice -= percent;
        }
        Fate::Silent
    }
}
