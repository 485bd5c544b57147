//! Things outside that an instance may use: approved origins, security keys, Lambda functions and Lex bots.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document;
use super::error::{invalid_request, not_found, quota_exceeded, resource_conflict};
use super::input::Input;
use super::operation::{
    Member, NEXT_TOKEN, Operation, Shape, max_results, operation, optional, query, required, required_query,
};
use super::page;

const ORIGIN: Shape = Shape::Text(0, 267);
const FUNCTION: Shape = Shape::Text(1, 140);
const TOKEN: Member = optional("ClientToken", Shape::Text(0, 500));
const QUERY_TOKEN: Member = query("clientToken", "ClientToken", Shape::Text(0, 500));
const LEX_BOT: Shape =
    Shape::Object(&[required("Name", Shape::Text(0, 50)), required("LexRegion", Shape::Text(0, 60))]);
const BOT: &[Member] = &[
    optional("LexBot", LEX_BOT),
    optional("LexV2Bot", Shape::Object(&[optional("AliasArn", Shape::Text(1, 100))])),
    TOKEN,
];

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "AssociateApprovedOrigin",
        "PUT",
        "/instance/{InstanceId}/approved-origin",
        &[required("Origin", ORIGIN), TOKEN],
        |environment, input| add(environment, input, &ORIGINS, input.need("Origin")?, &input.need("Origin")?.into()),
    ),
    operation(
        "DisassociateApprovedOrigin",
        "DELETE",
        "/instance/{InstanceId}/approved-origin",
        &[required_query("origin", "Origin", ORIGIN), QUERY_TOKEN],
        |environment, input| remove(environment, input, &ORIGINS, input.need("Origin")?),
    ),
    operation(
        "ListApprovedOrigins",
        "GET",
        "/instance/{InstanceId}/approved-origins",
        &[NEXT_TOKEN, max_results(25)],
        |environment, input| list(environment, input, &[&ORIGINS], "Origins"),
    ),
    operation(
        "AssociateSecurityKey",
        "PUT",
        "/instance/{InstanceId}/security-key",
        &[required("Key", Shape::Text(1, 1024)), TOKEN],
        add_security_key,
    ),
    operation(
        "DisassociateSecurityKey",
        "DELETE",
        "/instance/{InstanceId}/security-key/{AssociationId}",
        &[QUERY_TOKEN],
        |environment, input| remove(environment, input, &SECURITY_KEYS, input.need("AssociationId")?),
    ),
    operation(
        "ListSecurityKeys",
        "GET",
        "/instance/{InstanceId}/security-keys",
        &[NEXT_TOKEN, max_results(2)],
        |environment, input| list(environment, input, &[&SECURITY_KEYS], "SecurityKeys"),
    ),
    operation(
        "AssociateLambdaFunction",
        "PUT",
        "/instance/{InstanceId}/lambda-function",
        &[required("FunctionArn", FUNCTION), TOKEN],
        |environment, input| {
            add(environment, input, &FUNCTIONS, input.need("FunctionArn")?, &input.need("FunctionArn")?.into())
        },
    ),
    operation(
        "DisassociateLambdaFunction",
        "DELETE",
        "/instance/{InstanceId}/lambda-function",
        &[required_query("functionArn", "FunctionArn", FUNCTION), QUERY_TOKEN],
        |environment, input| remove(environment, input, &FUNCTIONS, input.need("FunctionArn")?),
    ),
    operation(
        "ListLambdaFunctions",
        "GET",
        "/instance/{InstanceId}/lambda-functions",
        &[NEXT_TOKEN, max_results(25)],
        |environment, input| list(environment, input, &[&FUNCTIONS], "LambdaFunctions"),
    ),
    operation(
        "AssociateLexBot",
        "PUT",
        "/instance/{InstanceId}/lex-bot",
        &[required("LexBot", LEX_BOT), TOKEN],
        add_bot,
    ),
    operation(
        "DisassociateLexBot",
        "DELETE",
        "/instance/{InstanceId}/lex-bot",
        &[
            required_query("botName", "BotName", Shape::Text(0, 50)),
            required_query("lexRegion", "LexRegion", Shape::Text(0, 60)),
            QUERY_TOKEN,
        ],
        |environment, input| {
            let key = format!("{}|{}", input.need("BotName")?, input.need("LexRegion")?);
            remove(environment, input, &BOTS_V1, &key)
        },
    ),
    operation(
        "ListLexBots",
        "GET",
        "/instance/{InstanceId}/lex-bots",
        &[NEXT_TOKEN, max_results(25)],
        |environment, input| {
            let bots = stored(environment, input, &BOTS_V1)?;
            let bots = bots.into_iter().filter_map(|bot| bot.get("LexBot").cloned()).collect();
            page::in_memory(input, "LexBots", bots).map(Value::from)
        },
    ),
    operation("AssociateBot", "PUT", "/instance/{InstanceId}/bot", BOT, add_bot),
    operation("DisassociateBot", "POST", "/instance/{InstanceId}/bot", BOT, |environment, input| {
        let (association, key, _) = bot(input)?;
        remove(environment, input, association, &key)
    }),
    operation(
        "ListBots",
        "GET",
        "/instance/{InstanceId}/bots",
        &[required_query("lexVersion", "LexVersion", Shape::OneOf(&["V1", "V2"])), NEXT_TOKEN, max_results(25)],
        |environment, input| {
            let version = if input.text("LexVersion") == Some("V1") { &BOTS_V1 } else { &BOTS_V2 };
            list(environment, input, &[version], "LexBots")
        },
    ),
];

/// One type of association: a set of keys of an instance.
struct Association {
    document: &'static str,
    noun: &'static str,
    /// How many an instance may have: the service's default.
    quota: usize,
}

const ORIGINS: Association =
    Association { document: "connect/approved-origin", noun: "approved origin", quota: usize::MAX };
const SECURITY_KEYS: Association = Association { document: "connect/security-key", noun: "security key", quota: 2 };
const FUNCTIONS: Association = Association { document: "connect/lambda-function", noun: "Lambda function", quota: 50 };
const BOTS_V1: Association = Association { document: "connect/lex-v1-bot", noun: "Lex bot", quota: 70 };
const BOTS_V2: Association = Association { document: "connect/lex-v2-bot", noun: "Lex bot alias", quota: 100 };

fn add(
    environment: &Environment,
    input: &Input,
    association: &Association,
    key: &str,
    body: &Value,
) -> Result<Value, AwsError> {
    let token = input.text("ClientToken");
    document::once_per_token(environment, input.operation(), input.instance(), token, || {
        let tx = environment.tx;
        if tx.get::<Value>(association.document, input.instance(), key)?.is_some() {
            return Err(resource_conflict(format!(
                "The {} is associated with the instance already.",
                association.noun
            )));
        }
        if tx.count(association.document, input.instance())? >= association.quota {
            let text = format!("The limit of {} for {} is reached.", association.quota, association.noun);
            return Err(quota_exceeded(text));
        }
        tx.put(association.document, input.instance(), key, None, body)?;
        Ok(json!({}))
    })
}

fn remove(environment: &Environment, input: &Input, association: &Association, key: &str) -> Result<Value, AwsError> {
    if environment.tx.delete(association.document, input.instance(), key)? {
        Ok(json!({}))
    } else {
        Err(not_found(format!("The {} {key} was not found.", association.noun)))
    }
}

fn stored(environment: &Environment, input: &Input, association: &Association) -> Result<Vec<Value>, AwsError> {
    let bodies = environment.tx.list::<Value>(association.document, input.instance())?;
    Ok(bodies.into_iter().map(|(_, body)| body).collect())
}

fn list(
    environment: &Environment,
    input: &Input,
    associations: &[&Association],
    member: &str,
) -> Result<Value, AwsError> {
    let mut entries = Vec::new();
    for association in associations {
        entries.extend(stored(environment, input, association)?);
    }
    page::in_memory(input, member, entries).map(Value::from)
}

fn add_security_key(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let key = input.need("Key")?;
    let held = stored(environment, input, &SECURITY_KEYS)?;
    let token = input.text("ClientToken");
    document::once_per_token(environment, "AssociateSecurityKey ids", input.instance(), token, || {
        if held.iter().any(|one| one.get("Key").and_then(Value::as_str) == Some(key)) {
            return Err(resource_conflict("The security key is associated with the instance already."));
        }
        let id = document::new_id();
        let body = json!({"AssociationId": id, "Key": key, "CreationTime": document::timestamp(environment)});
        add(environment, input, &SECURITY_KEYS, &id, &body)?;
        Ok(json!({ "AssociationId": id }))
    })
}

/// The kind, key and entry of the bot a request names.
fn bot(input: &Input) -> Result<(&'static Association, String, Value), AwsError> {
    let v2 = input.object("LexV2Bot").and_then(|bot| bot.get("AliasArn")).and_then(Value::as_str);
    match (input.object("LexBot"), v2) {
        (Some(bot), None) => {
            let key = format!("{}|{}", document::text(bot, "Name"), document::text(bot, "LexRegion"));
            Ok((&BOTS_V1, key, json!({ "LexBot": bot })))
        }
        (None, Some(alias)) => Ok((&BOTS_V2, alias.to_owned(), json!({"LexV2Bot": {"AliasArn": alias}}))),
        _ => Err(invalid_request("Exactly one of LexBot and LexV2Bot is required.")),
    }
}

fn add_bot(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (association, key, entry) = bot(input)?;
    add(environment, input, association, &key, &entry)
}
