//! Text that has to fit.

/// Width of a text in pixels at a font size, for a rather wide sans-serif font: what fits here fits in any usual one.
pub fn width(text: &str, size: i64) -> i64 {
    (text.chars().map(hundredths).sum::<i64>() * size + 99) / 100
}

/// Width of a character in hundredths of the font size.
fn hundredths(character: char) -> i64 {
    match character {
        'i' | 'j' | 'l' | '\'' | '|' => 29,
        'I' | 'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '!' | '(' | ')' | '[' | ']' | ' ' | '·' => 38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '→' | '—' => 98,
        '“' | '”' | '"' => 52,
        'A'..='Z' => 72,
        'a'..='z' | '0'..='9' | '-' | '_' | '/' => 62,
        other if other.is_ascii() => 70,
        // East Asian scripts and pictures are square; letters of other alphabets are not wider than capitals.
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' => 104,
        '\u{FF00}'..='\u{FFEF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFF}' => 104,
        _ => 72,
    }
}

/// The text, or as much of it as fits with an ellipsis.
pub fn fit(text: &str, size: i64, room: i64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut used = hundredths('…') * size;
    let mut kept = String::new();
    for character in text.chars() {
        used += hundredths(character) * size;
        if used > room * 100 {
            break;
        }
        kept.push(character);
    }
    format!("{}…", kept.trim_end())
}

/// The text in lines that fit, broken at spaces where there are some; what is too much ends in an ellipsis.
pub fn wrap(text: &str, size: i64, room: i64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, size) <= room {
            line = longer;
            continue;
        }
        let is_last = wrapped.len() + 1 >= lines;
        if is_last || line.is_empty() {
            let rest = words.by_ref().take(20).fold(longer, |rest, word| format!("{rest} {word}"));
            let kept = if is_last { fit(&rest, size, room) } else { break_off(&rest, size, room) };
            let after: String = rest.strip_prefix(kept.as_str()).unwrap_or_default().to_owned();
            wrapped.push(kept);
            if !is_last {
                wrapped.extend(wrap(&after, size, room, lines - wrapped.len()));
            }
            return wrapped;
        }
        wrapped.push(std::mem::replace(&mut line, word.to_owned()));
        if width(&line, size) > room {
            let rest = words.by_ref().take(20).fold(line, |rest, word| format!("{rest} {word}"));
            wrapped.extend(wrap(&rest, size, room, lines - wrapped.len()));
            return wrapped;
        }
    }
    if !line.is_empty() {
        wrapped.push(line);
    }
    wrapped
}

/// As many characters as fit, at least one; long names are broken behind a mark where that leaves half of the room.
fn break_off(text: &str, size: i64, room: i64) -> String {
    let mut used = 0;
    let mut kept = String::new();
    for character in text.chars() {
        used += hundredths(character) * size;
        if used > room * 100 && !kept.is_empty() {
            let mark = kept.rfind(['.', '_', '-', '/', ' ']).map(|mark| mark + 1);
            if let Some(mark) = mark.filter(|mark| 2 * mark >= kept.len()) {
                kept.truncate(mark);
            }
            break;
        }
        kept.push(character);
    }
    kept
}

/// Text for XML, without the characters that XML cannot hold.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_to_fit() {
        for text in
            ["", "short", "a long text that does not fit into the room there is", "字字字字字字字字字字字字字字字字"]
        {
            let cut = fit(text, 12, 100);
            assert!(width(&cut, 12) <= 100, "{cut}");
            assert!(cut == text || cut.ends_with('…'), "{cut}");
        }
    }

    proptest::proptest! {
        #[test]
        fn lines_fit_and_lose_nothing_unsaid(text in "([a-zW字é]{1,30} ?){0,12}", lines in 1_usize..4) {
            let wrapped = wrap(&text, 12, 190, lines);
            proptest::prop_assert!(wrapped.len() <= lines);
            for line in &wrapped {
                proptest::prop_assert!(width(line, 12) <= 190, "{line}");
            }
            let joined: String = wrapped.concat().split_whitespace().collect();
            let whole: String = text.split_whitespace().collect();
            proptest::prop_assert!(joined == whole || wrapped.last().is_some_and(|line| line.ends_with('…')), "{wrapped:?}");
        }
    }
}
