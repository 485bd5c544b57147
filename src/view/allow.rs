//! How what cannot be undone is allowed, as it is typed.

use crate::plan::Plan;

/// A flag for each address that a plan needs allowed, quoted for a shell where it has to be.
pub fn flags(plan: &Plan) -> Vec<String> {
    let mut flags = Vec::new();
    for change in plan.irreversible_changes() {
        let flag = format!("--allow {}", quoted(&change.address.to_string()));
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    flags
}

/// Flags after a text: one beside it, several below, one on a line, so that all of it can be pasted.
pub fn with_flags(text: &str, flags: &[String]) -> Vec<String> {
    match flags {
        [] => vec![text.to_owned()],
        [only] => vec![format!("{text} {only}")],
        [several @ .., last] => {
            let several = several.iter().map(|flag| format!("  {flag} \\"));
            std::iter::once(text.to_owned()).chain(several).chain([format!("  {last}")]).collect()
        }
    }
}

/// A word of a command line.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./@:+,=".contains(letter);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them() {
        assert_eq!(quoted("queue/customer_service"), "queue/customer_service");
        assert_eq!(quoted("user/mary.jane@example.com"), "user/mary.jane@example.com");
        assert_eq!(quoted("group/Sales & Co/New York"), "'group/Sales & Co/New York'");
        assert_eq!(quoted("group/Mary's"), r"'group/Mary'\''s'");
    }

    #[test]
    fn several_flags_stand_below_one_another() {
        let flags = ["--allow a".to_owned(), "--allow b".to_owned()];
        assert_eq!(with_flags("add", &flags[..1]), ["add --allow a"]);
        assert_eq!(with_flags("add", &flags), ["add", "  --allow a \\", "  --allow b"]);
    }
}
