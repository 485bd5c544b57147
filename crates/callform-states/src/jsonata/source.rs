//! What is done to expressions before the engine reads them.

/// Brackets inside of one another, at most.
const DEEPEST: usize = 200;
/// The function that stands in for `$number`, which cannot be replaced in the engine itself.
pub(super) const NUMBER: &str = "strictNumber";

/// The expression with `$number(…)` as our own function; refused where it is nested too deeply.
pub(super) fn prepared(source: &str) -> Result<String, String> {
    let mut prepared = String::with_capacity(source.len());
    let mut depth = 0_usize;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' | '`' => quoted(rest, first),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '(' | '[' | '{' => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(format!("more than {DEEPEST} brackets stand inside of one another"));
                }
                1
            }
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                1
            }
            '$' if is_number(rest) => {
                prepared.push('$');
                prepared.push_str(NUMBER);
                rest = rest.get("$number".len()..).unwrap_or_default();
                continue;
            }
            other => other.len_utf8(),
        };
        let (taken, left) = rest.split_at(length);
        prepared.push_str(taken);
        rest = left;
    }
    Ok(prepared)
}

/// True where a text begins with a call of `$number` that has arguments; without any, the engine's own takes the context.
fn is_number(text: &str) -> bool {
    let arguments = text.strip_prefix("$number").and_then(|rest| rest.trim_start().strip_prefix('('));
    arguments.is_some_and(|rest| !rest.trim_start().starts_with([')', '?']))
}

fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if quote != '`' => is_escaped = true,
            end if end == quote => return at + end.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
