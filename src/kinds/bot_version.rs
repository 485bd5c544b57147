//! Versions of Lex bots: what a bot was when it was published.
//!
//! CloudFormation publishes one when a resource of that type is created and never again, so the logical ID carries a
//! digest of what a version consists of, as those of functions do. What is not part of a version must not be in the
//! digest: where the draft has not changed, Lex gives the last version again (CloudFormation user guide,
//! `AWS::Lex::BotVersion`), which would then be deleted with the resource that had it before.

use callform_source::Spanned;

use super::bot::Bot;
use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service, VersionOf,
};
use crate::blueprint::Common;
use crate::model::members::Members;
use crate::model::{Address, Attribute, Kind, Reference, Resolver, Target, Value};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "bot_version",
    plural: "versions of bots",
    resource_type: "AWS::Lex::BotVersion",
    prefix: "VersionOfBot",
    is_single: false,
    lowering: None,
    finish: None,
    // `Ref` is `<bot>|<version>` (?): the primary identifier has these two parts.
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "BotVersionRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime {
        // `<bot>|<number>` has no colons; a number never leaves the stack of its bot.
        version_of: Some(VersionOf { kind: Kind::Bot, number_at: 0, outside: &OUTSIDE }),
        ..Lifetime::PLAIN
    },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { seconds: 30, ..Service::PLAIN },
    checks: Checks::PLAIN,
};

/// Properties of a bot that are not part of a version (?): what `DescribeBotVersion` has, and the draft does not decide.
const OUTSIDE: [&str; 6] = ["AutoBuildBotLocales", "BotTags", "Description", "Name", "RoleArn", "TestBotAliasSettings"];

impl Resolver<'_> {
    /// The version of a bot: all languages as they are in the draft, which the handler builds first.
    pub(super) fn version_of_bot(&mut self, key: &Spanned<String>, bot: &Bot, locales: &[(String, Option<Value>)]) {
        let target = Target::Resource(Address::new(Kind::Bot, key.value.clone()));
        let draft = || Members::new().with("SourceBotVersion", "DRAFT");
        let locales = locales
            .iter()
            .map(|(id, _)| Members::new().with("LocaleId", id.as_str()).with("BotVersionLocaleDetails", draft()).into())
            .collect();
        let properties = Members::new()
            .with("BotId", Value::Reference(Reference { target, attribute: Attribute::Ref }))
            .with("BotVersionLocaleSpecification", Value::List(locales))
            .finish();
        self.add(Kind::BotVersion, key, Common::renamed(bot.renamed_from.as_ref()), properties);
    }
}
