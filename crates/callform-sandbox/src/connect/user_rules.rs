//! The rules for a user's members: name, password, identity and phone.

use serde_json::{Value, json};

use crate::error::AwsError;

use super::document::{Document, text};
use super::error::invalid_parameter;
use super::input::Input;
use super::operation::{Shape, TEXT, optional, required};
use super::quick_connects::check_phone_number;
use super::routing_profile_queues::CHANNEL;

/// Longest after contact work, in seconds.
const LONGEST_WORK: i64 = 2_000_000;
const WORK: Shape = Shape::Object(&[optional("AfterContactWorkTimeLimit", Shape::Number(0, LONGEST_WORK))]);
const PHONE_TYPE: Shape = Shape::OneOf(&["SOFT_PHONE", "DESK_PHONE"]);
const MOST: usize = 4;

/// First name, last name and addresses.
pub(super) const IDENTITY: Shape = Shape::Object(&[
    optional("FirstName", Shape::Text(0, 255)),
    optional("LastName", Shape::Text(0, 300)),
    optional("Email", TEXT),
    optional("SecondaryEmail", TEXT),
    optional("Mobile", TEXT),
]);
/// The phone settings for all channels.
pub(super) const PHONE: Shape = Shape::Object(&[
    optional("PhoneType", PHONE_TYPE),
    optional("AutoAccept", Shape::Flag),
    optional("AfterContactWorkTimeLimit", Shape::Number(0, LONGEST_WORK)),
    optional("DeskPhoneNumber", TEXT),
    optional("PersistentConnection", Shape::Flag),
]);
/// Accept contacts without asking, by channel.
pub(super) const AUTO_ACCEPT: Shape = Shape::List(
    0,
    MOST,
    &Shape::Object(&[
        required("Channel", CHANNEL),
        required("AutoAccept", Shape::Flag),
        optional("AgentFirstCallbackAutoAccept", Shape::Flag),
    ]),
);
/// Time for work after a contact, by channel.
pub(super) const AFTER_CONTACT_WORK: Shape = Shape::List(
    0,
    MOST,
    &Shape::Object(&[
        required("Channel", CHANNEL),
        required("AfterContactWorkConfig", WORK),
        optional("AgentFirstCallbackAfterContactWorkConfig", WORK),
    ]),
);
/// Phone type and number, by channel.
pub(super) const PHONE_NUMBER: Shape = Shape::List(
    0,
    MOST,
    &Shape::Object(&[required("Channel", CHANNEL), required("PhoneType", PHONE_TYPE), optional("PhoneNumber", TEXT)]),
);
/// Keep the line open, by channel.
pub(super) const PERSISTENT_CONNECTION: Shape = Shape::List(
    0,
    MOST,
    &Shape::Object(&[required("Channel", CHANNEL), required("PersistentConnection", Shape::Flag)]),
);
/// Voice enhancement, by channel.
pub(super) const VOICE_ENHANCEMENT: Shape = Shape::List(
    0,
    MOST,
    &Shape::Object(&[
        required("Channel", CHANNEL),
        required("VoiceEnhancementMode", Shape::OneOf(&["VOICE_ISOLATION", "NOISE_SUPPRESSION", "NONE"])),
    ]),
);

/// The settings by channel, which do not go together with `PhoneConfig`.
pub(super) const CONFIGS: &[&str] = &[
    "AutoAcceptConfigs",
    "AfterContactWorkConfigs",
    "PhoneNumberConfigs",
    "PersistentConnectionConfigs",
    "VoiceEnhancementConfigs",
];

/// Checks the members of a new user.
pub(super) fn check_new(input: &Input) -> Result<(), AwsError> {
    check_username(input)?;
    check_password(input)?;
    check_identity(input)?;
    if input.object("PhoneConfig").is_some()
        && let Some(other) = CONFIGS.iter().find(|member| !input.list(member).is_empty())
    {
        return Err(invalid_parameter(format!("PhoneConfig and {other} cannot be used together")));
    }
    check_phone(input)?;
    check_phone_numbers(input)
}

/// How an instance manages identities: `CONNECT_MANAGED`, `SAML` or `EXISTING_DIRECTORY`.
fn identity_management<'a>(input: &'a Input) -> &'a str {
    text(input.instance_document(), "IdentityManagementType")
}

fn check_username(input: &Input) -> Result<(), AwsError> {
    let name = input.need("Username")?;
    let most = if identity_management(input) == "SAML" { 64 } else { 20 };
    if name.chars().count() > most {
        return Err(invalid_parameter(format!("The username {name} has more than {most} characters")));
    }
    let legal = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.@".contains(c));
    let address = match name.split_once('@') {
        None => true,
        // Identity providers send what they like: Salesforce's names are `alias@user@org`.
        Some(_) if identity_management(input) == "SAML" => true,
        Some((local, domain)) => {
            let parts: Vec<&str> = domain.split('.').collect();
            !local.is_empty() && !domain.contains('@') && parts.len() > 1 && parts.iter().all(|part| !part.is_empty())
        }
    };
    if legal && address { Ok(()) } else { Err(invalid_parameter(format!("The username {name} is not valid"))) }
}

/// A password is required where the instance manages identities, and an error elsewhere.
fn check_password(input: &Input) -> Result<(), AwsError> {
    let managed = identity_management(input) == "CONNECT_MANAGED";
    match input.text("Password") {
        Some(_) if !managed => {
            Err(invalid_parameter("Password is not supported by the instance's identity management"))
        }
        None if managed => Err(invalid_parameter("Password is required")),
        Some(password) => {
            let has = |test: fn(&char) -> bool| password.chars().any(|c| test(&c));
            let length = (8..=64).contains(&password.chars().count());
            let mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit);
            if length && mixed && !password.contains(char::is_whitespace) {
                return Ok(());
            }
            let rule = "Password must have 8 to 64 characters, among them a lower case letter, an upper case letter and a digit";
            Err(invalid_parameter(rule))
        }
        None => Ok(()),
    }
}

/// First and last name are required unless a directory has them.
pub(super) fn check_identity(input: &Input) -> Result<(), AwsError> {
    let management = identity_management(input);
    let identity = input.object("IdentityInfo").cloned().unwrap_or_default();
    if management != "EXISTING_DIRECTORY"
        && let Some(missing) = ["FirstName", "LastName"].into_iter().find(|member| text(&identity, member).is_empty())
    {
        return Err(invalid_parameter(format!("IdentityInfo.{missing} is required")));
    }
    if management == "SAML" && !text(&identity, "Email").is_empty() {
        return Err(invalid_parameter("IdentityInfo.Email is not supported with SAML"));
    }
    Ok(())
}

/// A desk phone has a number.
pub(super) fn check_phone(input: &Input) -> Result<(), AwsError> {
    let Some(phone) = input.object("PhoneConfig") else { return Ok(()) };
    check_desk_phone("PhoneConfig.DeskPhoneNumber", text(phone, "PhoneType"), text(phone, "DeskPhoneNumber"))
}

/// A desk phone has a number, for each channel.
pub(super) fn check_phone_numbers(input: &Input) -> Result<(), AwsError> {
    input.list("PhoneNumberConfigs").iter().filter_map(Value::as_object).try_for_each(|config| {
        check_desk_phone("PhoneNumberConfigs.PhoneNumber", text(config, "PhoneType"), text(config, "PhoneNumber"))
    })
}

fn check_desk_phone(member: &str, phone_type: &str, number: &str) -> Result<(), AwsError> {
    match (phone_type, number) {
        ("DESK_PHONE", "") => Err(invalid_parameter(format!("{member} is required for a desk phone"))),
        (_, "") => Ok(()),
        _ => check_phone_number(number),
    }
}

/// Describe shows the plain members of `PhoneConfig` with their defaults.
pub(super) fn complete_phone(body: &mut Document) {
    if let Some(Value::Object(phone)) = body.get_mut("PhoneConfig") {
        phone.entry("AutoAccept").or_insert_with(|| json!(false));
        phone.entry("AfterContactWorkTimeLimit").or_insert_with(|| json!(0));
    }
}
