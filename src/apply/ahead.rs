//! Asking an account what is worth knowing before a plan is applied.

use std::collections::BTreeMap;
use std::future::Future;

use callform_aws::{Decision, Gateway, GatewayError, NameHolder, NamedObject, NamedResource};

use serde_json::{Map, Value};

use crate::kinds::Kind;
use crate::preflight::{Answer, DEFAULT_STACKS, Facts, Holder, Named, Permission, Questions, Quota, level_names};

/// Asks all questions. One that the account does not answer is no failure: the answer says why.
pub async fn ask_ahead(gateway: &Gateway, questions: &Questions) -> Facts {
    let mut facts = Facts { account: questions.account.clone(), ..Facts::default() };
    if let Some(instance) = &questions.instance {
        for kind in &questions.objects {
            if let Some(objects) = answer(gateway.objects_of(instance, kind)).await.transpose() {
                facts.objects.insert(kind.clone(), objects.map(named));
            }
        }
    }
    if let (Some(instance), true) = (&questions.instance, questions.identity) {
        facts.identity = Some(answer(gateway.identity_management(instance)).await);
    }
    ask_instance(gateway, questions, &mut facts).await;
    for (kind, name) in &questions.names {
        let Some(resource) = named_resource(kind) else { continue };
        let holder = answer(gateway.holder(resource, name, &questions.account)).await.map(holder);
        facts.names.insert((kind.clone(), name.clone()), holder);
    }
    for (bucket, key) in &questions.files {
        let there = answer(gateway.has_object(bucket, key)).await;
        facts.files.insert((bucket.clone(), key.clone()), there);
    }
    if !questions.secrets.is_empty() {
        facts.secrets = Some(answer(gateway.missing_secrets(&questions.secrets)).await);
    }
    if questions.instances {
        facts.instances = Some(answer(gateway.instances()).await.map(named));
    }
    ask_quotas(gateway, questions, &mut facts).await;
    if !questions.actions.is_empty() {
        facts.permissions = Some(answer(permissions(gateway, questions)).await);
    }
    facts
}

/// What an instance that exists has only one of.
async fn ask_instance(gateway: &Gateway, questions: &Questions, facts: &mut Facts) {
    if !questions.levels && questions.storage.is_empty() {
        return;
    }
    let found = match &questions.instance {
        Some(id) => answer(gateway.find_instance(id)).await,
        None => return,
    };
    let instance = match found {
        Ok(Some(instance)) => instance,
        Ok(None) => return,
        Err(reason) => {
            facts.levels = questions.levels.then(|| Err(reason.clone()));
            facts.storage = questions.storage.iter().map(|kind| (kind.clone(), Err(reason.clone()))).collect();
            return;
        }
    };
    if questions.levels {
        let levels = answer(gateway.live_hierarchy_levels(&instance)).await;
        facts.levels = Some(levels.map(|levels| level_names(&Value::Object(levels.properties))));
    }
    for kind in &questions.storage {
        let place = answer(gateway.live_storage(&instance, std::slice::from_ref(kind))).await;
        let place = place.map(|objects| objects.first().map(|object| place_in_words(&object.properties)));
        facts.storage.insert(kind.clone(), place);
    }
}

/// Where data is stored: the first text below `S3Config` and the like.
fn place_in_words(properties: &Map<String, Value>) -> String {
    let configs =
        properties.iter().filter(|(name, _)| name.ends_with("Config")).filter_map(|(_, config)| config.as_object());
    let texts = configs.flat_map(Map::values).filter_map(Value::as_str);
    texts.take(1).map(|place| format!("`{place}`")).next().unwrap_or_else(|| "another place".to_owned())
}

async fn ask_quotas(gateway: &Gateway, questions: &Questions, facts: &mut Facts) {
    if questions.new_stacks > 0 {
        facts.stacks = Some(answer(gateway.stacks()).await.map(|stacks| stacks.len()));
    }
    let mut services = Vec::new();
    if questions.quotas {
        services.push("connect");
    }
    if let Some(Ok(stacks)) = facts.stacks
        && (stacks + questions.new_stacks) as u64 > DEFAULT_STACKS
    {
        services.push("cloudformation");
    }
    for service in services {
        let quotas = answer(gateway.quotas(service)).await.map(|quotas| quotas.into_iter().filter_map(quota));
        let known = facts.quotas.get_or_insert_with(|| Ok(Vec::new()));
        match (known, quotas) {
            (Ok(known), Ok(quotas)) => known.extend(quotas),
            (known, Err(reason)) => *known = Err(reason),
            (Err(_), Ok(_)) => {}
        }
    }
}

async fn permissions(gateway: &Gateway, questions: &Questions) -> Result<BTreeMap<String, Permission>, GatewayError> {
    let Some(caller) = gateway.caller().await? else { return Ok(BTreeMap::new()) };
    let actions: Vec<String> = questions.actions.iter().cloned().collect();
    let decisions = gateway.simulate(&caller, &actions).await?;
    let permission = |decision| match decision {
        Decision::Allowed => Permission::Allowed,
        Decision::NotAllowed => Permission::NotAllowed,
        Decision::Denied => Permission::Denied,
    };
    Ok(decisions.into_iter().map(|(action, decision)| (action, permission(decision))).collect())
}

async fn answer<T>(call: impl Future<Output = Result<T, GatewayError>>) -> Answer<T> {
    call.await.map_err(|error| error.to_string())
}

fn named(objects: Vec<NamedObject>) -> Vec<Named> {
    objects.into_iter().map(|NamedObject { id, name }| Named { id, name }).collect()
}

fn holder(holder: NameHolder) -> Holder {
    match holder {
        NameHolder::Nobody => Holder::Nobody,
        NameHolder::Account => Holder::Account,
        NameHolder::Other => Holder::Other,
    }
}

fn named_resource(kind: &str) -> Option<NamedResource> {
    Kind::of_type(kind)?.descriptor().lookup.as_ref().map(|lookup| lookup.resource)
}

/// Quotas are whole numbers that are not negative; anything else says nothing about resources.
fn quota(quota: callform_aws::Quota) -> Option<Quota> {
    let callform_aws::Quota { code, name, value, resource } = quota;
    let value = format!("{value:.0}").parse().ok()?;
    Some(Quota { code, name, value, resource })
}
