//! The instance and its storage.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Outside, Reach, Service,
};
use crate::blueprint::{Definition as _, Storage, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{self, Address, Kind};

resource! {
    /// The Connect instance: a new one (`alias`), or one that exists (`existing`).
    pub struct Instance {
        /// Alias of an instance this blueprint creates; part of its address `https://<alias>.my.connect.aws`, unique
        /// in all of AWS, cannot be changed later. 1 to 45 letters, digits and hyphens.
        pub alias: Option<Spanned<String>>,
        /// Alias, instance id or ARN of an instance that exists and that this blueprint only furnishes. Of its settings
        /// those that are named here are managed, without a default for the others; `destroy` leaves them as they are.
        pub existing: Option<Spanned<String>>,
        /// How users sign in. Default: `connect-managed`.
        pub identity: Option<Identity>,
        /// Id of the directory, with `identity: existing-directory`.
        pub directory_id: Option<Spanned<String>>,
        /// Accept incoming calls. Default: true.
        pub inbound: Option<bool>,
        /// Allow outgoing calls. Default: true.
        pub outbound: Option<bool>,
        /// Write flow logs to CloudWatch (`/aws/connect/<alias>`). Default: true.
        pub flow_logs: Option<bool>,
        /// Contact Lens conversational analytics. Default: true.
        pub contact_lens: Option<bool>,
        /// Let agents hear early media, such as busy tones, on outgoing calls. Default: true.
        pub early_media: Option<bool>,
        /// Choose the best Polly voice for the language by itself. Default: true.
        pub auto_resolve_best_voices: Option<bool>,
        /// Custom text-to-speech voices; AWS must allow the account to change it.
        pub custom_tts_voices: Option<bool>,
        /// Calls with up to six participants.
        pub multi_party_conference: Option<bool>,
        /// Chats with several participants.
        pub multi_party_chat: Option<bool>,
        /// High-volume outbound communications (campaigns).
        pub high_volume_outbound: Option<bool>,
        /// Enhanced monitoring of calls (supervisors can barge in).
        pub enhanced_contact_monitoring: Option<bool>,
        /// Enhanced monitoring of chats.
        pub enhanced_chat_monitoring: Option<bool>,
        /// Mute the agent's microphone while the customer is on hold.
        pub auto_mute_agent_on_hold: Option<bool>,
        /// Streaming of chat messages as they are written.
        pub message_streaming: Option<bool>,
        /// Where the instance stores its data, by kind of data.
        #[serde(default)]
        pub storage: Storage,
    }
}

/// How users sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// Connect keeps user names and passwords.
    #[default]
    ConnectManaged,
    /// An identity provider signs users in by SAML 2.0.
    Saml,
    /// A directory of AWS Directory Service.
    ExistingDirectory,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "instance",
    plural: "instances",
    resource_type: "AWS::Connect::Instance",
    prefix: "Instance",
    is_single: true,
    lowering: None,
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::Whole(Some(("connect", "instance/"))),
        attribute: Some("Arn"),
        parameter: "InstanceArns",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime {
        loss: Some("the instance is deleted with everything in it"),
        is_retained: true,
        ..Lifetime::PLAIN
    },
    reach: Reach::NONE,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(async { Ok(vec![reading.gateway.live_instance(reading.instance).await?]) })),
    drift: Drift {
        filled_in: &[
            ("Attributes/ContactflowLogs", FilledIn::False),
            ("Attributes/ContactLens", FilledIn::True),
            ("Attributes/AutoResolveBestVoices", FilledIn::True),
            ("Attributes/EarlyMedia", FilledIn::True),
            ("Attributes/MultiPartyConference", FilledIn::False),
            ("Attributes/AutoMuteAgentOnHold", FilledIn::Anything),
            ("Attributes/EnhancedChatMonitoring", FilledIn::Anything),
            ("Attributes/EnhancedContactMonitoring", FilledIn::Anything),
            ("Attributes/HighVolumeOutBound", FilledIn::Anything),
            ("Attributes/MessageStreaming", FilledIn::Anything),
            ("Attributes/MultiPartyChatConference", FilledIn::Anything),
            ("Attributes/UseCustomTTSVoices", FilledIn::Anything),
            ("InstanceAlias", FilledIn::Anything),
        ],
        not_removable: &[
            "Attributes/ContactflowLogs",
            "Attributes/ContactLens",
            "Attributes/AutoResolveBestVoices",
            "Attributes/EarlyMedia",
            "Attributes/MultiPartyConference",
        ],
        ..Drift::PLAIN
    },
    service: Service {
        seconds: 70,
        needs: &["ds", "iam", "logs"],
        ..Service::limited("L-AA17A6B9", "Amazon Connect instances per account", 2)
    },
    checks: Checks { told_by_rules: &["/InstanceAlias"], ..Checks::PLAIN },
};

impl Resolver<'_> {
    /// Lowers `instance:` and says where the instance comes from.
    pub(crate) fn instance(&mut self) -> model::Instance {
        let written = &self.blueprint().instance;
        let instance = match (&written.alias, &written.existing) {
            (_, Some(existing)) => {
                self.existing_instance(existing);
                model::Instance::Existing(existing.value.clone())
            }
            (Some(_), None) => {
                self.new_instance();
                model::Instance::Created(Address::new(Kind::Instance, "instance"))
            }
            (None, None) => {
                if written.directory_id.is_none() {
                    self.diagnostics.push(
                        Diagnostic::error("instance-without-name", "the instance has neither alias nor id")
                            .at(written.span, "")
                            .help("Write `alias:` to create an instance, or `existing:` with the alias, id or ARN of one."),
                    );
                }
                self.new_instance();
                model::Instance::Created(Address::new(Kind::Instance, "instance"))
            }
        };
        self.storage();
        instance
    }

    /// What an instance that exists was made with cannot be changed from here.
    fn existing_instance(&mut self, existing: &Spanned<String>) {
        let written = &self.blueprint().instance;
        let settings = [
            ("alias", written.alias.is_some()),
            ("identity", written.identity.is_some()),
            ("directory_id", written.directory_id.is_some()),
            ("tags", written.tags.is_some()),
        ];
        for (name, _) in settings.into_iter().filter(|(_, set)| *set) {
            self.diagnostics.push(
                Diagnostic::error(
                    "setting-of-existing-instance",
                    format!("`{name}` cannot be set on an instance that exists"),
                )
                .at(existing.span, "the instance is not created here")
                .help(format!("Remove `{name}`, or create the instance with `alias:`.")),
            );
        }
    }

    /// The settings of an instance that exists which the blueprint names. Those it does not name stay as they are.
    pub(crate) fn settings_of_existing(&mut self) -> BTreeMap<String, bool> {
        let written = &self.blueprint().instance;
        let Some(existing) = &written.existing else { return BTreeMap::new() };
        let settings = attributes(written).into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let settings: BTreeMap<String, bool> = settings.collect();
        if !settings.is_empty() && self.resources.is_empty() {
            let diagnostic = Diagnostic::error(
                "setting-of-existing-instance",
                "a blueprint of nothing but settings has no place to remember them",
            );
            let help = "Give the center something in the instance, such as `hours:`: its stack is the memory.";
            self.diagnostics.push(diagnostic.at(existing.span, "").help(help));
        }
        settings
    }

    fn new_instance(&mut self) {
        let written = &self.blueprint().instance;
        let identity = written.identity.unwrap_or_default();
        if (identity == Identity::ExistingDirectory) != written.directory_id.is_some() {
            self.diagnostics.push(
                Diagnostic::error(
                    "directory-mismatch",
                    "`directory_id` and `identity: existing-directory` belong together",
                )
                .at(written.span, "only one of them is given"),
            );
        }
        // What has a default here that Connect has not is spelled out.
        let default = |name: &str| DEFAULTS.contains(&name).then_some(true);
        let attributes = attributes(written)
            .into_iter()
            .fold(Members::new(), |members, (name, value)| members.with_some(name, value.or(default(name))));
        let properties = Members::new()
            .with_some("InstanceAlias", written.alias.as_ref())
            .with("IdentityManagementType", identity_word(identity))
            .with_some("DirectoryId", written.directory_id.as_ref())
            .with("Attributes", attributes)
            .with_tags(written.tags.as_ref())
            .finish();
        let span = written.alias.as_ref().map_or(written.span, |alias| alias.span);
        let key = Spanned::new("instance".to_owned(), span);
        self.add(Kind::Instance, &key, written.common(), properties);
    }
}

/// Settings that a new instance has turned on unless the blueprint says otherwise.
const DEFAULTS: [&str; 6] =
    ["InboundCalls", "OutboundCalls", "ContactflowLogs", "ContactLens", "EarlyMedia", "AutoResolveBestVoices"];

/// What can be turned on and off about an instance, by CloudFormation's names.
fn attributes(written: &Instance) -> [(&'static str, Option<bool>); 14] {
    [
        ("InboundCalls", written.inbound),
        ("OutboundCalls", written.outbound),
        ("ContactflowLogs", written.flow_logs),
        ("ContactLens", written.contact_lens),
        ("EarlyMedia", written.early_media),
        ("AutoResolveBestVoices", written.auto_resolve_best_voices),
        ("UseCustomTTSVoices", written.custom_tts_voices),
        ("MultiPartyConference", written.multi_party_conference),
        ("MultiPartyChatConference", written.multi_party_chat),
        ("HighVolumeOutBound", written.high_volume_outbound),
        ("EnhancedContactMonitoring", written.enhanced_contact_monitoring),
        ("EnhancedChatMonitoring", written.enhanced_chat_monitoring),
        ("AutoMuteAgentOnHold", written.auto_mute_agent_on_hold),
        ("MessageStreaming", written.message_streaming),
    ]
}

fn identity_word(identity: Identity) -> &'static str {
    match identity {
        Identity::ConnectManaged => "CONNECT_MANAGED",
        Identity::Saml => "SAML",
        Identity::ExistingDirectory => "EXISTING_DIRECTORY",
    }
}
