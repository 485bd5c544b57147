//! Which versions were seen, in few bytes.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use sha2::{Digest, Sha256};

use crate::{Key, Timestamp};

/// The first half of a key's SHA-256. Of a billion keys, two share it with a probability of 1.5 in 10^21.
pub(super) type Id = [u64; 2];

pub(super) fn digest(key: &Key) -> Id {
    let digest: [u8; 32] = Sha256::digest(key.as_str()).into();
    let half = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| digest[at + index]));
    [half(0), half(8)]
}

/// How a version relates to what was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fresh {
    /// Nothing of its key was seen.
    FirstOfItsKey,
    /// It is later than all that were seen.
    Newest,
    /// A later one was seen, but not this one.
    Late,
    /// It was seen.
    Known,
}

#[derive(Clone, Copy)]
struct Entry {
    id: Id,
    version: i64,
}

/// The set of versions.
#[derive(Default)]
pub(super) struct Seen {
    entries: HashTable<Entry>,
    hasher: RandomState,
}

impl Seen {
    /// Adds a version and says how it relates to those before.
    pub(super) fn insert(&mut self, id: Id, version: Timestamp) -> Fresh {
        let version = version.nanoseconds();
        let hash = self.hasher.hash_one(id);
        let mut fresh = Fresh::FirstOfItsKey;
        for entry in self.entries.iter_hash(hash).filter(|entry| entry.id == id) {
            if entry.version == version {
                return Fresh::Known;
            }
            if entry.version > version {
                fresh = Fresh::Late;
            } else if fresh == Fresh::FirstOfItsKey {
                fresh = Fresh::Newest;
            }
        }
        let hasher = &self.hasher;
        self.entries.insert_unique(hash, Entry { id, version }, |entry| hasher.hash_one(entry.id));
        fresh
    }

    /// How many versions there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All versions, in no order.
    pub(super) fn versions(&self) -> impl Iterator<Item = (Id, Timestamp)> {
        self.entries.iter().map(|entry| (entry.id, Timestamp::from_nanoseconds(entry.version)))
    }

    /// The latest version of a key.
    pub(super) fn latest(&self, id: Id) -> Option<Timestamp> {
        let hash = self.hasher.hash_one(id);
        let versions = self.entries.iter_hash(hash).filter(|entry| entry.id == id).map(|entry| entry.version);
        versions.max().map(Timestamp::from_nanoseconds)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What a set that keeps everything says.
        #[test]
        fn it_answers_as_a_plain_set_does(steps in proptest::collection::vec((0_u64..6, 0_i64..5), 0..60)) {
            let mut seen = Seen::default();
            let mut plain: BTreeMap<u64, BTreeSet<i64>> = BTreeMap::new();
            for (key, version) in steps {
                let versions = plain.entry(key).or_default();
                let expected = match versions.last() {
                    None => Fresh::FirstOfItsKey,
                    Some(_) if versions.contains(&version) => Fresh::Known,
                    Some(last) if *last < version => Fresh::Newest,
                    Some(_) => Fresh::Late,
                };
                versions.insert(version);
                prop_assert_eq!(seen.insert([key, 7], Timestamp::from_nanoseconds(version)), expected);
                prop_assert_eq!(seen.latest([key, 7]).map(Timestamp::nanoseconds), versions.last().copied());
            }
            prop_assert_eq!(seen.latest([9, 9]), None);
        }
    }

    #[test]
    fn an_entry_has_24_bytes() {
        assert_eq!(size_of::<Entry>(), 24);
    }
}
