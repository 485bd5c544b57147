//! An alias of a flow module: a name that leads to its newest published version.

use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use crate::blueprint::{Common, Section};
use crate::model::members::Members;
use crate::model::{Address, Attribute, Kind, Reference, Resolver, Target, Value};

/// An alias of a flow module, by its name.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleAlias {
    /// What it is for.
    pub description: Option<Spanned<String>>,
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "flow_module_alias",
    plural: "aliases of flow modules",
    resource_type: "AWS::Connect::ContactFlowModuleAlias",
    prefix: "PublishedAlias",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "ModuleAliasArns" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_flow_module_aliases(reading.instance, reading.managed))),
    // UpdateContactFlowModuleAlias takes everything at once.
    drift: Drift { written_together: &["Name", "Description", "ContactFlowModuleVersion"], ..Drift::PLAIN },
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    /// The version of a module and its aliases.
    pub(crate) fn module_version(&mut self, key: &Spanned<String>, aliases: &Section<Option<ModuleAlias>>) {
        let of = |kind, attribute| {
            let target = Target::Resource(Address::new(kind, key.value.clone()));
            Value::Reference(Reference { target, attribute })
        };
        // `Ref`: a change set takes an attribute of what changes for something that may change, too.
        let module = of(Kind::FlowModule, Attribute::Ref);
        let version = Members::new().with("ContactFlowModuleId", module.clone()).finish();
        self.add(Kind::FlowModuleVersion, key, Common::NONE, version);
        for (name, alias) in aliases {
            let properties = Members::new()
                .with("ContactFlowModuleId", module.clone())
                .with("ContactFlowModuleVersion", of(Kind::FlowModuleVersion, Attribute::Id))
                .with("Name", name)
                .with_some("Description", alias.as_ref().and_then(|alias| alias.description.as_ref()))
                .finish();
            let key = Spanned::new(format!("{}.{}", key.value, name.value), name.span);
            self.add(Kind::FlowModuleAlias, &key, Common::NONE, properties);
        }
    }
}
