//! What is known of a conversation.
//!
//! Evidence only grows: merging takes the union, by rules that do not depend on the order, and merging the same twice changes
//! nothing. So events and records may be lost, doubled, late or out of order, recordings may come before or after them, and
//! what they add up to is the same.

use std::collections::{BTreeMap, BTreeSet};

use callform_table::{Moment, earliest, latest};
use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// What is known of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When the call began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Moment>,
    /// When the PINs were found right, and a place was kept for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Moment>,
    /// When the caller agreed to be recorded, and to what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// When the caller declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Moment>,
    /// When consent was revoked: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Moment>,
    /// When it was put into the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Moment>,
    /// The first agent who talked, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
    /// What the bot came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot: Option<BotResult>,
    /// When the call ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// Why it ended, in Connect's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the newest contact record that came was updated (`LastUpdateTimestamp`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Moment>,
    /// Recordings, by `bucket/key`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub recordings: BTreeMap<String, Recorded>,
    /// Transcripts: `bucket/key`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub transcripts: BTreeSet<String>,
}

/// Consent to be recorded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Consent {
    /// When.
    pub at: Moment,
    /// The version of the text that was heard.
    pub text: String,
    /// The key that was pressed.
    pub key: String,
}

/// A talk with an agent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Joined {
    /// Since when.
    pub since: Moment,
    /// With whom; empty where nobody said.
    pub agent: UserId,
}

/// What a bot came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BotResult {
    /// When.
    pub at: Moment,
    /// The intent.
    pub intent: String,
    /// How it stands, in Lex's words: `Fulfilled`, `Failed`, `ReadyForFulfillment`, `InProgress`.
    pub state: String,
}

/// Which part of a call a recording is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Nobody said yet.
    #[default]
    Unknown,
    /// Of customer and agent.
    Talk,
    /// Of customer and flow: what the caller says to a bot.
    Automated,
}

/// A recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Of what.
    #[serde(default)]
    pub part: Part,
    /// What was measured; nothing where it has not arrived yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
}

/// A recording that arrived, and what was measured of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Its size in bytes.
    pub bytes: u64,
    /// What the store calls this version of its content (`ETag`), without quotes.
    pub tag: String,
    /// How long it is, in milliseconds.
    pub milliseconds: u64,
    /// Why it is not good enough; empty where it is. Words of quality control: `clipping`, `too_quiet`, `no_recording`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub faults: BTreeSet<String>,
    /// The figures, as quality control names them.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub figures: serde_json::Map<String, serde_json::Value>,
}

impl Measured {
    /// Whether it is good enough.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// Of two measurements of one recording the one that holds, whichever came first: the longer, then the larger. A recording
    /// only changes by being put again.
    fn rank(&self) -> (u64, u64, &str, &BTreeSet<String>) {
        (self.milliseconds, self.bytes, &self.tag, &self.faults)
    }
}

impl Evidence {
    /// Takes in what another report says.
    pub fn merge(&mut self, other: &Self) {
        earliest(&mut self.began, other.began.as_ref());
        earliest(&mut self.verified, other.verified.as_ref());
        earliest(&mut self.consent, other.consent.as_ref());
        earliest(&mut self.declined, other.declined.as_ref());
        earliest(&mut self.revoked, other.revoked.as_ref());
        earliest(&mut self.queued, other.queued.as_ref());
        join(&mut self.joined, other.joined.as_ref());
        latest(&mut self.bot, other.bot.as_ref());
        latest(&mut self.ended, other.ended.as_ref());
        latest(&mut self.reason, other.reason.as_ref());
        latest(&mut self.record, other.record.as_ref());
        for (location, recorded) in &other.recordings {
            self.recordings.entry(location.clone()).or_default().merge(recorded);
        }
        self.transcripts.extend(other.transcripts.iter().cloned());
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether the caller agreed to be recorded, and has not taken it back.
    pub fn consents(&self) -> bool {
        self.consent.is_some() && self.revoked.is_none()
    }

    /// The measured recordings of a part of the call; those of which nobody said what they are of count as well.
    pub fn measured(&self, part: Part) -> impl Iterator<Item = &Measured> {
        let of_it = move |recorded: &&Recorded| recorded.part == part || recorded.part == Part::Unknown;
        self.recordings.values().filter(of_it).filter_map(|recorded| recorded.measured.as_ref())
    }
}

impl Recorded {
    fn merge(&mut self, other: &Self) {
        self.part = self.part.max(other.part);
        if let Some(measured) = &other.measured
            && self.measured.as_ref().is_none_or(|mine| mine.rank() < measured.rank())
        {
            self.measured = Some(measured.clone());
        }
    }
}

/// The first talk; who it was with is known from any report of it that says so.
fn join(mine: &mut Option<Joined>, other: Option<&Joined>) {
    let Some(other) = other else { return };
    match mine {
        Some(known) if known.since == other.since => {
            if known.agent < other.agent {
                *mine = Some(other.clone());
            }
        }
        Some(known) if known.since < other.since => {}
        _ => *mine = Some(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment() -> impl Strategy<Value = Moment> {
        (0..5_i64).prop_map(|second| Moment::from_seconds(1_795_000_000 + second))
    }

    fn recorded() -> impl Strategy<Value = Recorded> {
        let part = prop::sample::select(vec![Part::Unknown, Part::Talk, Part::Automated]);
        let measured = (0..3_u64, prop::collection::btree_set("[ab]", 0..2)).prop_map(|(bytes, faults)| Measured {
            bytes,
            tag: String::new(),
            milliseconds: 1000,
            faults,
            figures: serde_json::Map::new(),
        });
        (part, prop::option::of(measured)).prop_map(|(part, measured)| Recorded { part, measured })
    }

    prop_compose! {
        fn evidence()(
            times in prop::collection::vec(prop::option::of(moment()), 7),
            consent in prop::option::of((moment(), "[12]").prop_map(|(at, text)| Consent { at, text, key: "1".to_owned() })),
            joined in prop::option::of((moment(), "[ab]?").prop_map(|(since, agent)| Joined { since, agent: agent.into() })),
            recordings in prop::collection::btree_map("[xy]", recorded(), 0..3),
            reason in prop::option::of("[AB]"),
        ) -> Evidence {
            Evidence {
                began: times[0], verified: times[1], declined: times[2], revoked: times[3], queued: times[4],
                ended: times[5], record: times[6], consent, joined, reason, recordings,
                bot: None, transcripts: BTreeSet::new(),
            }
        }
    }

    fn merged(parts: &[&Evidence]) -> Evidence {
        let mut all = Evidence::default();
        for part in parts {
            all.merge(part);
        }
        all
    }

    proptest! {
        /// Lost is lost, but order and number of reports change nothing.
        #[test]
        fn order_and_number_of_reports_do_not_matter(a in evidence(), b in evidence(), c in evidence()) {
            let all = merged(&[&a, &b, &c]);
            for order in [[&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]] {
                prop_assert_eq!(&merged(&order), &all);
            }
            prop_assert_eq!(merged(&[&a, &b, &a, &c, &b, &b]), all);
        }

        /// What was revoked is never consented to again.
        #[test]
        fn revoked_is_revoked(a in evidence(), b in evidence()) {
            prop_assert!(a.revoked.is_none() || !merged(&[&a, &b]).consents());
        }
    }
}
