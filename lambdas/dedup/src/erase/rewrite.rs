//! A text without some of its parts.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Cut;
use crate::local::unpacked;

/// Copies a text without what has to go. What was packed with gzip is packed again.
///
/// A record goes with what told it apart from its neighbour, so that a list stays one and lines stay lines; every other
/// byte stays. The cuts are those of [`super::Subject::look`] of the same text.
pub fn rewrite<'a>(content: impl Read + 'a, cuts: &[Cut], out: &mut dyn Write) -> io::Result<()> {
    let mut content = BufReader::new(content);
    if content.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        let mut packer = GzEncoder::new(out, Compression::default());
        copy(unpacked(Box::new(content))?, cuts, &mut packer)?;
        packer.finish()?.flush()
    } else {
        copy(content, cuts, out)?;
        out.flush()
    }
}

/// What was copied, but for what may only stand between two records: it is held back until it is known that another
/// follows.
struct Copy<'a> {
    out: &'a mut dyn Write,
    held: Vec<u8>,
}

fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')
}

impl Copy<'_> {
    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        let end = bytes.iter().rposition(|byte| !is_between(*byte)).map_or(0, |last| last + 1);
        if end > 0 {
            self.out.write_all(&self.held)?;
            self.held.clear();
            self.out.write_all(&bytes[..end])?;
        }
        self.held.extend_from_slice(&bytes[end..]);
        Ok(())
    }

    /// What stood before a record that is gone, and what stood after it, become one.
    fn join(&mut self, after: Vec<u8>) {
        // The last record of a list had a comma before it and has none behind it.
        if self.held.contains(&b',') && !after.contains(&b',') {
            self.held = after;
        }
    }
}

fn copy(content: impl Read, cuts: &[Cut], out: &mut dyn Write) -> io::Result<()> {
    let mut content = BufReader::with_capacity(1 << 18, content);
    let mut copy = Copy { out, held: Vec::new() };
    let mut at = 0;
    for cut in cuts {
        pass(&mut content, cut.start.saturating_sub(at), |bytes| copy.add(bytes))?;
        pass(&mut content, cut.end - cut.start, |_| Ok(()))?;
        at = cut.end;
        if let Some(bytes) = &cut.with {
            copy.add(bytes)?;
        } else {
            let after = between(&mut content)?;
            at += after.len() as u64;
            copy.join(after);
        }
    }
    pass(&mut content, u64::MAX, |bytes| copy.add(bytes))?;
    copy.out.write_all(&copy.held)
}

/// Reads so many bytes, or to the end.
fn pass(content: &mut impl BufRead, length: u64, mut handle: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut left = length;
    while left > 0 {
        let bytes = content.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        handle(&bytes[..length])?;
        content.consume(length);
        left -= length as u64;
    }
    Ok(())
}

/// Reads what may only stand between two records.
fn between(content: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    loop {
        let bytes = content.fill_buf()?;
        let length = bytes.iter().take_while(|byte| is_between(**byte)).count();
        read.extend_from_slice(&bytes[..length]);
        let is_all = length == bytes.len() && length > 0;
        content.consume(length);
        if !is_all {
            return Ok(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, gone: &[&str], expected: &str) {
        let mut cuts: Vec<_> = gone
            .iter()
            .map(|part| {
                let start = text.find(part).unwrap() as u64;
                Cut { start, end: start + part.len() as u64, with: None }
            })
            .collect();
        cuts.sort_by_key(|cut| cut.start);
        let mut out = Vec::new();
        rewrite(text.as_bytes(), &cuts, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn lines_stay_lines() {
        let text = "{1}\n{2}\n{3}\n";
        check(text, &[], text);
        check(text, &["{1}"], "{2}\n{3}\n");
        check(text, &["{2}"], "{1}\n{3}\n");
        check(text, &["{3}"], "{1}\n{2}\n");
        check(text, &["{1}", "{2}"], "{3}\n");
        check(text, &["{2}", "{3}"], "{1}\n");
        check(text, &["{1}", "{2}", "{3}"], "");
        check("{1}{2}{3}", &["{2}"], "{1}{3}");
    }

    #[test]
    fn a_list_stays_a_list() {
        check("[{1},{2},{3}]", &["{1}"], "[{2},{3}]");
        check("[{1},{2},{3}]", &["{2}"], "[{1},{3}]");
        check("[{1},{2},{3}]", &["{3}"], "[{1},{2}]");
        check("[{1},{2},{3}]", &["{2}", "{3}"], "[{1}]");
        check("[{1},{2},{3}]", &["{1}", "{2}", "{3}"], "[]");
        check("[\n  {1},\n  {2}\n]\n", &["{2}"], "[\n  {1}\n]\n");
        check("[\n  {1},\n  {2}\n]\n", &["{1}"], "[\n  {2}\n]\n");
        check("[{1}]\n[{2},{3}]", &["{1}", "{3}"], "[]\n[{2}]");
    }

    #[test]
    fn what_takes_a_place_stands_there() {
        let cuts = [Cut { start: 4, end: 7, with: Some(b"{\"two\"}".to_vec()) }];
        let mut out = Vec::new();
        rewrite(&b"{1}\n{2}\n{3}\n"[..], &cuts, &mut out).unwrap();
        assert_eq!(out, b"{1}\n{\"two\"}\n{3}\n");
    }
}
