//! The registry of rules.

use callform_source::Diagnostics;

use crate::kinds::Kind;

use super::{
    Context, hierarchy, keys, lambdas, languages, names, passwords, permissions, phones, places, proficiencies,
    properties, quick_connects, routing, secrets, storage, tags, time_zones, uploads, usernames,
};

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Codes of the diagnostics it reports.
    pub codes: &'static [&'static str],
    /// What it looks for, one sentence.
    pub about: &'static str,
    /// Why that matters, and where the fact comes from.
    pub why: &'static str,
    /// Looks.
    pub check: fn(Context<'_>, &mut Diagnostics),
}

/// Rules about more than one kind of thing, in the order they run.
const RULES: &[Rule] = &[
    places::CENTER,
    places::REGION,
    places::COUNTRY,
    places::ALIAS,
    names::DUPLICATES,
    usernames::CHARACTERS,
    usernames::DUPLICATES,
    usernames::IDENTITY,
    usernames::EMAIL,
    passwords::LITERAL,
    passwords::MISSING,
    passwords::PATTERN,
    secrets::PLAIN_SIGHT,
    phones::NUMBERS,
    phones::DESK_PHONES,
    time_zones::UNKNOWN,
    routing::CONCURRENCY,
    routing::ENTRIES,
    permissions::UNKNOWN,
    hierarchy::NAMES,
    quick_connects::TOO_MANY,
    lambdas::TOO_SLOW,
    lambdas::VANITY,
    tags::REFUSED,
    storage::NOT_STORED,
    uploads::PROMPTS,
    uploads::CODE,
    uploads::RUNTIME,
    languages::INVALID,
    keys::KMS,
    proficiencies::PROFICIENCIES,
    keys::REGION,
    properties::INVALID,
];

/// Every rule, in the order they run.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(Kind::ALL.iter().flat_map(|kind| kind.descriptor().checks.rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_described_and_codes_are_in_kebab_case() {
        for rule in rules() {
            assert!(rule.about.ends_with('.') && rule.why.ends_with('.'), "{:?}", rule.codes);
            for code in rule.codes {
                assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            }
        }
    }
}
