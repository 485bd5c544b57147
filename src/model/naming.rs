//! Names derived from blueprint keys: logical IDs and names of Connect objects.

use super::Kind;
use crate::digest::sha256_hex;

/// The longest logical ID that CloudFormation takes.
const LONGEST_LOGICAL_ID: usize = 255;

/// The logical ID of a key: `QueueCustomerService` for `queue/customer_service`.
///
/// A key of lower-case words joined by `_` turns into capitalized words, which can be undone, so that two such keys
/// never meet. Every other key gets six digits of its hash as well: `mary.jane` and `mary_jane` stay apart, and no
/// logical ID depends on which other keys there are.
pub(crate) fn logical_id(kind: Kind, key: &str) -> String {
    let descriptor = kind.descriptor();
    let mut id = descriptor.prefix.to_owned();
    if descriptor.is_single {
        return id;
    }
    for word in key.split(|character: char| !character.is_ascii_alphanumeric()) {
        push_capitalized(&mut id, word);
    }
    if !is_snake_case(key) || id.len() > LONGEST_LOGICAL_ID {
        id.truncate(LONGEST_LOGICAL_ID - 6);
        id.push_str(&sha256_hex(key.as_bytes())[..6]);
    }
    id
}

/// The longest name of a stream; those of tables may be longer.
const LONGEST_PHYSICAL_NAME: usize = 128;

/// The name of something that is kept when its center is destroyed, and has to be found again: `kwglobal-vanity_numbers`.
///
/// Tables and streams take letters, digits, `_`, `.` and `-`. Keys with other characters, and names that would be too
/// long, get six digits of the key's hash instead, so that no two keys of a center meet.
pub(crate) fn physical_name(center: &str, key: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
    let name = format!("{center}-{key}");
    if name.chars().all(is_plain) && name.len() <= LONGEST_PHYSICAL_NAME {
        return name;
    }
    let mut plain: String = name.chars().map(|character| if is_plain(character) { character } else { '-' }).collect();
    plain.truncate(LONGEST_PHYSICAL_NAME - 7);
    format!("{plain}-{}", &sha256_hex(key.as_bytes())[..6])
}

/// The name a Connect object gets from its key: `Customer Service` for `customer_service`; a key that is not all
/// lower-case words joined by `_` is the name as it stands.
pub(crate) fn display_name(key: &str) -> String {
    if !is_snake_case(key) {
        return key.to_owned();
    }
    let mut name = String::new();
    for word in key.split('_') {
        if !name.is_empty() {
            name.push(' ');
        }
        push_capitalized(&mut name, word);
    }
    name
}

fn is_snake_case(key: &str) -> bool {
    key.split('_').all(|word| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

fn push_capitalized(text: &mut String, word: &str) {
    let mut characters = word.chars();
    text.extend(characters.next().map(|first| first.to_ascii_uppercase()));
    text.push_str(characters.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_keys_become_plain_words() {
        assert_eq!(logical_id(Kind::Queue, "customer_service"), "QueueCustomerService");
        assert_eq!(logical_id(Kind::Flow, "main_menu2"), "FlowMainMenu2");
        assert_eq!(logical_id(Kind::Instance, "anything"), "Instance");
        assert_eq!(display_name("customer_service"), "Customer Service");
    }

    #[test]
    fn names_of_what_is_kept_are_plain_and_keep_apart() {
        assert_eq!(physical_name("kwglobal", "vanity_numbers"), "kwglobal-vanity_numbers");
        let (one, other) = (physical_name("kwglobal", "a b"), physical_name("kwglobal", "a/b"));
        assert!(
            one.starts_with("kwglobal-a-b-") && other.starts_with("kwglobal-a-b-") && one != other,
            "{one} {other}"
        );
        let long = physical_name("kwglobal", &"x".repeat(300));
        assert_eq!(long.len(), LONGEST_PHYSICAL_NAME);
        assert_ne!(long, physical_name("kwglobal", &"x".repeat(301)));
    }

    #[test]
    fn other_keys_keep_apart_by_their_hash() {
        let ids: std::collections::BTreeSet<String> =
            ["mary.jane", "mary_jane", "Mary_Jane", "mary-jane", "mary__jane"]
                .into_iter()
                .map(|key| logical_id(Kind::User, key))
                .collect();
        assert_eq!(ids.len(), 5);
        assert!(ids.iter().all(|id| id.starts_with("UserMaryJane") || id.starts_with("UserMary")));
        assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        assert_eq!(display_name("VIP"), "VIP");
        assert_eq!(display_name("Mary Jane"), "Mary Jane");
    }

    #[test]
    fn long_and_foreign_keys_still_give_valid_ids() {
        let long = logical_id(Kind::User, &"a".repeat(400));
        assert!(long.len() <= 255);
        let foreign = logical_id(Kind::Queue, "顧客");
        assert!(foreign.len() > "Queue".len() && foreign.is_ascii());
    }
}
