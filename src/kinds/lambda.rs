//! Lambda functions, with everything one needs to be invoked from a flow: role, log group, version, alias, permission,
//! association.

use std::collections::BTreeSet;

use callform_aws::NamedResource;
use callform_source::{Diagnostic, Spanned};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Content, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, NamedFile, Names,
    Outside, Reach, Service, UniqueName,
};
use crate::blueprint::{
    Blueprint, Common, Definition as _, Duration, Name, Short, Statement, ZIP_LIMIT, of_zip, resource,
};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Attribute, Kind, Reference, Target, Value, access, arn};

resource! {
    /// A Lambda function: exactly one of `bundle`, `code` and `arn`.
    pub struct Lambda {
        /// ARN of a function that exists, of its alias or version. Nothing of it is managed here, but flows of the
        /// instance may invoke it (`connect`); environments can name another one.
        pub arn: Option<Spanned<String>>,
        /// Name in Lambda. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it does.
        pub description: Option<Spanned<String>>,
        /// Name of a function in `lambdas/` of the project, or of one that comes with Callform, such as `vanity`. Its
        /// zip file comes from `callform lambda build`; `apply` builds what is missing or has changed.
        pub bundle: Option<Spanned<String>>,
        /// What the function of `bundle` has to be told, as its manifest says. Variables and permissions follow.
        pub with: Option<Spanned<IndexMap<Spanned<String>, Spanned<serde_json::Value>>>>,
        /// A zip file beside the blueprint; it is uploaded.
        pub code: Option<Spanned<String>>,
        /// The entry point. Default: `bootstrap`.
        pub handler: Option<Spanned<String>>,
        /// The runtime. Default: `provided.al2023`.
        pub runtime: Option<Spanned<String>>,
        /// The processor. Default: `x86_64`, which the sandbox can run on most machines.
        pub architecture: Option<Architecture>,
        /// Environment variables: texts, or `{ ref: table/vanity_numbers }` for the name of another resource.
        #[serde(default)]
        pub environment: IndexMap<String, Spanned<Short<String, EnvironmentReference>>>,
        /// How long one invocation may take. Connect waits 8 seconds at most. Default: `8s`.
        pub timeout: Option<Spanned<Duration>>,
        /// Memory in MB. Default: 128.
        pub memory: Option<Spanned<u32>>,
        /// A role of this blueprint, or the ARN of one; it has to allow all that the function does. Default: a role of
        /// its own that may write its log and do what the manifest and `statements` say.
        pub role: Option<Name>,
        /// What the function may do, with the role of its own.
        #[serde(default)]
        pub statements: Vec<Statement>,
        /// Whether flows of the instance may invoke it. Default: true.
        pub connect: Option<bool>,
        /// Days its log is kept. Default: 30.
        pub log_retention: Option<Spanned<u32>>,
    }
}

/// A processor architecture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Architecture {
    /// AWS Graviton.
    #[serde(rename = "arm64")]
    Arm64,
    /// Intel and AMD.
    #[default]
    #[serde(rename = "x86_64")]
    X8664,
}

/// The value of an environment variable that only AWS knows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentReference {
    /// The address of a resource of this blueprint, such as `table/vanity_numbers`.
    #[serde(rename = "ref")]
    pub target: Spanned<String>,
    /// Give its ARN instead of its name. Default: false.
    #[serde(default)]
    pub arn: bool,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "lambda",
    plural: "functions",
    resource_type: "AWS::Lambda::Function",
    prefix: "Lambda",
    is_single: false,
    lowering: Some(Lowering {
        section: "lambdas",
        names: own,
        lower: |resolver| resolver.lambdas(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Id}"),
        attribute: Some("Arn"),
        parameter: "FunctionNames",
    },
    name: Some(UniqueName::in_account("/FunctionName")),
    lookup: Some(Lookup { property: "FunctionName", resource: NamedResource::Function, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::Template { but: Some("code, reserved concurrency and who may invoke them") },
    drift: Drift::PLAIN,
    service: Service { needs: &["iam"], ..Service::PLAIN },
    checks: Checks::PLAIN,
};

/// Functions of the center; those that exist are no resources of it.
fn own(blueprint: &Blueprint) -> Names<'_> {
    let own = blueprint.lambdas.iter().filter(|(_, lambda)| lambda.arn.is_none());
    own.map(|(key, _)| key.value.as_str().into()).collect()
}

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
pub(crate) fn integration_name(lambda: &str) -> String {
    format!("lambda.{lambda}")
}

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let files = blueprint.lambdas.values().filter_map(|lambda| lambda.code.clone());
    files.map(|name| NamedFile { name, content: Content::Bytes(ZIP_LIMIT, of_zip) }).collect()
}

impl Resolver<'_> {
    pub(crate) fn lambdas(&mut self) {
        for (key, lambda) in &self.blueprint().lambdas {
            if let Some(existing) = &lambda.arn {
                self.check_existing_function(lambda, existing);
                continue;
            }
            let Some(code) = self.code(key, lambda) else { continue };
            if let Some(bundle) = &lambda.bundle {
                self.bundles.insert(key.value.clone(), bundle.value.clone());
            }
            let needs = self.needs(key, lambda);
            let manifest = self.loaded.functions.get(&key.value);
            let log_group = Address::new(Kind::LogGroup, key.value.clone());
            let retention = lambda.log_retention.as_ref().map_or(DEFAULT_LOG_RETENTION_DAYS, |days| days.value);
            let properties = Members::new().with("RetentionInDays", retention).finish();
            self.add(Kind::LogGroup, key, Common::NONE, properties);
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
            self.add(Kind::Lambda, key, lambda.common(), properties);
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
        self.add(Kind::Role, &role, Common::NONE, properties);
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
        self.add(Kind::LambdaPermission, key, Common::NONE, permission);
        let association = Members::new()
            .with("InstanceId", Value::instance_arn())
            .with("IntegrationType", "LAMBDA_FUNCTION")
            .with("IntegrationArn", Value::arn_of(Address::new(Kind::Lambda, key.value.clone())))
            .finish();
        let name = Spanned::new(integration_name(key), key.span);
        let integration = self.add(Kind::Integration, &name, Common::NONE, association);
        integration.depends_on.push(Address::new(Kind::LambdaPermission, key.value.clone()));
    }
}

impl Resolver<'_> {
    /// The ARN of a function of `lambdas:` that exists already.
    pub(crate) fn existing_function(&self, name: &str) -> Option<&Spanned<String>> {
        self.blueprint().lambdas.iter().find(|(key, _)| key.value == name)?.1.arn.as_ref()
    }

    /// What is said of a function that exists, apart from letting flows invoke it.
    pub(crate) fn check_existing_function(&mut self, lambda: &Lambda, existing: &Spanned<String>) {
        if !arn::names_kind(existing, Kind::Lambda) {
            self.wrong_arn(Kind::Lambda, existing);
        }
        if lambda.code.is_some() || lambda.bundle.is_some() {
            self.diagnostics.push(
                Diagnostic::error("lambda-code", "a function's code comes from exactly one place")
                    .at(existing.span, "this function exists already")
                    .help("Give one of `bundle:`, `code:` and `arn:`."),
            );
        }
    }
}
