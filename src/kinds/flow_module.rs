//! A flow module.

use std::collections::BTreeMap;

use callform_flow::FlowType;
use callform_flow::lint::Arrival;
use callform_flow::steps::{Branch, Step};
use callform_source::Spanned;
use indexmap::IndexMap;
use serde_json::Value;

use super::descriptor::{
    ArnForm, Checks, Content, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, NamedFile, Outside,
    Reach, Service, Touched, UniqueName,
};
use super::flow_module_alias::ModuleAlias;
use super::keys;
use crate::blueprint::{Blueprint, Definition as _, Section, TextKind, resource};
use crate::model::flows::{Source, finish, name_of, stub_content};
use crate::model::members::Members;
use crate::model::{Address, Kind, Resolver};

resource! {
    /// A flow module, which flows call like a function: exactly one of `steps`, `template` and `json`.
    pub struct FlowModule {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it does.
        pub description: Option<Spanned<String>>,
        /// Whether it can be invoked from outside of flows, such as by AI agents. Default: false.
        pub external: Option<bool>,
        /// The steps, from the first to the last.
        pub steps: Option<Vec<Spanned<Step>>>,
        /// What happens after an error that a step does not handle itself.
        pub on_error: Option<Branch>,
        /// Name of a flow template.
        pub template: Option<Spanned<String>>,
        /// The template's parameters.
        pub with: Option<Spanned<IndexMap<Spanned<String>, Spanned<Value>>>>,
        /// A module in the JSON form that Connect exports, as a file beside the blueprint.
        pub json: Option<Spanned<String>>,
        /// What the ARNs of an exported module stand for here: ARN to address.
        #[serde(default)]
        pub arns: BTreeMap<String, Spanned<String>>,
        /// What the steps call objects that this blueprint does not define, and what the service calls them: address,
        /// such as `queue/sales`, to ARN or identifier. Written by `callform flow decompile`; take an entry out once the
        /// object is defined here.
        #[serde(default)]
        pub unresolved: BTreeMap<String, Spanned<String>>,
        /// Values the module is called with, as `InputParameters` of the flow language. Default: none.
        pub inputs: Option<Spanned<Vec<Value>>>,
        /// Values the module gives back, as `OutputParameters` of the flow language. Default: none.
        pub results: Option<Spanned<Vec<Value>>>,
        /// Ways out of the module: names, or `Transitions` of the flow language. Default: `[Success, Error]`.
        pub branches: Option<Spanned<Vec<Value>>>,
        /// Publish a version whenever the content changes; the one before it goes. Default: false, and true where there
        /// are aliases.
        #[serde(default)]
        pub versioned: bool,
        /// Names that lead to the newest version: `aliases: { live: }`.
        #[serde(default)]
        pub aliases: Section<Option<ModuleAlias>>,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "flow_module",
    plural: "flow modules",
    resource_type: "AWS::Connect::ContactFlowModule",
    prefix: "Module",
    is_single: false,
    lowering: Some(Lowering {
        section: "flow_modules",
        names: |blueprint| keys(&blueprint.flow_modules),
        lower: |resolver| resolver.flow_modules(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("flow-module"),
        attribute: Some("ContactFlowModuleArn"),
        parameter: "ContactFlowModuleIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::listed(Touched::Flows),
    outside: Outside { is_of_region: true, may_be_of_others: false },
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_flow_modules(reading.instance))),
    drift: Drift {
        filled_in: &[("State", FilledIn::Text("ACTIVE")), ("ExternalInvocationConfiguration/Enabled", FilledIn::False)],
        written_together: &["Name", "Description", "State"],
        ..Drift::PLAIN
    },
    service: Service::limited("", "Modules per instance", 200),
    checks: Checks::PLAIN,
};

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let files = blueprint.flow_modules.values().filter_map(|module| module.json.clone());
    files.map(|name| NamedFile { name, content: Content::Text(TextKind::Json) }).collect()
}

impl Resolver<'_> {
    pub(crate) fn flow_modules(&mut self) {
        for (key, module) in &self.blueprint().flow_modules {
            let source = Source {
                key,
                flow_type: FlowType::Module,
                type_is_given: true,
                steps: module.steps.as_deref(),
                on_error: module.on_error.as_ref(),
                template: module.template.as_ref(),
                with: module.with.as_ref().map(|with| with.span),
                arguments: module.with.as_ref().map(|with| &with.value),
                json: module.json.as_ref(),
                arns: &module.arns,
                unresolved: &module.unresolved,
                settings: Some(settings(module)),
            };
            let Some(compiled) = self.compile(&source) else { continue };
            if compiled.is_sound {
                self.lint(&source, &compiled.written, Arrival::default());
            }
            self.flows.insert(Address::new(Kind::FlowModule, key.value.as_str()), compiled.written);
            let stub = stub_content(FlowType::Module);
            let properties = Members::of_instance()
                .with("Name", name_of(module.name.as_ref(), key))
                .with_some("Description", module.description.as_ref())
                .with("State", "ACTIVE")
                .with("Content", compiled.content)
                .with_some("Settings", compiled.settings)
                .with_some(
                    "ExternalInvocationConfiguration",
                    module.external.map(|enabled| Members::new().with("Enabled", enabled)),
                )
                .with_tags(module.tags.as_ref())
                .finish();
            let depends_on = self.integrations_of(properties.get("Content"));
            let resource = self.add(Kind::FlowModule, key, module.common(), properties);
            finish(resource, depends_on, stub);
            if module.versioned || !module.aliases.is_empty() {
                self.module_version(key, &module.aliases);
            }
        }
    }
}

/// `Settings` of a module.
fn settings(module: &FlowModule) -> serde_json::Value {
    let members = [("inputs", &module.inputs), ("results", &module.results), ("branches", &module.branches)];
    let given = members.into_iter().filter_map(|(word, value)| {
        let value = serde_json::Value::Array(value.as_ref()?.value.clone());
        Some((word.to_owned(), value))
    });
    callform_flow::compile::settings_of(&given.collect())
}
