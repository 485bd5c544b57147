//! The `aws-chunked` content encoding, in which the SDKs upload by default.
//!
//! ```text
//! <hexadecimal size>[;chunk-signature=…]\r\n <bytes> \r\n … 0[;…]\r\n [<trailer>:<value>\r\n …] \r\n
//! ```

/// Decodes a stream piece by piece. Signatures are not checked: the sandbox accepts any credentials.
#[derive(Debug, Default)]
pub struct ChunkDecoder {
    state: State,
    line: Vec<u8>,
    trailers: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Size,
    Bytes(u64),
    AfterBytes,
    Trailers,
    Done,
}

/// Longest line of a chunk's size or of a trailer.
const LINE: usize = 16 * 1024;

impl ChunkDecoder {
    /// Decodes the next piece; `sink` gets the bytes of the object.
    pub fn feed<E: From<String>>(
        &mut self,
        mut piece: &[u8],
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !piece.is_empty() {
            match self.state {
                State::Bytes(left) => {
                    let length = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    let (bytes, rest) = piece.split_at(length);
                    sink(bytes)?;
                    piece = rest;
                    let left = left - u64::try_from(length).unwrap_or(left);
                    self.state = if left == 0 { State::AfterBytes } else { State::Bytes(left) };
                }
                State::Done => return Ok(()),
                State::Size | State::AfterBytes | State::Trailers => piece = self.take_line(piece)?,
            }
        }
        Ok(())
    }

    /// Takes bytes up to the end of a line, and acts on a whole line.
    fn take_line<'a>(&mut self, piece: &'a [u8]) -> Result<&'a [u8], String> {
        let end = piece.iter().position(|byte| *byte == b'\n');
        let (part, rest) = piece.split_at(end.map_or(piece.len(), |end| end + 1));
        self.line.extend_from_slice(part);
        if self.line.len() > LINE {
            return Err("a chunk's first line is too long".to_owned());
        }
        if end.is_some() {
            let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).trim_end().to_owned();
            self.act(&line)?;
        }
        Ok(rest)
    }

    fn act(&mut self, line: &str) -> Result<(), String> {
        self.state = match self.state {
            State::AfterBytes if line.is_empty() => State::Size,
            State::AfterBytes => return Err("a chunk is longer than it says".to_owned()),
            State::Size => {
                let digits = line.split(';').next().unwrap_or_default();
                match u64::from_str_radix(digits, 16) {
                    Ok(0) => State::Trailers,
                    Ok(size) => State::Bytes(size),
                    Err(_) => return Err(format!("{digits} is no chunk size")),
                }
            }
            State::Trailers if line.is_empty() => State::Done,
            State::Trailers => {
                if let Some((name, value)) = line.split_once(':') {
                    self.trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
                State::Trailers
            }
            other => other,
        };
        Ok(())
    }

    /// The trailers, or an error where the last chunk never came.
    pub fn finish(self) -> Result<Vec<(String, String)>, String> {
        match self.state {
            // Some clients leave out the empty line after the last chunk.
            State::Done | State::Trailers => Ok(self.trailers),
            _ => Err("the last chunk is missing".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Decoded = Result<(Vec<u8>, Vec<(String, String)>), String>;

    fn decode(text: &[u8], piece: usize) -> Decoded {
        let mut decoder = ChunkDecoder::default();
        let mut bytes = Vec::new();
        for part in text.chunks(piece) {
            decoder.feed::<String>(part, |decoded| {
                bytes.extend_from_slice(decoded);
                Ok(())
            })?;
        }
        Ok((bytes, decoder.finish()?))
    }

    #[test]
    fn any_split_gives_the_same() {
        let text = b"5;chunk-signature=ab\r\nhe\r\no\r\n3\r\n123\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n";
        for piece in 1..text.len() {
            let (bytes, trailers) = decode(text, piece).unwrap();
            assert_eq!(bytes, b"he\r\no123");
            assert_eq!(trailers, [("x-amz-checksum-crc32".to_owned(), "AAAA==".to_owned())]);
        }
    }

    #[test]
    fn refuses_what_is_cut_or_wrong() {
        assert!(decode(b"5\r\nhel", 100).is_err());
        assert!(decode(b"zz\r\nhello\r\n0\r\n\r\n", 100).is_err());
        assert!(decode(b"2\r\nhello\r\n0\r\n\r\n", 100).is_err());
    }
}
