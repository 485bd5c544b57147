//! Quick connects.

use callform_source::{Diagnostic, Spanned};

use super::members::Members;
use super::resolver::Resolver;
use super::{Attribute, Kind, Reference, Target, Value, naming};
use crate::blueprint::{Definition as _, Name, QuickConnect};

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
            self.add(Kind::QuickConnect, key, quick_connect.common(), "AWS::Connect::QuickConnect", properties);
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
