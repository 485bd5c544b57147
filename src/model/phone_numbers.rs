//! Phone numbers and the flows that answer them.

use callform_source::Diagnostic;

use super::members::Members;
use super::resolver::{Found, Resolver};
use super::{Association, EXISTING_PHONE_NUMBER, Kind, Target, Value};
use crate::blueprint::{Definition as _, PhoneNumberType};

impl Resolver<'_> {
    pub(super) fn phone_numbers(&mut self) {
        for (key, number) in &self.blueprint().phone_numbers {
            if number.existing.is_none() && (number.country.is_none() || number.kind.is_none()) {
                self.diagnostics.push(
                    Diagnostic::error("phone-number-without-kind", "which number to claim is not said")
                        .at(key.span, "")
                        .help("Give `country:` and `type:` to claim a number, or `existing:` for one that is claimed."),
                );
            }
            let properties = Members::new()
                .with("TargetArn", Value::instance_arn())
                .with_some("CountryCode", number.country.as_ref())
                .with_some("Type", number.kind.map(PhoneNumberType::as_str))
                .with_some("Prefix", number.prefix.as_ref())
                .with_some("Description", number.description.as_ref())
                .with_tags(number.tags.as_ref())
                .finish();
            let resource = self.add(Kind::PhoneNumber, key, number.common(), "AWS::Connect::PhoneNumber", properties);
            if let Some(existing) = &number.existing {
                resource.metadata.insert(EXISTING_PHONE_NUMBER.to_owned(), existing.value.clone());
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
