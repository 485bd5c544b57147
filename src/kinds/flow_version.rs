//! A published version of a flow: its content, frozen.

use callform_flow::FlowType;
use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service, VersionOf,
};
use crate::blueprint::Common;
use crate::model::members::Members;
use crate::model::{Address, Attribute, Kind, Reference, Resolver, Target, Value};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "flow_version",
    plural: "versions of flows",
    resource_type: "AWS::Connect::ContactFlowVersion",
    prefix: "PublishedFlow",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "PublishedFlowArns" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime {
        // arn:<partition>:connect:<region>:<account>:instance/<id>/<segment>/<id>:<number>
        version_of: Some(VersionOf { kind: Kind::Flow, number_at: 6, outside: &OUTSIDE }),
        ..Lifetime::PLAIN
    },
    reach: Reach::NONE,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_flow_versions(reading.instance, reading.managed))),
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks {
        codes: &[("flow-version-type", "Versions are wanted of a flow of a type that may have none.")],
        ..Checks::PLAIN
    },
};

/// What a version does not hold: it is the content that is frozen.
const OUTSIDE: [&str; 5] = ["InstanceArn", "Name", "Description", "State", "Tags"];

impl Resolver<'_> {
    /// The version of a flow whose content is to be published whenever it changes.
    ///
    /// Source: CreateContactFlowVersion, "only supports creating versions for flows of type Campaign". Whether that is
    /// still so is not known (?).
    pub(crate) fn flow_version(&mut self, key: &Spanned<String>, flow_type: FlowType) {
        if flow_type != FlowType::Campaign {
            self.diagnostics.push(
                Diagnostic::warning("flow-version-type", "Connect may refuse versions of this flow")
                    .at(key.span, format!("it is of the type {flow_type}"))
                    .note("The documentation of CreateContactFlowVersion says that only campaign flows have versions.")
                    .help("Put what is to be frozen into a flow module, of which there are versions."),
            );
        }
        // `Ref`: a change set takes an attribute of what changes for something that may change, too.
        let flow = Reference {
            target: Target::Resource(Address::new(Kind::Flow, key.value.clone())),
            attribute: Attribute::Ref,
        };
        let properties = Members::new().with("ContactFlowId", Value::Reference(flow)).finish();
        self.add(Kind::FlowVersion, key, Common::NONE, properties);
    }
}
