//! A flow.

use std::collections::BTreeMap;

use callform_aws::ObjectType;
use callform_flow::FlowType;
use callform_flow::steps::{Branch, Step};
use callform_source::{Diagnostic, Spanned};
use indexmap::IndexMap;
use serde_json::Value;

use super::descriptor::{
    ArnForm, Builtins, Checks, Content, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, NamedFile,
    Outside, Reach, Service, Touched, UniqueName,
};
use super::keys;
use crate::blueprint::{Blueprint, Definition as _, TextKind, resource};
use crate::model::flows::{Source, finish, name_of, stub_content};
use crate::model::members::Members;
use crate::model::{Address, Kind, Resolver};

resource! {
    /// A flow: exactly one of `steps`, `template` and `json`.
    pub struct Flow {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it does.
        pub description: Option<Spanned<String>>,
        /// What it is for. Default: `inbound`, or the template's type.
        #[serde(rename = "type")]
        pub kind: Option<Spanned<FlowType>>,
        /// The steps, from the first to the last.
        pub steps: Option<Vec<Spanned<Step>>>,
        /// What happens after an error that a step does not handle itself.
        pub on_error: Option<Branch>,
        /// Name of a flow template, such as `callback-in-queue`.
        pub template: Option<Spanned<String>>,
        /// The template's parameters.
        pub with: Option<Spanned<IndexMap<Spanned<String>, Spanned<Value>>>>,
        /// A flow in the JSON form that Connect exports, as a file beside the blueprint.
        pub json: Option<Spanned<String>>,
        /// What the ARNs of an exported flow stand for here: ARN to address, such as `queue/customer_service`.
        #[serde(default)]
        pub arns: BTreeMap<String, Spanned<String>>,
        /// What the steps call objects that this blueprint does not define, and what the service calls them: address,
        /// such as `queue/sales`, to ARN or identifier. Written by `callform flow decompile`; take an entry out once the
        /// object is defined here.
        #[serde(default)]
        pub unresolved: BTreeMap<String, Spanned<String>>,
        /// Keep the flow, but out of sight. Default: false.
        #[serde(default)]
        pub archived: bool,
        /// Publish a version whenever the content changes; the one before it goes. Default: false.
        #[serde(default)]
        pub versioned: bool,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "flow",
    plural: "flows",
    resource_type: "AWS::Connect::ContactFlow",
    prefix: "Flow",
    is_single: false,
    lowering: Some(Lowering {
        section: "flows",
        names: |blueprint| keys(&blueprint.flows),
        lower: |resolver| resolver.flows(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("contact-flow"),
        attribute: Some("ContactFlowArn"),
        parameter: "ContactFlowIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: Some(Builtins {
        known: &[
            "Default agent hold",
            "Default agent transfer",
            "Default agent whisper",
            "Default customer hold",
            "Default customer queue",
            "Default customer whisper",
            "Default outbound",
            "Default queue transfer",
            "Sample inbound flow (first contact experience)",
            "Sample AB test",
            "Sample disconnect flow",
            "Sample queue configurations flow",
            "Sample queue customer",
            "Sample recording behavior",
            "Sample note for screenpop",
            "Sample Lambda integration",
            "Sample secure input with no agent",
            "Sample secure input with agent",
            "Sample interruptible queue flow with callback",
        ],
        objects: ObjectType::Flow,
    }),
    lifetime: Lifetime::PLAIN,
    reach: Reach::listed(Touched::Flows),
    outside: Outside { is_of_region: true, may_be_of_others: false },
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_flows(reading.instance))),
    drift: Drift {
        filled_in: &[("State", FilledIn::Text("ACTIVE"))],
        written_together: &["Name", "Description", "State"],
        ..Drift::PLAIN
    },
    service: Service::limited("L-22922690", "Contact flows per instance", 100),
    checks: Checks::PLAIN,
};

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let files = blueprint.flows.values().filter_map(|flow| flow.json.clone());
    files.map(|name| NamedFile { name, content: Content::Text(TextKind::Json) }).collect()
}

impl Resolver<'_> {
    pub(crate) fn flows(&mut self) {
        let mut sound = Vec::new();
        for (key, flow) in &self.blueprint().flows {
            let source = Source {
                key,
                flow_type: flow.kind.as_ref().map_or(FlowType::ContactFlow, |kind| kind.value),
                type_is_given: flow.kind.is_some(),
                steps: flow.steps.as_deref(),
                on_error: flow.on_error.as_ref(),
                template: flow.template.as_ref(),
                with: flow.with.as_ref().map(|with| with.span),
                arguments: flow.with.as_ref().map(|with| &with.value),
                json: flow.json.as_ref(),
                arns: &flow.arns,
                unresolved: &flow.unresolved,
                settings: None,
            };
            if let Some(kind) = &flow.kind
                && kind.value == FlowType::Module
            {
                self.diagnostics.push(
                    Diagnostic::error("wrong-flow-type", "a module is no flow")
                        .at(kind.span, "")
                        .help("Define it under `flow_modules:`."),
                );
                continue;
            }
            let Some(compiled) = self.compile(&source) else { continue };
            self.flows.insert(Address::new(Kind::Flow, key.value.as_str()), compiled.written);
            let (flow_type, stub) = (compiled.flow_type, stub_content(compiled.flow_type));
            let properties = Members::of_instance()
                .with("Name", name_of(flow.name.as_ref(), key))
                .with("Type", compiled.flow_type.api_name())
                .with_some("Description", flow.description.as_ref())
                .with("State", if flow.archived { "ARCHIVED" } else { "ACTIVE" })
                .with("Content", compiled.content)
                .with_tags(flow.tags.as_ref())
                .finish();
            let depends_on = self.integrations_of(properties.get("Content"));
            let resource = self.add(Kind::Flow, key, flow.common(), properties);
            finish(resource, depends_on, stub);
            if flow.versioned {
                self.flow_version(key, flow_type);
            }
            sound.extend(compiled.is_sound.then_some(source));
        }
        self.lint_flows(&sound);
    }
}
