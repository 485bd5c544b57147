//! Keeps secrets that somebody wrote into a file out of everything that shows the file.

use callform_source::yaml::{Entry, Node, NodeValue};
use callform_source::{FileId, SourceMap, Span, did_you_mean};

/// Words that the name of a secret usually contains.
const TELLING: [&str; 6] = ["password", "passwd", "secret", "token", "api_key", "apikey"];
/// How access key ids of AWS begin, and how long they are.
const ACCESS_KEYS: [&str; 2] = ["AKIA", "ASIA"];
const ACCESS_KEY_LENGTH: usize = 20;

/// True where an environment variable of a function looks like a secret.
pub(crate) fn is_secret_variable(name: &str, value: &str) -> bool {
    !value.is_empty() && (is_telling(name) || holds_access_key(value))
}

fn is_telling(name: &str) -> bool {
    let lower = name.to_lowercase();
    // The name or ARN of a secret is no secret.
    TELLING.iter().any(|word| lower.contains(word)) && !["_name", "_arn", "_id"].iter().any(|end| lower.ends_with(end))
}

fn holds_access_key(text: &str) -> bool {
    text.split(|one: char| !one.is_ascii_alphanumeric())
        .any(|word| word.len() == ACCESS_KEY_LENGTH && ACCESS_KEYS.iter().any(|beginning| word.starts_with(beginning)))
}

/// True for `password`, and for what is meant to be it.
fn means_password(key: &str) -> bool {
    key.to_lowercase().contains("passw") || did_you_mean(key, ["password"]).is_some()
}

/// Makes literal passwords and telling environment variables unreadable in the source texts, wherever they stand, so
/// that no message can show them.
pub(super) fn hide(tree: &Node, sources: &mut SourceMap) {
    hide_below(tree, false, sources);
}

fn hide_below(tree: &Node, is_environment: bool, sources: &mut SourceMap) {
    for Entry { key, value } in tree.entries() {
        let is_literal = !matches!(value.value, NodeValue::Mapping(_) | NodeValue::Null);
        let is_secret = means_password(&key.value)
            || (is_environment && is_secret_variable(&key.value, value.as_str().unwrap_or("a number")));
        if is_literal && is_secret {
            sources.redact(value.span);
        } else {
            hide_below(value, key.value == "environment", sources);
        }
    }
    for item in tree.items() {
        hide_below(item, false, sources);
    }
}

/// The same for a file that cannot be understood: whatever stands behind such a key on its line.
pub(super) fn hide_in_text(file: FileId, sources: &mut SourceMap) {
    let mut secrets = Vec::new();
    let mut start = 0;
    for line in sources.file(file).text().split_inclusive('\n') {
        if let Some((from, to)) = literal(line) {
            let at = |place: usize| u32::try_from(start + place).unwrap_or(u32::MAX);
            secrets.push(Span::new(file, at(from), at(to)));
        }
        start += line.len();
    }
    for secret in secrets {
        sources.redact(secret);
    }
}

/// Where the literal behind the key of a password stands in a line.
fn literal(line: &str) -> Option<(usize, usize)> {
    line.match_indices(':').find_map(|(colon, _)| {
        let before = line.get(..colon)?.trim_end_matches(['"', '\'', ' ']);
        let key = before.rsplit([' ', '{', ',', '"', '\'', '-']).next().unwrap_or(before);
        let value = line.get(colon + 1..)?;
        let is_literal = !value.trim_start().starts_with('{') && !value.trim().is_empty();
        (means_password(key) && is_literal).then(|| (colon + 1, line.trim_end().len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_password_is_found() {
        let hidden = |line: &str| literal(line).map(|(from, to)| line[from..to].to_owned());
        assert_eq!(hidden("  password: hunter2\n").as_deref(), Some(" hunter2"));
        assert_eq!(hidden("  mary: { name: Mary, passwrod: \"hunter2\n").as_deref(), Some(" \"hunter2"));
        assert_eq!(hidden("  \"password\" : hunter2").as_deref(), Some(" hunter2"));
        assert_eq!(hidden("  password: { secret: kwglobal/mary }"), None);
        assert_eq!(hidden("  password:\n"), None);
        assert_eq!(hidden("  name: Mary"), None);
    }
}
