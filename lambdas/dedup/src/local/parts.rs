//! More versions than memory has room for: they are parted by what they are versions of, until each part has room.
//!
//! ```text
//! seen, judged, still to come ─split→ 64 parts ─settle→ a run for each, in the order it was read ─merge→ what is kept
//!                                       └ where a part is too large: split again
//! ```
//!
//! All that is known of a contact or event is in one part, in the order in which it came. So every part is judged as all
//! would have been judged in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Read, Seek, Write};

use super::Report;
use super::seen::{Fresh, Id, Seen};
use super::spool::{Entry, Spool, Spooled, What};
use crate::Timestamp;

/// So many parts at a time.
pub(super) const PARTS: usize = 64;
const BITS: usize = 6;
/// After so many splits there are no bits left that tell keys apart.
const DEEPEST: usize = 9;

/// What all parts have in common.
pub(super) struct Setup<'a, S> {
    /// Makes an empty temporary file.
    pub(super) temporary: &'a dyn Fn() -> io::Result<S>,
    /// So many versions may be in memory.
    pub(super) most: usize,
    /// Whether only the latest version of a contact is kept.
    pub(super) keep_latest: bool,
}

/// The part that a key belongs to.
pub(super) fn part(id: Id, depth: usize) -> usize {
    usize::try_from(id[0] >> (BITS * depth)).unwrap_or(usize::MAX) % PARTS
}

impl<S: Read + Write + Seek> Setup<'_, S> {
    pub(super) fn spool(&self) -> io::Result<Spool<S>> {
        (self.temporary)().map(Spool::new)
    }

    pub(super) fn spools(&self) -> io::Result<Vec<Spool<S>>> {
        (0..PARTS).map(|_| self.spool()).collect()
    }

    /// True where there is no room for more.
    pub(super) fn is_full(&self, seen: &Seen, depth: usize) -> bool {
        self.is_full_of(seen.len(), depth)
    }

    pub(super) fn is_full_of(&self, count: usize, depth: usize) -> bool {
        count > self.most && depth < DEEPEST
    }

    /// Whether an entry that is still to be judged may be kept.
    pub(super) fn judge(&self, seen: &mut Seen, what: What, id: Id, version: Timestamp, report: &mut Report) -> bool {
        let fresh = seen.insert(id, version);
        if fresh == Fresh::Known {
            report.exact_duplicates += 1;
            return false;
        }
        if what == What::Event {
            return true;
        }
        // Either this version or one that came before is superseded.
        report.superseded += u64::from(fresh != Fresh::FirstOfItsKey);
        !(self.keep_latest && fresh == Fresh::Late)
    }

    /// Parts what is known so far.
    pub(super) fn split(&self, seen: &Seen, judged: Option<Spool<S>>, depth: usize) -> io::Result<Vec<Spool<S>>> {
        let mut parts = self.spools()?;
        for (id, version) in seen.versions() {
            parts[part(id, depth)].add(&Entry { what: What::Seen, id, version, number: 0, line: [] })?;
        }
        let Some(judged) = judged else { return Ok(parts) };
        let (mut judged, mut line) = (judged.read()?, Vec::new());
        while let Some(entry) = judged.next(&mut line)? {
            parts[part(entry.id, depth)].add(&entry)?;
        }
        Ok(parts)
    }

    /// What is kept of the parts, in the order it was read. The keys of all of them are added to `keys`.
    pub(super) fn settle_all(
        &self,
        parts: Vec<Spool<S>>,
        depth: usize,
        report: &mut Report,
        keys: &mut [Spool<S>],
        keep: impl FnMut(&Entry<&[u8]>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut runs = Vec::with_capacity(parts.len());
        for part in parts {
            runs.push(self.settle(part, depth + 1, report, keys)?.read()?);
        }
        merge(runs, keep)
    }

    fn settle(&self, part: Spool<S>, depth: usize, report: &mut Report, keys: &mut [Spool<S>]) -> io::Result<Spool<S>> {
        let (mut part, mut line) = (part.read()?, Vec::new());
        let (mut seen, mut judged) = (Seen::default(), Some(self.spool()?));
        let mut parts: Option<Vec<Spool<S>>> = None;
        while let Some(mut entry) = part.next(&mut line)? {
            if let Some(parts) = &mut parts {
                parts[self::part(entry.id, depth)].add(&entry)?;
                continue;
            }
            let stays = match entry.what {
                What::Seen => {
                    seen.insert(entry.id, entry.version);
                    false
                }
                What::Judged | What::JudgedEvent => true,
                What::Record | What::Event => {
                    let stays = self.judge(&mut seen, entry.what, entry.id, entry.version, report);
                    entry.what = if entry.what == What::Event { What::JudgedEvent } else { What::Judged };
                    stays
                }
            };
            if let (true, Some(judged)) = (stays, &mut judged) {
                judged.add(&entry)?;
            }
            if self.is_full(&seen, depth) {
                parts = Some(self.split(&std::mem::take(&mut seen), judged.take(), depth)?);
            }
        }
        let mut run = self.spool()?;
        if let Some(parts) = parts {
            self.settle_all(parts, depth, report, keys, |entry| run.add(entry))?;
        } else if let Some(judged) = judged {
            let mut judged = judged.read()?;
            while let Some(entry) = judged.next(&mut line)? {
                let is_latest = || seen.latest(entry.id) == Some(entry.version);
                if entry.what == What::JudgedEvent || !self.keep_latest || is_latest() {
                    run.add(&entry)?;
                }
            }
            for (id, version) in seen.versions() {
                keys[self::part(id, 0)].add(&Entry { what: What::Seen, id, version, number: 0, line: [] })?;
            }
        }
        Ok(run)
    }
}

/// Hands on the entries of runs, all of them in their order.
fn merge<S: Read>(mut runs: Vec<Spooled<S>>, mut keep: impl FnMut(&Entry<&[u8]>) -> io::Result<()>) -> io::Result<()> {
    let mut lines = vec![Vec::new(); runs.len()];
    let mut heads = Vec::with_capacity(runs.len());
    let mut order = BinaryHeap::new();
    for (run, line) in runs.iter_mut().zip(&mut lines) {
        let head = run.next(line)?.as_ref().map(without_line);
        order.extend(head.as_ref().map(|head| Reverse((head.number, heads.len()))));
        heads.push(head);
    }
    while let Some(Reverse((_, index))) = order.pop() {
        if let Some(Entry { what, id, version, number, line: () }) = heads[index].take() {
            keep(&Entry { what, id, version, number, line: &lines[index] })?;
        }
        heads[index] = runs[index].next(&mut lines[index])?.as_ref().map(without_line);
        order.extend(heads[index].as_ref().map(|head| Reverse((head.number, index))));
    }
    Ok(())
}

fn without_line(entry: &Entry<&[u8]>) -> Entry<()> {
    let Entry { what, id, version, number, line: _ } = *entry;
    Entry { what, id, version, number, line: () }
}
