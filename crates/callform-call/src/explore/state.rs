//! Where a contact is and what of it can make a difference, in a number.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem::discriminant;

use super::facts::Facts;
use crate::center::Center;
use crate::contact::Contact;

/// The state of a contact. Two that look the same go on in the same way, as far as flows look at them.
pub(super) fn of_contact(contact: &Contact, facts: &Facts, center: &Center) -> u64 {
    let mut hasher = DefaultHasher::new();
    contact.id.hash(&mut hasher);
    contact.channel.name().hash(&mut hasher);
    contact.method.name().hash(&mut hasher);
    discriminant(&contact.turn).hash(&mut hasher);
    for frame in &contact.frames {
        (frame.flow, frame.role as u8, frame.block).hash(&mut hasher);
    }
    for path in &facts.watched {
        contact.value(path, center).as_deref().hash(&mut hasher);
    }
    contact.queue.hash(&mut hasher);
    contact.hooks.hash(&mut hasher);
    contact.loops.hash(&mut hasher);
    contact.agent.is_some().hash(&mut hasher);
    contact.before_joining.len().hash(&mut hasher);
    contact.keeps_early_keys.hash(&mut hasher);
    contact.callback.as_ref().map(|callback| callback.retries_left).hash(&mut hasher);
    contact.due.is_some().hash(&mut hasher);
    hasher.finish()
}

/// The state of all contacts that are not over.
pub(super) fn of_all(contacts: &[Contact], facts: &Facts, center: &Center) -> u64 {
    let mut hasher = DefaultHasher::new();
    for contact in contacts.iter().filter(|contact| contact.end().is_none()) {
        of_contact(contact, facts, center).hash(&mut hasher);
    }
    hasher.finish()
}
