//! From a request to what a stack is to be: template, parameter values, tags.

use super::failure::{constraint, insufficient_capabilities, validation};
use super::request::Request;
use super::state::native::Native;
use super::state::{self, Settings, Stack};
use super::template::evaluation::{self, Evaluation};
use super::template::parameters::{self, StackParameter};
use super::template::scope::Surroundings;
use super::template::{Template, source, transform};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;
use crate::services::{iam, secrets};

/// What a stack is to be.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) settings: Settings,
    pub(crate) template: Template,
    pub(crate) evaluation: Evaluation,
}

/// Reads the template, the parameters and the tags of a request for a stack; what the request leaves out is as it was.
pub(crate) fn prepare(
    environment: &Environment,
    registry: &HandlerRegistry,
    request: &Request,
    stack: &Stack,
    checks_expansion: bool,
) -> Result<Prepared, AwsError> {
    let template = if request.flag("UsePreviousTemplate") {
        if request.text("TemplateBody").or(request.text("TemplateURL")).is_some() {
            return Err(validation("You cannot specify both usePreviousTemplate and a template."));
        }
        if stack.settings.template.is_empty() {
            return Err(validation("Either Template URL or Template Body must be specified."));
        }
        // Other parameters make something else of transforms.
        Template::parse(&state::template_text(environment.tx, &stack.id, &stack.settings.template)?)?
    } else {
        source::read(environment, request.text("TemplateBody"), request.text("TemplateURL"))?
    };
    check_request(environment, request)?;
    let capabilities = request.texts("Capabilities");
    check_expansion(&template, &capabilities, checks_expansion)?;
    let ssm = |name: &str| secrets::resolve(environment, &format!("ssm:{name}"));
    let values = parameters::resolve(&template, &request.parameters(), &stack.settings.parameters, &ssm)?;
    let notification_arns = if request.has("NotificationARNs") {
        request.texts("NotificationARNs")
    } else {
        stack.settings.notification_arns.clone()
    };
    let template = expand(environment, stack, template, &values, &notification_arns)?;
    check_types(&template, registry)?;
    check_allowed_types(&template, request)?;
    check_capabilities(&template, &capabilities)?;
    let mut settings = Settings {
        template: state::save_template(environment.tx, &stack.id, &template)?,
        description: template.description().map(str::to_owned),
        parameters: values,
        tags: request.tags()?.unwrap_or_else(|| stack.settings.tags.clone()),
        capabilities,
        notification_arns,
        role_arn: request.text("RoleARN").map(str::to_owned).or_else(|| stack.settings.role_arn.clone()),
        imports: std::collections::BTreeSet::new(),
    };
    let evaluation = evaluate(environment, stack, &template, &settings)?;
    settings.imports.clone_from(&evaluation.imports);
    Ok(Prepared { settings, template, evaluation })
}

/// The template with its transforms carried out.
fn expand(
    environment: &Environment,
    stack: &Stack,
    template: Template,
    values: &[StackParameter],
    notification_arns: &[String],
) -> Result<Template, AwsError> {
    let surroundings = Surroundings {
        account: environment.account,
        region: environment.region,
        stack_name: &stack.name,
        stack_id: &stack.id,
        notification_arns,
    };
    let mut known = surroundings.pseudo_parameters();
    known.extend(parameters::references(values));
    let fetch = |url: &str| source::snippet(environment, url);
    template.expanded(&transform::Surroundings { parameters: &known, fetch: &fetch })
}

/// Refuses what the sandbox would have to pass over, and a role that is not there.
fn check_request(environment: &Environment, request: &Request) -> Result<(), AwsError> {
    if request.has_members("RollbackConfiguration") {
        return Err(validation("The sandbox does not support RollbackConfiguration: it has no alarms."));
    }
    if request.texts("NotificationARNs").len() > 5 {
        return Err(constraint("notificationARNs", "notificationARNs", "have length less than or equal to 5"));
    }
    match request.text("RoleARN") {
        Some(role) => check_role(environment, role),
        None => Ok(()),
    }
}

/// Refuses a role that is not there, or does not trust CloudFormation.
fn check_role(environment: &Environment, arn: &str) -> Result<(), AwsError> {
    let refused = || validation(format!("Role {arn} is invalid or cannot be assumed"));
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", _, account, resource] = parts.as_slice() else { return Err(refused()) };
    let name = resource.strip_prefix("role/").and_then(|path| path.rsplit('/').next());
    let name = name.filter(|_| *account == environment.account).ok_or_else(refused)?;
    let input = serde_json::Map::from_iter([("RoleName".to_owned(), name.into())]);
    let role = iam::call(environment, "GetRole", &input).map_err(|_| refused())?;
    if role.to_string().contains("cloudformation.amazonaws.com") { Ok(()) } else { Err(refused()) }
}

/// Refuses types that the request's `ResourceTypes` leave out.
fn check_allowed_types(template: &Template, request: &Request) -> Result<(), AwsError> {
    let allowed = request.texts("ResourceTypes");
    if allowed.is_empty() {
        return Ok(());
    }
    let is_allowed = |type_name: &str| {
        allowed.iter().any(|one| match one.strip_suffix('*') {
            Some(start) => type_name.starts_with(start),
            None => one == type_name,
        })
    };
    let mut refused: Vec<&str> =
        template.resource_types().map(|(_, type_name)| type_name).filter(|name| !is_allowed(name)).collect();
    refused.sort_unstable();
    refused.dedup();
    if refused.is_empty() {
        return Ok(());
    }
    Err(validation(format!("Resource type(s) [{}] are not in the ResourceTypes of the request", refused.join(", "))))
}

/// The template with everything carried out that does not wait for a resource.
pub(crate) fn evaluate(
    environment: &Environment,
    stack: &Stack,
    template: &Template,
    settings: &Settings,
) -> Result<Evaluation, AwsError> {
    let surroundings = Surroundings {
        account: environment.account,
        region: environment.region,
        stack_name: &stack.name,
        stack_id: &stack.id,
        notification_arns: &settings.notification_arns,
    };
    let exports = |name: &str| Ok(state::export(environment.tx, name)?.map(|export| export.value));
    evaluation::evaluate(template, &settings.parameters, surroundings, &exports)
}

/// Refuses resource types the sandbox does not have.
pub(crate) fn check_types(template: &Template, registry: &HandlerRegistry) -> Result<(), AwsError> {
    if template.processed.is_none() && !template.transforms().is_empty() {
        // Its types are those that its transforms make.
        return Ok(());
    }
    let unknown = unrecognized_types(template, registry);
    if unknown.is_empty() {
        return Ok(());
    }
    Err(validation(format!("Template format error: Unrecognized resource types: [{}]", unknown.join(", "))))
}

/// Resource types of a template that the sandbox does not have, sorted.
pub(crate) fn unrecognized_types<'a>(template: &'a Template, registry: &HandlerRegistry) -> Vec<&'a str> {
    let mut unknown: Vec<&str> =
        template.resource_types().map(|(_, name)| name).filter(|name| !is_known(name, registry)).collect();
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

fn is_known(type_name: &str, registry: &HandlerRegistry) -> bool {
    Native::of(type_name).is_some() || registry.contains_key(type_name)
}

/// Refuses a template whose transforms were not acknowledged; change sets show what they make.
fn check_expansion(template: &Template, given: &[String], checks_expansion: bool) -> Result<(), AwsError> {
    let has = given.iter().any(|capability| capability == "CAPABILITY_AUTO_EXPAND");
    if checks_expansion && !template.transforms().is_empty() && !has {
        return Err(insufficient_capabilities(&["CAPABILITY_AUTO_EXPAND"]));
    }
    Ok(())
}

/// Refuses a template whose IAM resources were not acknowledged.
fn check_capabilities(template: &Template, given: &[String]) -> Result<(), AwsError> {
    let has = |name: &str| given.iter().any(|capability| capability == name);
    let mut missing = Vec::new();
    match template.required_capability() {
        Some((capability @ "CAPABILITY_NAMED_IAM", _)) if !has(capability) => missing.push(capability),
        Some((capability @ "CAPABILITY_IAM", _)) if !has(capability) && !has("CAPABILITY_NAMED_IAM") => {
            missing.push(capability);
        }
        _ => {}
    }
    if missing.is_empty() { Ok(()) } else { Err(insufficient_capabilities(&missing)) }
}

/// Refuses a template that gives an existing resource another type.
pub(crate) fn check_type_changes(
    environment: &Environment,
    stack: &Stack,
    prepared: &Prepared,
) -> Result<(), AwsError> {
    let mut changed = Vec::new();
    for definition in &prepared.evaluation.resources {
        let old =
            state::resource(environment.tx, &stack.id, &definition.logical_id)?.filter(state::StackResource::exists);
        if old.is_some_and(|old| old.definition.type_name != definition.type_name) {
            changed.push(definition.logical_id.as_str());
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    Err(validation(format!(
        "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{}]",
        changed.join(", ")
    )))
}

/// Checks the name of a stack that is to be made.
pub(crate) fn check_stack_name(name: &str) -> Result<(), AwsError> {
    let mut bytes = name.bytes();
    let is_name = bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name {
        let pattern = "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*";
        return Err(constraint(name, "stackName", pattern));
    }
    if name.len() > 128 {
        return Err(constraint(name, "stackName", "have length less than or equal to 128"));
    }
    Ok(())
}

/// The parameters as Describe operations list them.
pub(crate) fn listed_parameters(parameters: &[StackParameter]) -> serde_json::Value {
    parameters
        .iter()
        .map(|parameter| {
            let mut listed = serde_json::Map::new();
            listed.insert("ParameterKey".to_owned(), parameter.key.as_str().into());
            listed.insert("ParameterValue".to_owned(), parameter.shown().into());
            if let Some(resolved) = &parameter.resolved {
                listed.insert("ResolvedValue".to_owned(), resolved.as_str().into());
            }
            serde_json::Value::Object(listed)
        })
        .collect()
}
