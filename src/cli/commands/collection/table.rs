//! The live table of collections, what is around it, and the procedures on it.

use std::collections::BTreeMap;

use callform_signed::{Retries, Service, SignedCalls};
use collection::aws::{Connect, DynamoDb, S3, Services, Transcribe};
use collection::ids::{ProfileId, QueueId};
use collection::outside::Location;
use collection::policy::Policy;
use collection::store::Cursor;
use collection::work::{Found as FoundPage, PoolEntry, Work, WorkError};

use super::CollectionsArgs;
use super::download::{Got, Source, SourceError};
use super::found::{Found, find};
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::model::{Address, Kind, Resource, Value, bare_id};
use crate::observe::{self, Portrait};

/// The security profile of agents where the blueprint has none for them.
const AGENT: &str = "Agent";

/// Collections that are deployed.
pub(super) struct Live {
    pub(super) account: Account,
    /// The bucket of transcripts.
    pub(super) bucket: Option<String>,
    found: Found,
    /// What is allowed, with what only the account knows.
    policy: Policy,
    portrait: Portrait,
    table: String,
    instance: String,
    is_saml: bool,
    /// The security profiles of agents that are added.
    security_profiles: Vec<String>,
}

/// Finds everything in the account.
pub(super) async fn open(ui: &Ui, args: &CollectionsArgs) -> Result<Live, Exit> {
    let found = find(ui, &args.blueprint)?;
    let account = Account::open(ui, &args.account, &found.function.center.model.region).await?;
    let portrait = observe::portrait(&account.gateway, &found.function.center.model).await;
    let portrait = portrait.map_err(|error| failed(ui, &error));
    let looked = match portrait {
        Ok(portrait) => look(ui, args, &found, &account, &portrait).await.map(|looked| (portrait, looked)),
        Err(exit) => Err(exit),
    };
    match looked {
        Ok((portrait, Looked { table, instance, is_saml, security_profiles })) => {
            let bucket = found.bucket.as_ref().and_then(|bucket| id_of(&portrait, bucket));
            let idle = found.function.target("IDLE_PROFILE").and_then(|profile| id_of(&portrait, &profile));
            let policy = Policy {
                bucket: bucket.clone(),
                idle_profile: idle.map(|profile| ProfileId::from(bare_id(&profile))),
                ..found.policy.clone()
            };
            Ok(Live { account, bucket, found, policy, portrait, table, instance, is_saml, security_profiles })
        }
        Err(exit) => {
            account.close().await;
            Err(exit)
        }
    }
}

struct Looked {
    table: String,
    instance: String,
    is_saml: bool,
    security_profiles: Vec<String>,
}

async fn look(
    ui: &Ui,
    args: &CollectionsArgs,
    found: &Found,
    account: &Account,
    portrait: &Portrait,
) -> Result<Looked, Exit> {
    let (Some(table), Some(instance)) = (id_of(portrait, &found.table), &portrait.instance) else {
        ui.error("the collections are not deployed");
        ui.say(&format!("help: apply the blueprint first: `callform apply <blueprint>{}`", args.account.as_written()));
        return Err(Exit::Failed);
    };
    let instance = bare_id(instance).to_owned();
    let signs_in = account.gateway.identity_management(&instance).await.map_err(|error| failed(ui, &error))?;
    let keys = found.function.text("SECURITY_PROFILES").unwrap_or_default().split(',').map(str::trim);
    let own = keys.filter_map(|key| id_of(portrait, &Address::new(Kind::SecurityProfile, key)));
    let mut security_profiles: Vec<String> = own.map(|id| bare_id(&id).to_owned()).collect();
    if security_profiles.is_empty() {
        let profile = agent_profile(account.gateway.calls(), &instance).await;
        security_profiles.extend(profile.map_err(|error| failed(ui, &error))?);
    }
    Ok(Looked { table, instance, is_saml: signs_in.as_deref() == Some("SAML"), security_profiles })
}

fn id_of(portrait: &Portrait, address: &Address) -> Option<String> {
    portrait.resources.iter().find(|thing| thing.address == *address).map(|thing| thing.id.clone())
}

/// The security profile that every instance begins with for agents.
async fn agent_profile(calls: &SignedCalls, instance: &str) -> Result<Option<String>, callform_signed::CallError> {
    let place = ("GET", format!("/security-profiles-summary/{instance}?maxResults=1000"));
    let operation = "Connect ListSecurityProfiles";
    let answer = calls.rest(Service::Connect, operation, place, None, Retries::AsConfigured).await?;
    let profiles = answer["SecurityProfileSummaryList"].as_array().into_iter().flatten();
    let mut named = profiles.filter(|profile| profile["Name"] == AGENT);
    Ok(named.next().and_then(|profile| profile["Id"].as_str()).map(str::to_owned))
}

/// What the procedures need, in one place.
pub(super) struct Tools<'a> {
    store: DynamoDb<'a>,
    directory: Connect<'a>,
    objects: S3<'a>,
    jobs: Transcribe<'a>,
    rim: Services<'a>,
    policy: &'a Policy,
    calls: &'a SignedCalls,
}

/// The procedures on an account.
pub(super) type Procedures<'a, 't> = Work<'t, DynamoDb<'a>, Connect<'a>, S3<'a>, Services<'a>>;

impl Live {
    /// The procedures' tools.
    pub(super) fn tools(&self) -> Tools<'_> {
        let calls = self.account.gateway.calls();
        Tools {
            store: DynamoDb::new(calls, &self.table),
            directory: Connect { calls, instance: &self.instance, security_profiles: &self.security_profiles },
            objects: S3(calls),
            jobs: Transcribe(calls),
            rim: Services(calls),
            policy: &self.policy,
            calls,
        }
    }

    /// Bots of the center, by their keys.
    pub(super) fn bots(&self) -> Vec<String> {
        let resources = self.found.function.center.model.resources.keys();
        resources.filter(|address| address.kind == Kind::Bot).map(|address| address.name.clone()).collect()
    }

    /// What bots understand, by their keys: as CloudFormation has it.
    pub(super) fn bot_definitions(&self) -> BTreeMap<String, Value> {
        let resources = self.found.function.center.model.resources.values();
        let bots = resources.filter(|resource| resource.address.kind == Kind::Bot);
        let definition = |bot: &Resource| {
            let members = bot.properties.iter().map(|(name, value)| (name.clone(), value.clone()));
            (bot.address.name.clone(), Value::Object(members.collect()))
        };
        bots.map(definition).collect()
    }

    /// Whether agents sign in with an identity provider.
    pub(super) fn signs_in_with_saml(&self) -> bool {
        self.is_saml
    }

    /// The page on which agents work.
    pub(super) fn workspace(&self) -> Option<String> {
        self.portrait.url.as_ref().map(|url| format!("{}/agent-app-v2/", url.trim_end_matches('/')))
    }

    /// The number that callers dial.
    pub(super) fn number(&self) -> Option<String> {
        self.portrait.numbers.first().map(|number| number.number.clone())
    }

    /// The queues that collections with agents may have for themselves, as the function's `pool` names them.
    fn pool(&self) -> Vec<PoolEntry> {
        let id = |kind, key: &str| id_of(&self.portrait, &Address::new(kind, key)).map(|id| bare_id(&id).to_owned());
        let pairs = self.found.function.text("POOL").unwrap_or_default().split(',');
        let entry = |pair: &str| {
            let (queue, profile) = pair.split_once('=')?;
            Some(PoolEntry {
                queue: QueueId::from(id(Kind::Queue, queue.trim())?),
                profile: ProfileId::from(id(Kind::RoutingProfile, profile.trim())?),
            })
        };
        pairs.filter_map(entry).collect()
    }

    /// Tells the table which queues there are.
    pub(super) async fn fill_pool(&self) -> Result<(), WorkError> {
        self.tools().work().fill_pool(&self.pool()).await.map(|_| ())
    }
}

impl<'a> Tools<'a> {
    /// The procedures.
    pub(super) fn work(&self) -> Procedures<'a, '_> {
        let Self { store, directory, objects, rim, policy, .. } = self;
        Work { store, directory, objects, rim, policy }
    }

    /// Jobs of Amazon Transcribe.
    pub(super) fn jobs(&self) -> &Transcribe<'a> {
        &self.jobs
    }

    /// Where objects are read.
    pub(super) fn source(&self) -> Bucket<'a> {
        Bucket(self.calls)
    }
}

/// Objects in buckets.
pub(super) struct Bucket<'a>(&'a SignedCalls);

impl Source for Bucket<'_> {
    async fn read(&self, at: &Location, from: u64, most: u64, tag: Option<&str>) -> Result<Got, SourceError> {
        let to = from.saturating_add(most.max(1)) - 1;
        match self.0.object(&at.bucket, &at.key, (from, to), tag).await {
            Ok(answer) => {
                let size = answer.content_range.as_deref().and_then(|range| range.rsplit('/').next()?.parse().ok());
                let size = size.unwrap_or(answer.bytes.len() as u64);
                Ok(Got { bytes: answer.bytes, size, tag: answer.etag.unwrap_or_default() })
            }
            // An object without a byte has no range.
            Err(error) if error.code.as_deref() == Some("InvalidRange") => {
                Ok(Got { bytes: Vec::new(), size: 0, tag: "empty".to_owned() })
            }
            Err(error) if error.code.as_deref() == Some("PreconditionFailed") => Err(SourceError::Changed),
            Err(error) => Err(SourceError::Failed(error.to_string())),
        }
    }
}

/// All pages of what is asked for, one after another.
pub(super) async fn every<T>(
    ask: impl AsyncFn(Option<Cursor>) -> Result<FoundPage<T>, WorkError>,
) -> Result<Vec<T>, WorkError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = ask(after).await?;
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

/// Says why something failed.
pub(super) fn failed(ui: &Ui, error: &dyn std::fmt::Display) -> Exit {
    ui.error(&error.to_string());
    Exit::Failed
}
