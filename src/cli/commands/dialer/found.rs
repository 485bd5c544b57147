//! The dialer of a blueprint.

use dialer::policy::Policy;

use super::BlueprintArgs;
use crate::cli::bundled::{self, Bundled, Sought};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::model::{Address, Kind, Target, Value};

/// What a dialer is.
const DIALER: Sought = Sought { bundle: "dialer", noun: "dialer", example: "blueprints/power-dialer.yaml" };

/// A dialer as its blueprint describes it.
pub(super) struct Found {
    pub(super) function: Bundled,
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
    let function = bundled::find(ui, args, &DIALER, wanted)?;
    let failed = |message: &str, help: &str| {
        ui.error(message);
        ui.say(&format!("help: {help}"));
        Exit::Failed
    };
    let policy = Policy::from_variables(|name| function.text(name));
    let policy = policy.map_err(|error| failed(&error.to_string(), "change it under `with:` of the function"))?;
    let Some(table) = function.target("TABLE") else {
        return Err(failed("the dialer has no table", "name one under `with:` of the function"));
    };
    let bucket = function.target("BUCKET");
    let machine = machine(&function);
    Ok(Found { function, policy, table, bucket, machine })
}

/// The state machine whose definition names the dialer.
fn machine(function: &Bundled) -> Option<Address> {
    let names_it =
        |address: &Address| matches!(address.kind, Kind::Lambda | Kind::LambdaAlias) && address.name == function.key;
    let resources = function.center.model.resources.values();
    let machines = resources.filter(|resource| resource.address.kind == Kind::StateMachine);
    let mut fitting = machines.filter(|machine| {
        machine.properties.values().flat_map(Value::references).any(|reference| match &reference.target {
            Target::Resource(address) => names_it(address),
            _ => false,
        })
    });
    fitting.next().map(|machine| machine.address.clone())
}
