//! A quick connect.

use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Audience, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Name, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Attribute, Kind, Reference, Target, Value, naming};

resource! {
    /// A destination agents can transfer to with one click: exactly one of `phone`, `queue`, `agent` and `flow`.
    pub struct QuickConnect {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// An external number in E.164 form.
        pub phone: Option<Spanned<String>>,
        /// A queue.
        pub queue: Option<Name>,
        /// A user.
        pub agent: Option<Name>,
        /// A flow.
        pub flow: Option<Name>,
        /// The flow that makes the transfer, with `queue` and `agent`. Default: `builtin/Default queue transfer` and
        /// `builtin/Default agent transfer`.
        pub transfer_flow: Option<Name>,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "quick_connect",
    plural: "quick connects",
    resource_type: "AWS::Connect::QuickConnect",
    prefix: "QuickConnect",
    is_single: false,
    lowering: Some(Lowering {
        section: "quick_connects",
        names: |blueprint| keys(&blueprint.quick_connects),
        lower: |resolver| resolver.quick_connects(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("transfer-destination"),
        attribute: Some("QuickConnectArn"),
        parameter: "QuickConnectIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach { hears: Audience::Nobody, tells: Audience::Agents, listed: None },
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_quick_connects(reading.instance))),
    drift: Drift { written_together: &["Name", "Description"], ..Drift::PLAIN },
    service: Service::limited("L-68BBE2E8", "Quick connects per instance", 100),
    checks: Checks { told_by_rules: &["/QuickConnectConfig/PhoneConfig"], ..Checks::PLAIN },
};

impl Resolver<'_> {
    pub(crate) fn quick_connects(&mut self) {
        for (key, quick_connect) in &self.blueprint().quick_connects {
            let Some(config) = self.quick_connect_config(key, quick_connect) else { continue };
            let name = &quick_connect.name;
            let properties = Members::of_instance()
                .with("Name", name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone()))
                .with_some("Description", quick_connect.description.as_ref())
                .with("QuickConnectConfig", config)
                .with_tags(quick_connect.tags.as_ref())
                .finish();
            self.add(Kind::QuickConnect, key, quick_connect.common(), properties);
        }
    }

    fn quick_connect_config(&mut self, key: &Spanned<String>, written: &QuickConnect) -> Option<Members> {
        let transfer = written.transfer_flow.as_ref();
        let config = match (&written.phone, &written.queue, &written.agent, &written.flow) {
            (Some(phone), None, None, None) => {
                self.no_transfer_flow(transfer);
                Members::new()
                    .with("QuickConnectType", "PHONE_NUMBER")
                    .with("PhoneConfig", Members::new().with("PhoneNumber", phone))
            }
            (None, Some(queue), None, None) => {
                let flow = self.transfer_flow(transfer, "Default queue transfer");
                let queue = self.arn(Kind::Queue, queue);
                Members::new()
                    .with("QuickConnectType", "QUEUE")
                    .with("QueueConfig", Members::new().with("QueueArn", queue).with("ContactFlowArn", flow))
            }
            (None, None, Some(agent), None) => {
                let flow = self.transfer_flow(transfer, "Default agent transfer");
                let agent = self.arn(Kind::User, agent);
                Members::new()
                    .with("QuickConnectType", "USER")
                    .with("UserConfig", Members::new().with("UserArn", agent).with("ContactFlowArn", flow))
            }
            (None, None, None, Some(flow)) => {
                self.no_transfer_flow(transfer);
                let flow = self.arn(Kind::Flow, flow);
                Members::new()
                    .with("QuickConnectType", "FLOW")
                    .with("FlowConfig", Members::new().with("ContactFlowArn", flow))
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("quick-connect-target", "a quick connect leads to exactly one place")
                        .at(key.span, "it has none, or more than one")
                        .help("Give one of `phone:`, `queue:`, `agent:` and `flow:`."),
                );
                return None;
            }
        };
        Some(config)
    }

    fn transfer_flow(&mut self, written: Option<&Name>, default: &str) -> Value {
        match written {
            Some(flow) => self.arn(Kind::Flow, flow),
            None => Value::Reference(Reference {
                target: Target::Builtin { kind: Kind::Flow, name: default.to_owned() },
                attribute: Attribute::Arn,
            }),
        }
    }

    fn no_transfer_flow(&mut self, written: Option<&Name>) {
        if let Some(flow) = written {
            self.diagnostics.push(
                Diagnostic::error("quick-connect-target", "only transfers to a queue or an agent run a transfer flow")
                    .at(flow.span, "has no effect here")
                    .help("Remove it."),
            );
        }
    }
}
