//! Contacts that records refer to and that are in no input, where not all keys fit into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, Write};

use super::parts::{Setup, part};
use super::report::{NAMED, Report};
use super::seen::{self, Id};
use super::spool::{Entry, Spool, What};
use crate::record::Chain;
use crate::{Key, Timestamp};

/// References of kept records, by the part of what they refer to.
pub(super) struct References<S: Write> {
    parts: Vec<Spool<S>>,
    number: u64,
}

impl<S: Read + Write + Seek> References<S> {
    pub(super) fn new(setup: &Setup<'_, S>) -> io::Result<Self> {
        Ok(Self { parts: setup.spools()?, number: 0 })
    }

    /// Takes in what a record refers to.
    pub(super) fn add(&mut self, line: &[u8]) -> io::Result<()> {
        let Some(chain) = std::str::from_utf8(line).ok().and_then(Chain::read) else { return Ok(()) };
        for other in &chain.others {
            let id = seen::digest(&Key::of_contact(&chain.instance_arn, other));
            let line = other.as_bytes();
            let entry = Entry { what: What::Record, id, version: Timestamp::ZERO, number: self.number, line };
            self.parts[part(id, 0)].add(&entry)?;
            self.number += 1;
        }
        Ok(())
    }

    /// Notes those that are not among the keys.
    pub(super) fn missing(self, setup: &Setup<'_, S>, keys: Vec<Spool<S>>, report: &mut Report) -> io::Result<()> {
        let mut first = BTreeMap::new();
        for (references, keys) in self.parts.into_iter().zip(keys) {
            missing(setup, references, keys, 1, &mut |number, contact| {
                report.gaps += 1;
                first.insert(number, contact);
                if first.len() > NAMED {
                    first.pop_last();
                }
            })?;
        }
        for contact in first.into_values() {
            report.name_gap(contact);
        }
        Ok(())
    }
}

fn missing<S: Read + Write + Seek>(
    setup: &Setup<'_, S>,
    references: Spool<S>,
    keys: Spool<S>,
    depth: usize,
    found: &mut dyn FnMut(u64, String),
) -> io::Result<()> {
    let (mut references, mut keys, mut line) = (references.read()?, keys.read()?, Vec::new());
    let mut known: BTreeSet<Id> = BTreeSet::new();
    let mut parts = None;
    while let Some(entry) = keys.next(&mut line)? {
        match &mut parts {
            None => {
                known.insert(entry.id);
                if setup.is_full_of(known.len(), depth) {
                    let mut spools = setup.spools()?;
                    for id in std::mem::take(&mut known) {
                        let entry = Entry { what: What::Seen, id, version: Timestamp::ZERO, number: 0, line: [] };
                        spools[part(id, depth)].add(&entry)?;
                    }
                    parts = Some(spools);
                }
            }
            Some(parts) => parts[part(entry.id, depth)].add(&entry)?,
        }
    }
    let Some(parts) = parts else {
        while let Some(entry) = references.next(&mut line)? {
            if !known.contains(&entry.id) {
                found(entry.number, String::from_utf8_lossy(entry.line).into_owned());
            }
        }
        return Ok(());
    };
    let mut parted = setup.spools()?;
    while let Some(entry) = references.next(&mut line)? {
        parted[part(entry.id, depth)].add(&entry)?;
    }
    for (references, keys) in parted.into_iter().zip(parts) {
        missing(setup, references, keys, depth + 1, found)?;
    }
    Ok(())
}
