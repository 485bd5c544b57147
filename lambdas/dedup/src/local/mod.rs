//! Records in files: what is the current version of each contact, and what is wrong with the rest.
//!
//! The files are read once, one record at a time. What stays in memory is 24 bytes for each distinct version of a contact
//! or event (a 128-bit digest of its key and the version), 25 to 57 with the slack of the hash table, up to
//! [`MOST_IN_MEMORY`] of them. Records that are the latest so far go to a temporary file and from there, once all is known,
//! to the output. Where there are more versions than that, they go to temporary files by their keys ([`parts`]), so that
//! memory does not grow with them.

mod gaps;
mod parts;
mod report;
mod seen;
mod spool;
mod values;

use std::io::{self, BufRead, BufReader, Read, Seek, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;

use crate::line::one_line;
use crate::record::Chain;
use crate::{Invalid, Key, Kind, Mode, Record};

use gaps::References;
use parts::{Setup, part};
pub use report::{Gap, InvalidRecord, Report};
use seen::Seen;
use spool::{Entry, Spool, What};
pub(crate) use values::{LARGEST, Piece, Values};

/// Which contact records to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The latest version of every contact.
    Current,
    /// Every version once.
    EveryVersion,
}

/// An input: its name for people, and where it is read from.
pub struct Input<'a> {
    /// Its name.
    pub name: String,
    /// JSON values, in lines, lists or one after the other; all of it may be compressed with gzip.
    pub content: Box<dyn Read + 'a>,
}

/// Why deduplication ended early.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// An input cannot be read.
    #[error("cannot read `{name}`: {source}")]
    Input {
        /// Its name.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The output cannot be written.
    #[error("cannot write: {0}")]
    Output(io::Error),
    /// The temporary file cannot be used.
    #[error("cannot use a temporary file: {0}")]
    Spool(io::Error),
}

/// Where everything goes.
pub struct Outputs<'a> {
    /// Contact records, one a line.
    pub records: &'a mut dyn Write,
    /// Agent events and contact events, one a line, each once.
    pub events: Option<&'a mut dyn Write>,
    /// Is told of each invalid record as it is found.
    pub invalid: &'a mut dyn FnMut(&InvalidRecord),
}

/// So many versions are in memory at most: the hash table then has 105 MB, and 157 MB while it grows.
pub const MOST_IN_MEMORY: usize = 3_600_000;

/// Reads all inputs, writes what survives, and tells what there was.
///
/// `temporary` makes an empty file to read and write, which nobody else sees. No more than `most` versions are in memory,
/// usually [`MOST_IN_MEMORY`]; what is written does not depend on it.
pub fn dedup<'a, S: Read + Write + Seek>(
    inputs: impl IntoIterator<Item = Input<'a>>,
    mode: Mode,
    keep: Keep,
    temporary: &dyn Fn() -> io::Result<S>,
    most: usize,
    outputs: Outputs<'_>,
) -> Result<Report, LocalError> {
    // Content has no versions: all that is kept can be written at once.
    let keep_latest = keep == Keep::Current && mode == Mode::Contact;
    let setup = Setup { temporary, most, keep_latest };
    let judged = keep_latest.then(|| setup.spool()).transpose().map_err(LocalError::Spool)?;
    let (seen, report) = (Seen::default(), Report::default());
    let mut work = Work { mode, setup, seen, report, judged, parts: None, number: 0, outputs };
    for input in inputs {
        work.input(input)?;
    }
    work.finish()
}

/// Hands on every JSON object of an input with the line it begins on; `None` for what is none.
pub fn each(input: Input<'_>, mut handle: impl FnMut(Option<&str>, u64)) -> Result<(), LocalError> {
    let Input { name, content } = input;
    let unreadable = |source| LocalError::Input { name: name.clone(), source };
    let mut values = Values::new(unpacked(content).map_err(unreadable)?);
    while let Some(piece) = values.next().map_err(unreadable)? {
        match piece {
            Piece::Value { json, place } => {
                let json = std::str::from_utf8(json).ok();
                let is_json = |json: &&str| serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok();
                handle(json.filter(is_json), place.line);
            }
            Piece::Broken { place, .. } | Piece::Unended { place } => handle(None, place.line),
        }
    }
    Ok(())
}

/// The content, unpacked where it begins as gzip does.
pub(crate) fn unpacked<'a>(content: Box<dyn Read + 'a>) -> io::Result<Box<dyn Read + 'a>> {
    let mut content = BufReader::new(content);
    let is_packed = content.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_packed { Box::new(MultiGzDecoder::new(content)) } else { Box::new(content) })
}

struct Work<'a, 't, S: Read + Write + Seek> {
    mode: Mode,
    setup: Setup<'t, S>,
    seen: Seen,
    report: Report,
    /// Records that are the latest so far.
    judged: Option<Spool<S>>,
    /// Everything, where memory has no room for it.
    parts: Option<Vec<Spool<S>>>,
    /// The place of the next record.
    number: u64,
    outputs: Outputs<'a>,
}

impl<S: Read + Write + Seek> Work<'_, '_, S> {
    fn input(&mut self, input: Input<'_>) -> Result<(), LocalError> {
        let Input { name, content } = input;
        let unreadable = |source| LocalError::Input { name: name.clone(), source };
        let mut values = Values::new(unpacked(content).map_err(unreadable)?);
        while let Some(piece) = values.next().map_err(unreadable)? {
            self.report.read += 1;
            let (place, fate) = match piece {
                Piece::Value { json, place } => (place, self.value(json)?),
                Piece::Broken { place, .. } => (place, Err(Invalid::NotJson)),
                Piece::Unended { place } => (place, Err(Invalid::Unended)),
            };
            if let Err(reason) = fate {
                let invalid = InvalidRecord { input: name.clone(), line: place.line, offset: place.offset, reason };
                (self.outputs.invalid)(&invalid);
                self.report.invalid(invalid);
            }
        }
        Ok(())
    }

    /// Takes a value in; the outer error is that of an output.
    fn value(&mut self, bytes: &[u8]) -> Result<Result<(), Invalid>, LocalError> {
        let Ok(json) = std::str::from_utf8(bytes) else { return Ok(Err(Invalid::NotJson)) };
        match Record::read(json, self.mode) {
            Ok(record) => self.record(&record, json).map(Ok),
            Err(Invalid::Unknown) => {
                let Some(inner) = failed_transform(json) else { return Ok(Err(Invalid::Unknown)) };
                match Record::read(&inner, self.mode) {
                    Ok(record) => self.record(&record, &inner).map(Ok),
                    Err(reason) => Ok(Err(reason)),
                }
            }
            Err(reason) => Ok(Err(reason)),
        }
    }

    fn record(&mut self, record: &Record, json: &str) -> Result<(), LocalError> {
        let count = match record.kind {
            Kind::ContactRecord => &mut self.report.contact_records,
            Kind::AgentEvent => &mut self.report.agent_events,
            Kind::ContactEvent => &mut self.report.contact_events,
        };
        *count += 1;
        let id = seen::digest(&record.key);
        let what = if record.kind == Kind::ContactRecord { What::Record } else { What::Event };
        let (version, number) = (record.version, self.number);
        self.number += 1;
        if let Some(parts) = &mut self.parts {
            let entry = Entry { what, id, version, number, line: one_line(json) };
            return parts[part(id, 0)].add(&entry).map_err(LocalError::Spool);
        }
        if self.setup.judge(&mut self.seen, what, id, version, &mut self.report) {
            let line = one_line(json);
            match (&mut self.judged, what) {
                (Some(judged), What::Record) => {
                    let entry = Entry { what: What::Judged, id, version, number, line };
                    judged.add(&entry).map_err(LocalError::Spool)?;
                }
                _ => self.outputs.keep(what, &line, &mut self.report).map_err(LocalError::Output)?,
            }
        }
        if self.setup.is_full(&self.seen, 0) {
            let seen = std::mem::take(&mut self.seen);
            self.parts = Some(self.setup.split(&seen, self.judged.take(), 0).map_err(LocalError::Spool)?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Report, LocalError> {
        if let Some(parts) = self.parts.take() {
            self.finish_parts(parts)?;
        } else if let Some(judged) = self.judged.take() {
            let (mut judged, mut line) = (judged.read().map_err(LocalError::Spool)?, Vec::new());
            while let Some(entry) = judged.next(&mut line).map_err(LocalError::Spool)? {
                if self.seen.latest(entry.id) == Some(entry.version) {
                    self.outputs.keep(What::Record, entry.line, &mut self.report).map_err(LocalError::Output)?;
                    self.gaps(entry.line);
                }
            }
        }
        self.outputs.records.flush().map_err(LocalError::Output)?;
        if let Some(events) = self.outputs.events {
            events.flush().map_err(LocalError::Output)?;
        }
        Ok(self.report)
    }

    fn finish_parts(&mut self, parts: Vec<Spool<S>>) -> Result<(), LocalError> {
        let Self { setup, report, outputs, .. } = self;
        let mut keys = setup.spools().map_err(LocalError::Spool)?;
        let mut references = References::new(setup).map_err(LocalError::Spool)?;
        let mut kept = Report::default();
        // What happens to an output is told apart from what happens to temporary files.
        let mut lost = None;
        let settled = setup.settle_all(parts, 0, report, &mut keys, |entry| {
            let what = if entry.what == What::JudgedEvent { What::Event } else { What::Record };
            if let Err(error) = outputs.keep(what, entry.line, &mut kept) {
                lost = Some(error);
                return Err(io::ErrorKind::Other.into());
            }
            if what == What::Record && setup.keep_latest { references.add(entry.line) } else { Ok(()) }
        });
        if let Some(error) = lost {
            return Err(LocalError::Output(error));
        }
        settled.map_err(LocalError::Spool)?;
        report.kept += kept.kept;
        references.missing(setup, keys, report).map_err(LocalError::Spool)
    }

    /// Notes contacts that a record refers to and that are in no input.
    fn gaps(&mut self, line: &[u8]) {
        let Some(chain) = std::str::from_utf8(line).ok().and_then(Chain::read) else { return };
        for other in &chain.others {
            if self.seen.latest(seen::digest(&Key::of_contact(&chain.instance_arn, other))).is_none() {
                self.report.gap(other);
            }
        }
    }
}

impl Outputs<'_> {
    /// Writes what is kept; events only where somebody wants them.
    fn keep(&mut self, what: What, line: &[u8], report: &mut Report) -> io::Result<()> {
        match (what, &mut self.events) {
            (What::Event, None) => Ok(()),
            (What::Event, Some(events)) => events.write_all(line),
            _ => {
                report.kept += 1;
                self.records.write_all(line)
            }
        }
    }
}

/// The record in what Firehose writes to its error prefix.
fn failed_transform(json: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Failed {
        raw_data: String,
        #[serde(rename = "errorCode")]
        _error_code: String,
    }
    let failed: Failed = serde_json::from_str(json).ok()?;
    String::from_utf8(STANDARD.decode(failed.raw_data).ok()?).ok()
}

#[cfg(test)]
mod tests;
