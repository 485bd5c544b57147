//! What must not be shown or written down.

use serde_json::Value as Json;

/// What stands in the place of a secret.
pub(super) const HIDDEN: &str = "(secret)";

/// True for properties that hold a secret: by their names, which AWS keeps alike over its resource types.
fn is_secret(name: &str) -> bool {
    const ENDINGS: [&str; 5] = ["Password", "SecretString", "SecretAccessKey", "AccessKey", "AuthToken"];
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// True for texts that only say where a secret is.
fn is_reference(value: &Json) -> bool {
    value.as_str().is_none_or(|text| text.starts_with("{{resolve:") || text.contains('\u{E000}'))
}

/// A value at a path of property names joined by `/`, with every secret hidden.
pub(super) fn without_secrets(path: &str, value: &Json) -> Json {
    let last = path.rsplit('/').next().unwrap_or(path);
    let name = last.split('[').next().unwrap_or(last);
    hide(name, value)
}

fn hide(name: &str, value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            Json::Object(members.iter().map(|(name, member)| (name.clone(), hide(name, member))).collect())
        }
        Json::Array(items) => items.iter().map(|item| hide(name, item)).collect(),
        Json::String(_) if is_secret(name) && !is_reference(value) => Json::from(HIDDEN),
        other => other.clone(),
    }
}

/// Where a template has a secret spelled out; member names joined by `/`.
pub(super) fn find_secret(template: &Json) -> Option<String> {
    match template {
        Json::Object(members) => members.iter().find_map(|(name, member)| {
            if is_secret(name) && member.is_string() && !is_reference(member) {
                return Some(name.clone());
            }
            find_secret(member).map(|below| format!("{name}/{below}"))
        }),
        Json::Array(items) => items.iter().find_map(find_secret),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_spelled_out_is_hidden() {
        assert_eq!(without_secrets("Password", &json!("hunter2")), json!(HIDDEN));
        let reference = json!("{{resolve:secretsmanager:kwglobal/mary}}");
        assert_eq!(without_secrets("Password", &reference), reference);
        assert_eq!(without_secrets("Name", &json!("hunter2")), json!("hunter2"));
        assert_eq!(without_secrets("Config[x]", &json!({ "AuthToken": "a" })), json!({ "AuthToken": HIDDEN }));
    }

    #[test]
    fn secrets_in_templates_are_found() {
        let template = |password: &str| json!({ "Resources": { "User": { "Properties": { "Password": password } } } });
        assert_eq!(find_secret(&template("hunter2")).as_deref(), Some("Resources/User/Properties/Password"));
        assert_eq!(find_secret(&template("{{resolve:ssm-secure:x}}")), None);
    }
}
