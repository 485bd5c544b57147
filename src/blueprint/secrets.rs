//! Keeps secrets that somebody wrote into a file out of everything that shows the file.

use callform_source::yaml::{Entry, Node, NodeValue};
use callform_source::{FileId, SourceMap, Span, did_you_mean};

/// Words that the name of a secret usually contains.
const TELLING: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "credential",
];
/// Words that the name of a secret may consist of, or contain as one of several.
const SHORT: [&str; 4] = ["pw", "pwd", "pass", "passw"];
/// What may be misspelled.
const MISSPELLED: [&str; 5] = ["password", "passphrase", "passcode", "secret", "token"];
/// Keys of a reference to a secret.
const REFERENCE: [&str; 4] = ["secret", "key", "ssm", "version"];
/// How access key ids of AWS begin, and how long they are.
const ACCESS_KEYS: [&str; 2] = ["AKIA", "ASIA"];
const ACCESS_KEY_LENGTH: usize = 20;

/// True where an environment variable of a function looks like a secret.
pub(crate) fn is_secret_variable(name: &str, value: &str) -> bool {
    !value.is_empty() && (is_telling(name) || holds_access_key(value))
}

fn is_telling(name: &str) -> bool {
    let lower = name.to_lowercase().replace(['-', ' ', '.'], "_");
    let is_meant =
        TELLING.iter().any(|word| lower.contains(word)) || lower.split('_').any(|word| SHORT.contains(&word));
    is_meant && !names_one(&lower)
}

/// The name or ARN of a secret is no secret.
fn names_one(key: &str) -> bool {
    ["_name", "_arn", "_id"].iter().any(|end| key.ends_with(end))
}

fn holds_access_key(text: &str) -> bool {
    text.split(|one: char| !one.is_ascii_alphanumeric())
        .any(|word| word.len() == ACCESS_KEY_LENGTH && ACCESS_KEYS.iter().any(|beginning| word.starts_with(beginning)))
}

/// True for `password`, and for what is meant to be it or something like it.
pub(super) fn means_secret(key: &str) -> bool {
    is_telling(key) || (!names_one(&key.to_lowercase()) && did_you_mean(key, MISSPELLED).is_some())
}

/// Makes literals under the keys of secrets unreadable in the source texts, wherever they stand and however the key is
/// misspelled, so that no message can show them.
pub(super) fn hide(tree: &Node, sources: &mut SourceMap) {
    hide_below(tree, Above::Anything, sources);
}

/// What a mapping is the value of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    Anything,
    Environment,
    /// A password: the mapping should be a reference.
    Secret,
}

fn hide_below(tree: &Node, above: Above, sources: &mut SourceMap) {
    for Entry { key, value } in tree.entries() {
        let is_literal = !matches!(value.value, NodeValue::Mapping(_) | NodeValue::Null);
        let is_secret = match above {
            Above::Anything => means_secret(&key.value),
            Above::Environment => {
                means_secret(&key.value) || is_secret_variable(&key.value, value.as_str().unwrap_or("a number"))
            }
            Above::Secret => !REFERENCE.contains(&key.value.as_str()),
        };
        if is_literal && is_secret {
            sources.redact(value.span);
            continue;
        }
        // Section names such as `secrets` hold things with keys of their own.
        let above = match key.value.as_str() {
            "environment" => Above::Environment,
            key if key.to_lowercase().contains("passw") => Above::Secret,
            _ => Above::Anything,
        };
        hide_below(value, above, sources);
    }
    for item in tree.items() {
        hide_below(item, Above::Anything, sources);
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
        // `{ secret: … }` is a reference, and names a secret.
        let is_secret = means_secret(key) && !REFERENCE.contains(&key);
        (is_secret && is_literal).then(|| (colon + 1, line.trim_end().len()))
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
        assert_eq!(hidden("  pw: hunter2").as_deref(), Some(" hunter2"));
    }

    #[test]
    fn keys_of_secrets_are_known_however_they_are_written() {
        for key in
            ["password", "passwrod", "Passphrase", "pasphrase", "pw", "db-pw", "PWD", "api-key", "sercet", "tokn"]
        {
            assert!(means_secret(key), "{key}");
        }
        for key in ["name", "security", "profile", "phone", "group", "secret_arn", "password_id", "compass", "section"]
        {
            assert!(!means_secret(key), "{key}");
        }
    }

    #[test]
    fn only_literals_are_hidden() {
        let text = "users:\n  a: { passphrase: one, password: { secret: kept, secrett: two } }\n  token: { x: kept }\n";
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", text);
        let mut found = callform_source::Diagnostics::default();
        let limits = callform_source::yaml::Limits::default();
        let tree = callform_source::yaml::parse(&sources, file, &limits, &mut found).unwrap();
        hide(&tree, &mut sources);
        let expected =
            "users:\n  a: { passphrase: ***, password: { secret: kept, secrett: *** } }\n  token: { x: kept }\n";
        assert_eq!(sources.file(file).text(), expected);
    }
}
