//! Records in files: what is the current version of each contact, and what is wrong with the rest.
//!
//! The files are read once, one record at a time. What stays in memory is 24 bytes for each distinct version of a contact
//! or event (a 128-bit digest of its key and the version), 25 to 57 with the slack of the hash table. Records that are
//! the latest so far go to a temporary file and from there, once all is known, to the output.

mod report;
mod seen;
mod values;

use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;

use crate::line::one_line;
use crate::record::Chain;
use crate::{Invalid, Key, Kind, Mode, Record};

pub use report::{Gap, InvalidRecord, Report};
use seen::{Fresh, Seen};
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

/// Reads all inputs, writes what survives, and tells what there was.
///
/// `spool` is an empty file to read and write.
pub fn dedup<'a>(
    inputs: impl IntoIterator<Item = Input<'a>>,
    mode: Mode,
    keep: Keep,
    spool: impl Read + Write + Seek,
    outputs: Outputs<'_>,
) -> Result<Report, LocalError> {
    // Content has no versions: all that is kept can be written at once.
    let spool = (keep == Keep::Current && mode == Mode::Contact).then(|| BufWriter::with_capacity(1 << 18, spool));
    let mut work = Work { mode, seen: Seen::default(), report: Report::default(), spool, outputs };
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

struct Work<'a, S: Read + Write + Seek> {
    mode: Mode,
    seen: Seen,
    report: Report,
    spool: Option<BufWriter<S>>,
    outputs: Outputs<'a>,
}

impl<S: Read + Write + Seek> Work<'_, S> {
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
        let id = seen::digest(&record.key);
        let fresh = self.seen.insert(id, record.version);
        let report = &mut self.report;
        match record.kind {
            Kind::ContactRecord => report.contact_records += 1,
            Kind::AgentEvent => report.agent_events += 1,
            Kind::ContactEvent => report.contact_events += 1,
        }
        if fresh == Fresh::Known {
            report.exact_duplicates += 1;
            return Ok(());
        }
        let line = one_line(json);
        if record.kind != Kind::ContactRecord {
            return self
                .outputs
                .events
                .as_mut()
                .map_or(Ok(()), |events| events.write_all(&line).map_err(LocalError::Output));
        }
        // Either this version or one that came before is superseded.
        report.superseded += u64::from(fresh != Fresh::FirstOfItsKey);
        match &mut self.spool {
            Some(_) if fresh == Fresh::Late => Ok(()),
            Some(spool) => seen::spool(spool, id, record.version, &line).map_err(LocalError::Spool),
            None => {
                report.kept += 1;
                self.outputs.records.write_all(&line).map_err(LocalError::Output)
            }
        }
    }

    fn finish(mut self) -> Result<Report, LocalError> {
        if let Some(spool) = self.spool.take() {
            let mut spool = spool.into_inner().map_err(|error| LocalError::Spool(error.into_error()))?;
            spool.rewind().map_err(LocalError::Spool)?;
            let mut spool = BufReader::with_capacity(1 << 18, spool);
            let mut line = Vec::new();
            while let Some((id, version)) = seen::unspool(&mut spool, &mut line).map_err(LocalError::Spool)? {
                if self.seen.latest(id) == Some(version) {
                    self.report.kept += 1;
                    self.outputs.records.write_all(&line).map_err(LocalError::Output)?;
                    self.gaps(&line);
                }
            }
        }
        self.outputs.records.flush().map_err(LocalError::Output)?;
        if let Some(events) = self.outputs.events {
            events.flush().map_err(LocalError::Output)?;
        }
        Ok(self.report)
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
