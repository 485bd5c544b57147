//! Temporary files with records and what must be known of them.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use super::seen::Id;
use crate::Timestamp;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A version that was seen, and nothing else.
    Seen,
    /// A contact record that was judged: it is kept unless a later version comes.
    Judged,
    /// An event that was judged: it is kept.
    JudgedEvent,
    /// A contact record that is still to be judged.
    Record,
    /// An event that is still to be judged.
    Event,
}

const WHATS: [What; 5] = [What::Seen, What::Judged, What::JudgedEvent, What::Record, What::Event];

/// A record, and what must be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<L> {
    pub(super) what: What,
    pub(super) id: Id,
    pub(super) version: Timestamp,
    /// Its place among all that were read.
    pub(super) number: u64,
    /// With the line feed.
    pub(super) line: L,
}

/// A temporary file that is written.
pub(super) struct Spool<S: Write>(BufWriter<S>);

/// A temporary file that is read.
pub(super) struct Spooled<S>(BufReader<S>);

impl<S: Read + Write + Seek> Spool<S> {
    pub(super) fn new(file: S) -> Self {
        Self(BufWriter::with_capacity(1 << 16, file))
    }

    pub(super) fn add<L: AsRef<[u8]>>(&mut self, entry: &Entry<L>) -> io::Result<()> {
        let Entry { what, id, version, number, line } = entry;
        let line = line.as_ref();
        self.0.write_all(&[*what as u8])?;
        for word in [id[0], id[1], version.nanoseconds().cast_unsigned(), *number, line.len() as u64] {
            self.0.write_all(&word.to_le_bytes())?;
        }
        self.0.write_all(line)
    }

    /// From its beginning.
    pub(super) fn read(self) -> io::Result<Spooled<S>> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Spooled(BufReader::with_capacity(1 << 16, file)))
    }
}

impl<S: Read> Spooled<S> {
    /// The next entry, its line in `line`; `None` at the end.
    pub(super) fn next<'l>(&mut self, line: &'l mut Vec<u8>) -> io::Result<Option<Entry<&'l [u8]>>> {
        let mut what = [0];
        if self.0.read(&mut what)? == 0 {
            return Ok(None);
        }
        let what = WHATS.get(usize::from(what[0])).copied().ok_or(io::ErrorKind::InvalidData)?;
        let mut words = [0; 5];
        for word in &mut words {
            let mut bytes = [0; 8];
            self.0.read_exact(&mut bytes)?;
            *word = u64::from_le_bytes(bytes);
        }
        let [first, second, version, number, length] = words;
        line.clear();
        if (&mut self.0).take(length).read_to_end(line)? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let version = Timestamp::from_nanoseconds(version.cast_signed());
        Ok(Some(Entry { what, id: [first, second], version, number, line }))
    }
}
