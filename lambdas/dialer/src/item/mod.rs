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
mod attributes;
mod campaign;
mod key;
mod others;
mod person;

pub use attempt::{Attempt, AttemptState, Counted};
pub use attributes::Unreadable;
pub use campaign::{Agents, Bucket, Campaign, Counts, State, Today};
pub use key::{Key, PARTS, Shard};
pub use others::{Agent, Contact, Escalation, EscalationReason, Existing, Load, NumberRecord, RowCounts};
pub use person::{Lease, Person, Priority, Standing};

use crate::moment::{Day, Moment};

/// An item: its key, its version (1 for a new one), what it says, and attributes that are unknown here.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its key.
    pub key: Key,
    /// How often it was written.
    pub version: u64,
    /// What it says.
    pub body: Body,
    /// What somebody else wrote into it.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

macro_rules! bodies {
    ($($(#[$about:meta])* $name:ident($body:ty) as $as:ident,)*) => {
        /// What an item says.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Body {
            $($(#[$about])* $name(Box<$body>),)*
        }

        $(impl From<$body> for Body {
            fn from(body: $body) -> Self {
                Self::$name(Box::new(body))
            }
        })*

        impl Body {
            $(
                #[doc = concat!("It, where it is a [`", stringify!($body), "`].")]
                pub fn $as(&self) -> Option<&$body> {
                    if let Self::$name(body) = self { Some(body) } else { None }
                }
            )*
        }
    };
}

bodies! {
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

/// The attributes of an item that indexes and the time to live are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// `shard` and `due` of `by_due`.
    pub due: Option<(Shard, Moment)>,
    /// `day` and `at` of `by_day`.
    pub day: Option<(Day, Moment)>,
    /// `expires`.
    pub expires: Option<Moment>,
}

impl Item {
    /// Where the indexes have it.
    pub fn indexed(&self) -> Indexed {
        match &self.body {
            Body::Person(person) => Indexed {
                due: person.due.map(|due| (Shard::of_person(person.priority, &person.id), due)),
                ..Indexed::default()
            },
            Body::Attempt(attempt) => Indexed {
                due: attempt.due.map(|due| (Shard::of_attempt(&attempt.id), due)),
                day: Some((attempt.day, attempt.claimed)),
                expires: Some(attempt.expires),
            },
            Body::Escalation(escalation) => Indexed {
                due: escalation.delivered.is_none().then_some((Shard::Escalations, escalation.at)),
                day: None,
                expires: Some(escalation.expires),
            },
            Body::Contact(contact) => Indexed { expires: Some(contact.expires), ..Indexed::default() },
            Body::Agent(agent) => Indexed { expires: Some(agent.expires), ..Indexed::default() },
            Body::Campaign(_) | Body::Number(_) | Body::Load(_) => Indexed::default(),
        }
    }
}
