//! Lambda functions, with everything one needs to be invoked from a flow: role, log group, version, alias, permission,
//! association.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Spanned};

use super::access;
use super::members::Members;
use super::resolver::Resolver;
use super::{Address, Attribute, Kind, Reference, Target, Value};
use crate::blueprint::{Common, Definition as _, Lambda, Short};

const DEFAULT_TIMEOUT_SECONDS: u32 = 8;
const DEFAULT_MEMORY_MB: u32 = 128;
const DEFAULT_LOG_RETENTION_DAYS: u32 = 30;

/// All names and values of environment variables together. Source: AWS Lambda Developer Guide, "Lambda quotas".
const LARGEST_ENVIRONMENT: usize = 4096;

/// How many bytes of the environment a variable takes; of what only AWS knows, the name alone.
fn size(name: &str, value: &Value) -> usize {
    name.len() + if let Value::String(text) = value { text.len() } else { 0 }
}

/// The name of the association of an instance with a function.
pub(super) fn integration_name(lambda: &str) -> String {
    format!("lambda.{lambda}")
}

impl Resolver<'_> {
    pub(crate) fn lambdas(&mut self) {
        for (key, lambda) in &self.blueprint().lambdas {
            if let Some(existing) = &lambda.arn {
                self.check_existing_function(lambda, existing);
                continue;
            }
            let Some(code) = self.code(key, lambda) else { continue };
            let needs = self.needs(key, lambda);
            let manifest = self.loaded.functions.get(&key.value);
            let log_group = Address::new(Kind::LogGroup, key.value.clone());
            let retention = lambda.log_retention.as_ref().map_or(DEFAULT_LOG_RETENTION_DAYS, |days| days.value);
            let properties = Members::new().with("RetentionInDays", retention).finish();
            self.add(Kind::LogGroup, key, Common::NONE, "AWS::Logs::LogGroup", properties);
            let role = match &lambda.role {
                Some(role) => {
                    self.statements_without_role(lambda);
                    self.arn(Kind::Role, role)
                }
                None => self.own_role(key, lambda, &log_group, needs.statements),
            };
            let log_group = Reference { target: Target::Resource(log_group), attribute: Attribute::Ref };
            let logging = Members::new().with("LogFormat", "JSON").with("LogGroup", Value::Reference(log_group));
            let environment = self.environment(key, lambda, needs.variables);
            let timeout = lambda.timeout.as_ref().or_else(|| manifest?.timeout.as_ref());
            let memory = lambda.memory.as_ref().or_else(|| manifest?.memory.as_ref());
            let description = lambda.description.as_ref().map(|text| text.value.clone());
            let default_handler = lambda.handler.as_ref().map_or("bootstrap", |handler| handler.value.as_str());
            let properties = Members::new()
                .with_some("FunctionName", lambda.name.as_ref())
                .with_some("Description", description.or_else(|| Some(manifest?.about.clone())))
                .with("Code", code)
                .with("Handler", default_handler)
                .with("Runtime", lambda.runtime.as_ref().map_or("provided.al2023", |runtime| runtime.value.as_str()))
                .with("Architectures", vec![Value::from(lambda.architecture.unwrap_or_default().name())])
                .with("Timeout", timeout.map_or(DEFAULT_TIMEOUT_SECONDS, |time| time.seconds))
                .with("MemorySize", memory.map_or(DEFAULT_MEMORY_MB, |memory| memory.value))
                .with("Role", role)
                .with("LoggingConfig", logging)
                .with_some("Environment", environment)
                .with_tags(lambda.tags.as_ref())
                .finish();
            self.add(Kind::Lambda, key, lambda.common(), "AWS::Lambda::Function", properties);
            self.version_and_alias(key);
            if lambda.connect.or_else(|| manifest?.connect).unwrap_or(true) {
                self.invoked_by_connect(key);
            }
        }
    }

    fn code(&mut self, key: &Spanned<String>, lambda: &Lambda) -> Option<Members> {
        let asset = match (&lambda.bundle, &lambda.code) {
            (None, Some(code)) => self.asset("lambda", "zip", code)?,
            (Some(_), None) => {
                // A name that is none was reported where it was read.
                let bundle = self.loaded.bundles.get(&key.value)?;
                let file = bundle.name.as_ref().map(|_| bundle.file_name());
                let missing = || crate::blueprint::not_built(bundle);
                if bundle.file.is_some() { self.asset("lambda", "zip", &file)? } else { missing() }
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("lambda-code", "a function's code comes from exactly one place")
                        .at(key.span, "")
                        .help("Give one of `bundle:`, `code:` and `arn:`."),
                );
                return None;
            }
        };
        Some(Members::new().with("S3Bucket", Value::AssetBucket).with("S3Key", asset))
    }

    /// A role that may write the function's log and do what its statements say, and nothing else.
    fn own_role(&mut self, key: &Spanned<String>, lambda: &Lambda, log_group: &Address, needed: Vec<Value>) -> Value {
        let log = Members::new()
            .with("Effect", "Allow")
            .with("Action", vec!["logs:CreateLogStream".into(), "logs:PutLogEvents".into()])
            .with("Resource", vec![Value::arn_of(log_group.clone())]);
        let mut statements = vec![Value::from(log)];
        statements.extend(needed);
        statements.extend(self.statements_of_event_sources(key));
        statements.extend(self.statements(&lambda.statements));
        let properties = Members::new()
            .with("Description", format!("Role of the function {key} of {}", self.blueprint().center))
            .with("AssumeRolePolicyDocument", access::trust_policy(&["lambda.amazonaws.com"]))
            .with_list("Policies", access::inline_policy(key, statements))
            .finish();
        let role = Spanned::new(integration_name(key), key.span);
        self.add(Kind::Role, &role, Common::NONE, "AWS::IAM::Role", properties);
        Value::arn_of(Address::new(Kind::Role, role.value))
    }

    fn statements_without_role(&mut self, lambda: &Lambda) {
        if let Some(statement) = lambda.statements.first() {
            self.diagnostics.push(
                Diagnostic::error("statements-of-foreign-role", "a function's statements need a role of its own")
                    .at(statement.resources.span, "has no effect")
                    .help("Move the statements to the role that `role:` names, or remove `role:`."),
            );
        }
    }

    fn environment(&mut self, key: &Spanned<String>, lambda: &Lambda, needed: Vec<(String, Value)>) -> Option<Members> {
        let mut variables = Members::new();
        let mut taken = BTreeSet::new();
        let mut bytes = 0;
        for (name, value) in needed {
            bytes += size(&name, &value);
            variables = variables.with(&name, value);
            taken.insert(name);
        }
        for (name, value) in &lambda.environment {
            if taken.contains(name) {
                self.diagnostics.push(
                    Diagnostic::error("variable-of-parameter", format!("the variable `{name}` is set by `with:`"))
                        .at(value.span, "")
                        .help("Remove it here."),
                );
            }
            let value = match &value.value {
                Short::Short(text) => Value::from(text.as_str()),
                Short::Full(reference) => {
                    let Some(address) = self.address(&reference.target) else { continue };
                    let attribute = if reference.arn { Attribute::Arn } else { Attribute::Ref };
                    Value::Reference(Reference { target: Target::Resource(address), attribute })
                }
            };
            bytes += size(name, &value);
            variables = variables.with(name, value);
        }
        if bytes > LARGEST_ENVIRONMENT {
            let span = lambda.with.as_ref().map_or(key.span, |with| with.span);
            self.diagnostics.push(
                Diagnostic::error("environment-too-large", "the environment variables are larger than Lambda takes")
                    .at(span, format!("{bytes} bytes, at most {LARGEST_ENVIRONMENT}"))
                    .help("Shorten the texts. What is long belongs into the function itself, a table or a bucket."),
            );
        }
        (!variables.is_empty()).then(|| Members::new().with("Variables", variables))
    }

    /// What lets flows of this instance, and of no other, invoke the live version of a function.
    ///
    /// The permission is on what flows call, the alias: it is what counts (AWS Contact Center Blog, "Invoke an AWS Lambda
    /// Function Alias from Amazon Connect"). The association is of the function as such: whether the service takes an
    /// alias there is not said anywhere (?), and a function it takes for certain.
    fn invoked_by_connect(&mut self, key: &Spanned<String>) {
        let lambda = Value::arn_of(Address::new(Kind::LambdaAlias, key.value.clone()));
        let permission = Members::new()
            .with("Action", "lambda:InvokeFunction")
            .with("FunctionName", lambda)
            .with("Principal", "connect.amazonaws.com")
            .with("SourceAccount", Value::Pseudo("AWS::AccountId"))
            .with("SourceArn", Value::instance_arn())
            .finish();
        self.add(Kind::LambdaPermission, key, Common::NONE, "AWS::Lambda::Permission", permission);
        let association = Members::new()
            .with("InstanceId", Value::instance_arn())
            .with("IntegrationType", "LAMBDA_FUNCTION")
            .with("IntegrationArn", Value::arn_of(Address::new(Kind::Lambda, key.value.clone())))
            .finish();
        let name = Spanned::new(integration_name(key), key.span);
        let integration =
            self.add(Kind::Integration, &name, Common::NONE, "AWS::Connect::IntegrationAssociation", association);
        integration.depends_on.push(Address::new(Kind::LambdaPermission, key.value.clone()));
    }

    pub(crate) fn lex_bots(&mut self) {
        for (key, bot) in &self.blueprint().lex_bots {
            let valid = bot.alias_arn.starts_with("arn:")
                && bot.alias_arn.contains(":lex:")
                && bot.alias_arn.contains(":bot-alias/");
            if !valid {
                self.diagnostics.push(
                    Diagnostic::error("wrong-arn-kind", "this ARN does not name a bot alias")
                        .at(bot.alias_arn.span, "")
                        .help("It looks like `arn:aws:lex:<region>:<account>:bot-alias/<bot>/<alias>`."),
                );
            }
            let properties = Members::new()
                .with("InstanceId", Value::instance_arn())
                .with("IntegrationType", "LEX_BOT")
                .with("IntegrationArn", &bot.alias_arn)
                .with_tags(bot.tags.as_ref())
                .finish();
            self.add(Kind::Integration, key, bot.common(), "AWS::Connect::IntegrationAssociation", properties);
        }
    }
}
