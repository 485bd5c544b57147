//! JSON objects out of a stream of bytes, one at a time: lines, lists, or one after the other without anything between.
//!
//! Something broken never takes more with it than it must: it ends with its line, or before the next line that begins
//! like a record or a list.

use std::io::{self, Read};

/// Where something begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Line, from 1.
    pub line: u64,
    /// Byte, from 0.
    pub offset: u64,
}

/// A piece of the input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// From a brace to the brace that closes it. What is between need not be JSON.
    Value {
        /// The bytes.
        json: &'a [u8],
        /// Where it begins.
        place: Place,
    },
    /// What cannot become a value.
    Broken {
        /// The bytes, to the end of the line or of the item of a list; no more than a record may have.
        text: &'a [u8],
        /// Where it begins.
        place: Place,
    },
    /// A list without an end: the input was cut off between two of its records.
    Unended {
        /// Where it begins.
        place: Place,
    },
}

/// A record that is larger is taken for a broken one.
pub(crate) const LARGEST: usize = 16 << 20;

const CHUNK: usize = 1 << 18;

/// How the records seen so far are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Unknown,
    Lines,
    Free,
}

/// The pieces of an input.
pub(crate) struct Values<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The next byte to look at.
    at: usize,
    /// Where the byte at `at` is.
    place: Place,
    ended: bool,
    layout: Layout,
    /// How many lists are open.
    lists: u64,
    /// Where the outermost of them begins.
    list: Place,
    /// The piece before was broken; what is odd behind it was told with it.
    after_broken: bool,
}

enum Object {
    /// So many bytes, with so many line breaks.
    Whole { length: usize, breaks: u64 },
    /// Broken; what follows it begins after so many bytes.
    Until(usize),
}

impl<R: Read> Values<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            at: 0,
            place: Place { line: 1, offset: 0 },
            ended: false,
            layout: Layout::Unknown,
            lists: 0,
            list: Place { line: 1, offset: 0 },
            after_broken: false,
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        loop {
            let Some(byte) = self.byte(0)? else {
                let is_cut = std::mem::take(&mut self.lists) > 0 && !self.after_broken;
                return Ok(is_cut.then_some(Piece::Unended { place: self.list }));
            };
            match byte {
                b'[' => {
                    if self.lists == 0 {
                        self.list = self.place;
                    }
                    self.lists += 1;
                }
                b']' if self.lists > 0 => self.lists -= 1,
                b']' if self.after_broken => {}
                b' ' | b'\t' | b'\r' | b'\n' | b',' => {}
                // The byte order mark of UTF-8.
                0xef if self.place.offset == 0 && self.byte(1)? == Some(0xbb) && self.byte(2)? == Some(0xbf) => {
                    self.skip(2);
                }
                b'{' => break,
                _ => {
                    let place = self.place;
                    self.after_broken = true;
                    let length = self.broken()?;
                    let start = self.at;
                    self.skip(length);
                    return Ok(Some(Piece::Broken { text: &self.buffer[start..start + length], place }));
                }
            }
            self.skip(1);
        }
        let place = self.place;
        match self.object()? {
            Object::Whole { length, breaks } => {
                if self.layout == Layout::Unknown {
                    self.layout = if breaks == 0 { Layout::Lines } else { Layout::Free };
                }
                let start = self.at;
                self.skip(length);
                self.after_broken = false;
                Ok(Some(Piece::Value { json: &self.buffer[start..start + length], place }))
            }
            Object::Until(length) => {
                let start = self.at;
                self.skip(length);
                self.after_broken = true;
                Ok(Some(Piece::Broken { text: &self.buffer[start..start + length], place }))
            }
        }
    }

    /// The byte so many places ahead; reads on where it must.
    fn byte(&mut self, ahead: usize) -> io::Result<Option<u8>> {
        while self.at + ahead >= self.buffer.len() {
            if self.ended {
                return Ok(None);
            }
            self.read_on()?;
        }
        Ok(Some(self.buffer[self.at + ahead]))
    }

    fn read_on(&mut self) -> io::Result<()> {
        // What is done with makes room first.
        self.buffer.drain(..self.at);
        self.at = 0;
        let filled = self.buffer.len();
        self.buffer.resize(filled + CHUNK, 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(())
    }

    fn skip(&mut self, length: usize) {
        let skipped = &self.buffer[self.at..self.at + length];
        self.place.line += skipped.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.place.offset += length as u64;
        self.at += length;
    }

    /// The length of what is no object: to the end of the line, or of the item of a list.
    fn broken(&mut self) -> io::Result<usize> {
        let mut length = 1;
        while length < LARGEST {
            match self.byte(length)? {
                None | Some(b'\n') => break,
                Some(b',' | b']') if self.lists > 0 => break,
                Some(_) => length += 1,
            }
        }
        Ok(length)
    }

    /// Finds the end of the object that begins here.
    fn object(&mut self) -> io::Result<Object> {
        let mut depth = 0_u32;
        let mut in_string = false;
        let mut breaks = 0;
        let mut length = 0;
        while length < LARGEST {
            let Some(byte) = self.byte(length)? else { break };
            length += 1;
            match byte {
                b'\\' if in_string => length += 1,
                b'"' => in_string = !in_string,
                b'\n' if in_string && breaks == 0 => return Ok(Object::Until(length)),
                b'\n' if in_string => break,
                // Among lines, one that ends within a record before another begins was cut off.
                b'\n' if self.layout == Layout::Lines && matches!(self.byte(length)?, None | Some(b'{')) => {
                    return Ok(Object::Until(length));
                }
                b'\n' => breaks += 1,
                _ if in_string => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Object::Whole { length, breaks });
                    }
                }
                _ => {}
            }
        }
        self.rest_of_broken().map(Object::Until)
    }

    /// The length of a broken object that has no end: up to the next line that begins like a record or a list.
    fn rest_of_broken(&mut self) -> io::Result<usize> {
        let mut length = 1;
        loop {
            match (self.byte(length - 1)?, self.byte(length)?) {
                (_, None) => return Ok(length),
                (Some(b'\n'), Some(b'{' | b'[' | b']' | b',')) => return Ok(length),
                _ if length >= LARGEST => return Ok(length),
                _ => length += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::any_json;

    /// Reads so many bytes at most at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len()).min(self.0.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn pieces(text: &[u8], drop: usize) -> Vec<String> {
        let mut values = Values::new(Drops(text, drop));
        let mut pieces = Vec::new();
        while let Some(piece) = values.next().unwrap() {
            pieces.push(match piece {
                Piece::Value { json, place } => {
                    assert_eq!(text[usize::try_from(place.offset).unwrap()..][..json.len()], *json);
                    format!("{}:{}", place.line, String::from_utf8_lossy(json))
                }
                Piece::Broken { place, .. } => format!("{}:broken", place.line),
                Piece::Unended { place } => format!("{}:unended", place.line),
            });
        }
        pieces
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        for drop in [1, 3, usize::MAX] {
            assert_eq!(pieces(text.as_bytes(), drop), expected, "{drop} bytes at a time");
        }
    }

    #[test]
    fn lines() {
        check("", &[]);
        check("{\"a\":\"}\\\"{\"}\n\n{\"b\":[{}]}\r\n{}", &["1:{\"a\":\"}\\\"{\"}", "3:{\"b\":[{}]}", "4:{}"]);
        check("\u{feff}{}\n", &["1:{}"]);
    }

    #[test]
    fn lists_and_values_without_anything_between() {
        check("[{\"a\":1},{\"b\":2}]", &["1:{\"a\":1}", "1:{\"b\":2}"]);
        check("[\n{\"a\":1},\n{\"b\":2}\n]\n", &["2:{\"a\":1}", "3:{\"b\":2}"]);
        check("{\"a\":1}{\"b\":2}{}", &["1:{\"a\":1}", "1:{\"b\":2}", "1:{}"]);
        check("{\n  \"a\": 1\n}\n{\n  \"b\": 2\n}\n", &["1:{\n  \"a\": 1\n}", "4:{\n  \"b\": 2\n}"]);
        check("[1, \"x\", {\"a\":1}, null]", &["1:broken", "1:broken", "1:{\"a\":1}", "1:broken"]);
    }

    #[test]
    fn a_list_has_an_end() {
        check("[", &["1:unended"]);
        check("{}\n[\n{\"a\":1},\n{\"b\":2},\n", &["1:{}", "3:{\"a\":1}", "4:{\"b\":2}", "2:unended"]);
        check("[{}]\n[[{}]", &["1:{}", "2:{}", "2:unended"]);
        check("[[{}],[]]", &["1:{}"]);
        // Cut within a record, that is told once.
        check("[{},{\"a", &["1:{}", "1:broken"]);
        // The beginning is missing.
        check("{}]", &["1:{}", "1:broken"]);
        check("]", &["1:broken"]);
    }

    #[test]
    fn a_broken_line_ends_with_its_line() {
        check("{}\n{\"a\":{\n{\"b\":1}\n", &["1:{}", "2:broken", "3:{\"b\":1}"]);
        check("{}\n{\"a\":\"x\n{\"b\":1}\n", &["1:{}", "2:broken", "3:{\"b\":1}"]);
        check("{\"a\":{\n{\"b\":1}\n{}", &["1:broken", "2:{\"b\":1}", "3:{}"]);
        check("{\"a\":\"x\n{\"b\":1}\n{}", &["1:broken", "2:{\"b\":1}", "3:{}"]);
        check("Hello, World\n{}}\n{}\n{\"a\\", &["1:broken", "2:{}", "2:broken", "3:{}", "4:broken"]);
    }

    #[test]
    fn a_broken_value_of_several_lines_ends_before_the_next() {
        check(
            "{\n \"a\": 1\n}\n{\n \"a\": {\n  \"b\": [\n{\n \"c\": 1\n}\n{\n}\n",
            &["1:{\n \"a\": 1\n}", "4:broken", "7:{\n \"c\": 1\n}", "10:{\n}"],
        );
        check("{\n \"a\": \"x\n \"b\": 1\n}\n{\n}\n", &["1:broken", "5:{\n}"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_object_comes_back_in_every_layout(
            objects in proptest::collection::vec(any_json().prop_filter("objects", serde_json::Value::is_object), 0..6),
            layout in 0..4,
            drop in 1_usize..50,
        ) {
            let plain: Vec<String> = objects.iter().map(ToString::to_string).collect();
            let pretty: Vec<String> = objects.iter().map(|object| serde_json::to_string_pretty(object).unwrap()).collect();
            let text = match layout {
                0 => plain.join("\n"),
                1 => plain.concat(),
                2 => format!("[{}]", plain.join(",")),
                _ => pretty.join("\n"),
            };
            let expected = if layout == 3 { &pretty } else { &plain };
            let mut values = Values::new(Drops(text.as_bytes(), drop));
            let mut found = Vec::new();
            while let Some(piece) = values.next().unwrap() {
                match piece {
                    Piece::Value { json, .. } => found.push(String::from_utf8(json.to_vec()).unwrap()),
                    Piece::Broken { place, .. } | Piece::Unended { place } => prop_assert!(false, "broken at {:?} of {}", place, text),
                }
            }
            prop_assert_eq!(&found, expected);
        }

        #[test]
        fn arbitrary_bytes_never_panic_and_end(bytes in proptest::collection::vec(any::<u8>(), 0..200), drop in 1_usize..50) {
            let _pieces = pieces(&bytes, drop);
        }
    }
}
