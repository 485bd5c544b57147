//! Where the center is: its name, region, the countries of its numbers, the instance's alias.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::{Context, Rule};
use crate::pinned::Pinned;

/// Regions with Amazon Connect (endpoints of botocore 1.44.5, confirmed by the administrator guide).
const REGIONS: [&str; 11] = [
    "af-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-2",
    "us-east-1",
    "us-gov-west-1",
    "us-west-2",
];
/// Stack names take 128 characters; suffixes and account-wide names derived from it need some.
const LONGEST_CENTER: usize = 40;
const LONGEST_ALIAS: usize = 45;

static COUNTRIES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| include_str!("countries.txt").lines().collect());

/// From when the list of countries is.
pub(super) fn pinned() -> Pinned {
    Pinned {
        what: "countries of numbers",
        entries: Some(COUNTRIES.len()),
        as_of: "2026-11-21",
        source: "Amazon Connect's API",
    }
}

pub(super) const CENTER: Rule = Rule {
    codes: &["invalid-center-name"],
    about: "The center's name cannot be the name of a stack.",
    why: "CloudFormation takes letters, digits and hyphens, a letter first; bucket names derived from it take \
          lower-case letters only.",
    check: center,
};

pub(super) const REGION: Rule = Rule {
    codes: &["unknown-region"],
    about: "The region has no Amazon Connect.",
    why: "Nothing could be created there.",
    check: region,
};

pub(super) const COUNTRY: Rule = Rule {
    codes: &["unknown-country"],
    about: "A phone number is to be claimed in a country that Connect does not list.",
    why: "ClaimPhoneNumber takes the country codes of its API model only.",
    check: country,
};

pub(super) const ALIAS: Rule = Rule {
    codes: &["invalid-instance-alias"],
    about: "The instance's alias has characters or a length that Connect does not accept.",
    why: "The alias is part of a host name: 1 to 45 letters, digits and hyphens, not starting with `d-`.",
    check: alias,
};

fn center(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let name = &context.loaded.blueprint.center;
    let valid = name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.len() <= LONGEST_CENTER
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !valid {
        diagnostics.push(
            Diagnostic::error("invalid-center-name", "this cannot be the name of a center")
                .at(name.span, "")
                .help(format!("Use up to {LONGEST_CENTER} lower-case letters, digits and hyphens, a letter first.")),
        );
    }
}

fn region(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let region = &context.loaded.blueprint.region;
    if REGIONS.contains(&region.as_str()) {
        return;
    }
    let diagnostic =
        Diagnostic::error("unknown-region", "Amazon Connect is not available in this region").at(region.span, "");
    let diagnostic = match did_you_mean(region, REGIONS) {
        Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
        None => diagnostic,
    };
    diagnostics.push(diagnostic.help(format!("Regions with Amazon Connect: {}.", REGIONS.join(", "))));
}

fn country(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for number in context.loaded.blueprint.phone_numbers.values() {
        if let Some(country) = &number.country
            && !COUNTRIES.contains(country.as_str())
        {
            diagnostics.push(
                Diagnostic::error("unknown-country", "Connect has no phone numbers of this country")
                    .at(country.span, "")
                    .help("Write the two capital letters of ISO 3166-1, such as `US` or `GB`."),
            );
        }
    }
}

fn alias(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let Some(alias) = &context.loaded.blueprint.instance.alias else { return };
    let valid = !alias.is_empty()
        && alias.len() <= LONGEST_ALIAS
        && !alias.starts_with("d-")
        && !alias.starts_with('-')
        && !alias.ends_with('-')
        && alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !valid {
        diagnostics.push(
            Diagnostic::error("invalid-instance-alias", "Connect does not accept this alias")
                .at(alias.span, "")
                .help("Use 1 to 45 letters, digits and hyphens; no hyphen at either end, and not `d-` first."),
        );
    }
}
