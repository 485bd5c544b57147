//! Models for tests: a small center with every kind of circle, and a large one.

use std::collections::BTreeMap;

use callform_source::{SourceMap, Span};
use indexmap::IndexMap;

use crate::model::{
    Address, Asset, Association, Attribute, DeletionPolicy, Instance, Kind, Model, Properties, Reference, Resource,
    Target, TextPart, Value,
};

/// Collects the resources of a model.
pub(crate) struct Center {
    pub(crate) model: Model,
    span: Span,
}

pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(crate) fn properties<const N: usize>(members: [(&str, Value); N]) -> Properties {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(crate) fn arn(kind: Kind, name: &str) -> Value {
    Value::arn_of(Address::new(kind, name))
}

pub(crate) fn arns(kind: Kind, names: &[&str]) -> Value {
    Value::List(names.iter().map(|name| arn(kind, name)).collect())
}

/// ARNs of quick connects.
pub(crate) fn quick_connects(names: &[&str]) -> Value {
    arns(Kind::QuickConnect, names)
}

fn builtin(kind: Kind, name: &str) -> Value {
    let target = Target::Builtin { kind, name: name.to_owned() };
    Value::Reference(Reference { target, attribute: Attribute::Arn })
}

/// Flow content: a message, and a transfer to each target.
pub(crate) fn content(message: &str, targets: &[(Kind, &str)]) -> Value {
    let mut parts = vec![TextPart::Literal(format!(
        r#"{{"Version":"2019-10-30","StartAction":"a","Actions":[{{"Identifier":"a","Type":"MessageParticipant","Parameters":{{"Text":"{message} ${{x}}"}},"Transitions":{{}}}}"#
    ))];
    for (kind, name) in targets {
        parts.push(TextPart::Literal(format!(r#",{{"Identifier":"{name}","Parameters":{{"Target":""#)));
        let target = Target::Resource(Address::new(*kind, *name));
        parts.push(TextPart::Reference(Reference { target, attribute: Attribute::Arn }));
        parts.push(TextPart::Literal(r#""}}"#.to_owned()));
    }
    parts.push(TextPart::Literal("]}".to_owned()));
    Value::Text(parts)
}

pub(crate) fn open(day: &str, from: i64, to: i64) -> Value {
    let time = |hours| object([("Hours", Value::Integer(hours)), ("Minutes", Value::Integer(0))]);
    object([("Day", day.into()), ("StartTime", time(from)), ("EndTime", time(to))])
}

pub(crate) fn queue_config(queue: &str, priority: i64, delay: i64) -> Value {
    let reference = object([("Channel", "VOICE".into()), ("QueueArn", arn(Kind::Queue, queue))]);
    object([("Delay", Value::Integer(delay)), ("Priority", Value::Integer(priority)), ("QueueReference", reference)])
}

impl Center {
    pub(crate) fn new(name: &str) -> Self {
        let span = Span::whole_file(SourceMap::default().add("blueprint.yaml", ""));
        let model = Model {
            center: name.to_owned(),
            region: "us-west-2".to_owned(),
            environment: None,
            instance: Instance::Existing(name.to_owned()),
            instance_settings: BTreeMap::new(),
            resources: IndexMap::new(),
            flows: BTreeMap::new(),
            bundles: std::collections::BTreeMap::new(),
            associations: Vec::new(),
            tags: BTreeMap::from([("center".to_owned(), name.to_owned())]),
            assets: Vec::new(),
            digest: "0".repeat(64),
        };
        Self { model, span }
    }

    /// Adds a resource; the logical ID is made of kind and name.
    pub(crate) fn add(&mut self, kind: Kind, name: &str, properties: Properties) -> &mut Resource {
        let address = Address::new(kind, name);
        let logical_id: String = format!("{kind}_{name}")
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter_map(|word| {
                let mut letters = word.chars();
                letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
            })
            .collect();
        let deferrable = match kind {
            Kind::Queue => BTreeMap::from([("QuickConnectArns".to_owned(), None)]),
            Kind::Flow => {
                let stub = callform_flow::compile::stub(callform_flow::FlowType::ContactFlow).to_json().to_string();
                BTreeMap::from([("Content".to_owned(), Some(stub.into()))])
            }
            _ => BTreeMap::new(),
        };
        let resource = Resource {
            address: address.clone(),
            resource_type: kind.resource_type().to_owned(),
            logical_id,
            properties,
            deferrable,
            depends_on: Vec::new(),
            deletion_policy: DeletionPolicy::Delete,
            prevent_destroy: false,
            named_by_default: None,
            metadata: BTreeMap::new(),
            span: self.span,
        };
        self.model.resources.entry(address).insert_entry(resource).into_mut()
    }

    pub(crate) fn resource(&mut self, kind: Kind, name: &str) -> &mut Resource {
        self.model.resources.get_mut(&Address::new(kind, name)).expect("the fixture has it")
    }

    pub(crate) fn queue(&mut self, name: &str, names: &[&str]) {
        let caller = object([
            ("OutboundCallerIdName", "KWGlobal".into()),
            ("OutboundCallerIdNumberArn", arn(Kind::PhoneNumber, "main")),
        ]);
        let mut properties = properties([
            ("InstanceArn", Value::instance_arn()),
            ("Name", name.into()),
            ("HoursOfOperationArn", arn(Kind::Hours, "business")),
            ("MaxContacts", Value::Integer(10)),
            ("OutboundCallerConfig", caller),
        ]);
        if !names.is_empty() {
            properties.insert("QuickConnectArns".to_owned(), quick_connects(names));
        }
        self.add(Kind::Queue, name, properties);
    }

    pub(crate) fn quick_connect(&mut self, name: &str, kind: &str, config: (&str, Value)) {
        let config = object([("QuickConnectType", kind.into()), config]);
        let properties =
            properties([("InstanceArn", Value::instance_arn()), ("Name", name.into()), ("QuickConnectConfig", config)]);
        self.add(Kind::QuickConnect, name, properties);
    }

    pub(crate) fn routing_profile(&mut self, name: &str, configs: Vec<Value>) {
        let voice = object([("Channel", "VOICE".into()), ("Concurrency", Value::Integer(1))]);
        let properties = properties([
            ("InstanceArn", Value::instance_arn()),
            ("Name", name.into()),
            ("Description", name.into()),
            ("MediaConcurrencies", Value::List(vec![voice])),
            ("DefaultOutboundQueueArn", arn(Kind::Queue, "customer_service")),
            ("QueueConfigs", Value::List(configs)),
        ]);
        self.add(Kind::RoutingProfile, name, properties);
    }

    pub(crate) fn user(&mut self, name: &str, profile: &str) {
        let properties = properties([
            ("InstanceArn", Value::instance_arn()),
            ("Username", name.into()),
            ("Password", Value::Secret("{{resolve:secretsmanager:kwglobal/users:SecretString:password}}".to_owned())),
            ("IdentityInfo", object([("FirstName", "Mary".into()), ("LastName", "Jane".into())])),
            ("PhoneConfig", object([("PhoneType", "SOFT_PHONE".into())])),
            ("RoutingProfileArn", arn(Kind::RoutingProfile, profile)),
            ("SecurityProfileArns", Value::List(vec![builtin(Kind::SecurityProfile, "Agent")])),
        ]);
        self.add(Kind::User, name, properties);
    }

    pub(crate) fn flow(&mut self, name: &str, flow_type: &str, content: Value) {
        let properties = properties([
            ("InstanceArn", Value::instance_arn()),
            ("Name", name.into()),
            ("Type", flow_type.into()),
            ("Content", content),
        ]);
        self.add(Kind::Flow, name, properties);
    }

    fn hours_and_number(&mut self) {
        let hours = properties([
            ("InstanceArn", Value::instance_arn()),
            ("Name", "business".into()),
            ("TimeZone", "America/Los_Angeles".into()),
            ("Config", Value::List(vec![open("MONDAY", 9, 18), open("SATURDAY", 9, 15)])),
        ]);
        self.add(Kind::Hours, "business", hours);
        let number =
            properties([("TargetArn", Value::instance_arn()), ("CountryCode", "US".into()), ("Type", "DID".into())]);
        self.add(Kind::PhoneNumber, "main", number);
    }

    fn data(&mut self) {
        let key = object([("AttributeName", "phone".into()), ("KeyType", "HASH".into())]);
        let attribute = object([("AttributeName", "phone".into()), ("AttributeType", "S".into())]);
        let table = properties([
            ("AttributeDefinitions", Value::List(vec![attribute])),
            ("KeySchema", Value::List(vec![key])),
            ("BillingMode", "PAY_PER_REQUEST".into()),
        ]);
        self.add(Kind::Table, "vanity_numbers", table).deletion_policy = DeletionPolicy::Retain;
        let target = Target::Resource(Address::new(Kind::Table, "vanity_numbers"));
        let statement = object([
            ("Effect", "Allow".into()),
            ("Action", Value::List(vec!["dynamodb:GetItem".into(), "dynamodb:PutItem".into()])),
            ("Resource", Value::Reference(Reference { target, attribute: Attribute::Arn })),
        ]);
        let trust = object([
            ("Effect", "Allow".into()),
            ("Principal", object([("Service", "lambda.amazonaws.com".into())])),
            ("Action", "sts:AssumeRole".into()),
        ]);
        let document =
            |statement| object([("Version", "2012-10-17".into()), ("Statement", Value::List(vec![statement]))]);
        let policy = object([("PolicyName", "table".into()), ("PolicyDocument", document(statement))]);
        let role = properties([("AssumeRolePolicyDocument", document(trust)), ("Policies", Value::List(vec![policy]))]);
        self.add(Kind::Role, "vanity", role);
        let key = "prompts/0a1b.wav";
        self.model.assets.push(Asset {
            key: key.to_owned(),
            path: "welcome.wav".to_owned(),
            sha256: "0a1b".to_owned(),
        });
        let prompt = properties([
            ("InstanceArn", Value::instance_arn()),
            ("Name", "welcome".into()),
            ("S3Uri", Value::AssetUri(key.to_owned())),
        ]);
        self.add(Kind::Prompt, "welcome", prompt);
    }
}

/// The center of the blueprint kwglobal in small: an instance of its own, queues and quick connects in a circle that passes through a user, two
/// flows that call one another.
pub(crate) fn kwglobal() -> Center {
    let mut center = Center::new("kwglobal");
    let attributes = object([("InboundCalls", true.into()), ("OutboundCalls", true.into())]);
    let instance = properties([
        ("InstanceAlias", "kwglobal".into()),
        ("IdentityManagementType", "CONNECT_MANAGED".into()),
        ("Attributes", attributes),
    ]);
    center.add(Kind::Instance, "kwglobal", instance).deletion_policy = DeletionPolicy::Retain;
    center.model.instance = Instance::Created(Address::new(Kind::Instance, "kwglobal"));
    center.hours_and_number();
    center.queue("customer_service", &["consulting", "management", "mary"]);
    center.queue("consulting", &["customer_service", "management", "mary"]);
    let phone = object([("PhoneNumber", "+15550100100".into())]);
    center.quick_connect("management", "PHONE_NUMBER", ("PhoneConfig", phone));
    for queue in ["consulting", "customer_service"] {
        let config = object([
            ("QueueArn", arn(Kind::Queue, queue)),
            ("ContactFlowArn", builtin(Kind::Flow, "Default queue transfer")),
        ]);
        center.quick_connect(queue, "QUEUE", ("QueueConfig", config));
    }
    let config = object([
        ("UserArn", arn(Kind::User, "mary.jane")),
        ("ContactFlowArn", builtin(Kind::Flow, "Default agent transfer")),
    ]);
    center.quick_connect("mary", "USER", ("UserConfig", config));
    center.routing_profile("customer_service", vec![queue_config("customer_service", 1, 0)]);
    let configs = vec![queue_config("consulting", 1, 0), queue_config("customer_service", 2, 15)];
    center.routing_profile("consulting", configs);
    center.user("mary.jane", "customer_service");
    let targets = [(Kind::Queue, "customer_service"), (Kind::Hours, "business"), (Kind::Flow, "callback")];
    center.flow("main_menu", "CONTACT_FLOW", content("Welcome to KWGlobal", &targets));
    center.flow("callback", "CUSTOMER_QUEUE", content("Please hold", &[(Kind::Flow, "main_menu")]));
    center.data();
    center.model.associations.push(Association {
        phone_number: Address::new(Kind::PhoneNumber, "main"),
        flow: Target::Resource(Address::new(Kind::Flow, "main_menu")),
        span: center.span,
    });
    center
}

/// A center of many queues, each with quick connects to the next ones, and many users.
pub(crate) fn large(queues: usize, users: usize) -> Center {
    let mut center = Center::new("large");
    center.hours_and_number();
    center.queue("customer_service", &[]);
    let name = |number: usize| format!("q{:04}", number % queues);
    for number in 0..queues {
        let next: Vec<String> = (1..=5).map(|step| name(number + step)).collect();
        center.queue(&name(number), &next.iter().map(String::as_str).collect::<Vec<_>>());
        let config = object([
            ("QueueArn", arn(Kind::Queue, &name(number))),
            ("ContactFlowArn", builtin(Kind::Flow, "Default queue transfer")),
        ]);
        center.quick_connect(&name(number), "QUEUE", ("QueueConfig", config));
    }
    for number in 0..queues.div_ceil(5) {
        let configs = (0..5).map(|step| queue_config(&name(number * 5 + step), 1, 0)).collect();
        center.routing_profile(&format!("r{number:04}"), configs);
    }
    for number in 0..users {
        center.user(&format!("u{number:05}"), &format!("r{:04}", number % queues.div_ceil(5)));
    }
    center
}
