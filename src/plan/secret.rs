//! What must not be shown or written down.

use serde_json::Value as Json;

use crate::blueprint::is_secret_variable;

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

/// The value at a path, without what is spelled out in it.
pub(super) fn without_secrets(path: &str, value: &Json) -> Json {
    let (above, last) = path.rsplit_once('/').unwrap_or(("", path));
    let name = last.split('[').next().unwrap_or(last);
    hide(Place { name, is_variable: above.ends_with(VARIABLES) }, value)
}

/// The property that has the environment variables of a function.
const VARIABLES: &str = "Variables";

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    /// It is an environment variable of a function.
    is_variable: bool,
}

impl<'a> Place<'a> {
    fn member(self, name: &'a str) -> Self {
        Self { name, is_variable: self.name == VARIABLES }
    }

    /// True where the value is a secret that is spelled out.
    fn holds_secret(self, value: &Json) -> bool {
        let Some(text) = value.as_str() else { return false };
        (is_secret(self.name) || (self.is_variable && is_secret_variable(self.name, text))) && !is_reference(value)
    }
}

fn hide(place: Place, value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), hide(place.member(name), member))).collect()
        }
        Json::Array(items) => items.iter().map(|item| hide(place, item)).collect(),
        _ if place.holds_secret(value) => Json::from(HIDDEN),
        other => other.clone(),
    }
}

/// Where a template has a secret that is spelled out.
pub(super) fn find_secret(template: &Json) -> Option<String> {
    find(Place { name: "", is_variable: false }, template)
}

fn find(place: Place, value: &Json) -> Option<String> {
    match value {
        Json::Object(members) => members.iter().find_map(|(name, member)| {
            let place = place.member(name);
            if place.holds_secret(member) {
                return Some(name.clone());
            }
            find(place, member).map(|below| format!("{name}/{below}"))
        }),
        Json::Array(items) => items.iter().find_map(|item| find(place, item)),
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
        let variables = json!({ "API_TOKEN": "a", "TOKEN_NAME": "b", "TABLE": "c" });
        let hidden = json!({ "API_TOKEN": HIDDEN, "TOKEN_NAME": "b", "TABLE": "c" });
        assert_eq!(without_secrets("Environment", &json!({ "Variables": variables })), json!({ "Variables": hidden }));
        assert_eq!(without_secrets("Environment/Variables", &variables), hidden);
        assert_eq!(without_secrets("Environment/Variables/API_TOKEN", &json!("a")), json!(HIDDEN));
        assert_eq!(without_secrets("Config[x]", &json!({ "AuthToken": "a" })), json!({ "AuthToken": HIDDEN }));
    }

    #[test]
    fn secrets_in_templates_are_found() {
        let template = |password: &str| json!({ "Resources": { "User": { "Properties": { "Password": password } } } });
        assert_eq!(find_secret(&template("hunter2")).as_deref(), Some("Resources/User/Properties/Password"));
        assert_eq!(find_secret(&template("{{resolve:ssm-secure:x}}")), None);
        let function = |name: &str| json!({ "Environment": { "Variables": { (name): "a" } } });
        assert_eq!(find_secret(&function("API_TOKEN")).as_deref(), Some("Environment/Variables/API_TOKEN"));
        assert_eq!(find_secret(&function("TABLE")), None);
    }
}
