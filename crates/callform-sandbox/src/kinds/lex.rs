//! Amazon Lex V2: bots, their versions and aliases are kept. The languages, intents and slots of a bot are what its stack
//! says; the operations for them are refused by name. What is said to a bot is `lex`'s to understand.

use serde_json::{Map, Value, json};

use super::api::{Api, Call, Does, Operation, Verb, picked, routed};
use super::document::{Document, Kept};
use super::kind::{AS_IT_IS, Kind, Reference, Shape, Shown, WORKS, formed};
use super::members::{Case, TagForm, Wire, tags};
use crate::error::AwsError;
use crate::handler::{Environment, Properties};
use crate::operation::{Member, Service, Shape as Form, TEXT, query, required_query};

/// The version that is worked on; every bot has it.
const DRAFT: &str = "DRAFT";

static BOT: Kind = Kind {
    kept: WORKS,
    unique: &["/Name"],
    owns: &[("AWS::Lex::BotVersion", "BotId"), ("AWS::Lex::BotAlias", "BotId")],
    shape: Shape {
        renamed: &[("Id", "botId"), ("Name", "botName")],
        hidden: &[
            "Arn",
            "AutoBuildBotLocales",
            "BotFileS3Location",
            "BotLocales",
            "Replication",
            "TestBotAliasSettings",
            "TestBotAliasTags",
        ],
        shown: &[
            ("botStatus", Shown::Text("Available")),
            ("botType", Shown::Text("Bot")),
            ("creationDateTime", Shown::Created),
            ("lastUpdatedDateTime", Shown::Changed),
        ],
        take: take_bot,
        ..AS_IT_IS
    },
    ..formed("AWS::Lex::Bot", &[("/Id", "{LETTERS:10}"), ("/Arn", "arn:aws:lex:{region}:{account}:bot/{/Id}")])
};

static VERSION: Kind = Kind {
    kept: WORKS,
    refers: &[OF_BOT],
    shape: Shape {
        shown: &[("botStatus", Shown::Text("Available")), ("creationDateTime", Shown::Created)],
        take: |input| locales(input, "botVersionLocaleSpecification", "botVersionLocaleDetails"),
        show: |_, shown| by_locale(shown, "botVersionLocaleSpecification", "botVersionLocaleDetails"),
        ..AS_IT_IS
    },
    ..formed("AWS::Lex::BotVersion", &[("/BotVersion", "{next:/BotId}")])
};

static ALIAS: Kind = Kind {
    kept: WORKS,
    unique: &["/BotId", "/BotAliasName"],
    refers: &[OF_BOT],
    shape: Shape {
        hidden: &["Arn"],
        shown: &[
            ("botAliasStatus", Shown::Text("Available")),
            ("creationDateTime", Shown::Created),
            ("lastUpdatedDateTime", Shown::Changed),
        ],
        take: take_alias,
        show: show_alias,
        ..AS_IT_IS
    },
    ..formed(
        "AWS::Lex::BotAlias",
        &[("/BotAliasId", "{LETTERS:10}"), ("/Arn", "arn:aws:lex:{region}:{account}:bot-alias/{/BotId}/{/BotAliasId}")],
    )
};

const OF_BOT: Reference = Reference { property: "BotId", type_name: "AWS::Lex::Bot", always: &[] };

/// The kinds.
pub(super) static KINDS: &[&Kind] = &[&BOT, &VERSION, &ALIAS];

/// The service.
pub(crate) static LEX: Api = Api {
    service: Service { name: "Lex V2", tables: &[OPERATIONS], others: &[] },
    wire: Wire {
        case: Case::Lower,
        tags: TagForm::Map,
        shows_tags: false,
        page_size: "maxResults",
        page_token: "nextToken",
        ignored: &["sortBy"],
    },
    absent: (404, "ResourceNotFoundException"),
    absent_arn: "ResourceNotFoundException",
    // A name that is taken is a conflict. (?)
    present: (409, "ConflictException"),
    invalid: "ValidationException",
    kinds: KINDS,
};

const ALIAS_PATH: &str = "/bots/{botId}/botaliases/{botAliasId}/";
const VERSION_PATH: &str = "/bots/{botId}/botversions/{botVersion}/";
const LOCALES_PATH: &str = "/bots/{botId}/botversions/{botVersion}/botlocales/";
const LOCALE_PATH: &str = "/bots/{botId}/botversions/{botVersion}/botlocales/{localeId}/";
const TAGS_PATH: &str = "/tags/{resourceARN}";

const OPERATIONS: &[Operation] = &[
    routed("CreateBot", "PUT", "/bots/", 202, &[], Does::To(&BOT, Verb::Create(&[]))),
    routed("DescribeBot", "GET", "/bots/{botId}/", 200, &[], Does::To(&BOT, Verb::Describe(""))),
    routed("UpdateBot", "PUT", "/bots/{botId}/", 202, &[], Does::To(&BOT, Verb::Replace(KEPT, &[]))),
    routed("DeleteBot", "DELETE", "/bots/{botId}/", 202, &[SKIPS_CHECK], Does::Own(delete_bot)),
    routed("ListBots", "POST", "/bots/", 200, &[], Does::Own(list_bots)),
    routed("CreateBotVersion", "PUT", "/bots/{botId}/botversions/", 202, &[], Does::To(&VERSION, Verb::Create(&[]))),
    routed("DescribeBotVersion", "GET", VERSION_PATH, 200, &[], Does::Own(describe_version)),
    routed("ListBotVersions", "POST", "/bots/{botId}/botversions/", 200, &[], Does::Own(list_versions)),
    routed("DeleteBotVersion", "DELETE", VERSION_PATH, 202, &[SKIPS_CHECK], Does::Own(delete_version)),
    routed("CreateBotAlias", "PUT", "/bots/{botId}/botaliases/", 202, &[], Does::To(&ALIAS, Verb::Create(&[]))),
    routed("DescribeBotAlias", "GET", ALIAS_PATH, 200, &[], Does::To(&ALIAS, Verb::Describe(""))),
    routed(
        "UpdateBotAlias",
        "PUT",
        ALIAS_PATH,
        202,
        &[],
        Does::To(&ALIAS, Verb::Replace(&["BotId", "BotAliasTags"], &[])),
    ),
    routed(
        "ListBotAliases",
        "POST",
        "/bots/{botId}/botaliases/",
        200,
        &[],
        Does::To(&ALIAS, Verb::List("botAliasSummaries", ALIAS_SUMMARY, &["botId"])),
    ),
    routed(
        "DeleteBotAlias",
        "DELETE",
        ALIAS_PATH,
        202,
        &[],
        Does::To(&ALIAS, Verb::Delete(&["botId", "botAliasId"], &[("botAliasStatus", "Deleting")])),
    ),
    routed("ListBotLocales", "POST", LOCALES_PATH, 200, &[], Does::Own(list_locales)),
    routed("DescribeBotLocale", "GET", LOCALE_PATH, 200, &[], Does::Own(describe_locale)),
    routed("TagResource", "POST", TAGS_PATH, 200, &[], Does::Tag("resourceARN")),
    routed(
        "UntagResource",
        "DELETE",
        TAGS_PATH,
        200,
        &[required_query("tagKeys", "tagKeys", Form::List(1, 200, &TEXT))],
        Does::Untag("resourceARN", "tagKeys"),
    ),
    routed("ListTagsForResource", "GET", TAGS_PATH, 200, &[], Does::ListTags("resourceARN", "tags")),
];

const SKIPS_CHECK: Member = query("skipResourceInUseCheck", "skipResourceInUseCheck", Form::Flag);

const KEPT: &[&str] = &[
    "AutoBuildBotLocales",
    "BotFileS3Location",
    "BotLocales",
    "BotTags",
    "BotType",
    "Replication",
    "TestBotAliasSettings",
    "TestBotAliasTags",
];

const ALIAS_SUMMARY: &[&str] = &[
    "botAliasId",
    "botAliasName",
    "botAliasStatus",
    "botVersion",
    "creationDateTime",
    "description",
    "lastUpdatedDateTime",
];

fn take_bot(input: &mut Map<String, Value>) {
    if let Some(given) = input.get("testBotAliasTags") {
        let list = TagForm::List.write(&tags(given), Case::Lower);
        input.insert("testBotAliasTags".to_owned(), list);
    }
}

/// Entries by locale as the list that stacks have: `{"en_US": …}` is `[{"localeId": "en_US", "<detail>": …}]`.
fn locales(input: &mut Map<String, Value>, member: &str, detail: &str) {
    let Some(Value::Object(entries)) = input.get(member).cloned() else { return };
    let list = entries.into_iter().map(|(locale, value)| json!({ "localeId": locale, detail: value })).collect();
    input.insert(member.to_owned(), list);
}

/// The other way round.
fn by_locale(shown: &mut Map<String, Value>, member: &str, detail: &str) {
    let Some(Value::Array(entries)) = shown.get(member).cloned() else { return };
    let entry = |entry: &Value| Some((entry.get("localeId")?.as_str()?.to_owned(), entry.get(detail)?.clone()));
    let map: Map<String, Value> = entries.iter().filter_map(entry).collect();
    shown.insert(member.to_owned(), map.into());
}

const SETTINGS: (&str, &str) = ("botAliasLocaleSettings", "botAliasLocaleSetting");

fn take_alias(input: &mut Map<String, Value>) {
    locales(input, SETTINGS.0, SETTINGS.1);
    if let Some(settings) = input.get_mut(SETTINGS.0) {
        call_otherwise(settings, "lambdaARN", "lambdaArn");
    }
}

fn show_alias(_: &Properties, shown: &mut Map<String, Value>) {
    by_locale(shown, SETTINGS.0, SETTINGS.1);
    if let Some(settings) = shown.get_mut(SETTINGS.0) {
        call_otherwise(settings, "lambdaArn", "lambdaARN");
    }
}

/// A member under another name, wherever it is.
fn call_otherwise(value: &mut Value, name: &str, other: &str) {
    match value {
        Value::Object(members) => {
            if let Some(found) = members.shift_remove(name) {
                members.insert(other.to_owned(), found);
            }
            members.values_mut().for_each(|member| call_otherwise(member, name, other));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| call_otherwise(entry, name, other)),
        _ => {}
    }
}

/// A bot, with its attributes; `None` where it is not there. A version of it is the bot as it is.
pub(crate) fn bot(environment: &Environment, id: &str) -> Result<Option<Value>, AwsError> {
    Ok(Document::of(&BOT).find(environment, id)?.map(|kept| kept.whole()))
}

/// An alias of a bot, with its attributes; `None` where it is not there.
pub(crate) fn alias(environment: &Environment, bot: &str, id: &str) -> Result<Option<Value>, AwsError> {
    let mut all = Document::of(&ALIAS).all(environment)?.into_iter().map(|(_, kept)| kept.whole());
    Ok(all.find(|alias| alias["BotId"] == bot && alias["BotAliasId"] == id))
}

/// The bot that the input names.
fn named(call: &Call) -> Result<Kept, AwsError> {
    let id = call.input.get("botId").and_then(Value::as_str).unwrap_or_default();
    let found = call.all(&BOT)?.into_iter().find(|(key, _)| key == id);
    found.map(|(_, kept)| kept).ok_or_else(|| call.absent(&BOT))
}

/// The versions of a bot, the first first.
fn versions(call: &Call, bot: &str) -> Result<Vec<Map<String, Value>>, AwsError> {
    let of_bot = |kept: &Kept| kept.properties.get("BotId").and_then(Value::as_str) == Some(bot);
    let all = call.all(&VERSION)?.into_iter().filter(|(_, kept)| of_bot(kept));
    let mut all: Vec<_> = all.map(|(_, kept)| call.shown(&VERSION, &kept)).collect();
    let number = |version: &Map<String, Value>| version.get("botVersion")?.as_str()?.parse::<u64>().ok();
    all.sort_by_key(number);
    Ok(all)
}

/// Refuses to delete what an alias uses, where the call does not say that it may. (?) The documentation calls the error
/// `ResourceInUseException`, which the service's model does not have.
fn check_unused(call: &Call, used: impl Fn(&Properties) -> bool) -> Result<(), AwsError> {
    let skips = call.input.get("skipResourceInUseCheck").and_then(Value::as_bool).unwrap_or_default();
    let bot = call.input.get("botId");
    let uses = |kept: &Kept| kept.properties.get("BotId") == bot && used(&kept.properties);
    if !skips && call.all(&ALIAS)?.iter().any(|(_, kept)| uses(kept)) {
        let message = "An alias uses it. Set skipResourceInUseCheck to delete it nevertheless.";
        return Err(AwsError::new(412, "PreconditionFailedException", message));
    }
    Ok(())
}

fn delete_bot(call: &Call) -> Result<Value, AwsError> {
    let (id, _) = call.find(&BOT)?;
    check_unused(call, |_| true)?;
    call.remove(&BOT, &id)?;
    Ok(json!({ "botId": id, "botStatus": "Deleting" }))
}

fn delete_version(call: &Call) -> Result<Value, AwsError> {
    let (key, _) = call.find(&VERSION)?;
    let version = call.input.get("botVersion");
    check_unused(call, |alias| alias.get("BotVersion") == version)?;
    call.remove(&VERSION, &key)?;
    Ok(json!({ "botId": call.input.get("botId"), "botVersion": version, "botStatus": "Deleting" }))
}

/// Bots, as filters of their names say.
fn list_bots(call: &Call) -> Result<Value, AwsError> {
    let filters = call.input.get("filters").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |filter: &Value, name: &str| filter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(other) = filters.iter().find(|filter| text(filter, "name") != "BotName") {
        let what = format!("the filter {} of ListBots", text(other, "name"));
        return Err(AwsError::unsupported("Lex V2", &what));
    }
    let fits = |name: &str| {
        filters.iter().all(|filter| {
            let values = filter.get("values").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut values = values.iter().filter_map(Value::as_str);
            match text(filter, "operator").as_str() {
                "EQ" => values.any(|value| value == name),
                "NE" => values.all(|value| value != name),
                _ => values.any(|value| name.contains(value)),
            }
        })
    };
    let mut listed = Vec::new();
    for (id, kept) in call.all(&BOT)? {
        let shown = call.shown(&BOT, &kept);
        if shown.get("botName").and_then(Value::as_str).is_some_and(fits) {
            let fields = ["botId", "botName", "description", "botStatus", "lastUpdatedDateTime", "botType"];
            let mut summary = picked(shown, &fields);
            if let Some(last) = versions(call, &id)?.last() {
                summary["latestBotVersion"] = last.get("botVersion").cloned().unwrap_or_default();
            }
            listed.push(summary);
        }
    }
    Ok(call.page("botSummaries", listed))
}

/// A version is its bot as it is.
fn describe_version(call: &Call) -> Result<Value, AwsError> {
    let bot = named(call)?;
    let mut shown = call.shown(&BOT, &bot);
    shown.shift_remove("lastUpdatedDateTime");
    if call.input.get("botVersion").and_then(Value::as_str) == Some(DRAFT) {
        shown.insert("botVersion".to_owned(), DRAFT.into());
        return Ok(shown.into());
    }
    let (_, kept) = call.find(&VERSION)?;
    shown.shift_remove("description");
    shown.extend(call.shown(&VERSION, &kept));
    shown.shift_remove("botVersionLocaleSpecification");
    Ok(shown.into())
}

fn list_versions(call: &Call) -> Result<Value, AwsError> {
    let bot = named(call)?;
    let (id, name) = (bot.whole()["Id"].clone(), bot.whole()["Name"].clone());
    let mut draft = call.shown(&BOT, &bot);
    draft.insert("botVersion".to_owned(), DRAFT.into());
    let mut listed = versions(call, id.as_str().unwrap_or_default())?;
    listed.insert(0, draft);
    let listed = listed.into_iter().map(|mut version| {
        version.insert("botName".to_owned(), name.clone());
        picked(version, &["botName", "botVersion", "description", "botStatus", "creationDateTime"])
    });
    let mut answer = call.page("botVersionSummaries", listed.collect());
    answer["botId"] = id;
    Ok(answer)
}

/// The locales that a bot's stack says.
fn locales_of(bot: &Kept) -> Vec<Value> {
    bot.properties.get("BotLocales").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn list_locales(call: &Call) -> Result<Value, AwsError> {
    let listed = locales_of(&named(call)?).into_iter().map(|locale| {
        json!({ "localeId": locale["LocaleId"], "description": locale["Description"], "botLocaleStatus": "Built" })
    });
    let mut answer = call.page("botLocaleSummaries", listed.collect());
    for name in ["botId", "botVersion"] {
        answer[name] = call.input.get(name).cloned().unwrap_or_default();
    }
    Ok(answer)
}

fn describe_locale(call: &Call) -> Result<Value, AwsError> {
    let found =
        locales_of(&named(call)?).into_iter().find(|locale| Some(&locale["LocaleId"]) == call.input.get("localeId"));
    let locale = found.ok_or_else(|| call.absent(&BOT))?;
    let count = |name: &str| locale.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    Ok(json!({
        "botId": call.input.get("botId"),
        "botVersion": call.input.get("botVersion"),
        "localeId": locale["LocaleId"],
        "description": locale["Description"],
        "nluIntentConfidenceThreshold": locale["NluConfidenceThreshold"],
        "intentsCount": count("Intents"),
        "slotTypesCount": count("SlotTypes"),
        "botLocaleStatus": "Built",
    }))
}
