//! Checks properties against a schema, in CloudFormation's words.

use serde_json::{Map, Value};

use crate::schema::ResourceSchema;

/// One thing that is wrong with a resource's properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, such as `/OutboundCallerConfig/OutboundFlowArn`; `/` for the resource as a whole.
    pub path: String,
    /// What, in CloudFormation's words, such as `The property {/Name} is required`.
    pub message: String,
}

/// The reason CloudFormation gives for a resource with these violations.
pub fn property_validation_failure(violations: &[Violation]) -> String {
    let messages: Vec<&str> = violations.iter().map(|violation| violation.message.as_str()).collect();
    format!("Property validation failure: [{}]", messages.join(", "))
}

impl ResourceSchema {
    /// Checks properties. Values that only CloudFormation can resolve (`Ref`, `Fn::…`) pass; scalars are taken as
    /// CloudFormation takes them (`"5"` is an integer, `5` is a string).
    ///
    /// The wordings for lengths, sizes and ranges are not confirmed by a recording of the service.
    pub fn validate(&self, properties: &Value) -> Vec<Violation> {
        let mut walk = Walk { schema: self, violations: Vec::new() };
        walk.check(&self.document, properties, "");
        if let Value::Object(members) = properties {
            let read_only: Vec<&str> =
                members.keys().filter(|name| self.is_read_only(&format!("/{name}"))).map(String::as_str).collect();
            if !read_only.is_empty() {
                walk.add("", format!("Encountered unsupported properties in {{/}}: [{}]", read_only.join(", ")));
            }
        }
        walk.violations
    }
}

impl ResourceSchema {
    /// True where the schema takes a value at `path`; a path it does not know takes everything.
    pub fn accepts_at(&self, path: &str, value: &Value) -> bool {
        let walk = Walk { schema: self, violations: Vec::new() };
        self.node(path).is_none_or(|node| walk.accepts(node, value))
    }
}

/// The keywords of a schema, looked up once: a resource has a hundred values, and a schema thirty keywords.
#[derive(Default)]
struct Keywords<'a> {
    choices: Option<&'a Value>,
    constant: Option<&'a Value>,
    min_length: Option<&'a Value>,
    max_length: Option<&'a Value>,
    pattern: Option<&'a Value>,
    minimum: Option<&'a Value>,
    exclusive_minimum: Option<&'a Value>,
    maximum: Option<&'a Value>,
    exclusive_maximum: Option<&'a Value>,
    min_items: Option<&'a Value>,
    max_items: Option<&'a Value>,
    unique_items: Option<&'a Value>,
    prefix_items: Option<&'a Value>,
    items: Option<&'a Value>,
    required: Option<&'a Value>,
    min_properties: Option<&'a Value>,
    max_properties: Option<&'a Value>,
    properties: Option<&'a Value>,
    pattern_properties: Option<&'a Value>,
    additional_properties: Option<&'a Value>,
    dependent_required: Option<&'a Value>,
    dependencies: Option<&'a Value>,
    all_of: Option<&'a Value>,
    any_of: Option<&'a Value>,
    one_of: Option<&'a Value>,
    not: Option<&'a Value>,
    condition: Option<&'a Value>,
    then: Option<&'a Value>,
    otherwise: Option<&'a Value>,
    type_names: Option<&'a Value>,
}

impl<'a> Keywords<'a> {
    fn of(node: &'a Map<String, Value>) -> Self {
        let mut keywords = Self::default();
        for (keyword, argument) in node {
            let place = match keyword.as_str() {
                "enum" => &mut keywords.choices,
                "const" => &mut keywords.constant,
                "minLength" => &mut keywords.min_length,
                "maxLength" => &mut keywords.max_length,
                "pattern" => &mut keywords.pattern,
                "minimum" => &mut keywords.minimum,
                "exclusiveMinimum" => &mut keywords.exclusive_minimum,
                "maximum" => &mut keywords.maximum,
                "exclusiveMaximum" => &mut keywords.exclusive_maximum,
                "minItems" => &mut keywords.min_items,
                "maxItems" => &mut keywords.max_items,
                "uniqueItems" => &mut keywords.unique_items,
                "prefixItems" => &mut keywords.prefix_items,
                "items" => &mut keywords.items,
                "required" => &mut keywords.required,
                "minProperties" => &mut keywords.min_properties,
                "maxProperties" => &mut keywords.max_properties,
                "properties" => &mut keywords.properties,
                "patternProperties" => &mut keywords.pattern_properties,
                "additionalProperties" => &mut keywords.additional_properties,
                "dependentRequired" => &mut keywords.dependent_required,
                "dependencies" => &mut keywords.dependencies,
                "allOf" => &mut keywords.all_of,
                "anyOf" => &mut keywords.any_of,
                "oneOf" => &mut keywords.one_of,
                "not" => &mut keywords.not,
                "if" => &mut keywords.condition,
                "then" => &mut keywords.then,
                "else" => &mut keywords.otherwise,
                "type" => &mut keywords.type_names,
                _ => continue,
            };
            *place = Some(argument);
        }
        keywords
    }
}

struct Walk<'a> {
    schema: &'a ResourceSchema,
    violations: Vec<Violation>,
}

impl Walk<'_> {
    fn add(&mut self, path: &str, message: String) {
        let path = if path.is_empty() { "/" } else { path };
        self.violations.push(Violation { path: path.to_owned(), message });
    }

    /// True where the value meets the schema; nothing is reported.
    fn accepts(&self, node: &Value, value: &Value) -> bool {
        let mut walk = Walk { schema: self.schema, violations: Vec::new() };
        walk.check(node, value, "");
        walk.violations.is_empty()
    }

    fn check(&mut self, node: &Value, value: &Value, path: &str) {
        let Value::Object(node) = self.schema.resolve(node) else { return };
        if is_unresolved(value) {
            return;
        }
        let node = &Keywords::of(node);
        if let Some(name) = mismatched_type(node, value) {
            self.add(path, format!("Value of property {{{path}}} does not match type {{{name}}}"));
            return;
        }
        self.check_choice(node, value, path);
        match value {
            Value::Object(members) => self.check_object(node, members, path),
            Value::Array(items) => self.check_array(node, items, path),
            Value::String(text) => {
                self.check_text(node, text, path);
                if let Ok(number) = text.parse()
                    && takes_numbers_only(node)
                {
                    self.check_number(node, number, path);
                }
            }
            Value::Number(number) => {
                if let Some(number) = number.as_f64() {
                    self.check_number(node, number, path);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
        self.check_composition(node, value, path);
    }

    fn check_choice(&mut self, node: &Keywords, value: &Value, path: &str) {
        let allowed = match (node.choices, node.constant) {
            (Some(Value::Array(allowed)), _) => allowed.as_slice(),
            (_, Some(constant)) => std::slice::from_ref(constant),
            _ => return,
        };
        if !allowed.iter().any(|one| one == value || scalar_text(one) == scalar_text(value)) {
            let allowed: Vec<String> = allowed.iter().filter_map(scalar_text).collect();
            self.add(path, format!("Value for property {{{path}}} does not match pattern {{{}}}", allowed.join("|")));
        }
    }

    fn check_text(&mut self, node: &Keywords, text: &str, path: &str) {
        let length = text.chars().count() as u64;
        if let Some(least) = limit(node.min_length).filter(|least| length < *least) {
            let words = "is less than minimum allowed length";
            self.add(path, format!("Length of value for property {{{path}}} {words} {{{least}}}"));
        }
        if let Some(most) = limit(node.max_length).filter(|most| length > *most) {
            let words = "is greater than maximum allowed length";
            self.add(path, format!("Length of value for property {{{path}}} {words} {{{most}}}"));
        }
        if let Some(pattern) = node.pattern.and_then(Value::as_str)
            && !self.schema.matches(pattern, text)
        {
            self.add(path, format!("Value for property {{{path}}} does not match pattern {{{pattern}}}"));
        }
    }

    fn check_number(&mut self, node: &Keywords, number: f64, path: &str) {
        let bound = |argument: Option<&Value>| argument.and_then(Value::as_f64);
        let least = bound(node.minimum).filter(|least| number < *least);
        if let Some(least) = least.or_else(|| bound(node.exclusive_minimum).filter(|least| number <= *least)) {
            let words = "is less than minimum allowed value";
            self.add(path, format!("Value for property {{{path}}} {words} {{{least}}}"));
        }
        let most = bound(node.maximum).filter(|most| number > *most);
        if let Some(most) = most.or_else(|| bound(node.exclusive_maximum).filter(|most| number >= *most)) {
            let words = "is greater than maximum allowed value";
            self.add(path, format!("Value for property {{{path}}} {words} {{{most}}}"));
        }
    }

    fn check_array(&mut self, node: &Keywords, items: &[Value], path: &str) {
        let count = items.len() as u64;
        if let Some(least) = limit(node.min_items).filter(|least| count < *least) {
            self.add(path, format!("The property {{{path}}} must have at least {least} element(s)"));
        }
        if let Some(most) = limit(node.max_items).filter(|most| count > *most) {
            self.add(path, format!("The property {{{path}}} must have at most {most} element(s)"));
        }
        if node.unique_items.and_then(Value::as_bool) == Some(true) {
            let mut seen = std::collections::BTreeSet::new();
            if !items.iter().all(|item| is_unresolved(item) || seen.insert(item.to_string())) {
                self.add(path, format!("The property {{{path}}} must have unique elements"));
            }
        }
        let leading = node.prefix_items.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            for schema in leading.get(index).into_iter().chain(node.items) {
                self.check(schema, item, &format!("{path}/{index}"));
            }
        }
    }

    fn check_object(&mut self, node: &Keywords, members: &Map<String, Value>, path: &str) {
        for name in strings(node.required).filter(|name| !members.contains_key(*name)) {
            self.add(path, format!("The property {{{path}/{name}}} is required"));
        }
        let count = members.len() as u64;
        if let Some(least) = limit(node.min_properties).filter(|least| count < *least) {
            self.add(path, format!("The property {{{path}}} must have at least {least} element(s)"));
        }
        if let Some(most) = limit(node.max_properties).filter(|most| count > *most) {
            self.add(path, format!("The property {{{path}}} must have at most {most} element(s)"));
        }
        let mut unsupported = Vec::new();
        for (name, value) in members {
            let below = format!("{path}/{name}");
            let mut known = false;
            if let Some(schema) = node.properties.and_then(|properties| properties.get(name)) {
                known = true;
                self.check(schema, value, &below);
            }
            for (pattern, schema) in node.pattern_properties.and_then(Value::as_object).into_iter().flatten() {
                if self.schema.matches(pattern, name) {
                    known = true;
                    self.check(schema, value, &below);
                }
            }
            match node.additional_properties {
                Some(Value::Bool(false)) if !known => unsupported.push(name.as_str()),
                Some(schema @ Value::Object(_)) if !known => self.check(schema, value, &below),
                _ => {}
            }
        }
        if !unsupported.is_empty() {
            let place = if path.is_empty() { "/" } else { path };
            self.add(path, format!("Encountered unsupported properties in {{{place}}}: [{}]", unsupported.join(", ")));
        }
        self.check_dependencies(node, members, path);
    }

    fn check_dependencies(&mut self, node: &Keywords, members: &Map<String, Value>, path: &str) {
        for dependencies in [node.dependent_required, node.dependencies] {
            for (name, needed) in dependencies.and_then(Value::as_object).into_iter().flatten() {
                if members.contains_key(name) {
                    for needed in strings(Some(needed)).filter(|needed| !members.contains_key(*needed)) {
                        self.add(path, format!("The property {{{path}/{needed}}} is required"));
                    }
                }
            }
        }
    }

    fn check_composition(&mut self, node: &Keywords, value: &Value, path: &str) {
        fn branches(argument: Option<&Value>) -> Option<&[Value]> {
            argument.and_then(Value::as_array).map(Vec::as_slice)
        }
        for branch in branches(node.all_of).unwrap_or_default() {
            self.check(branch, value, path);
        }
        let place = if path.is_empty() { "#".to_owned() } else { format!("#{path}") };
        if let Some(any) = branches(node.any_of)
            && !any.iter().any(|branch| self.accepts(branch, value))
        {
            self.add(path, format!("{place}: no subschema matched out of the total {} subschemas", any.len()));
        }
        if let Some(one) = branches(node.one_of) {
            let matching = one.iter().filter(|branch| self.accepts(branch, value)).count();
            if matching != 1 {
                self.add(path, format!("{place}: {matching} subschemas matched instead of one"));
            }
        }
        if node.not.is_some_and(|schema| self.accepts(schema, value)) {
            self.add(path, format!("{place}: subject must not be valid against schema"));
        }
        if let Some(condition) = node.condition {
            let branch = if self.accepts(condition, value) { node.then } else { node.otherwise };
            if let Some(branch) = branch {
                self.check(branch, value, path);
            }
        }
    }
}

/// True for a value that only CloudFormation can resolve: an object with one member, an intrinsic function.
fn is_unresolved(value: &Value) -> bool {
    match value {
        Value::Object(members) if members.len() == 1 => {
            members.keys().all(|name| name == "Ref" || name.starts_with("Fn::"))
        }
        _ => false,
    }
}

/// The names of the types a schema allows.
pub(crate) fn types(node: &Map<String, Value>) -> impl Iterator<Item = &str> {
    type_names(node.get("type"))
}

fn type_names(argument: Option<&Value>) -> impl Iterator<Item = &str> {
    argument.and_then(Value::as_str).into_iter().chain(strings(argument))
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn limit(argument: Option<&Value>) -> Option<u64> {
    argument.and_then(Value::as_u64)
}

fn takes_numbers_only(node: &Keywords) -> bool {
    let mut types = type_names(node.type_names).peekable();
    types.peek().is_some() && types.all(|name| name == "integer" || name == "number")
}

/// The text of a string, number or boolean.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// CloudFormation's name of the type a value should have and has not.
fn mismatched_type(node: &Keywords, value: &Value) -> Option<&'static str> {
    let fits = |name: &str| match (name, value) {
        ("string", Value::String(_) | Value::Number(_) | Value::Bool(_)) => true,
        ("integer", Value::Number(number)) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        ("integer", Value::String(text)) => text.parse::<i64>().is_ok(),
        ("number", Value::Number(_)) => true,
        ("number", Value::String(text)) => text.parse::<f64>().is_ok(),
        ("boolean", Value::Bool(_)) => true,
        ("boolean", Value::String(text)) => text == "true" || text == "false",
        ("object", Value::Object(_)) | ("array", Value::Array(_)) | ("null", Value::Null) => true,
        _ => false,
    };
    let mut wanted = type_names(node.type_names).peekable();
    let first = *wanted.peek()?;
    if wanted.any(fits) {
        return None;
    }
    Some(match first {
        "string" => "String",
        "integer" => "Integer",
        "number" => "Number",
        "boolean" => "Boolean",
        "array" => "Array",
        _ => "Object",
    })
}
