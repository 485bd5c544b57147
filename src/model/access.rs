//! IAM: roles, managed policies, and the statements both are made of.

use callform_source::{Diagnostic, Span, Spanned};

use super::members::{self, Members};
use super::resolver::Resolver;
use super::{Address, TextPart, Value, texts};
use crate::blueprint::Statement;
use crate::digest::sha256_hex;

/// The version of IAM's policy language; the only one in use.
const POLICY_VERSION: &str = "2012-10-17";
/// The longest name of a policy inside a role. Source: IAM API reference, `PutRolePolicy`.
const LONGEST_POLICY_NAME: usize = 128;
/// Pseudo parameters that may occur in ARNs.
const PSEUDO: [&str; 3] = ["AWS::AccountId", "AWS::Partition", "AWS::Region"];

impl Resolver<'_> {
    pub(crate) fn statements(&mut self, statements: &[Statement]) -> Vec<Value> {
        statements
            .iter()
            .map(|statement| {
                let actions = statement.actions.0.iter().map(Value::from).collect::<Vec<_>>();
                let resources = statement.resources.0.iter().map(|text| self.policy_resource(text)).collect::<Vec<_>>();
                let members = Members::new()
                    .with("Effect", if statement.deny { "Deny" } else { "Allow" })
                    .with("Action", actions)
                    .with("Resource", resources);
                if statement.conditions.is_empty() {
                    return members.into();
                }
                let conditions = serde_json::Value::Object(statement.conditions.clone());
                members.with("Condition", members::from_json(&conditions)).into()
            })
            .collect()
    }

    /// Reads a resource of a statement: `*`, an ARN (pseudo parameters as `${AWS::Region}`), or the instance or an address
    /// of the blueprint with anything behind it (`instance/agent/*`, `bucket/recordings/*`).
    fn policy_resource(&mut self, text: &Spanned<String>) -> Value {
        if text.value == "*" || text.starts_with("arn:") {
            return pseudo_text(text);
        }
        if text.value == "instance" {
            return Value::instance_arn();
        }
        if let Some(rest) = text.value.strip_prefix("instance").filter(|rest| rest.starts_with('/')) {
            return with_suffix(Value::instance_arn(), rest);
        }
        if let Some((address, rest)) = self.address_with_rest(text) {
            return with_suffix(Value::arn_of(address), rest);
        }
        self.unknown_address(text, text.span);
        Value::from(text)
    }

    /// Reads an address and what follows it. A name may contain slashes; the longest one that exists is meant.
    fn address_with_rest<'t>(&mut self, text: &'t Spanned<String>) -> Option<(Address, &'t str)> {
        let whole: Address = text.parse().ok()?;
        let name_start = text.len() - whole.name.len();
        let mut end = text.len();
        loop {
            let name = text.value.get(name_start..end)?;
            if self.defines(whole.kind, name) {
                return Some((Address::new(whole.kind, name), text.value.get(end..)?));
            }
            end = name_start + name.rfind('/')?;
        }
    }

    /// Reads an address of the blueprint, and reports what is none.
    pub(crate) fn address(&mut self, text: &Spanned<String>) -> Option<Address> {
        let address = text.parse::<Address>().ok();
        if !address.as_ref().is_some_and(|address| self.defines(address.kind, &address.name)) {
            self.unknown_address(text, text.span);
        }
        address
    }

    fn unknown_address(&mut self, text: &str, span: Span) {
        match text.parse::<Address>() {
            Ok(address) => self.unknown(address.kind, &address.name, span),
            Err(_) => self.diagnostics.push(
                Diagnostic::error("invalid-address", "this is no address of a resource")
                    .at(span, "")
                    .help("Write a kind and a key, such as `table/vanity_numbers`, or an ARN."),
            ),
        }
    }
}

/// The policy that says who may take a role: services, or ARNs of accounts, users and roles.
pub(crate) fn trust_policy(who: &[&str]) -> Members {
    let list = |arns: bool| -> Vec<Value> {
        who.iter().filter(|one| one.starts_with("arn:") == arns).map(|one| Value::from(*one)).collect()
    };
    document(vec![assume_role(Members::new().with_list("Service", list(false)).with_list("AWS", list(true))).into()])
}

/// The policy that lets a service take a role for resources of this account alone, so that nobody else's resource can
/// make the service use it (IAM user guide, "The confused deputy problem"; Firehose and Glue send the key, Lambda does
/// not).
pub(crate) fn own_account_trust_policy(service: &str) -> Members {
    let account = Members::new().with("aws:SourceAccount", Value::Pseudo("AWS::AccountId"));
    let statement = assume_role(Members::new().with_list("Service", vec![service.into()]))
        .with("Condition", Members::new().with("StringEquals", account));
    document(vec![statement.into()])
}

fn assume_role(principal: Members) -> Members {
    Members::new().with("Effect", "Allow").with("Principal", principal).with("Action", "sts:AssumeRole")
}

/// The policy documents inside a role: one, unless it would be empty.
pub(crate) fn inline_policy(name: &str, statements: Vec<Value>) -> Vec<Value> {
    if statements.is_empty() {
        return Vec::new();
    }
    vec![Members::new().with("PolicyName", policy_name(name)).with("PolicyDocument", document(statements)).into()]
}

/// A name that IAM takes: 128 letters, digits and `+=,.@_-`. What had to be changed gets six digits of its hash.
fn policy_name(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "+=,.@_-".contains(letter);
    if !name.is_empty() && name.len() <= LONGEST_POLICY_NAME && name.chars().all(is_plain) {
        return name.to_owned();
    }
    let mut plain: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    plain.truncate(LONGEST_POLICY_NAME - 7);
    format!("{plain}-{}", &sha256_hex(name.as_bytes())[..6])
}

pub(crate) fn document(statements: Vec<Value>) -> Members {
    Members::new().with("Version", POLICY_VERSION).with("Statement", statements)
}

/// A value with text behind it, such as the objects of a bucket.
pub(crate) fn with_suffix(value: Value, suffix: &str) -> Value {
    match value {
        Value::Reference(reference) if !suffix.is_empty() => {
            Value::Text(vec![TextPart::Reference(reference), TextPart::Literal(suffix.to_owned())])
        }
        Value::String(text) => Value::String(text + suffix),
        Value::Text(mut parts) => {
            parts.push(TextPart::Literal(suffix.to_owned()));
            Value::Text(parts)
        }
        other => other,
    }
}

/// Replaces `${AWS::Region}` and its like by the pseudo parameters.
fn pseudo_text(text: &str) -> Value {
    texts::parse(text, |name| PSEUDO.into_iter().find(|known| *known == name).map(TextPart::Pseudo))
}

/// A statement that allows actions on resources.
pub(crate) fn allow(actions: &[&str], resources: Vec<Value>) -> Value {
    let actions = actions.iter().map(|action| Value::from(*action)).collect::<Vec<_>>();
    Members::new().with("Effect", "Allow").with("Action", actions).with("Resource", resources).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudo_parameters_inside_arns() {
        let parts = |text| match pseudo_text(text) {
            Value::Text(parts) => parts,
            other => panic!("{other:?}"),
        };
        let expected = [
            TextPart::Literal("arn:aws:sns:".to_owned()),
            TextPart::Pseudo("AWS::Region"),
            TextPart::Literal(":".to_owned()),
            TextPart::Pseudo("AWS::AccountId"),
            TextPart::Literal(":topic".to_owned()),
        ];
        assert_eq!(parts("arn:aws:sns:${AWS::Region}:${AWS::AccountId}:topic"), expected);
        assert_eq!(pseudo_text("*"), Value::from("*"));
        assert_eq!(pseudo_text("a${b}${AWS::Other"), Value::from("a${b}${AWS::Other"));
    }
}
