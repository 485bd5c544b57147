//! What is in the table.
//!
//! | key | body | indexes |
//! |---|---|---|
//! | `line` | [`Line`]: failed tries of all callers, and what their numbers are hashed with | |
//! | `collection#ID` | [`Collection`]: state, goal, counters, queue | `by_owner`, `by_due` |
//! | `conversation#CONTACT` | [`Conversation`]: one call, and what is known of it | `by_owner`, `by_person`, `by_due` |
//! | `person#ID` | [`Person`]: a customer or an agent | `by_person`, agents `by_owner`, `by_due` |
//! | `pin#KIND#DIGITS` | [`PinRecord`]: what a PIN opens | `by_owner` or `by_person` |
//! | `queue#ID` | [`PoolQueue`]: a queue of the pool, and who has it | `by_owner` |
//! | `caller#HASH` | [`Caller`]: failed tries of one caller | |
//! | `recording#BUCKET/KEY` | [`Recording`]: an object that arrived, or is to come | `by_owner` |
//! | `turn#CONTACT#N` | [`Turn`]: what was said to a bot | `by_owner` |
//!
//! Besides its body's, an item has the attributes `key`, `version`, `kind`, and where they apply `shard`, `due`, `owner`, `at`,
//! `whose`, `since` and `expires`.

mod collection;
mod conversation;
mod key;
mod others;
mod people;

use callform_table::{Index, Moment, Records};

pub use collection::{Collection, Lease, Mode, Status};
pub use conversation::{Conversation, Refusal, Slot, State, Why};
pub use key::{Key, Part};
pub use others::{Caller, Line, PinRecord, PoolQueue, Recording, Tries, Turn};
pub use people::{Account, Person, Role, Seat, Standing};

/// An item.
pub type Item = callform_table::Item<Collecting>;

/// What the table of collections holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collecting;

callform_table::bodies! {
    /// What concerns all callers.
    Line(Line) as line,
    /// A collection.
    Collection(Collection) as collection,
    /// A conversation.
    Conversation(Conversation) as conversation,
    /// A customer or an agent.
    Person(Person) as person,
    /// A PIN.
    Pin(PinRecord) as pin,
    /// A queue of the pool.
    Queue(PoolQueue) as queue,
    /// A caller.
    Caller(Caller) as caller,
    /// A recording.
    Recording(Recording) as recording,
    /// A turn of a conversation with a bot.
    Turn(Turn) as turn,
}

const BY_DUE: Index = Index { name: "by_due", part: "shard", sort: "due" };
const BY_OWNER: Index = Index { name: "by_owner", part: "owner", sort: "at" };
const BY_PERSON: Index = Index { name: "by_person", part: "whose", sort: "since" };

impl Records for Collecting {
    type Key = Key;
    type Body = Body;
    type Part = Part;

    const INDEXES: &'static [Index] = &[BY_DUE, BY_OWNER, BY_PERSON];

    fn index(part: &Part) -> &'static Index {
        match part {
            Part::Due => &BY_DUE,
            Part::Collections | Part::Queues | Part::Of(_) | Part::Contact(_) => &BY_OWNER,
            Part::People | Part::Person(_) => &BY_PERSON,
        }
    }

    fn prefix(key: &Key) -> &'static str {
        key.prefix()
    }

    fn indexed(item: &Item) -> Vec<(Part, Moment)> {
        let due = |due: Option<Moment>| due.map(|due| (Part::Due, due));
        let parts = match &item.body {
            Body::Collection(collection) => {
                vec![Some((Part::Collections, collection.created)), due(collection.due)]
            }
            Body::Conversation(conversation) => vec![
                conversation.collection.clone().map(|of| (Part::Of(of), conversation.began)),
                conversation.person.clone().map(|of| (Part::Person(of), conversation.began)),
                due(conversation.due),
            ],
            Body::Person(person) => vec![
                Some((Part::People, person.created)),
                person.agent_of().map(|of| (Part::Of(of.clone()), person.created)),
                due(person.due),
            ],
            Body::Pin(pin) => vec![
                pin.collection.clone().map(|of| (Part::Of(of), pin.created)),
                pin.person.clone().map(|of| (Part::Person(of), pin.created)),
            ],
            Body::Queue(queue) => vec![Some((Part::Queues, queue.since))],
            Body::Recording(recording) => {
                vec![recording.contact.clone().map(|of| (Part::Contact(of), recording.since))]
            }
            Body::Turn(turn) => vec![Some((Part::Contact(turn.contact.clone()), turn.said_at))],
            Body::Line(_) | Body::Caller(_) => Vec::new(),
        };
        parts.into_iter().flatten().collect()
    }

    fn expires(item: &Item) -> Option<Moment> {
        match &item.body {
            Body::Conversation(conversation) => conversation.expires,
            Body::Pin(pin) => Some(pin.expires),
            Body::Caller(caller) => Some(caller.expires),
            Body::Recording(recording) => recording.expires,
            Body::Line(_) | Body::Collection(_) | Body::Person(_) | Body::Queue(_) | Body::Turn(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
