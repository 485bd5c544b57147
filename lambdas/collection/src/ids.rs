//! Names of things. Each is text of its own type.

use callform_table::name;

name!(
    /// A collection: what its owner calls it, see [`CollectionId::read`].
    CollectionId
);
name!(
    /// A person: `p-` and random letters, which say nothing of who it is.
    PersonId
);
name!(
    /// Connect's identifier of a contact; of a conversation it is that of the first contact of its chain.
    ContactId
);
name!(
    /// Connect's identifier of a user.
    UserId
);
name!(
    /// Connect's identifier of a queue.
    QueueId
);
name!(
    /// Connect's identifier of a routing profile.
    ProfileId
);

/// Longest name of a collection.
const LONGEST: usize = 48;

impl CollectionId {
    /// Reads a name that somebody chose: 1 to 48 small letters, digits and `-`, the first of which is no `-`. Such names are
    /// safe in keys of objects, names of jobs and names of folders.
    pub fn read(text: &str) -> Option<Self> {
        let fits = (1..=LONGEST).contains(&text.len()) && !text.starts_with('-');
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (fits && text.bytes().all(plain)).then(|| text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_of_a_folder_are_none() {
        assert!(CollectionId::read("hotel-bookings-2").is_some());
        let long = "a".repeat(49);
        for text in ["", "-a", "A", "a/b", "..", "a.b", "a b", "ä", long.as_str()] {
            assert_eq!(CollectionId::read(text), None, "{text}");
        }
    }
}
