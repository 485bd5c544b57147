//! Text that does nothing to a terminal but show itself: what a blueprint, an account or a file says may hold escapes
//! that move the cursor, erase lines or turn the direction of writing, and hide what a plan says above them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Parameters of the colors and styles that Callform writes itself.
const STYLES: [&str; 18] =
    ["0", "1", "2", "3", "4", "22", "31", "32", "33", "34", "35", "36", "91", "92", "93", "94", "95", "96"];

/// The text with every control character and every mark of writing direction as `\uXXXX`, but for ends of lines, tabs and,
/// where it may be `styled`, colors. Inside a string of JSON that is the same character.
pub(super) fn harmless(text: &str, styled: bool) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_harmful) {
        let (before, found) = rest.split_at(at);
        safe.push_str(before);
        let style = style_length(found).filter(|_| styled);
        let length = style.or_else(|| found.chars().next().map(char::len_utf8)).unwrap_or_default();
        let (special, after) = found.split_at(length);
        match style {
            Some(_) => safe.push_str(special),
            None => special.chars().for_each(|one| {
                let _cannot_fail = write!(safe, "\\u{:04x}", u32::from(one));
            }),
        }
        rest = after;
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

fn is_harmful(one: char) -> bool {
    (one.is_control() && !matches!(one, '\n' | '\t'))
        || matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The bytes of a color or style at the beginning of a text.
fn style_length(text: &str) -> Option<usize> {
    let (parameters, _) = text.strip_prefix("\u{1b}[")?.split_once('m')?;
    let known = parameters.split(';').all(|one| STYLES.contains(&one));
    known.then_some(parameters.len() + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_and_not_obeyed() {
        assert_eq!(harmless("a\u{1b}[5A\u{1b}[Jb\r\u{9b}c", true), "a\\u001b[5A\\u001b[Jb\\u000d\\u009bc");
        assert_eq!(harmless("a \u{202e}b\u{2066}c", true), "a \\u202eb\\u2066c");
        assert_eq!(harmless("line\n\tä 日本", true), "line\n\tä 日本");
    }

    #[test]
    fn colors_are_obeyed_where_there_are_any() {
        let colored = "\u{1b}[1;31merror\u{1b}[0m: x";
        assert_eq!(harmless(colored, true), colored);
        assert_eq!(harmless(colored, false), "\\u001b[1;31merror\\u001b[0m: x");
        assert_eq!(harmless("\u{1b}[8mhidden\u{1b}[0m", true), "\\u001b[8mhidden\u{1b}[0m");
        assert_eq!(harmless("\u{1b}[", true), "\\u001b[");
    }
}
