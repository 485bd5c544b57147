//! Functions of Callform in a blueprint, and what commands on them have in common.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indexmap::IndexMap;

use super::args::{AccountArgs, CenterArgs, FilesArgs};
use super::center::{Center, load};
use super::exit_code::Exit;
use super::ui::Ui;
use crate::model::{Address, Kind, Properties, Target, Value};
use crate::observe;
use crate::plan::Known;

/// Version of the forms for programs; a member that is added does not change it.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// Forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// The blueprint, which always comes first.
#[derive(Clone, Debug, Args)]
pub(crate) struct BlueprintArgs {
    /// The blueprint file.
    #[arg(value_name = "BLUEPRINT")]
    pub blueprint: PathBuf,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Files.
    #[command(flatten)]
    pub files: FilesArgs,
}

impl BlueprintArgs {
    pub(crate) fn center(&self) -> CenterArgs {
        CenterArgs { blueprint: self.blueprint.clone(), env: self.env.clone(), files: self.files.clone() }
    }
}

/// What commands look for.
pub(super) struct Sought {
    /// The bundle: `dialer`.
    pub(super) bundle: &'static str,
    /// What people call it, and the option that says which: `dialer`.
    pub(super) noun: &'static str,
    /// A blueprint that has one.
    pub(super) example: &'static str,
}

/// A function as its blueprint describes it.
pub(super) struct Bundled {
    pub(super) center: Center,
    /// Its key under `lambdas:`.
    pub(super) key: String,
    variables: IndexMap<String, Value>,
}

impl Bundled {
    /// A variable that is plain text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.variables.get(name)? {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The resource that a variable names.
    pub(super) fn target(&self, name: &str) -> Option<Address> {
        match self.variables.get(name)? {
            Value::Reference(reference) => match &reference.target {
                Target::Resource(address) => Some(address.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Reads the blueprint, and finds the function of a bundle.
pub(super) fn find(ui: &Ui, args: &BlueprintArgs, sought: &Sought, wanted: Option<&str>) -> Result<Bundled, Exit> {
    let center = load(ui, &args.center())?;
    let Sought { bundle, noun, example } = sought;
    let failed = |message: &str, help: &str| {
        ui.error(message);
        ui.say(&format!("help: {help}"));
        Exit::Failed
    };
    let all: Vec<&String> =
        center.model.bundles.iter().filter(|(_, of)| of.as_str() == *bundle).map(|(key, _)| key).collect();
    let key = match (wanted, all.as_slice()) {
        (Some(key), all) if all.iter().any(|one| *one == key) => key.to_owned(),
        (Some(key), all) => {
            let names = all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let help = if names.is_empty() { "the blueprint has none".to_owned() } else { format!("it has {names}") };
            return Err(failed(&format!("there is no {noun} `{key}`"), &help));
        }
        (None, [only]) => (*only).clone(),
        (None, []) => {
            let help = format!("a {noun} is a function with `bundle: {bundle}`; {example} has one");
            return Err(failed(&format!("the blueprint has no {noun}"), &help));
        }
        (None, several) => {
            let names = several.iter().map(|name| format!("--{noun}={name}")).collect::<Vec<_>>().join(", ");
            return Err(failed(&format!("the blueprint has several {noun}s"), &format!("say which one: {names}")));
        }
    };
    let lambda = center.model.resources.get(&Address::new(Kind::Lambda, key.clone()));
    let variables = lambda.and_then(|lambda| variables(&lambda.properties)).cloned().unwrap_or_default();
    Ok(Bundled { center, key, variables })
}

fn variables(lambda: &Properties) -> Option<&IndexMap<String, Value>> {
    let Some(Value::Object(environment)) = lambda.get("Environment") else { return None };
    match environment.get("Variables") {
        Some(Value::Object(variables)) => Some(variables),
        _ => None,
    }
}

/// What resources are called in the account, in the order of the addresses. The first one has to be there.
pub(super) async fn names<const N: usize>(
    ui: &Ui,
    found: &Bundled,
    (noun, args): (&str, &AccountArgs),
    account: &super::target::Account,
    addresses: [Option<&Address>; N],
) -> Result<[Option<String>; N], Exit> {
    let inventory = observe::stacks_and_associations(&account.gateway, &found.center.model).await.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })?;
    let known = Known::new(&inventory, None);
    let names = addresses.map(|address| Some(known.physical_id(address?)?.to_owned()));
    if names.first().is_none_or(Option::is_none) {
        ui.error(&format!("the {noun} `{}` is not deployed", found.key));
        ui.say(&format!("help: apply the blueprint first: `callform apply <blueprint>{}`", args.as_written()));
        return Err(Exit::Failed);
    }
    Ok(names)
}
