//! Secrets Manager: whether secrets are there. Their values are never asked for.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use crate::{Gateway, GatewayError};
use callform_signed::Service;

/// So many secrets are asked for one by one; where there are more, the account's are listed first.
const ONE_BY_ONE: usize = 50;

/// A page of `ListSecrets`, as far as it is of interest.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    secret_list: Vec<Entry>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ARN")]
    arn: Option<String>,
    name: Option<String>,
}

/// An answer of `DescribeSecret`, as far as it is of interest.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    deleted_date: Option<f64>,
}

impl Gateway {
    /// Those of the secrets, named by name or ARN, that are not there or on their way out. Of many that are missing the
    /// first 50 are told.
    pub async fn missing_secrets(&self, wanted: &BTreeSet<String>) -> Result<BTreeSet<String>, GatewayError> {
        let listed = if wanted.len() > ONE_BY_ONE { self.listed_secrets().await? } else { BTreeSet::new() };
        let mut missing = BTreeSet::new();
        for id in wanted.iter().filter(|id| !listed.contains(*id)).take(ONE_BY_ONE) {
            if !self.has_secret(id).await? {
                missing.insert(id.clone());
            }
        }
        Ok(missing)
    }

    async fn has_secret(&self, id: &str) -> Result<bool, GatewayError> {
        const OPERATION: &str = "SecretsManager DescribeSecret";
        let input = json!({ "SecretId": id });
        match self.signed.read::<Description>(Service::SecretsManager, OPERATION, &input).await {
            Ok(found) => Ok(found.deleted_date.is_none()),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Names and ARNs of the account's secrets in the region, without those on their way out; 100 a call.
    async fn listed_secrets(&self) -> Result<BTreeSet<String>, GatewayError> {
        const OPERATION: &str = "SecretsManager ListSecrets";
        let mut found = BTreeSet::new();
        let mut token = None;
        loop {
            let mut input = json!({ "MaxResults": 100 });
            if let Some(token) = token {
                input["NextToken"] = json!(token);
            }
            let page: Page = self.signed.read(Service::SecretsManager, OPERATION, &input).await?;
            found.extend(page.secret_list.into_iter().flat_map(|entry| [entry.arn, entry.name]).flatten());
            token = page.next_token;
            if token.is_none() {
                return Ok(found);
            }
        }
    }
}
