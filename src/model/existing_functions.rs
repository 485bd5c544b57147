//! Functions that exist: an instance has to be associated with them, and they have to let it in, before a flow can invoke
//! them. Without that every call takes the error branch.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::{Diagnostic, Span, Spanned};

use super::members::Members;
use super::resolver::Resolver;
use super::{Address, Kind, TextPart, Value, arn};
use crate::blueprint::{Common, Lambda};

impl Resolver<'_> {
    /// The ARN of a function of `lambdas:` that exists already.
    pub(super) fn existing_function(&self, name: &str) -> Option<&Spanned<String>> {
        self.blueprint().lambdas.iter().find(|(key, _)| key.value == name)?.1.arn.as_ref()
    }

    /// What is said of a function that exists, apart from letting flows invoke it.
    pub(super) fn check_existing_function(&mut self, lambda: &Lambda, existing: &Spanned<String>) {
        if !arn::names_kind(existing, Kind::Lambda) {
            self.wrong_arn(Kind::Lambda, existing);
        }
        if lambda.code.is_some() || lambda.bundle.is_some() {
            self.diagnostics.push(
                Diagnostic::error("lambda-code", "a function's code comes from exactly one place")
                    .at(existing.span, "this function exists already")
                    .help("Give one of `bundle:`, `code:` and `arn:`."),
            );
        }
    }

    /// Associates the instance with every function that flows invoke by its ARN, and with those of `lambdas:` that exist.
    /// All flows have to be there.
    pub(crate) fn associate_existing_functions(&mut self) {
        let mut wanted: BTreeMap<String, (Span, Vec<Address>)> = BTreeMap::new();
        let mut left_out = BTreeSet::new();
        for (key, lambda) in &self.blueprint().lambdas {
            let Some(arn) = lambda.arn.as_ref().filter(|arn| arn::names_kind(arn, Kind::Lambda)) else { continue };
            if lambda.connect.unwrap_or(true) {
                wanted.insert(arn.value.clone(), (key.span, Vec::new()));
            } else {
                left_out.insert(arn.value.clone());
            }
        }
        for resource in self.resources.values() {
            if !matches!(resource.address.kind, Kind::Flow | Kind::FlowModule) {
                continue;
            }
            for arn in resource.properties.get("Content").into_iter().flat_map(functions_in) {
                if !left_out.contains(&arn) {
                    wanted.entry(arn).or_insert((resource.span, Vec::new())).1.push(resource.address.clone());
                }
            }
        }
        for (arn, (span, flows)) in wanted {
            let integration = self.associate(&arn, span);
            for flow in flows {
                if let Some(flow) = self.resources.get_mut(&flow) {
                    flow.depends_on.push(integration.clone());
                }
            }
        }
    }

    fn associate(&mut self, arn: &str, span: Span) -> Address {
        let mut parts = arn.split(':').skip(4);
        let account = parts.next().unwrap_or_default();
        let name = parts.skip(1).collect::<Vec<_>>().join(".");
        let mut key = Spanned::new(format!("existing.{name}"), span);
        if self.resources.contains_key(&Address::new(Kind::Integration, key.value.clone())) {
            key.value = format!("existing.{account}.{name}");
        }
        let permission = Members::new()
            .with("Action", "lambda:InvokeFunction")
            .with("FunctionName", arn)
            .with("Principal", "connect.amazonaws.com")
            .with("SourceAccount", Value::Pseudo("AWS::AccountId"))
            .with("SourceArn", Value::instance_arn())
            .finish();
        self.add(Kind::LambdaPermission, &key, Common::NONE, "AWS::Lambda::Permission", permission);
        let association = Members::new()
            .with("InstanceId", Value::instance_arn())
            .with("IntegrationType", "LAMBDA_FUNCTION")
            .with("IntegrationArn", arn)
            .finish();
        let integration =
            self.add(Kind::Integration, &key, Common::NONE, "AWS::Connect::IntegrationAssociation", association);
        integration.depends_on.push(Address::new(Kind::LambdaPermission, key.value.clone()));
        integration.address.clone()
    }
}

/// ARNs of functions that stand in the content of a flow.
fn functions_in(content: &Value) -> BTreeSet<String> {
    let texts: Vec<&str> = match content {
        Value::String(text) => vec![text],
        Value::Text(parts) => parts
            .iter()
            .filter_map(|part| match part {
                TextPart::Literal(text) => Some(text.as_str()),
                TextPart::Reference(_) | TextPart::Pseudo(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    texts
        .into_iter()
        .flat_map(|text| text.split('"'))
        .filter(|text| arn::names_kind(text, Kind::Lambda))
        .map(str::to_owned)
        .collect()
}
