//! Lex V2 bots of the center, with everything one needs to be spoken to from a flow: role, version, alias, logs,
//! permission, association.
//!
//! There is no resource policy: `AssociateBot`, which the association calls, adds the statement for Connect to the policy
//! of the alias itself and takes it away again (`lex:CreateResourcePolicy` and `lex:DeleteResourcePolicy` are among the
//! permissions of that type's handlers). A policy of ours beside it would be a second owner of the same thing.

mod checks;
mod content;

use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Content, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, NamedFile, Outside, Reach,
    Service, UniqueName,
};
use super::keys;
use crate::blueprint::{
    Blueprint, Common, Definition as _, Duration, Name, Section, Texts, ZIP_LIMIT, of_zip, resource,
};
use crate::model::members::{Members, tag};
use crate::model::naming::physical_name;
use crate::model::{Address, Attribute, Kind, Reference, Resolver, Target, Value, access};

resource! {
    /// A Lex V2 bot: `locales` say what it understands, or `zip` does. Flows name it by its key: `lex: orders`.
    pub struct Bot {
        /// Name in Lex. Default: center and key, `acme-orders`.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// What it understands, by language: `en_US`.
        #[serde(default)]
        pub locales: Section<BotLocale>,
        /// A bot that was exported from Lex, as a zip file beside the blueprint. `locales` may say which functions it calls.
        pub zip: Option<Spanned<String>>,
        /// How long a conversation may pause, 1 minute to 1 day. Default: `5m`.
        pub idle: Option<Spanned<Duration>>,
        /// Whether it is directed to children under 13, as the law of the United States has it. Default: false.
        #[serde(default)]
        pub child_directed: bool,
        /// Whether it tells the mood of what is said (Amazon Comprehend). Default: false.
        #[serde(default)]
        pub sentiment: bool,
        /// How long its log is kept, such as `30d`. Without it what is said is not logged.
        pub logs: Option<Spanned<Duration>>,
        /// The bucket for recordings of what callers say to it.
        pub audio_logs: Option<Name>,
        /// A role of this blueprint, or the ARN of one; it has to allow all that the bot does. Default: a role of its own
        /// that may speak and write the logs.
        pub role: Option<Name>,
        /// Whether flows of the instance may use it. Default: true.
        pub connect: Option<bool>,
    }
}

/// What a bot understands in one language.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BotLocale {
    /// What is special about it.
    pub description: Option<Spanned<String>>,
    /// Voice of Amazon Polly, such as `Joanna`.
    pub voice: Option<Spanned<String>>,
    /// How the voice is made. Default: `standard`.
    pub engine: Option<VoiceEngine>,
    /// How sure Lex has to be that an intent is meant, 0 to 1. Default: 0.4.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub threshold: Option<Spanned<f64>>,
    /// The function that Lex calls. Default: what `fulfill` and `dialog` of the intents name.
    pub function: Option<Name>,
    /// Types of slots, beside those that come with Lex.
    #[serde(default)]
    pub slot_types: Section<BotSlotType>,
    /// What people want. An intent for all that is not understood, `FallbackIntent`, is added where there is none.
    #[serde(default)]
    pub intents: Section<BotIntent>,
}

/// How a voice is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VoiceEngine {
    /// Joined from recordings.
    Standard,
    /// Neural.
    Neural,
    /// Neural, for long texts.
    LongForm,
    /// Generative.
    Generative,
}

/// Something people want.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BotIntent {
    /// What it is for.
    pub description: Option<Spanned<String>>,
    /// What people say, with slots in braces: `track {number}`.
    #[serde(default)]
    pub utterances: Vec<Spanned<String>>,
    /// The intent that comes with Lex it is made of, such as `AMAZON.HelpIntent`.
    pub parent: Option<Spanned<String>>,
    /// What has to be known, in the order it is asked for.
    #[serde(default)]
    pub slots: Section<BotSlot>,
    /// What is asked before anything is done.
    pub confirm: Option<BotConfirmation>,
    /// The function that does it: a function of this blueprint, or the ARN of one. Without it the flow goes on with what
    /// is known. All functions of a locale are one.
    pub fulfill: Option<Name>,
    /// The function that is asked at every turn, to check and complete what is known.
    pub dialog: Option<Name>,
    /// What is said at the end.
    pub closing: Option<Texts>,
}

/// Something that has to be known.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BotSlot {
    /// A type that comes with Lex, such as `AMAZON.Number`, or one of `slot_types`.
    #[serde(rename = "type")]
    pub kind: Spanned<String>,
    /// What it is.
    pub description: Option<Spanned<String>>,
    /// How it is asked for; up to three ways to say so, of which Lex takes one. A text in `<speak>` is SSML.
    pub prompt: Option<Texts>,
    /// Whether it is asked for until it is known. Default: true where there is a prompt.
    pub required: Option<Spanned<bool>>,
    /// How often it is asked for again, 0 to 5. Default: 2.
    pub retries: Option<u32>,
    /// What it is where nothing is said.
    pub default: Option<Spanned<String>>,
    /// What people answer, with the slot in braces.
    #[serde(default)]
    pub utterances: Vec<Spanned<String>>,
    /// Whether there may be several values. Default: false.
    #[serde(default)]
    pub many: bool,
    /// Whether logs show its name in the place of the value. Default: false.
    #[serde(default)]
    pub hidden: bool,
}

/// A question before something is done.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BotConfirmation {
    /// The question, which is answered with yes or no.
    pub prompt: Texts,
    /// What is said after a no.
    pub declined: Option<Texts>,
    /// How often it is asked again, 0 to 5. Default: 2.
    pub retries: Option<u32>,
}

/// A type of slots: `values`, or a `pattern`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BotSlotType {
    /// What it is.
    pub description: Option<Spanned<String>>,
    /// Values with other words for them: `large: [big, huge]`.
    #[serde(default)]
    pub values: Section<Option<Texts>>,
    /// Take no other values than these, and the value for each other word. Default: false, values are examples.
    #[serde(default)]
    pub strict: bool,
    /// What letters and digits look like, as a regular expression: `[A-Z]{2}[0-9]{4}`.
    pub pattern: Option<Spanned<String>>,
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "bot",
    plural: "bots",
    resource_type: "AWS::Lex::Bot",
    prefix: "Bot",
    is_single: false,
    lowering: Some(Lowering {
        section: "bots",
        names: |blueprint| keys(&blueprint.bots),
        lower: |resolver| resolver.bots(),
        files: Some(files),
    }),
    finish: None,
    // `Ref` is the identifier.
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:lex:${AWS::Region}:${AWS::AccountId}:bot/${Id}"),
        attribute: Some("Arn"),
        parameter: "BotIds",
    },
    name: Some(UniqueName::in_account("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("what the bot learned of what was said to it is lost"),
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::Template { but: Some("what they understand and say, which CloudFormation never reads") },
    drift: Drift::PLAIN,
    // Every locale is built (?).
    service: Service { seconds: 60, needs: &["iam"], ..Service::PLAIN },
    checks: Checks {
        codes: &[
            ("bot-source", "A bot is described in none or in both of the ways there are, or without a language."),
            ("bot-zip", "The file of a bot is none that Lex exported."),
            ("bot-name", "Lex does not take the name of a bot, or of something in it."),
            ("unknown-locale", "Lex is not known to have a language."),
            ("unknown-bot-voice", "Amazon Polly is not known to have a voice of this name."),
            ("no-utterances", "Nothing is said to reach an intent, or any of a language."),
            ("unknown-slot", "What is said names a slot that the intent does not have."),
            ("unknown-slot-type", "The type of a slot neither comes with Lex nor is defined."),
            ("slot-type-source", "A type of slots has neither values nor a pattern, or both."),
            ("slot-without-prompt", "A slot has to be known, and nothing says how it is asked for."),
            ("duplicate-utterance", "The same words reach two intents."),
            ("bot-functions", "Intents of one language name different functions; Lex calls one."),
        ],
        told_by_rules: &[
            "/Name",
            "/BotLocales/*/Intents/*/Name",
            "/BotLocales/*/Intents/*/Slots/*/Name",
            "/BotLocales/*/SlotTypes/*/Name",
        ],
        ..Checks::PLAIN
    },
};

/// Seconds a conversation may pause, where nothing is said. The console's default.
const DEFAULT_IDLE: u32 = 300;
const SECONDS_OF_DAY: u32 = 86_400;
/// Version of the events that Lex sends to functions. There is no other (Lex V2 developer guide, `LambdaCodeHook`).
pub(super) const EVENT_VERSION: &str = "1.0";

/// The name of what comes with a bot: role, log group, association.
pub(crate) fn companion(bot: &str) -> String {
    format!("bot.{bot}")
}

/// The name that had before the bot was renamed.
fn former_companion(bot: &Bot) -> Option<Spanned<String>> {
    bot.renamed_from.as_ref().map(|old| Spanned::new(companion(old), old.span))
}

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let files = blueprint.bots.values().filter_map(|bot| bot.zip.clone());
    files.map(|name| NamedFile { name, content: Content::Bytes(ZIP_LIMIT, of_zip) }).collect()
}

pub(super) fn reference(kind: Kind, name: &str, attribute: Attribute) -> Value {
    Value::Reference(Reference { target: Target::Resource(Address::new(kind, name)), attribute })
}

impl Resolver<'_> {
    /// The key of the bot of this center that a flow means: `orders`, or `bots/orders`.
    pub(crate) fn own_bot<'n>(&self, name: &'n str) -> Option<&'n str> {
        let key = name.strip_prefix("bots/").unwrap_or(name);
        self.defines(Kind::Bot, key).then_some(key)
    }

    fn bots(&mut self) {
        for (key, bot) in &self.blueprint().bots {
            self.check_bot(key, bot);
            let functions = self.functions_of(bot);
            let file = bot
                .zip
                .as_ref()
                .and_then(|zip| self.asset("bot", "zip", zip))
                .map(|asset| Members::new().with("S3Bucket", Value::AssetBucket).with("S3ObjectKey", asset));
            let locales = match bot.zip {
                Some(_) => Vec::new(),
                None => bot.locales.iter().map(|(id, locale)| content::locale(id, locale)).collect(),
            };
            let log_group = self.log_group_of(key, bot);
            let role = match &bot.role {
                Some(role) => self.arn(Kind::Role, role),
                None => self.role_of(key, bot, log_group.as_ref()),
            };
            let tags = |bot: &Bot| bot.tags.iter().flatten().map(|(key, value)| tag(key, value)).collect();
            // A renamed one keeps its name, too.
            let default_name = || physical_name(&self.blueprint().center, bot.renamed_from.as_ref().unwrap_or(key));
            let properties = Members::new()
                .with("Name", bot.name.as_ref().map_or_else(default_name, |name| name.value.clone()))
                .with_some("Description", bot.description.as_ref())
                .with("RoleArn", role)
                .with("DataPrivacy", Members::new().with("ChildDirected", bot.child_directed))
                .with("IdleSessionTTLInSeconds", bot.idle.as_ref().map_or(DEFAULT_IDLE, |idle| idle.seconds))
                .with("AutoBuildBotLocales", true)
                .with_some("BotFileS3Location", file)
                .with_list("BotLocales", locales)
                .with_list("BotTags", tags(bot))
                .finish();
            let calls: Vec<Option<Value>> = functions
                .iter()
                .map(|(_, function)| function.map(|function| self.invoked_function(function)))
                .collect();
            let resource = self.add(Kind::Bot, key, bot.common(), properties);
            // Its alias, which has to be in the same stack, names them.
            let aliases = calls.iter().flatten().flat_map(Value::references);
            resource.depends_on.extend(aliases.filter_map(|alias| match &alias.target {
                Target::Resource(address) => Some(address.clone()),
                Target::Builtin { .. } | Target::Instance => None,
            }));
            resource.depends_on.dedup();
            let locales: Vec<(String, Option<Value>)> =
                functions.iter().map(|(locale, _)| locale.clone()).zip(calls.iter().cloned()).collect();
            self.version_of_bot(key, bot, &locales);
            self.alias_of_bot(key, bot, &locales, log_group);
            let permissions = self.invoked_by_bot(key, bot, &functions);
            if bot.connect.unwrap_or(true) {
                self.associate_bot(key, bot, permissions);
            }
        }
    }

    /// The languages of a bot, with the function that Lex calls in each.
    fn functions_of<'b>(&self, bot: &'b Bot) -> Vec<(String, Option<&'b Name>)> {
        let said =
            |id: &str| bot.locales.iter().find(|(key, _)| key.value == id).and_then(|(_, it)| content::function(it));
        match &bot.zip {
            Some(zip) => self.exported_locales(zip).into_iter().map(|id| (id.clone(), said(&id))).collect(),
            None => bot.locales.iter().map(|(id, it)| (id.value.clone(), content::function(it))).collect(),
        }
    }

    fn log_group_of(&mut self, key: &Spanned<String>, bot: &Bot) -> Option<Value> {
        let retention = bot.logs.as_ref()?.seconds.div_ceil(SECONDS_OF_DAY);
        let name = Spanned::new(companion(key), key.span);
        let old = former_companion(bot);
        let group = Members::new().with("RetentionInDays", retention).finish();
        self.add(Kind::LogGroup, &name, Common::renamed(old.as_ref()), group);
        Some(Value::arn_of(Address::new(Kind::LogGroup, name.value)))
    }

    /// A role that may speak and write the logs, and nothing else. Source: the policy `AmazonLexV2BotPolicy` of the
    /// service-linked role that the console makes, and "IAM policies for conversation logs" in the Lex V2 developer guide.
    fn role_of(&mut self, key: &Spanned<String>, bot: &Bot, log_group: Option<&Value>) -> Value {
        let mut statements = vec![access::allow(&["polly:SynthesizeSpeech"], vec!["*".into()])];
        if let Some(log_group) = log_group {
            statements.push(access::allow(&["logs:CreateLogStream", "logs:PutLogEvents"], vec![log_group.clone()]));
        }
        if let Some(bucket) = &bot.audio_logs {
            let recordings = access::with_suffix(self.arn(Kind::Bucket, bucket), &format!("/{key}/*"));
            statements.push(access::allow(&["s3:PutObject"], vec![recordings]));
        }
        if bot.sentiment {
            statements.push(access::allow(&["comprehend:DetectSentiment"], vec!["*".into()]));
        }
        let name = Spanned::new(companion(key), key.span);
        let properties = Members::new()
            .with("Description", format!("Role of the bot {key} of {}", self.blueprint().center))
            .with("AssumeRolePolicyDocument", access::trust_policy(&["lexv2.amazonaws.com"]))
            .with_list("Policies", access::inline_policy(key, statements))
            .finish();
        self.add(Kind::Role, &name, Common::renamed(former_companion(bot).as_ref()), properties);
        Value::arn_of(Address::new(Kind::Role, name.value))
    }

    /// Lets the bot's alias, and no other, call its functions.
    fn invoked_by_bot(
        &mut self,
        key: &Spanned<String>,
        bot: &Bot,
        functions: &[(String, Option<&Name>)],
    ) -> Vec<Address> {
        let mut permissions: Vec<Address> = Vec::new();
        for function in functions.iter().filter_map(|(_, function)| *function) {
            let short = function.rsplit(':').next().unwrap_or_default();
            let name = Spanned::new(format!("{}.{short}", companion(key)), key.span);
            let address = Address::new(Kind::LambdaPermission, name.value.clone());
            if permissions.contains(&address) {
                continue;
            }
            let permission = Members::new()
                .with("Action", "lambda:InvokeFunction")
                .with("FunctionName", self.invoked_function(function))
                .with("Principal", "lexv2.amazonaws.com")
                .with("SourceAccount", Value::Pseudo("AWS::AccountId"))
                .with("SourceArn", Value::arn_of(Address::new(Kind::BotAlias, key.value.clone())))
                .finish();
            let old = former_companion(bot).map(|old| Spanned::new(format!("{old}.{short}"), old.span));
            self.add(Kind::LambdaPermission, &name, Common::renamed(old.as_ref()), permission);
            permissions.push(address);
        }
        permissions
    }

    /// Lets flows of this instance use the bot. A flow waits for it, and so for what the bot may call.
    fn associate_bot(&mut self, key: &Spanned<String>, bot: &Bot, permissions: Vec<Address>) {
        let association = Members::new()
            .with("InstanceId", Value::instance_arn())
            .with("IntegrationType", "LEX_BOT")
            .with("IntegrationArn", Value::arn_of(Address::new(Kind::BotAlias, key.value.clone())))
            .finish();
        let name = Spanned::new(companion(key), key.span);
        let old = former_companion(bot);
        let association = self.add(Kind::Integration, &name, Common::renamed(old.as_ref()), association);
        association.depends_on.extend(permissions);
    }
}
