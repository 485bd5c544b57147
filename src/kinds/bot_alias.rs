//! The alias of a Lex bot that flows speak to.

use callform_source::Spanned;

use super::bot::{Bot, EVENT_VERSION, reference};
use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use super::lambda_version::ALIAS;
use crate::blueprint::Common;
use crate::model::members::Members;
use crate::model::{Attribute, Kind, Resolver, Value};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "bot_alias",
    plural: "aliases of bots",
    resource_type: "AWS::Lex::BotAlias",
    prefix: "AliasOfBot",
    is_single: false,
    lowering: None,
    finish: None,
    // `Ref` is `<alias>|<bot>` (?): the primary identifier has these two parts, in this order. ARNs have them the other
    // way round, and so they travel.
    identifiers: Identifiers {
        arn: ArnForm::ById("arn:${AWS::Partition}:lex:${AWS::Region}:${AWS::AccountId}:bot-alias/${Id}"),
        attribute: Some("Arn"),
        parameter: "BotAliasIds",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime { beside: Some(Kind::Bot), ..Lifetime::PLAIN },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::Template { but: Some("who may use them") },
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    /// The alias of a bot: what is live, what it calls, and where what is said is logged.
    pub(super) fn alias_of_bot(
        &mut self,
        key: &Spanned<String>,
        bot: &Bot,
        locales: &[(String, Option<Value>)],
        log_group: Option<Value>,
    ) {
        let settings = locales.iter().map(|(id, function)| locale_settings(id, function.as_ref())).collect();
        let properties = Members::new()
            .with("BotAliasName", ALIAS)
            .with("BotId", reference(Kind::Bot, key, Attribute::Ref))
            .with("BotVersion", reference(Kind::BotVersion, key, Attribute::Id))
            .with("BotAliasLocaleSettings", Value::List(settings))
            .with_some("ConversationLogSettings", self.conversation_logs(key, bot, log_group))
            .with("SentimentAnalysisSettings", Members::new().with("DetectSentiment", bot.sentiment))
            .finish();
        self.add(Kind::BotAlias, key, Common::renamed(bot.renamed_from.as_ref()), properties);
    }

    fn conversation_logs(&mut self, key: &str, bot: &Bot, log_group: Option<Value>) -> Option<Members> {
        let prefix = format!("{key}/");
        let entry = |destination: Members| {
            vec![Value::from(Members::new().with("Enabled", true).with("Destination", destination))]
        };
        // The ARN ends in `:*`, as CloudFormation gives it; Lex takes it with and without (?).
        let text = log_group.map(|group| {
            let place = Members::new().with("CloudWatchLogGroupArn", group).with("LogPrefix", prefix.as_str());
            entry(Members::new().with("CloudWatch", place))
        });
        let audio = bot.audio_logs.as_ref().map(|bucket| {
            let place =
                Members::new().with("S3BucketArn", self.arn(Kind::Bucket, bucket)).with("LogPrefix", prefix.as_str());
            entry(Members::new().with("S3Bucket", place))
        });
        let logs = Members::new().with_some("TextLogSettings", text).with_some("AudioLogSettings", audio);
        (!logs.is_empty()).then_some(logs)
    }
}

fn locale_settings(id: &str, function: Option<&Value>) -> Value {
    let hook = function.map(|function| {
        let function =
            Members::new().with("CodeHookInterfaceVersion", EVENT_VERSION).with("LambdaArn", function.clone());
        Members::new().with("LambdaCodeHook", function)
    });
    let setting = Members::new().with("Enabled", true).with_some("CodeHookSpecification", hook);
    Members::new().with("LocaleId", id).with("BotAliasLocaleSetting", setting).into()
}
