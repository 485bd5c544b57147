//! Keys of items, and shards of the index of what is due.

use std::fmt;
use std::str::FromStr;

use crate::ids::{AgentId, AttemptId, ContactId, LoadId, Number, PersonId};
use crate::item::Priority;
use crate::moment::Day;

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// `campaign`
    Campaign,
    /// `person#ID`
    Person(PersonId),
    /// `number#+1555…`
    Number(Number),
    /// `attempt#ID`
    Attempt(AttemptId),
    /// `contact#ID`
    Contact(ContactId),
    /// `agent#ARN`
    Agent(AgentId),
    /// `load#ID`
    Load(LoadId),
    /// `escalation#2026-11-30#PERSON`
    Escalation(Day, PersonId),
}

impl Key {
    /// What keys of this kind begin with: `person#`.
    pub const fn prefix(&self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::Person(_) => "person#",
            Self::Number(_) => "number#",
            Self::Attempt(_) => "attempt#",
            Self::Contact(_) => "contact#",
            Self::Agent(_) => "agent#",
            Self::Load(_) => "load#",
            Self::Escalation(..) => "escalation#",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.prefix())?;
        match self {
            Self::Campaign => Ok(()),
            Self::Person(id) => id.fmt(out),
            Self::Number(number) => number.fmt(out),
            Self::Attempt(id) => id.fmt(out),
            Self::Contact(id) => id.fmt(out),
            Self::Agent(id) => id.fmt(out),
            Self::Load(id) => id.fmt(out),
            Self::Escalation(day, id) => write!(out, "{day}#{id}"),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "campaign" {
            return Ok(Self::Campaign);
        }
        let unknown = || "a key must be one of this program's".to_owned();
        let (kind, id) = text.split_once('#').ok_or_else(unknown)?;
        Ok(match kind {
            "person" => Self::Person(id.into()),
            "number" => Self::Number(Number::from_e164(id).ok_or_else(unknown)?),
            "attempt" => Self::Attempt(id.into()),
            "contact" => Self::Contact(id.into()),
            "agent" => Self::Agent(id.into()),
            "load" => Self::Load(id.into()),
            "escalation" => {
                let (day, id) = id.split_once('#').ok_or_else(unknown)?;
                Self::Escalation(day.parse().map_err(|_| unknown())?, id.into())
            }
            _ => return Err(unknown()),
        })
    }
}

/// Into how many parts people and leases are divided: one partition of an index takes 1,000 writes a second.
pub const PARTS: u8 = 4;

/// A part of the index of what is due: `high-0`, `normal-3`, `lease-1`, `escalation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shard {
    /// People to be called.
    People(Priority, u8),
    /// Attempts that are not over.
    Leases(u8),
    /// Escalations that are not delivered.
    Escalations,
}

impl Shard {
    /// That of a person.
    pub fn of_person(priority: Priority, id: &PersonId) -> Self {
        Self::People(priority, part(id.as_str()))
    }

    /// That of an attempt.
    pub fn of_attempt(id: &AttemptId) -> Self {
        Self::Leases(part(id.as_str()))
    }
}

/// FNV-1a: the same for ever, which hashes of the standard library are not.
fn part(text: &str) -> u8 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    // Texts that differ in their last letter differ in few of its bits.
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    u8::try_from((mixed >> 32) % u64::from(PARTS)).unwrap_or(0)
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::People(Priority::High, part) => write!(out, "high-{part}"),
            Self::People(Priority::Normal, part) => write!(out, "normal-{part}"),
            Self::Leases(part) => write!(out, "lease-{part}"),
            Self::Escalations => out.write_str("escalation"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for text in [
            "campaign",
            "person#A0001",
            "person#a#b",
            "number#+15550100",
            "attempt#x-1",
            "contact#c",
            "agent#arn:aws:connect:us-east-1:012345678901:instance/i/agent/a",
            "load#l",
            "escalation#2026-11-30#A#1",
        ] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), text);
        }
        for text in ["", "person", "number#1", "escalation#x#y", "else#x"] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
    }

    #[test]
    fn people_are_spread_over_the_parts() {
        let mut parts = [0_u32; PARTS as usize];
        for id in 0..4000 {
            parts[usize::from(part(&format!("A{id:04}")))] += 1;
        }
        assert!(parts.iter().all(|count| (800..1200).contains(count)), "{parts:?}");
    }
}
