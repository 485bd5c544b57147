//! Phone numbers and the flows that answer them.

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;
use vanity::keypad::Keypad;

use super::descriptor::{
    ArnForm, Audience, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach,
    Service, Touched,
};
use super::keys;
use crate::blueprint::{Definition as _, Name, resource};
use crate::model::members::Members;
use crate::model::resolver::{Found, Resolver};
use crate::model::{Association, DeletionPolicy, EXISTING_PHONE_NUMBER, Kind, Target, Value};

resource! {
    /// A phone number.
    pub struct PhoneNumber {
        /// Country, as two letters (ISO 3166-1), such as `US`.
        pub country: Option<Spanned<String>>,
        /// What kind of number to claim.
        #[serde(rename = "type")]
        pub kind: Option<PhoneNumberType>,
        /// Beginning of the number to claim, with country code: `+1206`. Letters stand for the digits of their keys:
        /// `+1-555-FLOWERS`; `callform vanity claim` looks for such numbers.
        pub prefix: Option<Spanned<String>>,
        /// A number that is already claimed for the instance, in E.164 form: it is taken over instead of claiming one.
    /// `country` and `type` must be the number's own. It is retained when it leaves the blueprint.
        pub existing: Option<Spanned<String>>,
        /// ARN of a number of another region (with this one in a traffic distribution group) or of another service that this
        /// number is made from, instead of `country`, `type` and `prefix`.
        pub source: Option<Spanned<String>>,
        /// ARN of the traffic distribution group that calls go through. Default: the instance itself.
        pub distribution_group: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// The flow that answers calls to this number.
        pub flow: Option<Name>,
    }
}

/// A kind of phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhoneNumberType {
    /// A local number (direct inward dialing).
    Did,
    /// A number that is free for the caller.
    TollFree,
    /// A universal international freephone number.
    Uifn,
    /// A shared-cost number.
    Shared,
    /// A local number of a third party.
    ThirdPartyDid,
    /// A toll-free number of a third party.
    ThirdPartyTf,
    /// A short code for messages.
    ShortCode,
}

impl PhoneNumberType {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            PhoneNumberType::Did => "DID",
            PhoneNumberType::TollFree => "TOLL_FREE",
            PhoneNumberType::Uifn => "UIFN",
            PhoneNumberType::Shared => "SHARED",
            PhoneNumberType::ThirdPartyDid => "THIRD_PARTY_DID",
            PhoneNumberType::ThirdPartyTf => "THIRD_PARTY_TF",
            PhoneNumberType::ShortCode => "SHORT_CODE",
        }
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "phone_number",
    plural: "phone numbers",
    resource_type: "AWS::Connect::PhoneNumber",
    prefix: "PhoneNumber",
    is_single: false,
    lowering: Some(Lowering {
        section: "phone_numbers",
        names: |blueprint| keys(&blueprint.phone_numbers),
        lower: |resolver| resolver.phone_numbers(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ById("arn:${AWS::Partition}:connect:${AWS::Region}:${AWS::AccountId}:phone-number/${Id}"),
        attribute: Some("PhoneNumberArn"),
        parameter: "PhoneNumberIds",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("the number is released"),
    reach: Reach { tells: Audience::Agents, ..Reach::listed(Touched::PhoneNumbers) },
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_phone_numbers(reading.managed))),
    drift: Drift { filled_in: &[("CountryCode", FilledIn::Anything), ("Type", FilledIn::Anything)], ..Drift::PLAIN },
    service: Service { seconds: 10, ..Service::limited("L-8F812903", "Phone numbers per instance", 5) },
    checks: Checks { told_by_rules: &["/CountryCode", "/Prefix"], ..Checks::PLAIN },
};

impl Resolver<'_> {
    pub(crate) fn phone_numbers(&mut self) {
        for (key, number) in &self.blueprint().phone_numbers {
            self.kind_of_number(key, number);
            let properties = Members::new()
                .with("TargetArn", number.distribution_group.as_ref().map_or_else(Value::instance_arn, Value::from))
                .with_some("SourcePhoneNumberArn", number.source.as_ref())
                .with_some("CountryCode", number.country.as_ref())
                .with_some("Type", number.kind.map(PhoneNumberType::as_str))
                .with_some("Prefix", number.prefix.as_ref().map(|prefix| dialed(prefix)))
                .with_some("Description", number.description.as_ref())
                .with_tags(number.tags.as_ref())
                .finish();
            let resource = self.add(Kind::PhoneNumber, key, number.common(), properties);
            if let Some(existing) = &number.existing {
                resource.metadata.insert(EXISTING_PHONE_NUMBER.to_owned(), existing.value.clone());
                // It was there before this center and is not this center's to release.
                resource.deletion_policy = DeletionPolicy::Retain;
            }
            let phone_number = resource.address.clone();
            let Some(flow) = &number.flow else { continue };
            match self.find(Kind::Flow, flow) {
                Found::Target(target) => {
                    if let Target::Resource(address) = &target {
                        self.answering_flow(&address.name, flow.span);
                    }
                    self.associations.push(Association { phone_number, flow: target, span: flow.span });
                }
                Found::Arn(_) => self.diagnostics.push(
                    Diagnostic::error("arn-not-possible", "a phone number is answered by a flow with a name")
                        .at(flow.span, "an ARN")
                        .help("Define the flow in the blueprint, or name a built-in one: `builtin/<name>`."),
                ),
            }
        }
    }

    /// What has to be said about a number, and what cannot be said about one that exists.
    fn kind_of_number(&mut self, key: &Spanned<String>, number: &PhoneNumber) {
        if let Some(source) = &number.source {
            let others = [&number.country, &number.prefix, &number.existing].into_iter().flatten();
            if others.count() > 0 || number.kind.is_some() {
                self.diagnostics.push(
                    Diagnostic::error(
                        "phone-number-without-kind",
                        "a number that is made from another has its country and type",
                    )
                    .at(source.span, "")
                    .help("Give `source:` alone, or `country:` and `type:` without it."),
                );
            }
            return;
        }
        if number.country.is_none() || number.kind.is_none() {
            let (message, help) = if number.existing.is_some() {
                // The template is made without a look at the account, and must say the same as the live number.
                ("the kind of this number is not said", "Give `country:` and `type:` as the number has them.")
            } else {
                (
                    "which number to claim is not said",
                    "Give `country:` and `type:` to claim a number, and also `existing:` for one that is claimed.",
                )
            };
            self.diagnostics.push(Diagnostic::error("phone-number-without-kind", message).at(key.span, "").help(help));
        }
        let Some(existing) = &number.existing else { return };
        if let Some(prefix) = &number.prefix {
            self.diagnostics.push(
                Diagnostic::error("existing-phone-number", "a prefix is for numbers that are claimed")
                    .at(prefix.span, "")
                    .also(existing.span, "this one exists")
                    .help("Remove `prefix:`."),
            );
        }
        if number.retain == Some(false) {
            self.diagnostics.push(
                Diagnostic::error("existing-phone-number", "a number that is taken over is always retained")
                    .at(existing.span, "")
                    .help("Remove `retain: false`; without `existing:` the number can be released later."),
            );
        }
    }

    /// Connect answers calls with flows of the type inbound only.
    fn answering_flow(&mut self, key: &str, span: callform_source::Span) {
        let flow = self.blueprint().flows.iter().find(|(name, _)| name.value == key);
        if let Some((name, flow)) = flow
            && let Some(kind) = &flow.kind
            && kind.value != callform_flow::FlowType::ContactFlow
        {
            self.diagnostics.push(
                Diagnostic::error("wrong-flow-type", "a phone number needs a flow of the type inbound")
                    .at(span, "")
                    .also(name.span, format!("this flow is of the type {}", kind.value)),
            );
        }
    }
}

/// The beginning of a number as Connect takes it: a plus and digits, also for letters on keys. What is no beginning of a
/// number is as it is written; [`crate::check`] says so.
pub(crate) fn dialed(prefix: &str) -> String {
    let is_written = |character: char| character.is_ascii_alphanumeric() || " -.()".contains(character);
    match prefix.strip_prefix('+') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) && rest.chars().all(is_written) => {
            format!("+{}", Keypad::E161.dialed(rest))
        }
        _ => prefix.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::dialed;

    #[test]
    fn letters_of_a_prefix_are_dialed() {
        assert_eq!(dialed("+1206"), "+1206");
        assert_eq!(dialed("+1-555-FLOWERS"), "+15553569377");
        assert_eq!(dialed("+1 (555) flo"), "+1555356");
        for wrong in ["+FLOWERS", "1800", "+1_800", "+", "", "+1é"] {
            assert_eq!(dialed(wrong), wrong);
        }
    }
}
