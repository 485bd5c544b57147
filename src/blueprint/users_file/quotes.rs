//! Quotes of a file of users.

use callform_source::{Diagnostic, Span};

/// Where a reader of CSV is.
#[derive(Clone, Copy)]
enum At {
    /// At the beginning of a field.
    Start,
    /// In a field without quotes, or behind its quotes.
    Plain,
    /// In a field whose quote is at an offset.
    Quoted(usize),
    /// Behind a quote that closes this field, unless another one follows.
    Quote(usize),
}

/// The problem with a field in quotes that does not end in the line it begins in: no value of a user has a line break, so
/// that somebody forgot a quote. It is told where that field opens; everything behind it is read as part of it.
pub(super) fn over_lines(text: &str, line: Span) -> Option<Diagnostic> {
    let written = text.get(line.start as usize..line.end as usize)?;
    let (mut at, mut broken) = (At::Start, None);
    for (place, byte) in written.bytes().enumerate() {
        at = match (at, byte) {
            (At::Start, b'"') => At::Quoted(place),
            (At::Quoted(open), b'"') => At::Quote(open),
            (At::Quote(open), b'"') => At::Quoted(open),
            (At::Quoted(open), _) => {
                if matches!(byte, b'\n' | b'\r') && broken.is_none() {
                    broken = Some(open);
                }
                At::Quoted(open)
            }
            (At::Start | At::Plain | At::Quote(_), b',' | b'\n' | b'\r') => At::Start,
            (At::Start | At::Plain | At::Quote(_), _) => At::Plain,
        };
    }
    let unclosed = if let At::Quoted(open) = at { Some(open) } else { None };
    let open = broken.or(unclosed)?;
    let title = if unclosed == Some(open) { "a quote is never closed" } else { "a quote is not closed in its line" };
    let start = line.start.saturating_add(u32::try_from(open).unwrap_or(u32::MAX));
    Some(
        Diagnostic::error("invalid-csv", title)
            .at(Span::new(line.file, start, start.saturating_add(1)), "it opens here")
            .note("What is behind it is read as part of this field, up to the next quote or the end of the file.")
            .help("Close it at the end of the field; a quote inside a field in quotes is written twice."),
    )
}

#[cfg(test)]
mod tests {
    use callform_source::{Diagnostics, SourceMap};

    use super::super::{Read, read};

    fn read_text(text: &str) -> (Read, SourceMap, Diagnostics) {
        let mut sources = SourceMap::default();
        let file = sources.add("u.csv", text);
        let mut diagnostics = Diagnostics::default();
        let read = read(&mut sources, file, &mut diagnostics);
        (read, sources, diagnostics)
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_where_it_opens() {
        let check = |text: &str, opens: usize, title: &str| {
            let (_, _, diagnostics) = read_text(text);
            let found = diagnostics.sorted();
            let first = found.first().unwrap();
            assert_eq!((first.code, first.title.as_str()), ("invalid-csv", title), "{text}");
            assert_eq!(first.primary.as_ref().unwrap().span.start as usize, opens, "{text}");
        };
        let head = "username,name,phone_type\nkim,\"Poe, \"\"Kim\"\"\",soft\n";
        let never = "a quote is never closed";
        for rest in ["", "\nlee,Lee Lee,soft\n", "\r\nlee,\"Lee Lee,soft"] {
            let text = format!("{head}joe,\"Joe Doe,soft{rest}");
            check(&text, head.len() + 4, if rest.contains('"') { "a quote is not closed in its line" } else { never });
        }
        // In the last column, the number of fields is right.
        check(&format!("{head}joe,Joe Doe,\"soft\nlee,Lee Lee,soft\n"), head.len() + 12, never);
        // The quotes of the next line would close it.
        let text = format!("{head}joe,\"Joe Doe,soft\nlee,\"Lee, Lee\",soft\n");
        check(&text, head.len() + 4, "a quote is not closed in its line");
        check("username,\"name\nkim,Kim Poe\n", 9, never);
        let (read, _, diagnostics) = read_text(&format!("{head}joe,Joe 6\" Doe,soft\n"));
        assert!(
            diagnostics.is_empty() && read.users.len() == 2,
            "inside of a field a quote is a letter: {diagnostics:?}"
        );
    }

    #[test]
    fn a_password_behind_an_open_quote_is_not_shown() {
        // In the last column, and before it: the number of fields is right in one of them.
        for text in [
            "username,password,name\nkim,secret:a,\"Kim Poe\nlee,hunter2,Lee Lee\n",
            "username,name,password\nkim,\"Kim Poe,hunter2\nlee,Lee Lee,hunter3\n",
        ] {
            let (_, sources, diagnostics) = read_text(text);
            let file = diagnostics.sorted().first().unwrap().primary.as_ref().unwrap().span.file;
            assert!(!sources.file(file).text().contains("hunter"), "{}", sources.file(file).text());
        }
    }
}
