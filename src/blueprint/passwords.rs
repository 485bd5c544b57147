//! Keeps passwords that somebody wrote into a file out of everything that shows the file.

use callform_source::yaml::{Node, NodeValue};
use callform_source::{FileId, SourceMap, Span, did_you_mean};

/// True for `password`, and for what is meant to be it.
fn means_password(key: &str) -> bool {
    key.to_lowercase().contains("passw") || did_you_mean(key, ["password"]).is_some()
}

/// Makes literal passwords unreadable in the source texts, wherever they stand, so that no message can show them.
pub(super) fn hide(tree: &Node, sources: &mut SourceMap) {
    for entry in tree.entries() {
        let is_literal = !matches!(entry.value.value, NodeValue::Mapping(_) | NodeValue::Null);
        if is_literal && means_password(&entry.key.value) {
            sources.redact(entry.value.span);
        } else {
            hide(&entry.value, sources);
        }
    }
    for item in tree.items() {
        hide(item, sources);
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
