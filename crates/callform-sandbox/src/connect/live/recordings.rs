//! Recordings of calls: what of a contact was recorded, and the object that is put into the instance's bucket some time after
//! it has ended. Source of what is recorded when: Amazon Connect Administrator Guide, "When, what, and where for contact
//! recordings".

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_call::event::{Party, Recording as Behavior, What};
use callform_call::{ContactId, Event};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::{epoch_milliseconds, epoch_seconds};
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::services::s3::object;
use crate::store::Tx;

use super::super::storage;
use super::bots::Talk;
use super::call::{Act, Call};
use super::callee::sentences_said;
use super::chance::Chance;
use super::conversation::{conversation, said};
use super::people::{People, Person};
use super::play::{Played, milliseconds};
use super::timers::{self, What as Timer, time};
use super::words::{self, Speaker, Turn};
use super::{contact, told, voice, wave};

/// Recordings that are to be put, by number.
const RECORDING: &str = "connect/live-recording";
/// How many there were, by instance.
const NUMBER: &str = "connect/live-recordings";
/// WAV files that people brought along, by their name, in Base64.
const SOUND: &str = "connect/live-sound";

/// How long after the end of a contact a recording is put, in milliseconds (?): at least, and how much more at most. The
/// record of the contact comes before or after it.
const PUT: (u64, u64) = (2_000, 58_000);
/// How long a key is heard, in milliseconds.
const KEY: u64 = 250;

/// A recording that is to be put.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Recording {
    bucket: String,
    key: String,
    /// The key it is encrypted with.
    encryption: Option<String>,
    /// Milliseconds.
    length: u64,
    turns: Vec<Turn>,
    /// Name of the WAV file that it is, where people brought one along.
    sound: Option<String>,
}

/// When a contact was recorded: from and till, in milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
struct Recorded {
    /// Before an agent was there.
    automated: Option<(u64, u64)>,
    /// With an agent, and whom.
    conversation: Option<(u64, u64, Behavior)>,
}

/// Keeps WAV files that people name.
pub(crate) fn keep_sounds(tx: &Tx, sounds: &BTreeMap<String, Vec<u8>>) -> Result<(), AwsError> {
    for (name, bytes) in sounds {
        tx.put(SOUND, "", name, None, &BASE64.encode(bytes))?;
    }
    Ok(())
}

/// A contact ends at the time it is: its recordings are on their way, and its document names them.
pub(super) fn plan(
    environment: &Environment,
    instance: &str,
    people: &People,
    (call, party): (&Call, usize),
    played: &Played,
) -> Result<(), AwsError> {
    let own: Vec<&Event> = played.events.iter().filter(|event| event.contact == ContactId(party)).collect();
    let recorded = recorded(&own, call, party, epoch_milliseconds(environment.now));
    if recorded == Recorded::default() {
        return Ok(());
    }
    let Some(config) = storage::of_type(environment, instance, "CALL_RECORDINGS")? else { return Ok(()) };
    let Some(place) = config.get("S3Config") else { return Ok(()) };
    let id = call.id_of(party);
    let chance = Chance::new(call.seed, &["recording", &call.number.to_string(), &party.to_string()]);
    let mut entries = Vec::new();
    // The recording of the conversation is the contact's `Recording` (?).
    if let Some((from, till, behavior)) = recorded.conversation {
        let turns = with_agent(people, played, (call, party), till - from);
        let turns = turns.into_iter().filter(|turn| match turn.speaker {
            Speaker::Customer => behavior.customer,
            Speaker::Agent => behavior.agent,
        });
        let sound = call.script_of(party).and_then(|script| script.recording.clone());
        let recording = Recording::new(place, ("", &id), (from, till), turns.collect(), sound);
        entries.push(recording.entry(whom(behavior), (from, till)));
        put_later(environment, instance, &recording, PUT.0 + chance.below("conversation", PUT.1))?;
    }
    if let Some((from, till)) = recorded.automated {
        let turns = with_center(&own, (call, party), (from, till));
        let recording = Recording::new(place, ("ivr/", &id), (from, till), turns, None);
        entries.push(recording.entry("IVR", (from, till)));
        put_later(environment, instance, &recording, PUT.0 + chance.below("automated", PUT.1))?;
    }
    contact::change(environment, instance, &id, |body| {
        body.insert("Recordings".to_owned(), entries.into());
    })?;
    Ok(())
}

/// Who is recorded, as the service writes it; `ALL` where both are (?).
fn whom(behavior: Behavior) -> &'static str {
    match (behavior.agent, behavior.customer) {
        (true, false) => "AGENT",
        (false, true) => "CUSTOMER",
        _ => "ALL",
    }
}

/// When a contact was recorded that has ended.
fn recorded(events: &[&Event], call: &Call, party: usize, ended: u64) -> Recorded {
    let mut recorded = Recorded::default();
    let mut behavior = Behavior::default();
    let mut joined = None;
    for event in events {
        let at = milliseconds(event.at);
        match &event.what {
            What::Recording(new) => {
                behavior = *new;
                // Of the automated part it holds at once, of a conversation before it begins.
                match (&mut recorded.automated, behavior.automated) {
                    _ if joined.is_some() => {}
                    (None, true) => recorded.automated = Some((at, ended)),
                    (Some((_, till)), is_on) => *till = if is_on { ended } else { at.min(*till) },
                    (None, false) => {}
                }
            }
            What::Joined if joined.is_none() => {
                joined = Some((at, behavior));
                if let Some((_, till)) = &mut recorded.automated {
                    *till = at.min(*till);
                }
            }
            _ => {}
        }
    }
    let left = call.log.iter().find(|entry| entry.party == party && entry.act == Act::AgentHangsUp);
    let till = left.map_or(ended, |entry| entry.at.min(ended));
    recorded.conversation = joined
        .filter(|(from, behavior)| (behavior.agent || behavior.customer) && *from < till)
        .map(|(from, behavior)| (from, till, behavior));
    recorded.automated = recorded.automated.filter(|(from, till)| from < till);
    recorded
}

/// What customer and agent say to each other in so many milliseconds.
fn with_agent(people: &People, played: &Played, (call, party): (&Call, usize), length: u64) -> Vec<Turn> {
    let contact = played.contacts.get(party);
    let agent = contact.and_then(|contact| people.agent(contact.agent.as_deref()?)).cloned().unwrap_or_default();
    let number = contact.and_then(|contact| contact.customer.as_deref()).unwrap_or_default();
    let person: Person = call.script_of(party).map_or_else(|| people.person(number), super::people::Caller::person);
    let chance =
        Chance::new(call.seed, &["words", &call.customer, &call.dialed.attempt.to_string(), &party.to_string()]);
    let left = person.says.get(sentences_said(call, party)..).unwrap_or_default();
    conversation(&agent.says, left, length.min(wave::LONGEST), &chance)
}

/// What the center says and the customer does between two moments.
fn with_center(events: &[&Event], (call, party): (&Call, usize), (from, till): (u64, u64)) -> Vec<Turn> {
    let length = (till - from).min(wave::LONGEST);
    let mut turns = said_to_bot(call, party, (from, from + length));
    // Nobody says two things at once.
    let mut silent_since = 0;
    for event in events {
        let at = milliseconds(event.at).saturating_sub(from);
        if milliseconds(event.at) < from || at >= length {
            continue;
        }
        match &event.what {
            What::Said { to: Party::Customer, speech, .. } => {
                let start = at.max(silent_since);
                if start >= length {
                    continue;
                }
                let seconds = voice::seconds(speech, call.words_a_minute.max(1));
                let turn = match voice::text(speech) {
                    Some(text) if !text.is_empty() => said(Speaker::Agent, text, start, length),
                    Some(_) => continue,
                    None => Turn {
                        speaker: Speaker::Agent,
                        text: String::new(),
                        start,
                        end: (start + seconds * 1000).min(length),
                    },
                };
                silent_since = turn.end;
                turns.push(turn);
            }
            What::Pressed(keys) => {
                let start = at.saturating_sub(KEY * keys.len() as u64);
                turns.push(Turn { speaker: Speaker::Customer, text: String::new(), start, end: at });
            }
            _ => {}
        }
    }
    turns.sort_by_key(|turn| turn.start);
    turns
}

/// What a customer and bots said between two moments, as far as it was said by then.
fn said_to_bot(call: &Call, party: usize, (from, till): (u64, u64)) -> Vec<Turn> {
    let said = call.talks.get(&party).map(Talk::said).unwrap_or_default();
    let within = said.iter().filter(|turn| turn.start >= from && turn.start < till);
    let from_there = |turn: &Turn| Turn {
        start: turn.start - from,
        end: turn.end.min(till) - from,
        text: if turn.end > till { String::new() } else { turn.text.clone() },
        ..*turn
    };
    within.map(from_there).collect()
}

impl Recording {
    /// An object's name says when the recording began (?), in UTC.
    fn new(
        place: &Value,
        (folder, contact): (&str, &str),
        (from, till): (u64, u64),
        turns: Vec<Turn>,
        sound: Option<String>,
    ) -> Self {
        let text = |name: &str| place.get(name).and_then(Value::as_str).unwrap_or_default();
        let began = DateTime::<Utc>::from(time(from));
        let (day, minute) = (began.format("%Y/%m/%d"), began.format("%Y%m%dT%H:%M"));
        let prefix = text("BucketPrefix").trim_end_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        let encryption = place.get("EncryptionConfig").and_then(|config| config.get("KeyId")).and_then(Value::as_str);
        Self {
            bucket: text("BucketName").to_owned(),
            key: format!("{prefix}{slash}{folder}{day}/{contact}_{minute}_UTC.wav"),
            encryption: encryption.map(str::to_owned),
            length: (till - from).min(wave::LONGEST),
            turns,
            sound,
        }
    }

    /// Its entry in the contact's document. It is said to be available at once (?).
    fn entry(&self, participant: &str, (from, till): (u64, u64)) -> Value {
        json!({
            "StorageType": "S3",
            "Location": format!("{}/{}", self.bucket, self.key),
            "MediaStreamType": "AUDIO",
            "ParticipantType": participant,
            "Status": "AVAILABLE",
            "StartTimestamp": epoch_seconds(time(from)),
            "StopTimestamp": epoch_seconds(time(till)),
        })
    }
}

/// A recording comes some time after now, as the faults of the folder will have it.
fn put_later(environment: &Environment, instance: &str, recording: &Recording, after: u64) -> Result<(), AwsError> {
    let number = environment.tx.get::<u64>(NUMBER, "", instance)?.unwrap_or_default() + 1;
    environment.tx.put(NUMBER, "", instance, None, &number)?;
    let faults = Faults::load(environment.folder)?.recordings;
    for (copy, late) in (0..).zip(told::copies(faults, number)) {
        let number = number * 2 + copy;
        environment.tx.put(RECORDING, instance, &number.to_string(), None, recording)?;
        let due = epoch_milliseconds(environment.now) + after + late;
        timers::set(environment, instance, &Timer::Recording(number), Some(due))?;
    }
    Ok(())
}

/// The time of a recording has come: it is put into its bucket. A bucket that is gone takes nothing.
pub(super) fn put(environment: &Environment, instance: &str, number: u64) -> Result<(), AwsError> {
    let key = number.to_string();
    timers::set(environment, instance, &Timer::Recording(number), None)?;
    let Some(recording) = environment.tx.get::<Recording>(RECORDING, instance, &key)? else { return Ok(()) };
    environment.tx.delete(RECORDING, instance, &key)?;
    let bytes = match &recording.sound {
        Some(name) => sound(environment.tx, name)?,
        None => None,
    };
    let bytes = bytes.unwrap_or_else(|| wave::render(recording.length, &recording.turns));
    let mut headers = BTreeMap::from([("content-type".to_owned(), "audio/wav".to_owned())]);
    if let Some(key) = &recording.encryption {
        headers.insert(object::ENCRYPTION.to_owned(), "aws:kms".to_owned());
        headers.insert(format!("{}-aws-kms-key-id", object::ENCRYPTION), key.clone());
    }
    let put = || object::write_with(environment, &recording.bucket, &recording.key, &bytes, headers);
    match environment.tx.attempt(put)? {
        Ok(()) => words::remember(environment.tx, &recording.bucket, &recording.key, &recording.turns),
        Err(error) => {
            tracing::warn!(%error, bucket = recording.bucket, "connect: a recording is lost");
            Ok(())
        }
    }
}

/// A WAV file that people brought along.
fn sound(tx: &Tx, name: &str) -> Result<Option<Vec<u8>>, AwsError> {
    let stored: Option<String> = tx.get(SOUND, "", name)?;
    Ok(stored.and_then(|text| BASE64.decode(text).ok()))
}
