//! Lists of people to be called: CSV as others export it, and what spreadsheets make of it.
//!
//! The first row names the columns ([`Header`] says which names are known); what is not known goes along as an attribute. Rows
//! with the same identifier are one person with several numbers; without an identifier column a number is a person. Every row
//! ends in one verdict, and blank lines are none.
//!
//! Reading never holds more than a row; a place in a list is the byte and the line where a row begins.

mod header;
mod number;
mod rows;

pub use header::{Column, Header, ListError};
pub use number::{NumberProblem, read as read_number};
pub use rows::{RawRow, Rows};

use std::collections::BTreeMap;
use std::io::Read;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::ids::{Number, PersonId};
use crate::item::Priority;
use crate::policy::Policy;

/// A place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The byte where a row begins.
    pub offset: u64,
    /// The line where it begins, the header being 1.
    pub line: u64,
}

/// A row that names somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whom.
    pub id: PersonId,
    /// Their numbers; at least one, each once.
    pub numbers: Vec<Number>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The time zone that the row names.
    pub zone: Option<String>,
    /// Who is called first.
    pub priority: Priority,
    /// Further columns.
    pub attributes: BTreeMap<String, String>,
    /// What was passed over: a second number that is none, a zone that nobody knows.
    pub note: Option<RowProblem>,
}

/// Why a row cannot be dialed, or what of it was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RowProblem {
    /// Its number.
    #[error(transparent)]
    Number(#[from] NumberProblem),
    /// Its bytes.
    #[error("it is not in UTF-8 (perhaps Latin-1); save the list as CSV in UTF-8")]
    NotUtf8,
    /// Its quotes.
    #[error("a quote in it is not closed, or it is longer than 64 KB")]
    OpenQuote,
    /// Its fields.
    #[error("it has {found} fields, and the header has {wanted}; put fields with commas into quotes")]
    Fields {
        /// How many it has.
        found: usize,
        /// How many there are columns.
        wanted: usize,
    },
    /// Its identifier.
    #[error("the identifier is empty, longer than 256 characters, or has control characters")]
    Id,
    /// Its channel.
    #[error("its channel is no phone")]
    Channel,
    /// Its zone: the number's hold.
    #[error("its time zone is no IANA name, such as Europe/Berlin; the zones of the number hold")]
    Zone,
    /// All of its fields together.
    #[error("its fields are longer than the 30 KB that go along with a call")]
    Large,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A new person, or another number of a new person.
    Accepted,
    /// The same person and number again.
    Duplicate,
    /// The person is there already, and stays as they are.
    Unchanged,
    /// The person is there already, and was changed.
    Updated,
    /// It cannot be dialed.
    Invalid,
}

/// What became of a row, for the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReport {
    /// Its line, the header being 1.
    pub line: u64,
    /// What became of it.
    pub verdict: Verdict,
    /// Whom it names, where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Why it cannot be dialed; else what of it was passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<RowProblem>,
}

/// A row that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins.
    pub place: Place,
    /// Where the next one begins.
    pub next: Place,
    /// Whom it names, or why it names nobody.
    pub entry: Result<Entry, RowProblem>,
}

/// Reads a list row by row.
#[derive(Debug)]
pub struct Reader<'p, R> {
    rows: Rows<R>,
    fields: rows::Fields,
    header: Header,
    header_row: String,
    policy: &'p Policy,
}

impl<'p, R: Read> Reader<'p, R> {
    /// From the begin of a list.
    pub fn start(input: R, policy: &'p Policy) -> Result<Self, ListError> {
        let mut rows = Rows::from(input, 0, 1);
        let row = rows.next_row()?.ok_or(ListError::Empty)?;
        let bytes = row.bytes.ok_or(ListError::Empty)?;
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(ListError::Utf16);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if bytes.trim_ascii_end().contains(&b'\r') {
            return Err(ListError::OldLineEnds);
        }
        let header = Header::read(bytes)?;
        let fields = rows::Fields::new(header.delimiter());
        Ok(Self { rows, fields, header, header_row: String::from_utf8_lossy(bytes).into_owned(), policy })
    }

    /// From a place that was read to before: `input` begins there.
    pub fn resume(input: R, header_row: &str, place: Place, policy: &'p Policy) -> Result<Self, ListError> {
        let header = Header::read(header_row.as_bytes())?;
        Ok(Self {
            rows: Rows::from(input, place.offset, place.line),
            fields: rows::Fields::new(header.delimiter()),
            header,
            header_row: header_row.to_owned(),
            policy,
        })
    }

    /// The first row, as it stands in the list.
    pub fn header_row(&self) -> &str {
        &self.header_row
    }

    /// What the columns are.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row that is not blank; nothing at the end.
    pub fn next_row(&mut self) -> Result<Option<Row>, ListError> {
        while let Some(raw) = self.rows.next_row()? {
            let blank = raw.bytes.as_ref().is_some_and(|bytes| {
                bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == self.header.delimiter())
            });
            if !blank {
                let place = Place { offset: raw.offset, line: raw.line };
                let next = Place { offset: raw.next_offset, line: raw.next_line };
                let entry = match raw.bytes {
                    Some(bytes) => self.entry(&bytes),
                    None => Err(RowProblem::OpenQuote),
                };
                return Ok(Some(Row { place, next, entry }));
            }
        }
        Ok(None)
    }

    fn entry(&mut self, bytes: &[u8]) -> Result<Entry, RowProblem> {
        let text = std::str::from_utf8(bytes).map_err(|_| RowProblem::NotUtf8)?;
        let fields = self.fields.of(text.as_bytes());
        let (found, wanted) = (fields.len(), self.header.columns().len());
        if found > wanted && fields[wanted..].iter().any(|field| !field.is_empty()) {
            return Err(RowProblem::Fields { found, wanted });
        }
        let mut fields = fields.into_iter().map(|field| String::from_utf8_lossy(&field).trim().to_owned());
        let mut draft = Draft::default();
        for column in self.header.columns() {
            draft.take(column, fields.next().unwrap_or_default(), self.policy)?;
        }
        draft.finish(self.header.columns().contains(&Column::Id))
    }
}

/// Numbers in a row at most; the rest are passed over.
const MOST_NUMBERS: usize = 10;

#[derive(Default)]
struct Draft {
    id: String,
    numbers: Vec<Number>,
    problem: Option<NumberProblem>,
    names: [Option<String>; 2],
    zone: Option<String>,
    zone_problem: bool,
    priority: Priority,
    attributes: BTreeMap<String, String>,
    size: usize,
}

impl Draft {
    fn take(&mut self, column: &Column, field: String, policy: &Policy) -> Result<(), RowProblem> {
        self.size += field.len();
        if field.is_empty() && *column != Column::Number {
            return Ok(());
        }
        match column {
            Column::Id => self.id = field,
            Column::FirstName => self.names[0] = Some(field),
            Column::LastName => self.names[1] = Some(field),
            Column::Number => self.number(&field, policy),
            Column::Zone if is_zone(&field) => self.zone = Some(field),
            Column::Zone => self.zone_problem = true,
            Column::Priority if ["high", "1", "true", "yes"].iter().any(|word| field.eq_ignore_ascii_case(word)) => {
                self.priority = Priority::High;
            }
            Column::Priority => {}
            Column::Channel
                if !["voice", "sms", "phone", "custom"].iter().any(|word| field.eq_ignore_ascii_case(word)) =>
            {
                return Err(RowProblem::Channel);
            }
            Column::Channel | Column::Nameless => {}
            Column::Attribute(name) => {
                self.attributes.insert(name.clone(), field);
            }
        }
        Ok(())
    }

    fn number(&mut self, field: &str, policy: &Policy) {
        match number::read(field, policy.country.as_deref(), policy.number_check) {
            Ok(number) if self.numbers.contains(&number) || self.numbers.len() == MOST_NUMBERS => {}
            Ok(number) => self.numbers.push(number),
            // Of several columns some may be empty.
            Err(NumberProblem::Empty) => {}
            Err(problem) => self.problem = self.problem.or(Some(problem)),
        }
    }

    fn finish(self, has_ids: bool) -> Result<Entry, RowProblem> {
        let Some(first) = self.numbers.first() else {
            return Err(self.problem.unwrap_or(NumberProblem::Empty).into());
        };
        let id = if has_ids { self.id } else { first.to_string() };
        if id.is_empty() || id.chars().count() > 256 || id.chars().any(char::is_control) {
            return Err(RowProblem::Id);
        }
        if self.size > 30 * 1024 {
            return Err(RowProblem::Large);
        }
        let [first_name, last_name] = self.names;
        let zone_problem = self.zone_problem.then_some(RowProblem::Zone);
        Ok(Entry {
            id: id.into(),
            numbers: self.numbers,
            first_name,
            last_name,
            zone: self.zone,
            priority: self.priority,
            attributes: self.attributes,
            note: self.problem.map(RowProblem::Number).or(zone_problem),
        })
    }
}

/// Only full names: what `CST` or `IST` is depends on who says it.
fn is_zone(name: &str) -> bool {
    (name.contains('/') || name == "UTC") && TimeZone::get(name).is_ok()
}

#[cfg(test)]
mod tests;
