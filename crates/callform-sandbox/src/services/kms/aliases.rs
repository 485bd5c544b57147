//! Aliases: names of keys.

use serde_json::{Value, json};

use super::keys::Key;
use super::names::{KIND, not_found, target};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};

pub(super) fn change(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let name = input.need("AliasName")?;
    if !name.starts_with("alias/") || name.starts_with("alias/aws/") {
        return Err(AwsError::new(400, "InvalidAliasNameException", format!("{name} is no alias of an account.")));
    }
    let known = target(environment, name)?;
    match (operation, &known) {
        ("CreateAlias", Some(_)) => {
            let (region, account) = (environment.region, environment.account);
            let message = format!("An alias with the name arn:aws:kms:{region}:{account}:{name} already exists");
            return Err(AwsError::new(400, "AlreadyExistsException", message));
        }
        ("CreateAlias", None) | (_, Some(_)) => {}
        (_, None) => return Err(not_found(&format!("Alias {name}"))),
    }
    if operation == "DeleteAlias" {
        environment.tx.delete(KIND, environment.region, name)?;
    } else {
        let key = Key::load(environment, input.need("TargetKeyId")?)?;
        environment.tx.put(KIND, environment.region, name, None, &key.id)?;
    }
    Ok(Value::Null)
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let wanted = input.text("KeyId").map(|id| Key::load(environment, id)).transpose()?;
    let aliases: Vec<(String, String)> = environment.tx.list(KIND, environment.region)?;
    let listed = aliases
        .iter()
        .filter(|(_, target)| wanted.as_ref().is_none_or(|key| key.id == *target))
        .map(|(name, target)| {
            let (region, account) = (environment.region, environment.account);
            let arn = format!("arn:aws:kms:{region}:{account}:{name}");
            json!({ "AliasName": name, "AliasArn": arn, "TargetKeyId": target })
        })
        .collect();
    let size = usize::try_from(input.number("Limit").unwrap_or(50)).unwrap_or(50).clamp(1, 100);
    let (listed, next) = page(listed, input.text("Marker"), size);
    let mut answer = json!({ "Aliases": listed, "Truncated": next.is_some() });
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer)
}
