//! Draws PINs.

use crate::ids::{CollectionId, PersonId};
use crate::item::{Item, Key, PinRecord};
use crate::outside::Rim;
use crate::pin::{Draw, Pin, PinKind};
use crate::store::{Change, Store};
use crate::work::{Work, WorkError};

/// Why there is no PIN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// The table did not do it.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// As good as all PINs of this length are given out.
    #[error("no {} PIN of this length is free: let them be longer", .0.word())]
    Exhausted(PinKind),
}

/// What a PIN is to open.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) kind: PinKind,
    pub(super) collection: Option<CollectionId>,
    pub(super) person: Option<PersonId>,
}

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// A PIN that nobody has, and the change that gives it out: a put on the condition that it still is free. Where somebody
    /// else is given it in the same moment, the commit is refused, and another one is to be drawn.
    pub(super) async fn draw(&self, draw: &mut Draw, wanted: &Wanted) -> Result<(Pin, Change), PinError> {
        while let Some(pin) = draw.next(self.rim) {
            let key = Key::Pin(wanted.kind, pin.clone());
            let item = self.store.get(&key).await.map_err(WorkError::from)?;
            let now = self.rim.now();
            let record = PinRecord {
                pin: pin.clone(),
                opens: wanted.kind,
                collection: wanted.collection.clone(),
                person: wanted.person.clone(),
                created: now,
                retired: false,
                expires: now + self.policy.pin_life(),
            };
            match item {
                None => return Ok((pin, Change::create(key, record))),
                // The table forgets what has expired when it likes.
                Some(item) if has_expired(&item, now) => return Ok((pin, Change::replace(&item, record))),
                Some(_) => {}
            }
        }
        Err(PinError::Exhausted(wanted.kind))
    }

    /// How PINs of a kind are drawn.
    pub(super) fn drawing(&self, kind: PinKind) -> Draw {
        let digits = match kind {
            PinKind::Owner => self.policy.owner_digits,
            PinKind::Conversation => self.policy.conversation_digits,
            PinKind::User => self.policy.user_digits,
        };
        Draw::new(self.rim, digits)
    }
}

fn has_expired(item: &Item, now: crate::moment::Moment) -> bool {
    item.body.pin().is_some_and(|record| now >= record.expires)
}

/// The change after which a PIN opens nothing any more. Nobody else is given it until it expires.
pub(super) fn retire(item: &Item) -> Option<Change> {
    let record = item.body.pin()?;
    (!record.retired).then(|| Change::replace(item, PinRecord { retired: true, ..record.clone() }))
}
