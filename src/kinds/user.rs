//! A user.

use crate::blueprint::Channel;
use indexmap::IndexMap;
use std::collections::BTreeMap;

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Audience, Bulk, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside,
    Reach, Service, Touched, UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Duration, Name, Password, SecretReference, Short, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Attribute, Kind, Reference, Target, Value};

mod channels;

pub(crate) use channels::UserChannel;

resource! {
    /// A user; the key is the username.
    #[derive(Default)]
    pub struct User {
        /// The full name; the last word is the last name. Give this, or `first_name` and `last_name`.
        pub name: Option<Spanned<String>>,
        /// First name.
        pub first_name: Option<Spanned<String>>,
        /// Last name.
        pub last_name: Option<Spanned<String>>,
        /// E-mail address; not with `identity: saml`, where it is the username.
        pub email: Option<Spanned<String>>,
        /// A second e-mail address, for notifications.
        pub secondary_email: Option<Spanned<String>>,
        /// Mobile number in E.164 form.
        pub mobile: Option<Spanned<String>>,
        /// The routing profile. Default: `builtin/Basic Routing Profile`.
        pub profile: Option<Name>,
        /// Security profiles, 1 to 10.
        #[serde(default)]
        pub security: Vec<Name>,
        /// The hierarchy group, by its path.
        pub group: Option<Name>,
        /// How the user takes calls. Default: a soft phone.
        pub phone: Option<Phone>,
        /// What differs by channel: `{ voice: { after_contact_work: 30s }, chat: { auto_accept: true } }`.
        #[serde(default)]
        pub channels: IndexMap<Channel, Spanned<UserChannel>>,
        /// The first password, as a reference to a secret; only with `identity: connect-managed`.
        pub password: Option<Password>,
        /// The user's id in the directory, with `identity: existing-directory`.
        pub directory_user_id: Option<Spanned<String>>,
        /// What the user is good at: predefined attribute to value to level (1 to 5).
        #[serde(default)]
        pub proficiencies: BTreeMap<String, BTreeMap<String, u8>>,
    }
}

/// How a user takes calls.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Phone {
    /// `soft` (in the browser) or `desk`. Default: `soft`, or `desk` where a number is given.
    #[serde(rename = "type")]
    pub kind: Option<Spanned<PhoneKind>>,
    /// The desk phone's number in E.164 form.
    pub number: Option<Spanned<String>>,
    /// Accept calls without a click. Default: false.
    pub auto_accept: Option<bool>,
    /// Time for work after a contact. Default: `0s`, which means without limit.
    pub after_contact_work: Option<Duration>,
    /// Keep the connection open between calls (soft phone). Default: false.
    pub persistent: Option<bool>,
}

/// A kind of phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhoneKind {
    /// A phone in the browser.
    #[default]
    Soft,
    /// A phone on the desk, reached by its number.
    Desk,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "user",
    plural: "users",
    resource_type: "AWS::Connect::User",
    prefix: "User",
    is_single: false,
    lowering: Some(Lowering {
        section: "users",
        names: |blueprint| keys(&blueprint.users),
        lower: |resolver| resolver.users(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::InInstance("agent"), attribute: Some("UserArn"), parameter: "UserIds" },
    name: Some(UniqueName::in_instance("/Username")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("reports lose the history of the user"),
    reach: Reach { hears: Audience::Agents, ..Reach::listed(Touched::Agents) },
    outside: Outside::NOTHING,
    live: Live::Bulk(Bulk {
        read: |reading| {
            Box::pin(async {
                let managed = |id: &str| reading.is_managed(id);
                reading.gateway.live_users(reading.instance, &managed, reading.in_detail).await
            })
        },
        left_out: &["IdentityInfo/Email", "IdentityInfo/SecondaryEmail", "IdentityInfo/Mobile", "UserProficiencies"],
        left_out_words: Some(
            "e-mail addresses, mobile numbers and proficiencies of users for whom the blueprint has none",
        ),
        never_read: &[],
    }),
    drift: Drift {
        filled_in: &[
            ("IdentityInfo", FilledIn::Anything),
            ("DirectoryUserId", FilledIn::Anything),
            // It follows from the settings of the channels where a template has these.
            ("PhoneConfig", FilledIn::Beside(&channels::LISTS)),
            ("PhoneConfig/AutoAccept", FilledIn::False),
            ("PhoneConfig/AfterContactWorkTimeLimit", FilledIn::Zero),
            ("PhoneConfig/PersistentConnection", FilledIn::False),
            ("PhoneConfig/PhoneType", FilledIn::Text("SOFT_PHONE")),
        ],
        never_read: Some(("Password", "passwords of users")),
        ..Drift::PLAIN
    },
    service: Service::limited("L-9A46857E", "Users per instance", 500),
    checks: Checks {
        codes: &[("channel-setting", "A user has a setting for a channel that has no such setting, or half of one.")],
        told_by_rules: &["/Username", "/IdentityInfo/Mobile", "/SecurityProfileArns"],
        ..Checks::PLAIN
    },
};

impl Resolver<'_> {
    pub(crate) fn users(&mut self) {
        for (key, user) in &self.blueprint().users {
            let profile = match &user.profile {
                Some(profile) => self.arn(Kind::RoutingProfile, profile),
                None => Value::Reference(Reference {
                    target: Target::Builtin { kind: Kind::RoutingProfile, name: "Basic Routing Profile".to_owned() },
                    attribute: Attribute::Arn,
                }),
            };
            let security = self.security_profiles_of(key, user);
            self.check_channels(user);
            let group = user.group.as_ref().map(|group| self.arn(Kind::HierarchyGroup, group));
            let password = user.password.as_ref().and_then(|password| self.password(password));
            let properties = Members::of_instance()
                .with("Username", key)
                .with_some("IdentityInfo", self.identity(user))
                .with_some("PhoneConfig", user.channels.is_empty().then(|| phone(user.phone.as_ref())))
                .with("RoutingProfileArn", profile)
                .with("SecurityProfileArns", security)
                .with_some("HierarchyGroupArn", group)
                .with_some("Password", password)
                .with_some("DirectoryUserId", user.directory_user_id.as_ref())
                .with_all(channels::properties(&user.channels))
                .with_list("UserProficiencies", proficiencies(user))
                .with_tags(user.tags.as_ref())
                .finish();
            self.add(Kind::User, key, user.common(), properties);
        }
    }

    /// A user's security profiles in an order that does not depend on how they are written: Connect keeps a set.
    fn security_profiles_of(&mut self, key: &Spanned<String>, user: &User) -> Vec<Value> {
        if user.security.is_empty() {
            self.diagnostics.push(
                Diagnostic::error("user-without-security-profile", "a user needs a security profile")
                    .at(key.span, "")
                    .help("Add `security: [builtin/Agent]`."),
            );
        }
        let mut names: Vec<&Name> = user.security.iter().collect();
        names.sort();
        names.dedup();
        names.into_iter().map(|name| self.arn(Kind::SecurityProfile, name)).collect()
    }

    fn identity(&mut self, user: &User) -> Option<Members> {
        let (first, last) = match (&user.name, &user.first_name, &user.last_name) {
            (Some(name), None, None) => {
                let parts = name.trim().rsplit_once(' ');
                if parts.is_none() {
                    self.diagnostics.push(
                        Diagnostic::error("user-name-incomplete", "a user has a first and a last name")
                            .at(name.span, "only one word")
                            .help("Write both, or `first_name:` and `last_name:`."),
                    );
                }
                (parts.map(|(first, _)| first.trim_end().to_owned()), parts.map(|(_, last)| last.to_owned()))
            }
            (Some(name), _, _) => {
                self.diagnostics.push(
                    Diagnostic::error("user-name-twice", "a user's name is given twice")
                        .at(name.span, "")
                        .help("Give either `name:`, or `first_name:` and `last_name:`."),
                );
                (None, None)
            }
            (None, first, last) => {
                (first.as_ref().map(|name| name.value.clone()), last.as_ref().map(|name| name.value.clone()))
            }
        };
        let identity = Members::new()
            .with_some("FirstName", first)
            .with_some("LastName", last)
            .with_some("Email", user.email.as_ref())
            .with_some("SecondaryEmail", user.secondary_email.as_ref())
            .with_some("Mobile", user.mobile.as_ref());
        (!identity.is_empty()).then_some(identity)
    }

    fn password(&mut self, password: &Password) -> Option<Value> {
        let reference = match &password.value {
            // Reported by the check `literal-password`; the text itself goes nowhere.
            Short::Short(_) => return None,
            Short::Full(reference) => reference,
        };
        let text = dynamic_reference(reference);
        if text.is_none() {
            self.diagnostics.push(
                Diagnostic::error("invalid-secret", "a secret is named once and without colons")
                    .at(password.span, "")
                    .help("Write `{ secret: <name> }`, `{ secret: <name>, key: <member> }` or `{ ssm: <name> }`."),
            );
        }
        text.map(Value::Secret)
    }
}

/// CloudFormation's notation of a secret.
///
/// An SSM parameter is read as plain text (`ssm`): CloudFormation accepts encrypted parameters (`ssm-secure`) only
/// for a few properties, and passwords of Connect users are none of them.
fn dynamic_reference(reference: &SecretReference) -> Option<String> {
    match reference {
        SecretReference { secret: Some(secret), key, ssm: None, version: None } => {
            let arn = secret.starts_with("arn:");
            let valid = (arn || !secret.contains(':')) && !secret.contains(['{', '}']) && !secret.is_empty();
            let key = key.as_ref().map(|key| format!(":SecretString:{key}"));
            valid.then(|| {
                format!("{{{{resolve:secretsmanager:{secret}{}}}}}", key.as_deref().unwrap_or(":SecretString"))
            })
        }
        SecretReference { secret: None, key: None, ssm: Some(parameter), version } => {
            let valid = !parameter.is_empty() && !parameter.contains([':', '{', '}']);
            let version = version.map(|version| format!(":{version}")).unwrap_or_default();
            valid.then(|| format!("{{{{resolve:ssm:{parameter}{version}}}}}"))
        }
        SecretReference { .. } => None,
    }
}

fn phone(written: Option<&Phone>) -> Members {
    let kind = written.and_then(|phone| phone.kind.as_ref()).map(|kind| kind.value);
    let number = written.and_then(|phone| phone.number.as_ref());
    let kind = kind.unwrap_or(if number.is_some() { PhoneKind::Desk } else { PhoneKind::Soft });
    let after_contact_work = written.and_then(|phone| phone.after_contact_work).map_or(0, |time| time.seconds);
    Members::new()
        .with(
            "PhoneType",
            match kind {
                PhoneKind::Soft => "SOFT_PHONE",
                PhoneKind::Desk => "DESK_PHONE",
            },
        )
        .with("AutoAccept", written.and_then(|phone| phone.auto_accept).unwrap_or(false))
        .with("AfterContactWorkTimeLimit", after_contact_work)
        .with_some("DeskPhoneNumber", number)
        .with_some("PersistentConnection", written.and_then(|phone| phone.persistent))
}

fn proficiencies(user: &User) -> Vec<Value> {
    let mut items = Vec::new();
    for (attribute, values) in &user.proficiencies {
        for (value, level) in values {
            items.push(
                Members::new()
                    .with("AttributeName", attribute.as_str())
                    .with("AttributeValue", value.as_str())
                    .with("Level", u32::from(*level))
                    .into(),
            );
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use callform_source::{SourceMap, Span};

    use super::*;

    fn reference(secret: Option<&str>, key: Option<&str>, ssm: Option<&str>, version: Option<u32>) -> Option<String> {
        let span = Span::whole_file(SourceMap::default().add("a", ""));
        let spanned = |text: &str| Spanned::new(text.to_owned(), span);
        dynamic_reference(&SecretReference {
            secret: secret.map(spanned),
            key: key.map(str::to_owned),
            ssm: ssm.map(spanned),
            version,
        })
    }

    #[test]
    fn secrets_in_cloudformations_notation() {
        let whole = reference(Some("kwglobal/mary"), None, None, None);
        assert_eq!(whole.as_deref(), Some("{{resolve:secretsmanager:kwglobal/mary:SecretString}}"));
        let member = reference(Some("team"), Some("mary"), None, None);
        assert_eq!(member.as_deref(), Some("{{resolve:secretsmanager:team:SecretString:mary}}"));
        let parameter = reference(None, None, Some("/kwglobal/mary"), Some(3));
        assert_eq!(parameter.as_deref(), Some("{{resolve:ssm:/kwglobal/mary:3}}"));
    }

    #[test]
    fn secrets_that_cannot_be_written() {
        assert_eq!(reference(None, None, None, None), None);
        assert_eq!(reference(Some("a"), None, Some("b"), None), None);
        assert_eq!(reference(Some("a}}"), None, None, None), None);
        assert_eq!(reference(Some("a:b"), None, None, None), None);
        assert_eq!(reference(Some("a"), None, None, Some(1)), None);
    }
}
