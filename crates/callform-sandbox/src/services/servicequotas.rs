//! Service Quotas: what Amazon Connect and CloudFormation give an account.
//!
//! Applied values are what the sandbox holds to: those of `quotas` in `faults.json`, the defaults where
//! `default_quotas` is set there, and otherwise more than anybody makes. Nothing but `quotas` changes a value.

use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::input::{Input, page};

/// A quota.
pub struct Quota {
    /// Its service.
    service: &'static str,
    /// Its code.
    pub code: &'static str,
    name: &'static str,
    default: f64,
    /// Kind of the documents it limits; empty where the sandbox does not hold to it.
    document: &'static str,
}

/// What the sandbox tells where it holds to nothing.
const UNLIMITED: f64 = 1_000_000.0;

const fn connect(code: &'static str, name: &'static str, default: f64, document: &'static str) -> Quota {
    Quota { service: "connect", code, name, default, document }
}

/// Codes and names: Amazon Connect Administrator Guide, service quotas; defaults: those the sandbox's Connect holds to.
const QUOTAS: [Quota; 14] = [
    connect("L-AA17A6B9", "Amazon Connect instances per account", 2.0, "connect/instance"),
    connect("L-12AB7C57", "Concurrent active calls per instance", 10.0, "connect/live-call"),
    connect("L-22922690", "Contact flows per instance", 100.0, "connect/contact-flow"),
    connect("L-20CD02F7", "Hours of operation per instance", 100.0, "connect/hours-of-operation"),
    connect("L-8F812903", "Phone numbers per instance", 5.0, "connect/phone-number"),
    connect("L-0865B754", "Prompts per instance", 500.0, "connect/prompt"),
    connect("L-19A87C94", "Queues per instance", 50.0, "connect/queue"),
    connect("L-516BC0EB", "Queues per routing profile per instance", 50.0, "connect/routing-profile-queue"),
    connect("L-68BBE2E8", "Quick connects per instance", 100.0, "connect/quick-connect"),
    connect("L-D3E7BE26", "Routing profiles per instance", 100.0, "connect/routing-profile"),
    connect("L-F325A715", "Security profiles per instance", 100.0, "connect/security-profile"),
    connect("L-D68AAAE4", "User hierarchy groups per instance", 500.0, "connect/hierarchy-group"),
    connect("L-9A46857E", "Users per instance", 500.0, "connect/user"),
    Quota { service: "cloudformation", code: "L-0485CB21", name: "Stack count", default: 2000.0, document: "" },
];

/// The value that `faults.json` sets for documents of a kind.
pub fn set_for(faults: &Faults, document: &str) -> Option<usize> {
    let quota = QUOTAS.iter().find(|quota| quota.document == document && !document.is_empty())?;
    faults.quotas.get(quota.code).map(|value| usize::try_from(*value).unwrap_or(usize::MAX))
}

/// The service.
pub(crate) static SERVICE: Service = service("Service Quotas", "IllegalArgumentException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("ListServiceQuotas", list),
    operation("ListAWSDefaultServiceQuotas", list),
    operation("GetServiceQuota", get),
    operation("GetAWSDefaultServiceQuota", get),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

/// The faults that say what quotas are; `None` where the operation asks for defaults.
fn applied(environment: &Environment, input: &Input) -> Result<Option<Faults>, AwsError> {
    let is_default = input.operation().contains("AWSDefault");
    if is_default { Ok(None) } else { Faults::load(environment.folder).map(Some) }
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let faults = applied(environment, input)?;
    let service = quota_service(input)?;
    let code = input.text("QuotaCode");
    let wanted = |quota: &&Quota| quota.service == service && code.is_none_or(|code| code == quota.code);
    let size = usize::try_from(input.number("MaxResults").unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let quotas = QUOTAS.iter().filter(wanted).map(|quota| quota.describe(environment, faults.as_ref())).collect();
    let (quotas, next) = page(quotas, input.text("NextToken"), size);
    Ok(json!({ "Quotas": quotas, "NextToken": next }))
}

fn get(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let faults = applied(environment, input)?;
    let (service, code) = (quota_service(input)?, input.need("QuotaCode")?);
    let quota = QUOTAS.iter().find(|quota| quota.service == service && quota.code == code);
    Ok(json!({ "Quota": quota.ok_or_else(no_such)?.describe(environment, faults.as_ref()) }))
}

fn quota_service<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let service = input.need("ServiceCode")?;
    if QUOTAS.iter().any(|quota| quota.service == service) { Ok(service) } else { Err(no_such()) }
}

fn no_such() -> AwsError {
    AwsError::new(400, "NoSuchResourceException", "The specified resource does not exist.")
}

impl Quota {
    /// The quota with its applied value, or with its default where no faults are given.
    fn describe(&self, environment: &Environment, faults: Option<&Faults>) -> Value {
        let value = match faults {
            None => self.default,
            Some(faults) => match faults.quotas.get(self.code) {
                Some(value) => f64::from(*value),
                None if faults.default_quotas || self.service != "connect" => self.default,
                None => UNLIMITED,
            },
        };
        let (region, account) = (environment.region, environment.account);
        let mut quota = json!({
            "ServiceCode": self.service,
            "ServiceName": if self.service == "connect" { "Amazon Connect" } else { "AWS CloudFormation" },
            "QuotaArn": format!("arn:aws:servicequotas:{region}:{account}:{}/{}", self.service, self.code),
            "QuotaCode": self.code,
            "QuotaName": self.name,
            "Value": value,
            "Unit": "None",
            "Adjustable": true,
            "GlobalQuota": false,
        });
        if faults.is_some() {
            quota["QuotaAppliedAtLevel"] = "ACCOUNT".into();
        }
        quota
    }
}
