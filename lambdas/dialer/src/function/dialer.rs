//! The dialer itself.

use std::time::{Duration, SystemTime};

use callform_lambda::{Aws, Environment, Error, Invocation};
use callform_signed::{Service, SignedCalls};
use serde_json::{Value, json};

use super::load::load;
use super::report::report;
use super::settings::Settings;
use super::{Action, Event};
use crate::admission::Refusal;
use crate::connect::{Connect, Services};
use crate::dynamodb::DynamoDb;
use crate::function::event::StreamRecord;
use crate::item::{Escalation, Key};
use crate::work::{Finish, Round, Started, Taken, Work, WorkError};

/// So long before Lambda ends an invocation, nothing new is begun.
const MARGIN: Duration = Duration::from_secs(10);

/// Calls that one event may bring about; the next event goes on.
const MOST_CALLS: u32 = 100;

/// Silent calls that one tick asks about.
const MOST_QUESTIONS: u32 = 50;

/// Escalations that one tick tells of.
const MOST_ESCALATIONS: usize = 25;

/// How long a tick waits for the quota of calls, at most, before it leaves the rest to the next one.
const PATIENCE: Duration = Duration::from_secs(5);

/// The function that places calls.
#[derive(Debug)]
pub struct Dialer {
    aws: Aws,
    settings: Settings,
}

/// The procedures on AWS.
type OnAws<'a> = Work<'a, DynamoDb<'a>, Connect<'a>, Services<'a>>;

impl Dialer {
    /// Reads `TABLE`, `INSTANCE`, `QUEUE`, `FLOW`, `ESCALATION_FLOW`, `BUCKET`, and the variables of the policy.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Self::on(environment, Aws::unhurried())
    }

    /// As [`Self::from_environment`], with calls of one's own.
    pub fn on(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        Ok(Self { aws, settings: Settings::read(environment)? })
    }

    /// Takes in an event, and does what follows from it.
    pub async fn handle(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let event = Event::read(event)?;
        let calls = self.aws.calls().await;
        let settings = &self.settings;
        let store = DynamoDb::new(calls, &settings.table);
        let phone = Connect { calls, instance: settings.instance_id(), queue: &settings.queue, flow: &settings.flow };
        let rim = Services(calls);
        let work = Work { store: &store, phone: &phone, rim: &rim, policy: &settings.policy };
        match event {
            Event::Do(action) => Box::pin(self.act(&work, calls, action, &invocation)).await,
            Event::Contact(event) => {
                let taken = work.contact_event(&event).await?;
                self.go_on(&work, calls, taken == Taken::New).await
            }
            Event::Stream(records) => Box::pin(self.stream(&work, calls, &records)).await,
        }
    }

    async fn act(
        &self,
        work: &OnAws<'_>,
        calls: &SignedCalls,
        action: Action,
        invocation: &Invocation,
    ) -> Result<Value, Error> {
        match action {
            Action::Tick => return self.tick(work, calls, invocation).await,
            Action::Start { token, input } => {
                self.start(work, calls, token.as_deref(), input["begun"] == true).await?;
                return self.go_on(work, calls, true).await;
            }
            Action::Pause => work.pause().await?,
            Action::Resume => {
                work.resume().await?;
                return self.go_on(work, calls, true).await;
            }
            Action::Stop => {
                work.stop().await?;
                return self.go_on(work, calls, false).await;
            }
            Action::Status => work.campaign().await?.state,
            Action::Report => return report(calls, work, self.bucket()?).await,
            Action::Load { key } => return load(calls, work, (self.bucket()?, &key), invocation).await,
        };
        self.status(work).await
    }

    /// Starts; a state machine that comes while another one waits for the end is told so, and fails.
    async fn start(
        &self,
        work: &OnAws<'_>,
        calls: &SignedCalls,
        token: Option<&str>,
        begun: bool,
    ) -> Result<(), Error> {
        let Some(token) = token else {
            work.start(None).await?;
            return Ok(());
        };
        if work.start_for(token, begun).await? == Started::Waited {
            return Ok(());
        }
        let cause = "another execution waits for the end of the campaign";
        let input = json!({ "taskToken": token, "error": "Dialer.RunsAlready", "cause": cause });
        calls.json(Service::StepFunctions, "StepFunctions SendTaskFailure", &input).await?;
        Ok(())
    }

    fn bucket(&self) -> Result<&str, Error> {
        self.settings.bucket.as_deref().ok_or_else(|| "the dialer has no bucket: set `bucket` under `with:`".into())
    }

    /// Whatever is due. Where only the quota of calls holds it up, it waits and goes on, as long as its time lasts.
    async fn tick(&self, work: &OnAws<'_>, calls: &SignedCalls, invocation: &Invocation) -> Result<Value, Error> {
        let swept = work.sweep(MOST_QUESTIONS).await?;
        if swept.asked > 0 {
            tracing::info!(
                asked = swept.asked,
                ended = swept.ended,
                unknown = swept.unknown,
                "asked about silent calls"
            );
        }
        loop {
            let round = self.round(work).await?;
            let Some(Refusal::Slow { until }) = round.ended_by else { break };
            let pause = until.since(crate::connect::now(calls));
            let left = invocation.deadline.duration_since(SystemTime::now()).unwrap_or_default();
            if pause > PATIENCE || left < MARGIN + pause {
                break;
            }
            tokio::time::sleep(pause.max(Duration::from_millis(50))).await;
        }
        self.escalate(work).await?;
        self.finish(work, calls).await?;
        self.status(work).await
    }

    /// After something was learned: places what may be placed, and tells of the end.
    async fn go_on(&self, work: &OnAws<'_>, calls: &SignedCalls, place: bool) -> Result<Value, Error> {
        if place {
            self.round(work).await?;
        }
        self.finish(work, calls).await?;
        self.status(work).await
    }

    async fn round(&self, work: &OnAws<'_>) -> Result<Round, WorkError> {
        let round = work.round(MOST_CALLS).await?;
        if round.placed + round.refused + round.unknown > 0 {
            tracing::info!(placed = round.placed, refused = round.refused, unknown = round.unknown, "called");
        }
        Ok(round)
    }

    /// Takes in a batch of a stream, record by record. A record that cannot be read is passed over (P6); where the table does
    /// not answer, that record and those after it come again.
    async fn stream(&self, work: &OnAws<'_>, calls: &SignedCalls, records: &[StreamRecord]) -> Result<Value, Error> {
        let queue = self.settings.queue_arn();
        let (mut new, mut failed, mut unreadable) = (false, None, 0_u32);
        for record in records {
            let taken = match &record.content {
                Some(event) if event.get("AgentARN").is_some() => work.agent_event(event, Some(&queue)).await,
                Some(event) => work.contact_record(event).await,
                None => Ok(Taken::Unreadable),
            };
            match taken {
                Ok(Taken::New) => new = true,
                Ok(Taken::Unreadable) => unreadable += 1,
                Ok(Taken::Known | Taken::Kept | Taken::Foreign) => {}
                Err(error) => {
                    tracing::warn!(%error, "a record comes again");
                    failed = Some(record.sequence.clone());
                    break;
                }
            }
        }
        if unreadable > 0 {
            tracing::warn!(records = unreadable, "passed over what is neither agent event nor contact record");
        }
        self.go_on(work, calls, new).await?;
        let failures: Vec<Value> = failed.into_iter().map(|sequence| json!({ "itemIdentifier": sequence })).collect();
        Ok(json!({ "batchItemFailures": failures }))
    }

    /// Tells whoever looks after people, by a task in Connect; its contact is the proof.
    async fn escalate(&self, work: &OnAws<'_>) -> Result<(), Error> {
        let Some(flow) = &self.settings.escalation_flow else { return Ok(()) };
        for (key, escalation) in work.escalations(MOST_ESCALATIONS).await? {
            let Ok(task) = work.phone.task(flow, &token(&key), &name(&escalation), &attributes(&escalation)).await
            else {
                // It stays due, and the next tick tries again.
                break;
            };
            work.escalated(&key, task.as_str()).await?;
            tracing::info!(task = task.as_str(), "somebody was told to look after a person");
        }
        Ok(())
    }

    /// Tells the state machine of the end, as often as it takes.
    async fn finish(&self, work: &OnAws<'_>, calls: &SignedCalls) -> Result<(), Error> {
        let Some(Finish { state, task_token: Some(token) }) = work.finish().await? else { return Ok(()) };
        let output = json!({ "state": state, "counts": work.campaign().await?.counts }).to_string();
        let input = json!({ "taskToken": token, "output": output });
        let told = calls.json(Service::StepFunctions, "StepFunctions SendTaskSuccess", &input).await;
        match told {
            Ok(_) => {}
            // Whoever waited waits no longer, or never did: nobody is left to be told.
            Err(error)
                if matches!(error.code.as_deref(), Some("TaskTimedOut" | "InvalidToken" | "TaskDoesNotExist")) =>
            {
                tracing::warn!(code = error.code.as_deref().unwrap_or_default(), "nobody waits for the end any more");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(work.finished(&token).await?)
    }

    async fn status(&self, work: &OnAws<'_>) -> Result<Value, Error> {
        let campaign = work.campaign().await?;
        Ok(json!({ "state": campaign.state, "counts": campaign.counts, "calls": campaign.calls }))
    }
}

/// What makes the task of an escalation one and the same: its key, which names a person and a day.
fn token(key: &Key) -> String {
    use sha2::Digest as _;
    let mut token = format!("{:x}", sha2::Sha256::digest(key.to_string()));
    token.truncate(32);
    token
}

fn name(escalation: &Escalation) -> String {
    let why = match escalation.why {
        crate::item::EscalationReason::NotReached => "not reached",
        crate::item::EscalationReason::Mood => "not well",
    };
    let name = format!("{}: {why}", escalation.person);
    // Connect takes 512 characters.
    name.chars().take(512).collect()
}

fn attributes(escalation: &Escalation) -> Value {
    json!({
        "dialer_person": escalation.person.as_str(),
        "dialer_reason": serde_json::to_value(escalation.why).unwrap_or_default(),
        "dialer_since": escalation.at.to_string(),
    })
}
