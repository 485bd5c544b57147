//! What functions, roles and buckets have that no template names.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::{Beside, Gateway, GatewayError};

use super::live::resource_type;
use crate::inventory::{DeployedStack, Inventory};

/// What the center has put beside its resources by resources of their own.
pub(super) struct Surroundings<'a> {
    /// ARNs and names of policies.
    policies: BTreeSet<&'a str>,
    /// Ids of statements in policies of functions.
    statements: BTreeSet<&'a str>,
    /// Names of aliases, by function.
    aliases: BTreeMap<&'a str, Vec<&'a str>>,
    /// Numbers of published versions, by function.
    versions: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(inventory: &'a Inventory) -> Self {
        let mut found = Self {
            policies: BTreeSet::new(),
            statements: BTreeSet::new(),
            aliases: BTreeMap::new(),
            versions: BTreeMap::new(),
        };
        for stack in inventory.stacks.values() {
            for (logical_id, physical_id) in &stack.physical_ids {
                match (resource_type(stack, logical_id), qualified(physical_id)) {
                    ("AWS::IAM::ManagedPolicy" | "AWS::IAM::Policy" | "AWS::IAM::RolePolicy", _) => {
                        found.policies.insert(physical_id);
                    }
                    ("AWS::Lambda::Permission", _) => {
                        found.statements.insert(physical_id);
                    }
                    ("AWS::Lambda::Alias", Some((function, name))) => {
                        found.aliases.entry(function).or_default().push(name);
                    }
                    ("AWS::Lambda::Version", Some((function, number))) => {
                        found.versions.entry(function).or_default().push(number);
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// What a resource has that CloudFormation does not look at; nothing for types that are not looked into.
    pub(super) async fn beside(
        &self,
        gateway: &Gateway,
        stack: &DeployedStack,
        logical_id: &str,
    ) -> Result<Vec<Beside>, GatewayError> {
        let Some(name) = stack.physical_ids.get(logical_id) else { return Ok(Vec::new()) };
        let properties = stack.template["Resources"][logical_id]["Properties"].as_object();
        let named: BTreeSet<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        match resource_type(stack, logical_id) {
            "AWS::IAM::Role" => gateway.beside_role(name, &named, &self.policies).await,
            "AWS::Lambda::Function" => {
                let newest = self.versions.get(name.as_str()).into_iter().flatten();
                let newest = newest.max_by_key(|number| number.parse::<u64>().unwrap_or_default()).copied();
                let aliases = self.aliases.get(name.as_str()).map_or(&[] as &[&str], Vec::as_slice);
                gateway.beside_function(name, &named, newest, aliases, &self.statements).await
            }
            "AWS::S3::Bucket" => gateway.beside_bucket(name, &named).await,
            _ => Ok(Vec::new()),
        }
    }
}

/// Function and qualifier of the ARN of a version or an alias.
fn qualified(arn: &str) -> Option<(&str, &str)> {
    arn.split_once(":function:")?.1.split_once(':')
}
