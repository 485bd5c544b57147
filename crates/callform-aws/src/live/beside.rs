//! What CloudFormation's own comparison leaves out, because no template of the resource names it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Gateway, GatewayError};

/// Something a resource has beside its template.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// Where, in the way of property paths: `LifecycleConfiguration`, `ResourcePolicy[sid]`.
    pub path: String,
    /// What it should be; none where it should not be there.
    pub before: Option<Value>,
    /// What it is.
    pub after: Value,
    /// The call that takes it back.
    pub repair: Repair,
}

/// A call that takes back what CloudFormation has no change for. Each can be made again: it ends in the same state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Repair {
    /// Takes a managed policy from a role.
    DetachRolePolicy {
        /// The role's name.
        role: String,
        /// The policy's ARN.
        policy: String,
    },
    /// Removes a policy that is a role's own.
    DeleteRolePolicy {
        /// The role's name.
        role: String,
        /// The policy's name.
        policy: String,
    },
    /// Removes a statement from the policy of a function, or of one of its aliases.
    RemovePermission {
        /// The function's name.
        function: String,
        /// The alias.
        qualifier: Option<String>,
        /// The statement's id.
        statement: String,
    },
    /// Removes the reserved concurrency of a function.
    DeleteFunctionConcurrency {
        /// The function's name.
        function: String,
    },
    /// Makes the unpublished code of a function what its newest version has.
    UpdateFunctionCode {
        /// The function's name.
        function: String,
        /// Where the code is: bucket and key; none where that is not known.
        code: Option<(String, String)>,
    },
    /// Turns a setting of an instance on or off that is not the center's own.
    UpdateInstanceAttribute {
        /// The instance's id.
        instance: String,
        /// The setting, as CloudFormation calls it: `ContactflowLogs`.
        setting: String,
        /// Whether it is to be on.
        value: bool,
    },
    /// Removes the lifecycle rules of a bucket.
    DeleteBucketLifecycle {
        /// The bucket.
        bucket: String,
    },
    /// Removes the CORS rules of a bucket.
    DeleteBucketCors {
        /// The bucket.
        bucket: String,
    },
}

impl Gateway {
    /// Policies of a role that are neither named by its template nor attached by these.
    pub async fn beside_role(
        &self,
        role: &str,
        named: &BTreeSet<&str>,
        policies: &BTreeSet<&str>,
    ) -> Result<Vec<Beside>, GatewayError> {
        let mut found = Vec::new();
        if !named.contains("ManagedPolicyArns") {
            let mut pages = self.iam.list_attached_role_policies().role_name(role).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| GatewayError::from_sdk("IAM ListAttachedRolePolicies", &error))?;
                let arns = page.attached_policies.unwrap_or_default().into_iter().filter_map(|one| one.policy_arn);
                found.extend(arns.filter(|arn| !policies.contains(arn.as_str())).map(|arn| Beside {
                    path: "ManagedPolicyArns[]".to_owned(),
                    before: None,
                    after: json!(arn),
                    repair: Repair::DetachRolePolicy { role: role.to_owned(), policy: arn },
                }));
            }
        }
        if !named.contains("Policies") {
            let mut pages = self.iam.list_role_policies().role_name(role).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| GatewayError::from_sdk("IAM ListRolePolicies", &error))?;
                let names = page.policy_names.into_iter().filter(|name| !policies.contains(name.as_str()));
                found.extend(names.map(|name| Beside {
                    path: "Policies[]".to_owned(),
                    before: None,
                    after: json!(name),
                    repair: Repair::DeleteRolePolicy { role: role.to_owned(), policy: name },
                }));
            }
        }
        Ok(found)
    }

    /// Reserved concurrency and code of a function, and who may invoke it and its aliases beside these statements.
    pub async fn beside_function(
        &self,
        function: &str,
        named: &BTreeSet<&str>,
        published: Option<&str>,
        aliases: &[&str],
        statements: &BTreeSet<&str>,
    ) -> Result<Vec<Beside>, GatewayError> {
        let answer = self
            .lambda
            .get_function()
            .function_name(function)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("Lambda GetFunction", &error))?;
        let mut found = Vec::new();
        let reserved = answer.concurrency.and_then(|concurrency| concurrency.reserved_concurrent_executions);
        if let (Some(reserved), false) = (reserved, named.contains("ReservedConcurrentExecutions")) {
            found.push(Beside {
                path: "ReservedConcurrentExecutions".to_owned(),
                before: None,
                after: json!(reserved),
                repair: Repair::DeleteFunctionConcurrency { function: function.to_owned() },
            });
        }
        let code = answer.configuration.and_then(|configuration| configuration.code_sha256);
        if let (Some(code), Some(version)) = (code, published) {
            let expected = self.code_of(function, version).await?;
            if expected.as_ref().is_some_and(|expected| *expected != code) {
                found.push(Beside {
                    path: "Code".to_owned(),
                    before: expected.map(|digest| short(&digest)),
                    after: short(&code),
                    repair: Repair::UpdateFunctionCode { function: function.to_owned(), code: None },
                });
            }
        }
        for qualifier in [None].into_iter().chain(aliases.iter().map(|alias| Some(*alias))) {
            found.extend(self.foreign_statements(function, qualifier, statements).await?);
        }
        Ok(found)
    }

    /// The digest of a version's code.
    async fn code_of(&self, function: &str, version: &str) -> Result<Option<String>, GatewayError> {
        let answer = self.lambda.get_function_configuration().function_name(function).qualifier(version).send().await;
        match answer.map_err(|error| GatewayError::from_sdk("Lambda GetFunctionConfiguration", &error)) {
            Ok(answer) => Ok(answer.code_sha256),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn foreign_statements(
        &self,
        function: &str,
        qualifier: Option<&str>,
        own: &BTreeSet<&str>,
    ) -> Result<Vec<Beside>, GatewayError> {
        let call = self.lambda.get_policy().function_name(function).set_qualifier(qualifier.map(str::to_owned));
        let policy = match call.send().await.map_err(|error| GatewayError::from_sdk("Lambda GetPolicy", &error)) {
            Ok(answer) => answer.policy,
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let policy: Value = policy.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let statements = policy.get("Statement").and_then(Value::as_array).into_iter().flatten();
        Ok(statements
            .filter_map(|statement| {
                let sid = statement.get("Sid")?.as_str()?;
                (!own.contains(sid)).then(|| Beside {
                    path: format!(
                        "ResourcePolicy[{}{sid}]",
                        qualifier.map_or_else(String::new, |name| format!("{name} "))
                    ),
                    before: None,
                    after: json!(allowance(statement)),
                    repair: Repair::RemovePermission {
                        function: function.to_owned(),
                        qualifier: qualifier.map(str::to_owned),
                        statement: sid.to_owned(),
                    },
                })
            })
            .collect())
    }

    /// Lifecycle and CORS rules of a bucket whose template names none.
    pub async fn beside_bucket(&self, bucket: &str, named: &BTreeSet<&str>) -> Result<Vec<Beside>, GatewayError> {
        let mut found = Vec::new();
        if !named.contains("LifecycleConfiguration") {
            let answer = self.s3.get_bucket_lifecycle_configuration().bucket(bucket).send().await;
            let answer = answer.map_err(|error| GatewayError::from_sdk("S3 GetBucketLifecycleConfiguration", &error));
            if let Some(answer) = unless_missing(answer, "NoSuchLifecycleConfiguration")? {
                let rules: Vec<String> =
                    answer.rules.unwrap_or_default().into_iter().map(|rule| rule.id.unwrap_or_default()).collect();
                found.push(Beside {
                    path: "LifecycleConfiguration".to_owned(),
                    before: None,
                    after: json!(listed("rule", &rules)),
                    repair: Repair::DeleteBucketLifecycle { bucket: bucket.to_owned() },
                });
            }
        }
        if !named.contains("CorsConfiguration") {
            let answer = self.s3.get_bucket_cors().bucket(bucket).send().await;
            let answer = answer.map_err(|error| GatewayError::from_sdk("S3 GetBucketCors", &error));
            if let Some(answer) = unless_missing(answer, "NoSuchCORSConfiguration")? {
                let origins: Vec<String> =
                    answer.cors_rules.unwrap_or_default().into_iter().flat_map(|rule| rule.allowed_origins).collect();
                found.push(Beside {
                    path: "CorsConfiguration".to_owned(),
                    before: None,
                    after: json!(listed("origin", &origins)),
                    repair: Repair::DeleteBucketCors { bucket: bucket.to_owned() },
                });
            }
        }
        Ok(found)
    }

    /// Takes something back. What is not there any more is well.
    pub async fn repair(&self, repair: &Repair) -> Result<(), GatewayError> {
        let done = match repair {
            Repair::UpdateInstanceAttribute { instance, setting, value } => {
                return self.set_instance(instance, setting, *value).await;
            }
            Repair::DetachRolePolicy { role, policy } => {
                let call = self.iam.detach_role_policy().role_name(role).policy_arn(policy).send().await;
                call.map(drop).map_err(|error| GatewayError::from_sdk("IAM DetachRolePolicy", &error))
            }
            Repair::DeleteRolePolicy { role, policy } => {
                let call = self.iam.delete_role_policy().role_name(role).policy_name(policy).send().await;
                call.map(drop).map_err(|error| GatewayError::from_sdk("IAM DeleteRolePolicy", &error))
            }
            Repair::RemovePermission { function, qualifier, statement } => {
                let call = self.lambda.remove_permission().function_name(function).statement_id(statement);
                let call = call.set_qualifier(qualifier.clone()).send().await;
                call.map(drop).map_err(|error| GatewayError::from_sdk("Lambda RemovePermission", &error))
            }
            Repair::DeleteFunctionConcurrency { function } => {
                let call = self.lambda.delete_function_concurrency().function_name(function).send().await;
                call.map(drop).map_err(|error| GatewayError::from_sdk("Lambda DeleteFunctionConcurrency", &error))
            }
            Repair::UpdateFunctionCode { function, code: Some((bucket, key)) } => {
                let call = self.lambda.update_function_code().function_name(function).s3_bucket(bucket).s3_key(key);
                let call = call.send().await;
                call.map(drop).map_err(|error| GatewayError::from_sdk("Lambda UpdateFunctionCode", &error))
            }
            Repair::UpdateFunctionCode { code: None, .. } => Ok(()),
            Repair::DeleteBucketLifecycle { bucket } => {
                let call = self.s3.delete_bucket_lifecycle().bucket(bucket).send().await;
                call.map(drop).map_err(|error| GatewayError::from_sdk("S3 DeleteBucketLifecycle", &error))
            }
            Repair::DeleteBucketCors { bucket } => {
                let call = self.s3.delete_bucket_cors().bucket(bucket).send().await;
                call.map(drop).map_err(|error| GatewayError::from_sdk("S3 DeleteBucketCors", &error))
            }
        };
        match done {
            Err(error) if error.is_not_found() => Ok(()),
            done => done,
        }
    }
}

fn unless_missing<T>(answer: Result<T, GatewayError>, code: &str) -> Result<Option<T>, GatewayError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code.as_deref() == Some(code) || error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Enough of a digest to tell two contents apart.
fn short(digest: &str) -> Value {
    const BYTES: usize = 4;
    let bytes = BASE64.decode(digest).unwrap_or_default();
    let hex = match bytes.first_chunk::<BYTES>() {
        Some(bytes) => format!("{:08x}", u32::from_be_bytes(*bytes)),
        None => digest.to_owned(),
    };
    json!(hex)
}

/// A statement in a few words: what it lets whom do.
fn allowance(statement: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let principal = match statement.get("Principal") {
        Some(Value::Object(members)) => members.values().map(text).collect::<Vec<_>>().join(", "),
        Some(other) => text(other),
        None => "nobody".to_owned(),
    };
    format!("{} by {principal}", statement.get("Action").map_or_else(|| "nothing".to_owned(), text))
}

/// `2 rules: a, b`.
fn listed(word: &str, names: &[String]) -> String {
    let named: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    let count = format!("{} {word}{plural}", names.len());
    if named.is_empty() { count } else { format!("{count}: {}", named.join(", ")) }
}
