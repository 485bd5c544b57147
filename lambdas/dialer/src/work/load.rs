//! Takes in a list, chunk by chunk.
//!
//! Some rows at a time are one transaction with the counters and the place in the list. So a load that dies anywhere has
//! counted what it has written and nothing else, and goes on at that place; two that load the same list do not double it.

use std::collections::BTreeMap;
use std::io::Read;

use crate::calendar::Zones;
use crate::ids::{LoadId, Number, PersonId};
use crate::item::{Campaign, Existing, Item, Key, Load, NumberRecord, Person, RowCounts};
use crate::list::{Entry, ListError, Place, Reader, Row, RowReport, Verdict};
use crate::moment::Moment;
use crate::phone::Phone;
use crate::policy::Policy;
use crate::store::{Change, MOST_CHANGES, Store};
use crate::transition;
use crate::work::{Rim, Work, WorkError};
use crate::zone;

/// A part of a list that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// What became of each of its rows, in their order.
    pub rows: Vec<RowReport>,
    /// Where the next chunk begins; nothing at the end of the list.
    pub next: Option<Place>,
    /// What became of all rows of the list until now.
    pub counts: RowCounts,
}

/// Why a list was not taken in to the end of the chunk. What was taken in is, and the same chunk again goes on there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The list.
    #[error(transparent)]
    List(#[from] ListError),
    /// The table.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// A place in a list that was never begun.
    #[error("this load was never begun; begin at the start of the list")]
    NotBegun,
}

/// Rows in a transaction: with a person and a number each, the campaign and the load.
const GROUP: usize = 40;

/// Changes that the rows of a transaction make at most.
const MOST: usize = MOST_CHANGES - 2;

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// Takes in at most so many rows. `list` begins at `from`, or at its header where `from` is nothing. The same chunk may be
    /// taken in again: rows that are in already are reported as they were, and change nothing.
    pub async fn load_chunk<L: Read>(
        &self,
        id: &LoadId,
        existing: Existing,
        list: L,
        from: Option<Place>,
        most: usize,
    ) -> Result<Chunk, LoadError> {
        let mut reader = self.reader(id, existing, list, from).await?;
        let mut chunk = Chunk { rows: Vec::new(), next: None, counts: RowCounts::default() };
        let (mut next, most) = (None, most.max(1));
        loop {
            let (group, more) = read_group(&mut reader, GROUP.min(most - chunk.rows.len()))?;
            if let Some(last) = group.last() {
                next = Some(last.next);
            }
            let (reports, counts) = self.group(id, &group, !more).await?;
            chunk.rows.extend(reports);
            chunk.counts = counts;
            if !more {
                return Ok(chunk);
            }
            if chunk.rows.len() >= most {
                return Ok(Chunk { next, ..chunk });
            }
        }
    }

    async fn reader<L: Read>(
        &self,
        id: &LoadId,
        existing: Existing,
        list: L,
        from: Option<Place>,
    ) -> Result<Reader<'_, L>, LoadError> {
        let key = Key::Load(id.clone());
        let known = self.store.get(&key).await.map_err(WorkError::from)?;
        let known = known.as_ref().and_then(|item| item.body.load());
        let reader = match (from, known) {
            (Some(place), Some(load)) => return Ok(Reader::resume(list, &load.header, place, self.policy)?),
            (Some(_), None) => return Err(LoadError::NotBegun),
            (None, _) => Reader::start(list, self.policy)?,
        };
        let load = Load {
            id: id.clone(),
            existing,
            header: reader.header_row().to_owned(),
            offset: 0,
            line: 0,
            rows: RowCounts::default(),
            complete: false,
        };
        let header = self
            .decide(&[key.clone(), Key::Campaign], |items| {
                let known = items[0].as_ref().and_then(|item| item.body.load());
                let mut changes = Vec::new();
                if known.is_none() {
                    changes.push(Change::create(key.clone(), load.clone()));
                }
                if items[1].is_none() {
                    changes.push(Change::create(Key::Campaign, Campaign::default()));
                }
                Some((changes, known.map_or_else(|| load.header.clone(), |known| known.header.clone())))
            })
            .await?;
        if header.as_deref() == Some(reader.header_row()) { Ok(reader) } else { Err(ListError::Changed.into()) }
    }

    /// Takes in some rows, in one transaction.
    async fn group(&self, id: &LoadId, rows: &[Row], last: bool) -> Result<(Vec<RowReport>, RowCounts), WorkError> {
        let keys = keys(id, rows);
        let now = self.rim.now();
        let done = self
            .decide(&keys, |items| {
                let mut taking = Taking::new(self.policy, id, items, now)?;
                let reports: Vec<RowReport> = rows.iter().map(|row| taking.row(row)).collect();
                if last {
                    taking.load.complete = true;
                }
                let counts = taking.load.rows;
                Some((taking.changes(items), (reports, counts)))
            })
            .await?;
        done.ok_or(WorkError::Contended)
    }
}

/// Rows for one transaction, and whether there are more.
fn read_group<L: Read>(reader: &mut Reader<'_, L>, most: usize) -> Result<(Vec<Row>, bool), ListError> {
    let mut rows = Vec::new();
    let mut changes = 0;
    while rows.len() < most && changes + 12 < MOST {
        let Some(row) = reader.next_row()? else { return Ok((rows, false)) };
        changes += row.entry.as_ref().map_or(0, |entry| 1 + entry.numbers.len());
        rows.push(row);
    }
    Ok((rows, true))
}

fn keys(id: &LoadId, rows: &[Row]) -> Vec<Key> {
    let entries = || rows.iter().filter_map(|row| row.entry.as_ref().ok());
    let mut keys: Vec<Key> = entries().map(|entry| Key::Person(entry.id.clone())).collect();
    keys.extend(entries().flat_map(|entry| entry.numbers.iter().cloned().map(Key::Number)));
    keys.sort_unstable();
    keys.dedup();
    let mut all = vec![Key::Campaign, Key::Load(id.clone())];
    all.append(&mut keys);
    all
}

/// Some rows, as they are taken in.
struct Taking<'a> {
    policy: &'a Policy,
    id: &'a LoadId,
    now: Moment,
    campaign: Campaign,
    load: Load,
    persons: BTreeMap<PersonId, Person>,
    numbers: BTreeMap<Number, NumberRecord>,
}

impl<'a> Taking<'a> {
    fn new(policy: &'a Policy, id: &'a LoadId, items: &[Option<Item>], now: Moment) -> Option<Self> {
        let (campaign, load) = (items[0].as_ref()?, items[1].as_ref()?);
        let bodies = || items.iter().flatten().map(|item| &item.body);
        let persons = bodies().filter_map(|body| body.person()).map(|person| (person.id.clone(), person.clone()));
        let numbers = bodies().filter_map(|body| body.number()).map(|number| (number.number.clone(), number.clone()));
        Some(Self {
            policy,
            id,
            now,
            campaign: campaign.body.campaign()?.clone(),
            load: load.body.load()?.clone(),
            persons: persons.collect(),
            numbers: numbers.collect(),
        })
    }

    fn row(&mut self, row: &Row) -> RowReport {
        let report = |verdict, person, why| RowReport { line: row.place.line, verdict, person, why };
        let again = row.place.line < self.load.line;
        let report = match &row.entry {
            Err(problem) => report(Verdict::Invalid, None, Some(problem.clone())),
            Ok(entry) => {
                let verdict =
                    if again { self.before(entry, row.place.line) } else { self.entry(entry, row.place.line) };
                report(verdict, Some(entry.id.clone()), entry.note.clone())
            }
        };
        if !again {
            let rows = &mut self.load.rows;
            let count = match report.verdict {
                Verdict::Accepted => &mut rows.accepted,
                Verdict::Duplicate => &mut rows.duplicate,
                Verdict::Unchanged => &mut rows.unchanged,
                Verdict::Updated => &mut rows.updated,
                Verdict::Invalid => &mut rows.invalid,
            };
            *count += 1;
            self.load.offset = row.next.offset;
            self.load.line = row.next.line;
        }
        report
    }

    /// What became of a row that was taken in before.
    fn before(&self, entry: &Entry, line: u64) -> Verdict {
        match self.persons.get(&entry.id) {
            Some(person) if person.load.as_ref() == Some(self.id) => {
                if person.lines.contains(&line) {
                    Verdict::Accepted
                } else {
                    Verdict::Duplicate
                }
            }
            _ => Verdict::Unchanged,
        }
    }

    fn entry(&mut self, entry: &Entry, line: u64) -> Verdict {
        let Some(person) = self.persons.get(&entry.id) else {
            self.add(entry, line);
            return Verdict::Accepted;
        };
        let mut next = person.clone();
        let verdict = if person.load.as_ref() == Some(self.id) {
            let more: Vec<&Number> = entry.numbers.iter().filter(|number| !next.numbers.contains(number)).collect();
            if more.is_empty() {
                return Verdict::Duplicate;
            }
            next.lines.extend(more.iter().map(|_| line));
            next.numbers.extend(more.into_iter().cloned());
            Verdict::Accepted
        } else {
            match self.load.existing {
                Existing::Keep => return Verdict::Unchanged,
                Existing::Update => update(&mut next, entry),
            }
            Verdict::Updated
        };
        locate(self.policy, entry.zone.as_deref(), &mut next);
        if verdict == Verdict::Updated && next == *person {
            return Verdict::Unchanged;
        }
        self.numbers_of(&mut next, &entry.numbers);
        transition::stand(self.policy, &mut self.campaign, &mut next, self.now);
        self.persons.insert(entry.id.clone(), next);
        verdict
    }

    fn add(&mut self, entry: &Entry, line: u64) {
        let mut person = Person {
            id: entry.id.clone(),
            first_name: entry.first_name.clone(),
            last_name: entry.last_name.clone(),
            numbers: entry.numbers.clone(),
            lines: vec![line; entry.numbers.len()],
            attributes: entry.attributes.clone(),
            priority: entry.priority,
            enabled: true,
            created: self.now,
            load: Some(self.id.clone()),
            ..Person::default()
        };
        locate(self.policy, entry.zone.as_deref(), &mut person);
        self.numbers_of(&mut person, &entry.numbers);
        transition::settle(self.policy, &mut person, self.now);
        self.campaign.counts.add(person.standing);
        self.persons.insert(entry.id.clone(), person);
    }

    /// Numbers know whose they are, and people which of theirs must not be called.
    fn numbers_of(&mut self, person: &mut Person, numbers: &[Number]) {
        for number in numbers {
            let record = self.numbers.entry(number.clone()).or_insert_with(|| NumberRecord::new(number.clone()));
            if !record.persons.contains(&person.id) {
                record.persons.push(person.id.clone());
            }
            if let Some(why) = &record.blocked {
                person.bad.insert(number.clone(), why.clone());
            }
        }
    }

    fn changes(self, items: &[Option<Item>]) -> Vec<Change> {
        let by_key: BTreeMap<&Key, &Item> = items.iter().flatten().map(|item| (&item.key, item)).collect();
        let mut changes = Vec::new();
        let mut change = |key: Key, body: crate::item::Body| match by_key.get(&key) {
            Some(item) if item.body == body => {}
            Some(item) => changes.push(Change::replace(item, body)),
            None => changes.push(Change::create(key, body)),
        };
        change(Key::Campaign, self.campaign.into());
        change(Key::Load(self.id.clone()), self.load.into());
        for (id, person) in self.persons {
            change(Key::Person(id), person.into());
        }
        for (number, record) in self.numbers {
            change(Key::Number(number), record.into());
        }
        changes
    }
}

fn update(person: &mut Person, entry: &Entry) {
    for (mine, new) in [(&mut person.first_name, &entry.first_name), (&mut person.last_name, &entry.last_name)] {
        if new.is_some() {
            mine.clone_from(new);
        }
    }
    person.attributes.extend(entry.attributes.clone());
    person.priority = entry.priority;
    for number in &entry.numbers {
        if !person.numbers.contains(number) {
            person.lines.resize(person.numbers.len(), 0);
            person.numbers.push(number.clone());
            person.lines.push(0);
        }
    }
}

/// Where somebody may be: where a row says, or said before; else where all people of the list are, else where their numbers
/// may be.
fn locate(policy: &Policy, named: Option<&str>, person: &mut Person) {
    if let Some(zone) = named {
        person.zones = vec![zone.to_owned()];
        person.zone_named = true;
    } else if !person.zone_named {
        person.zones = match &policy.callee_zone {
            Some(zone) => vec![zone.name().to_owned()],
            None => by_numbers(person),
        };
    }
}

fn by_numbers(person: &Person) -> Vec<String> {
    let mut zones: Vec<String> = person.numbers.iter().flat_map(zone::of).collect();
    zones.sort_unstable();
    zones.dedup();
    // What no calendar knows is as good as nothing.
    if Zones::get(&zones).is_some() { zones } else { Vec::new() }
}
