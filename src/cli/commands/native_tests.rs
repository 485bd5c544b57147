//! `callform test --native`: the tests of a blueprint as test cases of the live center.

use std::collections::{BTreeMap, VecDeque};

use callform_aws::{ExecutionState, GatewayError, TestCaseDraft, TestCaseEntry};
use callform_call::test_case::{EntryPoint, VoiceEntry};
use callform_source::SourceMap;

use super::test::{TestArgs, prepared, show, threads};
use crate::blueprint::Loaded;
use crate::calls::native::{self, Execution, Live, NativeTest, Reason};
use crate::calls::{self, CallCenter, NotNativeReport, Outcome, ReasonReport, Report};
use crate::cli::args::DiagnosticFormat;
use crate::cli::center::{examine_with_tests, report};
use crate::cli::exit_code::Exit;
use crate::cli::interruption;
use crate::cli::preview;
use crate::cli::saved;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::model::{Model, bare_id};
use crate::observe;

/// How many executions run at a time; further ones would only wait. Source: Amazon Connect Administrator Guide, "Run test
/// cases".
const AT_A_TIME: usize = 5;
/// How often an execution is started that ends because others run.
const STARTS: usize = 5;
/// What the service says of such an execution. Source: reports of others (?).
const LIMIT_REACHED: &str = "due to limit reached";

/// Runs the tests here and in Connect, and says where the two differ.
pub(in crate::cli) async fn run(ui: &Ui, args: &TestArgs) -> Exit {
    match Box::pin(all(ui, args)).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn all(ui: &Ui, args: &TestArgs) -> Result<Exit, Exit> {
    saved::refuse_plan(ui, &args.center.blueprint)?;
    let (examined, sources, diagnostics) = examine_with_tests(&args.center, &args.tests);
    report(ui, DiagnosticFormat::Human, &diagnostics, &sources);
    let Some((loaded, model)) = examined.filter(|_| !diagnostics.has_errors()) else {
        return Err(Exit::InvalidBlueprint);
    };
    let account = Account::open(ui, &args.native.account, &model.region).await?;
    let results = in_account(ui, args, &account, (&loaded, &model), &sources).await;
    account.close().await;
    let results = results?;
    show(ui, args, &results)?;
    if results.run == 0 {
        ui.error("none of the tests can be a test case of Connect");
        return Ok(Exit::Failed);
    }
    let differs = |test: &calls::TestReport| test.native.as_ref().is_some_and(|native| !native.differences.is_empty());
    Ok(if results.failed == 0 && !results.tests.iter().any(differs) { Exit::Success } else { Exit::Failed })
}

async fn in_account(
    ui: &Ui,
    args: &TestArgs,
    account: &Account,
    (loaded, model): (&Loaded, &Model),
    sources: &SourceMap,
) -> Result<Report, Exit> {
    let center = CallCenter::of_model(model);
    let prepared = prepared(ui, args, loaded, &center, sources)?;
    preview::settle(ui, &model.center, account).await?;
    let portrait = observe::portrait(&account.gateway, model).await.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })?;
    let Some(instance) = portrait.instance.as_deref().filter(|_| !portrait.resources.is_empty()) else {
        ui.error(&format!("{} is not live: nothing of it is deployed in {}", model.center, model.region));
        ui.say("help: apply the blueprint first");
        return Err(Exit::Failed);
    };
    let live = Live::of(&portrait);
    let outcomes = calls::run_all(&prepared, &center, threads(args));
    let mut tests: Vec<(NativeTest, &Outcome)> = Vec::new();
    let mut not_native = Vec::new();
    for (test, outcome) in prepared.iter().zip(&outcomes) {
        match native::translate(test, &center, &live) {
            Ok(native) => tests.push((native, outcome)),
            Err(reasons) => not_native.push(no_test_case(outcome, reasons, sources)),
        }
    }
    let mut runner = Runner { ui, account, instance: bare_id(instance), cases: BTreeMap::new(), running: Vec::new() };
    let (executions, cleared) = interruption::tidy(async {
        let executions = runner.run(&tests).await;
        (executions, runner.clear(args.native.keep).await)
    })
    .await;
    let failed = |error: GatewayError| {
        ui.error(&error.to_string());
        Exit::Failed
    };
    let executions = executions.map_err(failed)?;
    cleared.map_err(failed)?;
    let executions = executions.ok_or(Exit::Interrupted)?;
    let reports = tests.iter().zip(&executions);
    let reports = reports.map(|((test, outcome), execution)| native::verdict(test, outcome, execution, sources));
    Ok(Report { not_native, ..Report::of(reports.collect()) })
}

fn no_test_case(outcome: &Outcome, reasons: Vec<Reason>, sources: &SourceMap) -> NotNativeReport {
    let reasons = reasons.into_iter();
    let reasons = reasons.map(|it| ReasonReport { text: it.text, place: calls::place(sources, it.span) }).collect();
    NotNativeReport { name: outcome.name.clone(), place: calls::place(sources, outcome.span), reasons }
}

/// Runs test cases in an instance.
struct Runner<'a> {
    ui: &'a Ui,
    account: &'a Account,
    instance: &'a str,
    /// The test cases that are used: ids by name.
    cases: BTreeMap<String, String>,
    running: Vec<Running>,
}

/// An execution that is not over.
struct Running {
    /// Which of the tests.
    test: usize,
    case: String,
    execution: String,
    /// How often it was started.
    starts: usize,
}

impl Runner<'_> {
    /// Makes the test cases, and runs each of them; `None` where somebody interrupts it.
    async fn run(&mut self, tests: &[(NativeTest, &Outcome)]) -> Result<Option<Vec<Execution>>, GatewayError> {
        self.publish(tests).await?;
        let mut waiting: VecDeque<(usize, usize)> = (0..tests.len()).map(|test| (test, 1)).collect();
        let mut done: BTreeMap<usize, Execution> = BTreeMap::new();
        while done.len() < tests.len() {
            if interruption::is_wanted() {
                return Ok(None);
            }
            while self.running.len() < AT_A_TIME
                && let Some((test, starts)) = waiting.pop_front()
            {
                if !self.start(&tests[test].0, test, starts).await? {
                    waiting.push_front((test, starts));
                    break;
                }
            }
            tokio::time::sleep(self.account.pace()).await;
            for (running, execution) in self.ended().await? {
                if running.starts < STARTS && execution.records.iter().any(|record| record.contains(LIMIT_REACHED)) {
                    // It never began, so that beginning again does nothing twice.
                    waiting.push_back((running.test, running.starts + 1));
                    continue;
                }
                done.insert(running.test, execution);
                let name = &tests[running.test].1.name;
                self.ui.say(&format!("{} of {} done in Connect: {name}", done.len(), tests.len()));
            }
        }
        Ok(Some(done.into_values().collect()))
    }

    /// Makes the test cases, or changes those of the same names.
    async fn publish(&mut self, tests: &[(NativeTest, &Outcome)]) -> Result<(), GatewayError> {
        if tests.is_empty() {
            return Ok(());
        }
        let mut there = self.there().await?;
        for (test, _) in tests {
            if interruption::is_wanted() {
                return Ok(());
            }
            let draft = draft(test);
            if !there.contains_key(&test.name) {
                match self.account.gateway.create_test_case(self.instance, &draft).await {
                    Ok(id) => {
                        self.cases.insert(test.name.clone(), id);
                        continue;
                    }
                    // It was made, and the answer was lost.
                    Err(error) if error.code.as_deref() == Some("DuplicateResourceException") => {
                        there = self.there().await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            if let Some(id) = there.get(&test.name) {
                // It is one of those to be taken away, whether it can be changed or not.
                self.cases.insert(test.name.clone(), id.clone());
                self.account.gateway.update_test_case(self.instance, id, &draft).await?;
            }
        }
        Ok(())
    }

    /// The test cases of the instance: ids by name.
    async fn there(&self) -> Result<BTreeMap<String, String>, GatewayError> {
        let there = self.account.gateway.test_cases(self.instance).await?;
        Ok(there.into_iter().map(|case| (case.name, case.id)).collect())
    }

    /// Starts a test; `false` where the instance takes no more now.
    async fn start(&mut self, test: &NativeTest, at: usize, starts: usize) -> Result<bool, GatewayError> {
        let Some(case) = self.cases.get(&test.name).cloned() else { return Ok(false) };
        let token = uuid::Uuid::new_v4().to_string();
        match self.account.gateway.start_test_case(self.instance, &case, &token).await {
            Ok(execution) => {
                self.running.push(Running { test: at, case, execution, starts });
                Ok(true)
            }
            Err(error) if error.code.as_deref() == Some("ServiceQuotaExceededException") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes those that are over out of those that run.
    async fn ended(&mut self) -> Result<Vec<(Running, Execution)>, GatewayError> {
        let gateway = &self.account.gateway;
        let mut ended = Vec::new();
        let mut at = 0;
        while let Some(running) = self.running.get(at) {
            let state = gateway.test_case_state(self.instance, &running.case, &running.execution).await?;
            if state == ExecutionState::Going {
                at += 1;
                continue;
            }
            let records = gateway.test_case_records(self.instance, &running.case, &running.execution).await?;
            let passed = state == ExecutionState::Passed;
            ended.push((self.running.remove(at), Execution { passed, records }));
        }
        Ok(ended)
    }

    /// Stops what still runs, and takes the test cases away.
    async fn clear(&mut self, keep: bool) -> Result<(), GatewayError> {
        let gateway = &self.account.gateway;
        for running in self.running.drain(..) {
            // One that has ended meanwhile cannot be stopped.
            drop(gateway.stop_test_case(self.instance, &running.case, &running.execution).await);
        }
        let mut result = Ok(());
        for id in self.cases.values().filter(|_| !keep) {
            result = result.and(gateway.delete_test_case(self.instance, id).await);
        }
        result
    }
}

fn draft(test: &NativeTest) -> TestCaseDraft {
    TestCaseDraft {
        name: test.name.clone(),
        content: test.content.to_json().to_string(),
        entry: match test.entry.clone() {
            EntryPoint::Chat { flow } => TestCaseEntry::Chat { flow },
            EntryPoint::Voice(VoiceEntry::Flow { flow, source }) => TestCaseEntry::Flow { flow, source },
            EntryPoint::Voice(VoiceEntry::Number { source, destination }) => {
                TestCaseEntry::Number { source, destination }
            }
        },
        initialization_data: test.data.to_text(),
    }
}
