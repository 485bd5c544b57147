//! The dialer of a blueprint.

use dialer::policy::Policy;

use super::BlueprintArgs;
use crate::cli::center::{Center, load};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::model::{Address, Kind, Properties, Target, Value};

/// The bundle that dialers come from.
const BUNDLE: &str = "dialer";

/// A dialer as its blueprint describes it.
pub(super) struct Found {
    pub(super) center: Center,
    /// Its key under `lambdas:`.
    pub(super) key: String,
    /// What is allowed, and how fast.
    pub(super) policy: Policy,
    /// Its table.
    pub(super) table: Address,
    /// The bucket of its lists and results, where there is one.
    pub(super) bucket: Option<Address>,
    /// The state machine that starts it, where there is one.
    pub(super) machine: Option<Address>,
}

/// Reads the blueprint, and finds its dialer.
pub(super) fn find(ui: &Ui, args: &BlueprintArgs, wanted: Option<&str>) -> Result<Found, Exit> {
    let center = load(ui, &args.center())?;
    let failed = |message: &str, help: &str| {
        ui.error(message);
        ui.say(&format!("help: {help}"));
        Exit::Failed
    };
    let dialers: Vec<&String> =
        center.model.bundles.iter().filter(|(_, bundle)| *bundle == BUNDLE).map(|(key, _)| key).collect();
    let key = match (wanted, dialers.as_slice()) {
        (Some(key), all) if all.iter().any(|one| *one == key) => key.to_owned(),
        (Some(key), all) => {
            let names = all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let help = if names.is_empty() { "the blueprint has none".to_owned() } else { format!("it has {names}") };
            return Err(failed(&format!("there is no dialer `{key}`"), &help));
        }
        (None, [only]) => (*only).clone(),
        (None, []) => {
            let help = "a dialer is a function with `bundle: dialer`; blueprints/power-dialer.yaml has one";
            return Err(failed("the blueprint has no dialer", help));
        }
        (None, several) => {
            let names = several.iter().map(|name| format!("--dialer={name}")).collect::<Vec<_>>().join(", ");
            return Err(failed("the blueprint has several dialers", &format!("say which one: {names}")));
        }
    };
    let lambda = center.model.resources.get(&Address::new(Kind::Lambda, key.clone()));
    let variables = lambda.and_then(|lambda| variables(&lambda.properties));
    let policy = Policy::from_variables(|name| match variables?.get(name)? {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    });
    let policy = policy.map_err(|error| failed(&error.to_string(), "change it under `with:` of the function"))?;
    let Some(table) = variables.and_then(|variables| target(variables.get("TABLE")?)) else {
        return Err(failed("the dialer has no table", "name one under `with:` of the function"));
    };
    let bucket = variables.and_then(|variables| target(variables.get("BUCKET")?));
    let machine = machine(&center, &key);
    Ok(Found { center, key, policy, table, bucket, machine })
}

fn variables(lambda: &Properties) -> Option<&indexmap::IndexMap<String, Value>> {
    let Some(Value::Object(environment)) = lambda.get("Environment") else { return None };
    match environment.get("Variables") {
        Some(Value::Object(variables)) => Some(variables),
        _ => None,
    }
}

/// The resource that a variable names.
fn target(value: &Value) -> Option<Address> {
    match value {
        Value::Reference(reference) => match &reference.target {
            Target::Resource(address) => Some(address.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The state machine whose definition names the dialer.
fn machine(center: &Center, key: &str) -> Option<Address> {
    let names_it = |address: &Address| matches!(address.kind, Kind::Lambda | Kind::LambdaAlias) && address.name == key;
    let machines = center.model.resources.values().filter(|resource| resource.address.kind == Kind::StateMachine);
    let mut fitting = machines.filter(|machine| {
        machine.properties.values().flat_map(Value::references).any(|reference| match &reference.target {
            Target::Resource(address) => names_it(address),
            _ => false,
        })
    });
    fitting.next().map(|machine| machine.address.clone())
}
