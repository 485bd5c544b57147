//! Connect's test cases: made, executed, looked at, taken away.

use aws_sdk_connect::types::{
    ChatEntryPointParameters, TestCaseEntryPoint, TestCaseEntryPointType, TestCaseExecutionStatus, TestCaseStatus,
    VoiceCallEntryPointParameters,
};

use crate::connect::NamedObject;
use crate::{Gateway, GatewayError};

/// A test case as it is to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCaseDraft {
    /// Its name, unique in the instance.
    pub name: String,
    /// What it observes and does: JSON of the testing language.
    pub content: String,
    /// Where the contact begins.
    pub entry: TestCaseEntry,
    /// What the contact has from the beginning: JSON.
    pub initialization_data: String,
}

/// How the simulated contact reaches the center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestCaseEntry {
    /// A call that begins in a flow: id or ARN.
    Flow {
        /// The flow.
        flow: String,
        /// The caller's number, E.164.
        source: Option<String>,
    },
    /// A call to a number of the center.
    Number {
        /// The caller's number, E.164.
        source: String,
        /// The number of the center, E.164.
        destination: String,
    },
    /// A chat that begins in a flow: id or ARN.
    Chat {
        /// The flow.
        flow: String,
    },
}

/// How far an execution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionState {
    /// It waits or runs.
    Going,
    /// It is over, and everything was as the test case has it.
    Passed,
    /// It is over, and something was not.
    Failed,
    /// Somebody stopped it.
    Stopped,
}

impl From<&TestCaseEntry> for TestCaseEntryPoint {
    fn from(entry: &TestCaseEntry) -> Self {
        let voice = VoiceCallEntryPointParameters::builder();
        let call = match entry {
            TestCaseEntry::Chat { flow } => {
                let chat = ChatEntryPointParameters::builder().flow_id(flow).build();
                return Self::builder().r#type(TestCaseEntryPointType::Chat).chat_entry_point_parameters(chat).build();
            }
            TestCaseEntry::Flow { flow, source } => voice.flow_id(flow).set_source_phone_number(source.clone()),
            TestCaseEntry::Number { source, destination } => {
                voice.source_phone_number(source).destination_phone_number(destination)
            }
        };
        let builder = Self::builder().r#type(TestCaseEntryPointType::VoiceCall);
        builder.voice_call_entry_point_parameters(call.build()).build()
    }
}

impl Gateway {
    /// All test cases of an instance, with id and name.
    pub async fn test_cases(&self, instance: &str) -> Result<Vec<NamedObject>, GatewayError> {
        let mut pages = self.connect.list_test_cases().instance_id(instance).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListTestCases", &error))?;
            let summaries = page.test_case_summary_list.unwrap_or_default().into_iter();
            found.extend(summaries.filter_map(|one| Some(NamedObject { id: one.id?, name: one.name? })));
        }
        Ok(found)
    }

    /// Makes and publishes a test case; its id.
    ///
    /// # Errors
    /// Content that the service refuses; the message has its reasons.
    pub async fn create_test_case(&self, instance: &str, draft: &TestCaseDraft) -> Result<String, GatewayError> {
        const OPERATION: &str = "Connect CreateTestCase";
        let call = self.connect.create_test_case().instance_id(instance).name(&draft.name).content(&draft.content);
        let call = call.entry_point((&draft.entry).into()).initialization_data(&draft.initialization_data);
        let answer = call.status(TestCaseStatus::Published).send().await.map_err(|error| {
            let refused = error.as_service_error();
            let problems = refused.and_then(|refused| match refused {
                aws_sdk_connect::operation::create_test_case::CreateTestCaseError::InvalidTestCaseException(it) => {
                    it.problems.as_ref()
                }
                _ => None,
            });
            let problems = words(problems.into_iter().flatten().map(aws_sdk_connect::types::ProblemDetail::message));
            with(GatewayError::from_sdk(OPERATION, &error), &problems)
        })?;
        answer.test_case_id.ok_or_else(|| GatewayError::incomplete(OPERATION, "id"))
    }

    /// Changes and publishes a test case.
    ///
    /// # Errors
    /// As [`Self::create_test_case`].
    pub async fn update_test_case(&self, instance: &str, id: &str, draft: &TestCaseDraft) -> Result<(), GatewayError> {
        let call = self.connect.update_test_case().instance_id(instance).test_case_id(id).content(&draft.content);
        let call = call.entry_point((&draft.entry).into()).initialization_data(&draft.initialization_data);
        call.status(TestCaseStatus::Published).send().await.map_err(|error| {
            let refused = error.as_service_error();
            let problems = refused.and_then(|refused| match refused {
                aws_sdk_connect::operation::update_test_case::UpdateTestCaseError::InvalidTestCaseException(it) => {
                    it.problems.as_ref()
                }
                _ => None,
            });
            let problems = words(problems.into_iter().flatten().map(aws_sdk_connect::types::ProblemDetail::message));
            with(GatewayError::from_sdk("Connect UpdateTestCase", &error), &problems)
        })?;
        Ok(())
    }

    /// Takes a test case away, with what is known of its executions; one that is gone is no error.
    pub async fn delete_test_case(&self, instance: &str, id: &str) -> Result<(), GatewayError> {
        let answer = self.connect.delete_test_case().instance_id(instance).test_case_id(id).send().await;
        match answer.map_err(|error| GatewayError::from_sdk("Connect DeleteTestCase", &error)) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    /// Starts an execution; its id. The same token starts nothing a second time, so that a lost answer can be asked for
    /// again.
    pub async fn start_test_case(&self, instance: &str, id: &str, token: &str) -> Result<String, GatewayError> {
        const OPERATION: &str = "Connect StartTestCaseExecution";
        let call = self.connect.start_test_case_execution().instance_id(instance).test_case_id(id).client_token(token);
        let answer = call.send().await.map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
        answer.test_case_execution_id.ok_or_else(|| GatewayError::incomplete(OPERATION, "id"))
    }

    /// Stops an execution.
    pub async fn stop_test_case(&self, instance: &str, id: &str, execution: &str) -> Result<(), GatewayError> {
        let call = self.connect.stop_test_case_execution().instance_id(instance).test_case_id(id);
        let answer = call.test_case_execution_id(execution).send().await;
        answer.map(drop).map_err(|error| GatewayError::from_sdk("Connect StopTestCaseExecution", &error))
    }

    /// How far an execution is.
    pub async fn test_case_state(
        &self,
        instance: &str,
        id: &str,
        execution: &str,
    ) -> Result<ExecutionState, GatewayError> {
        let call = self.connect.get_test_case_execution_summary().instance_id(instance).test_case_id(id);
        let answer = call.test_case_execution_id(execution).send().await;
        let answer = answer.map_err(|error| GatewayError::from_sdk("Connect GetTestCaseExecutionSummary", &error))?;
        Ok(match answer.status {
            Some(TestCaseExecutionStatus::Passed) => ExecutionState::Passed,
            Some(TestCaseExecutionStatus::Failed) => ExecutionState::Failed,
            Some(TestCaseExecutionStatus::Stopped) => ExecutionState::Stopped,
            _ => ExecutionState::Going,
        })
    }

    /// What happened in an execution, in order: each a JSON text whose form the service does not document (?).
    pub async fn test_case_records(
        &self,
        instance: &str,
        id: &str,
        execution: &str,
    ) -> Result<Vec<String>, GatewayError> {
        let mut records = Vec::new();
        let mut token = None;
        loop {
            let call = self.connect.list_test_case_execution_records().instance_id(instance).test_case_id(id);
            let answer = call.test_case_execution_id(execution).set_next_token(token).send().await;
            let answer =
                answer.map_err(|error| GatewayError::from_sdk("Connect ListTestCaseExecutionRecords", &error))?;
            records.extend(answer.execution_records.unwrap_or_default().into_iter().filter_map(|one| one.record));
            token = answer.next_token;
            if token.is_none() {
                return Ok(records);
            }
        }
    }
}

fn words<'a>(problems: impl Iterator<Item = Option<&'a str>>) -> String {
    problems.flatten().collect::<Vec<_>>().join("; ")
}

/// An error with the service's reasons, where it has some.
fn with(mut error: GatewayError, reasons: &str) -> GatewayError {
    if !reasons.is_empty() {
        error.message = format!("{}: {reasons}", error.message);
    }
    error
}
