//! Athena: running a query.

use serde::Deserialize;
use serde_json::json;

use crate::{Gateway, GatewayError};
use callform_signed::Service;

/// How a query is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryState {
    /// It waits or runs.
    Running,
    /// It is done, and read so many bytes.
    Succeeded(u64),
    /// It failed or was stopped, for this reason.
    Failed(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Started {
    query_execution_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    query_execution: Execution,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Execution {
    status: Status,
    statistics: Option<Statistics>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    state: String,
    state_change_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statistics {
    data_scanned_in_bytes: Option<u64>,
}

impl Gateway {
    /// Starts a query in a database and a workgroup; returns its identifier. The same `token` starts it once.
    pub async fn start_query(
        &self,
        sql: &str,
        database: &str,
        workgroup: &str,
        token: &str,
    ) -> Result<String, GatewayError> {
        let input = json!({
            "QueryString": sql,
            "QueryExecutionContext": { "Database": database },
            "WorkGroup": workgroup,
            "ClientRequestToken": token,
        });
        let started: Started = self.signed.read(Service::Athena, "Athena StartQueryExecution", &input).await?;
        Ok(started.query_execution_id)
    }

    /// How a query is doing.
    pub async fn query_state(&self, id: &str) -> Result<QueryState, GatewayError> {
        let input = json!({ "QueryExecutionId": id });
        let answer: Answer = self.signed.read(Service::Athena, "Athena GetQueryExecution", &input).await?;
        let Execution { status: Status { state, state_change_reason }, statistics } = answer.query_execution;
        Ok(match state.as_str() {
            "SUCCEEDED" => QueryState::Succeeded(statistics.and_then(|of| of.data_scanned_in_bytes).unwrap_or(0)),
            "FAILED" | "CANCELLED" => QueryState::Failed(state_change_reason.unwrap_or(state)),
            _ => QueryState::Running,
        })
    }
}
