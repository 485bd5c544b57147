//! Rows of a list, one after another, however large it is: where each begins, and its bytes.

use std::io::{BufRead, BufReader, Read};

use crate::list::header::ListError;

/// A row may be that long, in bytes; longer ones come of a quote that is never closed.
const LONGEST: usize = 64 * 1024;

/// A row as it stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRow {
    /// The byte where it begins.
    pub offset: u64,
    /// Its first line, the header being 1.
    pub line: u64,
    /// Its bytes, without the end of its line. Nothing where a quote is not closed, or it is too long.
    pub bytes: Option<Vec<u8>>,
    /// The byte where the next one begins.
    pub next_offset: u64,
    /// The line where the next one begins.
    pub next_line: u64,
}

/// Reads rows.
#[derive(Debug)]
pub struct Rows<R> {
    input: BufReader<R>,
    /// Lines that were read in search of a closing quote, and are to be read again.
    back: std::collections::VecDeque<Vec<u8>>,
    offset: u64,
    line: u64,
}

impl<R: Read> Rows<R> {
    /// From a place in a list: `input` begins there.
    pub fn from(input: R, offset: u64, line: u64) -> Self {
        Self { input: BufReader::new(input), back: std::collections::VecDeque::new(), offset, line }
    }

    /// The next row; nothing at the end. Blank lines are rows of one empty field.
    pub fn next_row(&mut self) -> Result<Option<RawRow>, ListError> {
        let (offset, line) = (self.offset, self.line);
        let Some(mut row) = self.next_line()? else { return Ok(None) };
        let mut lines = vec![row.len()];
        while open_quote(&row) {
            let more = if row.len() < LONGEST { self.next_line()? } else { None };
            let Some(more) = more else {
                return Ok(Some(self.unclosed(&row, &lines, offset, line)));
            };
            lines.push(more.len());
            row.extend_from_slice(&more);
        }
        self.offset += row.len() as u64;
        self.line += lines.len() as u64;
        while row.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            row.pop();
        }
        let bytes = (row.len() <= LONGEST).then_some(row);
        Ok(Some(RawRow { offset, line, bytes, next_offset: self.offset, next_line: self.line }))
    }

    /// A quote is not closed: only the line with it is lost, and what comes after it is read again.
    fn unclosed(&mut self, row: &[u8], lines: &[usize], offset: u64, line: u64) -> RawRow {
        let first = lines.first().copied().unwrap_or_default();
        let mut at = first;
        for (place, length) in lines.iter().skip(1).enumerate() {
            self.back.insert(place, row[at..at + length].to_vec());
            at += length;
        }
        self.offset += first as u64;
        self.line += 1;
        RawRow { offset, line, bytes: None, next_offset: self.offset, next_line: self.line }
    }

    /// A line with its end.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, ListError> {
        if let Some(line) = self.back.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        loop {
            let buffer = self.input.fill_buf().map_err(|error| ListError::Unreadable(error.to_string()))?;
            if buffer.is_empty() {
                break;
            }
            let (taken, done) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (buffer.len(), false),
            };
            // Of a line without end only its length is kept in the end: more is not read than fits.
            if line.len() + taken > 16 * LONGEST {
                return Err(ListError::Unreadable("a line is longer than 1 MB; this is no list".to_owned()));
            }
            line.extend_from_slice(&buffer[..taken]);
            self.input.consume(taken);
            if done {
                break;
            }
        }
        Ok((!line.is_empty()).then_some(line))
    }
}

/// Whether a field in quotes goes on in the next line. A quote within a field that does not begin with one is a character.
fn open_quote(row: &[u8]) -> bool {
    let (mut quoted, mut begins) = (false, true);
    for byte in row {
        match byte {
            b'"' if quoted => quoted = false,
            // At the begin of a field, or the second of two within quotes.
            b'"' if begins => quoted = true,
            _ => {}
        }
        begins = match byte {
            b',' | b';' | b'\t' | b'\n' | b'"' => !quoted,
            _ => false,
        };
    }
    quoted
}

/// Divides rows into fields. One reader does for all rows: making its tables takes longer than reading a row.
#[derive(Debug)]
pub(crate) struct Fields {
    reader: csv::Reader<Feed>,
    delimiter: u8,
    record: csv::ByteRecord,
}

/// What the reader is to read next.
#[derive(Debug, Default)]
struct Feed {
    bytes: Vec<u8>,
    read: usize,
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = &self.bytes[self.read..];
        let taken = left.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&left[..taken]);
        self.read += taken;
        Ok(taken)
    }
}

impl Fields {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self { reader: reader(delimiter), delimiter, record: csv::ByteRecord::new() }
    }

    /// The fields of a row: one empty field where there is nothing.
    pub(crate) fn of(&mut self, row: &[u8]) -> Vec<Vec<u8>> {
        let feed = self.reader.get_mut();
        feed.bytes.clear();
        feed.bytes.extend_from_slice(row);
        feed.bytes.push(b'\n');
        feed.read = 0;
        if let Ok(true) = self.reader.read_byte_record(&mut self.record) {
            return self.record.iter().map(<[u8]>::to_vec).collect();
        }
        // It came to an end of what there is, and reads nothing any more.
        self.reader = reader(self.delimiter);
        vec![Vec::new()]
    }
}

fn reader(delimiter: u8) -> csv::Reader<Feed> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(Feed::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, u64, Option<String>)> {
        let mut rows = Rows::from(text.as_bytes(), 0, 1);
        let mut all = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            all.push((row.offset, row.line, row.bytes.map(|bytes| String::from_utf8(bytes).unwrap())));
        }
        all
    }

    #[test]
    fn rows_know_where_they_begin() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            rows("a,b\r\n\"x\ny\",2\n\nlast"),
            [(0, 1, some("a,b")), (5, 2, some("\"x\ny\",2")), (13, 4, some("")), (14, 5, some("last"))]
        );
    }

    #[test]
    fn an_open_quote_costs_its_own_line_only() {
        let all = rows("a\n\"open,1\nb,2\nc,3\n");
        assert_eq!(all.iter().map(|row| row.1).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!((all[1].2.as_deref(), all[2].2.as_deref()), (None, Some("b,2")));
    }

    #[test]
    fn a_row_does_not_run_into_the_next_one() {
        let mut fields = Fields::new(b',');
        for (row, expected) in [("a,\"b,c\"", 2), ("", 1), ("\"open,1", 1), ("x,y,z", 3), ("\"q\"\"q\"", 1), ("1,", 2)]
        {
            let fields = fields.of(row.as_bytes());
            assert_eq!(fields.len(), expected, "{row}: {fields:?}");
        }
    }

    #[test]
    fn a_quote_within_a_field_is_a_character() {
        let all = rows("a,b\n5\" pipe,1\n\"say \"\"hi\"\"\",2\nO\"Neil,3\n");
        assert_eq!(all.iter().map(|row| row.1).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_place_that_was_returned_is_a_place_to_go_on_from() {
        let text = "h\n1\n\"2\n2\"\n3\n";
        let mut rows = Rows::from(text.as_bytes(), 0, 1);
        rows.next_row().unwrap();
        let second = rows.next_row().unwrap().unwrap();
        let rest = &text.as_bytes()[usize::try_from(second.next_offset).unwrap()..];
        let third = Rows::from(rest, second.next_offset, second.next_line).next_row().unwrap();
        assert_eq!(third, rows.next_row().unwrap());
    }
}
