//! What is in the table.
//!
//! An item is a flat record with readable attributes, since people and portals read the table as well:
//!
//! | key | body | indexes |
//! |---|---|---|
//! | `campaign` | [`Campaign`]: state, counters, pace | |
//! | `person#ID` | [`Person`]: whom to call, when next | `by_due` while they are to be called |
//! | `number#+1555…` | [`NumberRecord`]: who is calling it now, how often it was called | |
//! | `attempt#ID` | [`Attempt`]: one call | `by_due` until it is over, `by_day` |
//! | `contact#ID` | [`Contact`]: the attempt of a contact of Connect | |
//! | `agent#ARN` | [`Agent`]: whether an agent is free | |
//! | `load#ID` | [`Load`]: how far a list is read | |
//! | `escalation#PERSON#DAY` | [`Escalation`]: a person somebody has to look after | `by_due` until it is delivered |
//!
//! Besides its body's, an item has the attributes `key`, `version`, `kind`, and where they apply `shard`, `due`, `day`, `at`
//! and `expires`. Attributes that are unknown here are kept.

mod attempt;
#[cfg(test)]
mod attributes;
mod campaign;
mod key;
mod others;
mod person;

pub use attempt::{Attempt, AttemptState, Counted};
pub use campaign::{Agents, Bucket, Campaign, Counts, State, Today};
pub use key::{Key, PARTS, Shard};
pub use others::{Agent, Contact, Escalation, EscalationReason, Existing, Load, NumberRecord, RowCounts};
pub use person::{Lease, Person, Priority, Standing};

use std::fmt;

use callform_table::{Index, Records};

use crate::moment::{Day, Moment};

/// An item.
pub type Item = callform_table::Item<Dialing>;

/// What the table of a dialer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialing;

callform_table::bodies! {
    /// The campaign, of which a table has one.
    Campaign(Campaign) as campaign,
    /// Somebody to be called.
    Person(Person) as person,
    /// A number that was called, or must not be.
    Number(NumberRecord) as number,
    /// One call.
    Attempt(Attempt) as attempt,
    /// A contact of Connect.
    Contact(Contact) as contact,
    /// An agent.
    Agent(Agent) as agent,
    /// A list.
    Load(Load) as load,
    /// A person somebody has to look after.
    Escalation(Escalation) as escalation,
}

/// The index of what is due.
const BY_DUE: Index = Index { name: "by_due", part: "shard", sort: "due" };

/// The index of attempts by day.
const BY_DAY: Index = Index { name: "by_day", part: "day", sort: "at" };

/// A part of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Of what is due.
    Due(Shard),
    /// The attempts of a day.
    Day(Day),
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Due(shard) => shard.fmt(out),
            Self::Day(day) => day.fmt(out),
        }
    }
}

impl Records for Dialing {
    type Key = Key;
    type Body = Body;
    type Part = Part;

    const INDEXES: &'static [Index] = &[BY_DUE, BY_DAY];

    fn index(part: &Part) -> &'static Index {
        match part {
            Part::Due(_) => &BY_DUE,
            Part::Day(_) => &BY_DAY,
        }
    }

    fn prefix(key: &Key) -> &'static str {
        key.prefix()
    }

    fn indexed(item: &Item) -> Vec<(Part, Moment)> {
        match &item.body {
            Body::Person(person) => {
                let shard = Part::Due(Shard::of_person(person.priority, &person.id));
                person.due.map(|due| (shard, due)).into_iter().collect()
            }
            Body::Attempt(attempt) => {
                let due = attempt.due.map(|due| (Part::Due(Shard::of_attempt(&attempt.id)), due));
                [Some((Part::Day(attempt.day), attempt.claimed)), due].into_iter().flatten().collect()
            }
            Body::Escalation(escalation) if escalation.delivered.is_none() => {
                vec![(Part::Due(Shard::Escalations), escalation.at)]
            }
            _ => Vec::new(),
        }
    }

    fn expires(item: &Item) -> Option<Moment> {
        match &item.body {
            Body::Attempt(attempt) => Some(attempt.expires),
            Body::Escalation(escalation) => Some(escalation.expires),
            Body::Contact(contact) => Some(contact.expires),
            Body::Agent(agent) => Some(agent.expires),
            Body::Campaign(_) | Body::Person(_) | Body::Number(_) | Body::Load(_) => None,
        }
    }
}
