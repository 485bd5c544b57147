//! Contact records and agent events that nobody's center made: the same for the same seed.

use serde_json::{Value, json};

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Decides about everything that varies.
    pub seed: u64,
    /// How many contacts.
    pub contacts: u64,
    /// The latest version that a contact may have; there are one or more.
    pub versions: u64,
    /// One agent event for so many contacts; 0 for none.
    pub contacts_per_event: u64,
}

/// A record and the key to send it to a stream with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The contact's or the agent's identifier.
    pub partition_key: String,
    /// JSON on one line, without a line feed.
    pub json: String,
}

/// 2026-01-01, in seconds since the start of 1970.
const START: u64 = 1_767_225_600;

/// Contacts of one day; the days follow each other.
const CONTACTS_A_DAY: u64 = 2_000;

const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/5a3e1c60-0000-4000-8000-000000000001";
const QUEUES: [&str; 4] = ["Customer Service", "Business Consulting", "Billing", "Repairs"];

/// The samples of a recipe, in the order in which they come up.
pub fn samples(recipe: Recipe) -> impl Iterator<Item = Sample> {
    (0..recipe.contacts).flat_map(move |index| {
        let contact = Contact::new(recipe, index);
        let event = (recipe.contacts_per_event > 0 && index % recipe.contacts_per_event == 0)
            .then(|| agent_event(recipe, index));
        let versions = 1 + contact.fate.number("versions", recipe.versions.max(1));
        (0..versions).map(move |version| contact.version(version)).chain(event)
    })
}

/// Numbers that look random and depend on seed, contact and purpose alone.
#[derive(Clone, Copy)]
struct Fate(u64);

impl Fate {
    fn bits(self, purpose: &str) -> u64 {
        // The finalizer of SplitMix64 over a plain FNV-1a hash of the purpose.
        let hash = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut bits = self.0.wrapping_add(hash).wrapping_add(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn number(self, purpose: &str, below: u64) -> u64 {
        self.bits(purpose) % below
    }

    fn uuid(self, purpose: &str) -> String {
        let (high, low) = (self.bits(purpose), Fate(self.bits(purpose)).bits("low half"));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }
}

fn fate(recipe: Recipe, index: u64) -> Fate {
    Fate(Fate(recipe.seed).bits("seed").wrapping_add(index.wrapping_mul(0xd134_2543_de82_ef95)))
}

fn time(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(0);
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

struct Contact {
    fate: Fate,
    id: String,
    previous: Option<String>,
    next: Option<String>,
    initiated: u64,
}

/// One contact in eight comes out of a transfer, but none out of one that does.
fn is_transferred(recipe: Recipe, index: u64) -> bool {
    let chosen = |index| fate(recipe, index).number("transferred", 8) == 0;
    index > 0 && chosen(index) && !chosen(index - 1)
}

impl Contact {
    fn new(recipe: Recipe, index: u64) -> Self {
        let fate_here = fate(recipe, index);
        let id = |index| fate(recipe, index).uuid("contact");
        Self {
            fate: fate_here,
            id: id(index),
            previous: is_transferred(recipe, index).then(|| id(index - 1)),
            next: (index + 1 < recipe.contacts && is_transferred(recipe, index + 1)).then(|| id(index + 1)),
            initiated: START + index / CONTACTS_A_DAY * 86_400 + index % CONTACTS_A_DAY * 43,
        }
    }

    fn version(&self, version: u64) -> Sample {
        let fate = self.fate;
        let course = Course::new(self);
        // A later version comes with a recording or an attribute, hours or days after the first.
        let updated = course.wrapped_up + 60 + version * (3_600 + fate.number("update", 500_000));
        let recording = (course.is_answered && version > 0).then(|| {
            let location = format!("recordings/connect/sample/{}.wav", self.id);
            json!({ "DeletionReason": Value::Null, "Location": location, "Status": "AVAILABLE", "Type": "AUDIO" })
        });
        let language = if fate.number("language", 5) == 0 { "es" } else { "en" };
        let caller = format!("+1555010{:04}", 100 + fate.number("caller", 100));
        let record = json!({
            "AWSAccountId": "123456789012",
            "AWSContactTraceRecordFormatVersion": "2017-03-10",
            "Agent": course.is_answered.then(|| course.agent(fate)),
            "AgentConnectionAttempts": u64::from(course.is_answered),
            "AnsweringMachineDetectionStatus": Value::Null,
            "Attributes": { "language": language, "revision": version.to_string() },
            "Campaign": { "CampaignId": Value::Null },
            "Channel": if fate.number("channel", 12) == 0 { "CHAT" } else { "VOICE" },
            "ConnectedToSystemTimestamp": time(self.initiated),
            "ContactDetails": {},
            "ContactId": self.id,
            "CustomerEndpoint": { "Address": caller, "Type": "TELEPHONE_NUMBER" },
            "DisconnectReason": course.disconnect_reason,
            "DisconnectTimestamp": time(course.disconnected),
            "InitialContactId": self.previous,
            "InitiationMethod": if self.previous.is_some() { "TRANSFER" } else { "INBOUND" },
            "InitiationTimestamp": time(self.initiated),
            "InstanceARN": INSTANCE,
            "LastUpdateTimestamp": time(updated),
            "MediaStreams": [{ "Type": "AUDIO" }],
            "NextContactId": self.next,
            "PreviousContactId": self.previous,
            "Queue": course.is_queued.then(|| course.queue(fate)),
            "Recording": recording,
            "Recordings": Value::Null,
            "References": [],
            "ScheduledTimestamp": Value::Null,
            "SystemEndpoint": { "Address": "+15550100100", "Type": "TELEPHONE_NUMBER" },
            "TransferCompletedTimestamp": Value::Null,
            "TransferredToEndpoint": Value::Null,
            "VoiceIdResult": Value::Null,
        });
        Sample { partition_key: self.id.clone(), json: record.to_string() }
    }
}

/// How a contact went; times in seconds since the start of 1970.
struct Course {
    is_queued: bool,
    is_answered: bool,
    enqueued: u64,
    connected: u64,
    disconnected: u64,
    wrapped_up: u64,
    hold: u64,
    disconnect_reason: &'static str,
}

impl Course {
    fn new(contact: &Contact) -> Self {
        let fate = contact.fate;
        let is_queued = fate.number("queued", 20) > 0;
        let is_answered = is_queued && fate.number("answered", 10) > 0;
        let enqueued = contact.initiated + 15;
        let connected = enqueued + fate.number("wait", 240);
        let hold = fate.number("hold", 4) / 3 * fate.number("hold time", 120);
        let disconnected = connected + 20 + fate.number("talk", 900) + hold;
        let disconnect_reason = match (is_queued, is_answered, fate.number("reason", 3)) {
            (true, true, 0) => "AGENT_DISCONNECT",
            (false, _, 0) => "CONTACT_FLOW_DISCONNECT",
            _ => "CUSTOMER_DISCONNECT",
        };
        Self {
            is_queued,
            is_answered,
            enqueued,
            connected,
            disconnected,
            wrapped_up: disconnected + fate.number("wrap", 90),
            hold,
            disconnect_reason,
        }
    }

    fn agent(&self, fate: Fate) -> Value {
        let number = fate.number("agent", 40);
        json!({
            "ARN": format!("{INSTANCE}/agent/{}", Fate(number).uuid("agent")),
            "AfterContactWorkDuration": self.wrapped_up - self.disconnected,
            "AfterContactWorkEndTimestamp": time(self.wrapped_up),
            "AfterContactWorkStartTimestamp": time(self.disconnected),
            "AgentInteractionDuration": self.disconnected - self.connected - self.hold,
            "ConnectedToAgentTimestamp": time(self.connected),
            "CustomerHoldDuration": self.hold,
            "HierarchyGroups": Value::Null,
            "LongestHoldDuration": self.hold,
            "NumberOfHolds": u64::from(self.hold > 0),
            "RoutingProfile": {
                "ARN": format!("{INSTANCE}/routing-profile/{}", Fate(1).uuid("profile")),
                "Name": "Basic Routing Profile",
            },
            "Username": format!("agent{number:02}"),
        })
    }

    fn queue(&self, fate: Fate) -> Value {
        let number = fate.number("queue", 4);
        json!({
            "ARN": format!("{INSTANCE}/queue/{}", Fate(number).uuid("queue")),
            "DequeueTimestamp": time(self.connected),
            "Duration": self.connected - self.enqueued,
            "EnqueueTimestamp": time(self.enqueued),
            "Name": QUEUES[usize::try_from(number).unwrap_or(0) % QUEUES.len()],
        })
    }
}

fn agent_event(recipe: Recipe, index: u64) -> Sample {
    let fate = fate(recipe, index);
    let agent = Fate(fate.number("agent", 40)).uuid("agent");
    let at = START + index / CONTACTS_A_DAY * 86_400 + index % CONTACTS_A_DAY * 43;
    let event = json!({
        "AWSAccountId": "123456789012",
        "AgentARN": format!("{INSTANCE}/agent/{agent}"),
        "CurrentAgentSnapshot": {
            "AgentStatus": { "ARN": format!("{INSTANCE}/agent-state/{}", Fate(2).uuid("status")), "Name": "Available", "StartTimestamp": format!("{}.049Z", time(at).trim_end_matches('Z')) },
            "Contacts": [],
        },
        "EventId": fate.uuid("event"),
        "EventTimestamp": format!("{}.017Z", time(at).trim_end_matches('Z')),
        "EventType": "HEART_BEAT",
        "InstanceARN": INSTANCE,
        "PreviousAgentSnapshot": Value::Null,
        "Version": "2017-10-01",
    });
    Sample { partition_key: agent, json: event.to_string() }
}

/// The samples with so many copies of each in an order of its own, as a stream that delivers at least once would send them.
pub fn duplicated(samples: &[Sample], copies: usize, seed: u64) -> Vec<Sample> {
    let mut places: Vec<(u64, usize)> = (0..samples.len() * copies)
        .map(|place| (Fate(seed ^ place as u64).bits("place"), place % samples.len().max(1)))
        .collect();
    places.sort_unstable();
    places.into_iter().filter_map(|(_, index)| samples.get(index).cloned()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::record::Chain;
    use crate::{Mode, Record};

    const RECIPE: Recipe = Recipe { seed: 1, contacts: 3000, versions: 3, contacts_per_event: 10 };

    #[test]
    fn the_same_seed_gives_the_same_samples() {
        let all: Vec<_> = samples(RECIPE).collect();
        assert_eq!(all, samples(RECIPE).collect::<Vec<_>>());
        assert_ne!(all, samples(Recipe { seed: 2, ..RECIPE }).collect::<Vec<_>>());
    }

    #[test]
    fn samples_are_versions_of_contacts() {
        let all: Vec<_> = samples(RECIPE).collect();
        let (records, events): (Vec<_>, Vec<_>) = all.iter().partition(|sample| Chain::read(&sample.json).is_some());
        assert_eq!(events.len(), 300);
        let identities: BTreeSet<_> = all
            .iter()
            .map(|sample| Record::read(&sample.json, Mode::Contact).unwrap())
            .map(|record| (record.key, record.version))
            .collect();
        assert_eq!(identities.len(), all.len(), "no two are the same");
        let contacts: BTreeSet<_> = records.iter().map(|sample| &sample.partition_key).collect();
        assert_eq!(contacts.len(), 3000);
        assert!(records.len() > 5000, "{}", records.len());
        for sample in &records {
            for other in Chain::read(&sample.json).unwrap().others {
                assert!(contacts.contains(&other.into_owned()), "{}", sample.json);
            }
        }
    }

    #[test]
    fn copies_come_in_another_order() {
        let all: Vec<_> = samples(RECIPE).take(100).collect();
        let mut twice = duplicated(&all, 2, 7);
        assert_eq!(twice, duplicated(&all, 2, 7));
        assert_ne!(twice, duplicated(&all, 2, 8));
        twice.sort_by(|left, right| left.json.cmp(&right.json));
        let mut expected: Vec<_> = all.iter().chain(&all).cloned().collect();
        expected.sort_by(|left, right| left.json.cmp(&right.json));
        assert_eq!(twice, expected);
    }
}
