//! Service Quotas: what an account or a resource may have.

use aws_sdk_servicequotas::types::AppliedLevelEnum;

use crate::{Gateway, GatewayError};

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

impl Gateway {
    /// The quotas of a service as they are applied to the account and to single resources, 100 a call.
    pub async fn quotas(&self, service: &str) -> Result<Vec<Quota>, GatewayError> {
        const PAGE: i32 = 100;
        let call = self.service_quotas.list_service_quotas().service_code(service).max_results(PAGE);
        let mut pages = call.quota_applied_at_level(AppliedLevelEnum::All).into_paginator().send();
        let mut quotas = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("ServiceQuotas ListServiceQuotas", &error))?;
            quotas.extend(page.quotas.unwrap_or_default().into_iter().filter_map(|quota| {
                // `*` stands for every resource of the account.
                let resource = quota.quota_context.and_then(|context| context.context_id).filter(|id| id != "*");
                Some(Quota {
                    code: quota.quota_code?,
                    name: quota.quota_name.unwrap_or_default(),
                    value: quota.value?,
                    resource,
                })
            }));
        }
        Ok(quotas)
    }
}
