//! The live center as people ask for it: where agents sign in, which numbers it has, and what everything is called.

use std::collections::BTreeMap;

use callform_aws::Gateway;

use super::{ObserveError, stacks_and_associations};
use crate::inventory::DeployedStack;
use crate::model::{Address, Kind, Model, bare_id};

/// A live center.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portrait {
    /// The center's name.
    pub center: String,
    /// AWS region.
    pub region: String,
    /// ARN of the instance, where it exists.
    pub instance: Option<String>,
    /// Where agents and administrators sign in, where the instance has an alias.
    pub url: Option<String>,
    /// The center's phone numbers.
    pub numbers: Vec<LiveNumber>,
    /// Everything in the center's stacks, in the order of the blueprint's sections.
    pub resources: Vec<LiveThing>,
}

/// A phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveNumber {
    /// Its name in the blueprint.
    pub address: Address,
    /// The number, in E.164 form.
    pub number: String,
    /// What answers it: the flow's name in the blueprint, or its id; none where nothing does.
    pub flow: Option<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveThing {
    /// Its name in the blueprint.
    pub address: Address,
    /// What it is called in AWS, where its template spells that out.
    pub name: Option<String>,
    /// What CloudFormation knows it by: an ARN for most types, a name for others.
    pub id: String,
    /// The stack it is in.
    pub stack: String,
}

/// Looks at a center.
pub async fn portrait(gateway: &Gateway, model: &Model) -> Result<Portrait, ObserveError> {
    let inventory = stacks_and_associations(gateway, model).await?;
    let mut portrait = Portrait { center: model.center.clone(), region: model.region.clone(), ..Portrait::default() };
    let mut ids: BTreeMap<String, Address> = BTreeMap::new();
    for stack in inventory.stacks.values().filter(|stack| stack.exists()) {
        for (logical_id, id) in &stack.physical_ids {
            let Some(address) = stack.address_of(logical_id) else { continue };
            ids.insert(bare_id(id).to_owned(), address.clone());
            let name = name_in(stack, logical_id);
            portrait.resources.push(LiveThing { address, name, id: id.clone(), stack: stack.name.clone() });
        }
    }
    portrait.resources.sort_by(|one, other| one.address.cmp(&other.address));
    let Some(instance) = inventory.instance else { return Ok(portrait) };
    for claimed in gateway.claimed_numbers(&instance.arn).await? {
        let own = ids.get(bare_id(&claimed.arn)).filter(|address| address.kind == Kind::PhoneNumber);
        let Some(address) = own else { continue };
        let flows = &inventory.phone_number_flows;
        let flow = flows.get(&claimed.arn).or_else(|| flows.get(bare_id(&claimed.arn))).map(|flow| bare_id(flow));
        let flow = flow.map(|flow| ids.get(flow).map_or_else(|| flow.to_owned(), |address| address.name.clone()));
        portrait.numbers.push(LiveNumber { address: address.clone(), number: claimed.number, flow });
    }
    portrait.numbers.sort_by(|one, other| one.address.cmp(&other.address));
    portrait.url = gateway.access_url(&instance.id).await?;
    portrait.instance = Some(instance.arn);
    Ok(portrait)
}

/// The name that a template spells out.
fn name_in(stack: &DeployedStack, logical_id: &str) -> Option<String> {
    const NAMES: [&str; 11] = [
        "Name",
        "Username",
        "SecurityProfileName",
        "InstanceAlias",
        "TableName",
        "FunctionName",
        "RoleName",
        "ManagedPolicyName",
        "BucketName",
        "DeliveryStreamName",
        "LogGroupName",
    ];
    let properties = stack.template.pointer(&format!("/Resources/{logical_id}/Properties"))?;
    NAMES.into_iter().find_map(|name| properties.get(name)?.as_str()).map(str::to_owned)
}
