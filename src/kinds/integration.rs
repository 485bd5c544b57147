//! Functions that exist: an instance has to be associated with them, and they have to let it in, before a flow can invoke
//! them. Without that every call takes the error branch.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::{Diagnostic, Span, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Bulk, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Kind, TextPart, Value, arn};

resource! {
    /// An Amazon Lex V2 bot that flows of the instance may use.
    pub struct LexBot {
        /// ARN of the bot's alias: `arn:aws:lex:<region>:<account>:bot-alias/<bot>/<alias>`.
        pub alias_arn: Spanned<String>,
    }
}

resource! {
    /// Something beside functions and Lex bots that the instance works with.
    pub struct Integration {
        /// What it is.
        #[serde(rename = "type")]
        pub kind: IntegrationType,
        /// Its ARN; `${resource/…}` where it is one of the further resources.
        pub arn: Spanned<String>,
        /// Where the external application is; only for `event`.
        pub source_url: Option<Spanned<String>>,
        /// What the external application is called; only for `event`.
        pub source_name: Option<Spanned<String>>,
        /// Which external application it is; only for `event`.
        pub source: Option<IntegrationSource>,
    }
}

/// What an instance may work with. Functions and Lex bots have sections of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntegrationType {
    /// An application of AppIntegrations, for the agent workspace.
    Application,
    /// A domain of Connect Cases.
    CasesDomain,
    /// An assistant of Amazon Q in Connect.
    WisdomAssistant,
    /// A knowledge base of Amazon Q in Connect.
    WisdomKnowledgeBase,
    /// Quick responses: a knowledge base that holds them.
    WisdomQuickResponses,
    /// Message templates: a knowledge base that holds them.
    QMessageTemplates,
    /// A scanner of attachments.
    FileScanner,
    /// A function that looks at messages of chats before they are sent.
    MessageProcessor,
    /// A domain or an address of SES, for e-mail.
    SesIdentity,
    /// An event integration of AppIntegrations.
    Event,
}

impl IntegrationType {
    /// What the API calls it, and what its ARN begins with after the partition, where that is known.
    fn api(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Application => ("APPLICATION", Some("app-integrations")),
            Self::CasesDomain => ("CASES_DOMAIN", Some("cases")),
            Self::WisdomAssistant => ("WISDOM_ASSISTANT", Some("wisdom")),
            Self::WisdomKnowledgeBase => ("WISDOM_KNOWLEDGE_BASE", Some("wisdom")),
            Self::WisdomQuickResponses => ("WISDOM_QUICK_RESPONSES", Some("wisdom")),
            Self::QMessageTemplates => ("Q_MESSAGE_TEMPLATES", Some("wisdom")),
            Self::FileScanner => ("FILE_SCANNER", None),
            Self::MessageProcessor => ("MESSAGE_PROCESSOR", Some("lambda")),
            Self::SesIdentity => ("SES_IDENTITY", Some("ses")),
            Self::Event => ("EVENT", Some("app-integrations")),
        }
    }
}

/// An external application that sends events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntegrationSource {
    Salesforce,
    Zendesk,
    Cases,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "integration",
    plural: "integrations",
    resource_type: "AWS::Connect::IntegrationAssociation",
    prefix: "Integration",
    is_single: false,
    lowering: Some(Lowering {
        section: "integrations",
        names: |blueprint| keys(&blueprint.lex_bots).into_iter().chain(keys(&blueprint.integrations)).collect(),
        lower: |resolver| {
            resolver.lex_bots();
            resolver.integrations();
        },
        files: None,
    }),
    finish: Some(finish),
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "IntegrationAssociationRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::Bulk(Bulk {
        read: |reading| Box::pin(reading.gateway.live_integrations(reading.instance)),
        left_out: &[],
        left_out_words: None,
        // Functions and Lex bots are linked to an instance without an object that could have tags, and the list has none.
        never_read: &["Tags"],
    }),
    drift: Drift { filled_in: &[("IntegrationAssociationId", FilledIn::Anything)], ..Drift::PLAIN },
    service: Service { needs: &["ds", "iam"], ..Service::PLAIN },
    checks: Checks {
        codes: &[(
            "integration-source",
            "An integration names an external application, or does not, against its type.",
        )],
        ..Checks::PLAIN
    },
};

fn finish(resolver: &mut Resolver<'_>) {
    resolver.associate_existing_functions();
}

impl Resolver<'_> {
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
        self.add(Kind::LambdaPermission, &key, Common::NONE, permission);
        let association = Members::new()
            .with("InstanceId", Value::instance_arn())
            .with("IntegrationType", "LAMBDA_FUNCTION")
            .with("IntegrationArn", arn)
            .finish();
        let integration = self.add(Kind::Integration, &key, Common::NONE, association);
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

impl Resolver<'_> {
    pub(crate) fn lex_bots(&mut self) {
        for (key, bot) in &self.blueprint().lex_bots {
            let valid = bot.alias_arn.starts_with("arn:")
                && bot.alias_arn.contains(":lex:")
                && bot.alias_arn.contains(":bot-alias/");
            if !valid {
                self.diagnostics.push(
                    Diagnostic::error("wrong-arn-kind", "this ARN does not name a bot alias")
                        .at(bot.alias_arn.span, "")
                        .help("It looks like `arn:aws:lex:<region>:<account>:bot-alias/<bot>/<alias>`."),
                );
            }
            let properties = Members::new()
                .with("InstanceId", Value::instance_arn())
                .with("IntegrationType", "LEX_BOT")
                .with("IntegrationArn", &bot.alias_arn)
                .with_tags(bot.tags.as_ref())
                .finish();
            self.add(Kind::Integration, key, bot.common(), properties);
        }
    }

    fn integrations(&mut self) {
        for (key, integration) in &self.blueprint().integrations {
            let (name, service) = integration.kind.api();
            let arn = self.text(&integration.arn, integration.arn.span);
            self.check_service(&arn, service, integration.arn.span);
            self.check_source(key, integration);
            let source = integration.source.map(|source| match source {
                IntegrationSource::Salesforce => "SALESFORCE",
                IntegrationSource::Zendesk => "ZENDESK",
                IntegrationSource::Cases => "CASES",
            });
            let properties = Members::new()
                .with("InstanceId", Value::instance_arn())
                .with("IntegrationType", name)
                .with("IntegrationArn", arn)
                .with_some("SourceApplicationUrl", integration.source_url.as_ref())
                .with_some("SourceApplicationName", integration.source_name.as_ref())
                .with_some("SourceType", source)
                .with_tags(integration.tags.as_ref())
                .finish();
            self.add(Kind::Integration, key, integration.common(), properties);
        }
    }

    /// An ARN that is spelled out and of another service.
    fn check_service(&mut self, arn: &Value, service: Option<&str>, span: Span) {
        let Value::String(text) = arn else { return };
        let mut parts = text.split(':');
        let is_arn = parts.next() == Some("arn");
        let found = parts.nth(1).unwrap_or_default();
        if !is_arn || service.is_some_and(|service| service != found) {
            let service = service.unwrap_or("<service>");
            self.diagnostics.push(
                Diagnostic::error("wrong-arn-kind", "this ARN does not name such a thing")
                    .at(span, "")
                    .help(format!("One looks like `arn:aws:{service}:<region>:<account>:…`.")),
            );
        }
    }

    /// Source: CreateIntegrationAssociation: "only required for the EVENT integration type".
    fn check_source(&mut self, key: &Spanned<String>, integration: &Integration) {
        let given = [
            ("source_url", integration.source_url.is_some()),
            ("source_name", integration.source_name.is_some()),
            ("source", integration.source.is_some()),
        ];
        let is_event = integration.kind == IntegrationType::Event;
        if let Some((member, _)) = given.iter().find(|(_, given)| *given != is_event) {
            let title = if is_event {
                "an event integration names its source"
            } else {
                "only an event integration has a source"
            };
            let help = if is_event { format!("Add `{member}:`.") } else { format!("Remove `{member}:`.") };
            self.diagnostics.push(Diagnostic::error("integration-source", title).at(key.span, "").help(help));
        }
    }
}
