//! Placeholders that nobody fills.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "placeholder-spoken",
    what: "Finds placeholders in texts that Amazon Connect does not fill: `{$.Attributes.name}`, `${name}`, `{{name}}`, \
           `{External.name}`.",
    why: "They are read out as they are, or with braces around the value. Connect fills paths that stand in the text: \
          `$.Attributes.name`.",
    example: "- say: Hello {$.Attributes.name}",
    instead: "- say: Hello $.Attributes.name",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    // A template of another tool has them where identifiers belong, too, and is filled before it is published.
    if is_template(look) {
        return;
    }
    for (index, action) in look.all_actions() {
        let Some(found) = look.spoken(index).iter().find_map(|spoken| placeholder(spoken.text)) else { continue };
        let diagnostic = Diagnostic::warning(RULE.code, format!("`{found}` is read out as it is")).help(meant(found));
        diagnostics.push(look.at(diagnostic, action));
    }
}

/// True for a template of another tool: it has placeholders where identifiers and numbers belong, or has left all
/// identifiers empty and the whole of a text a placeholder. No flow can be published so.
fn is_template(look: &Look<'_>) -> bool {
    let is_whole = |text: &str| text.starts_with("{{") && placeholder(text).is_some_and(|found| found == text.trim());
    let mut identifiers = look
        .texts
        .all()
        .iter()
        .filter(|(parameter, _)| ["Id", "ARN", "Arn", "PhoneNumber"].iter().any(|end| parameter.ends_with(end)));
    let has_empty = identifiers.clone().any(|(_, text)| text.is_empty());
    let has_only_empty = has_empty && identifiers.clone().all(|(_, text)| text.is_empty());
    identifiers.any(|(_, text)| placeholder(text).is_some())
        || has_only_empty && look.texts.all().iter().any(|(_, text)| is_whole(text))
}

/// The first placeholder of a text, braces and all.
pub(super) fn placeholder(text: &str) -> Option<&str> {
    text.match_indices('{').find_map(|(start, _)| {
        let close = start + text[start..].find('}')?;
        let inner = text[start..close].trim_start_matches('{').trim();
        let inner = inner.strip_prefix("$.").unwrap_or(inner);
        // One brace and one word may be meant as they are.
        let is_marked =
            text[start..].starts_with("{{") || text[..start].ends_with('$') || text[start..close].contains(['.', '$']);
        let is_name = is_marked
            && inner.starts_with(|it: char| it.is_alphabetic() || it == '_')
            && inner.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.' | '-'));
        let begin = if text[..start].ends_with('$') { start - 1 } else { start };
        let end = close + text[close..].bytes().take_while(|byte| *byte == b'}').count();
        is_name.then(|| &text[begin..end])
    })
}

fn meant(placeholder: &str) -> String {
    let inner = placeholder.trim_matches(|it: char| matches!(it, '{' | '}' | '$' | ' ')).trim_start_matches('.');
    if crate::validate::has_known_root(&format!("$.{inner}")) {
        format!("Write `$.{inner}`, without braces.")
    } else {
        format!("Write a path, such as `$.Attributes.{inner}`, without braces.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_many_tools() {
        for (text, expected, help) in [
            ("Hi {$.Attributes.name}!", "{$.Attributes.name}", "Write `$.Attributes.name`, without braces."),
            ("Hi ${name}", "${name}", "Write a path, such as `$.Attributes.name`, without braces."),
            ("{{ name }}", "{{ name }}", "Write a path, such as `$.Attributes.name`, without braces."),
            ("a {External.first_name} b", "{External.first_name}", "Write `$.External.first_name`, without braces."),
        ] {
            assert_eq!(placeholder(text), Some(expected));
            assert_eq!(meant(expected), help);
        }
        for text in ["no", "{}", "{1}", "{c}", "a { b", "{a b}", "$.Attributes.name", "} {"] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
