//! Service Quotas: what an account or a resource may have.

use serde::Deserialize;
use serde_json::json;

use crate::{Gateway, GatewayError};
use callform_signed::Service;

/// A quota as it is applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Quota {
    /// Its code, such as `L-19A87C94`.
    pub code: String,
    /// Its name, such as `Queues per instance`.
    pub name: String,
    /// The applied value.
    pub value: f64,
    /// The ARN of the resource it is applied to; `None` where it is the account's.
    pub resource: Option<String>,
}

/// A page of `ListServiceQuotas`, as far as it is of interest.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    quotas: Vec<Entry>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    quota_code: Option<String>,
    #[serde(default)]
    quota_name: String,
    value: Option<f64>,
    quota_context: Option<Context>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Context {
    context_id: Option<String>,
}

impl Gateway {
    /// The quotas of a service as they are applied to the account and to single resources, 100 a call.
    pub async fn quotas(&self, service: &str) -> Result<Vec<Quota>, GatewayError> {
        const OPERATION: &str = "ServiceQuotas ListServiceQuotas";
        let mut quotas = Vec::new();
        let mut token = None;
        loop {
            let mut input = json!({ "ServiceCode": service, "MaxResults": 100, "QuotaAppliedAtLevel": "ALL" });
            if let Some(token) = token {
                input["NextToken"] = json!(token);
            }
            let page: Page = self.signed.read(Service::ServiceQuotas, OPERATION, &input).await?;
            quotas.extend(page.quotas.into_iter().filter_map(quota));
            token = page.next_token;
            if token.is_none() {
                return Ok(quotas);
            }
        }
    }
}

fn quota(entry: Entry) -> Option<Quota> {
    // `*` stands for every resource of the account.
    let resource = entry.quota_context.and_then(|context| context.context_id).filter(|id| id != "*");
    Some(Quota { code: entry.quota_code?, name: entry.quota_name, value: entry.value?, resource })
}
