//! The API of plain kinds: what a service's operations do to the documents that stacks make as well.
//!
//! ```text
//! members ─[members::given]→ properties ─schema, check→ Document ─[members::shown]→ members
//! ```

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::document::{Document, Kept};
use super::kind::Kind;
use super::members::{self, Wire};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::properties::violation;
use crate::handler::{Context, Environment, HandlerError, HandlerErrorCode, Properties};
use crate::input::{object, page};
use crate::operation::{self, Member, Service};

/// A service of plain kinds.
pub(crate) struct Api {
    /// Its operations.
    pub(crate) service: Service<Does>,
    /// How it writes members.
    pub(crate) wire: Wire,
    /// Status and code where something is not there.
    pub(crate) absent: (u16, &'static str),
    /// Code where no resource has an ARN.
    pub(crate) absent_arn: &'static str,
    /// Status and code where something is there already.
    pub(crate) present: (u16, &'static str),
    /// Code where the input is wrong.
    pub(crate) invalid: &'static str,
    /// Its kinds, for operations that name resources by ARN.
    pub(crate) kinds: &'static [&'static Kind],
}

/// One operation.
pub(crate) type Operation = operation::Operation<Does>;

/// What an operation does.
pub(crate) enum Does {
    /// Something to resources of a kind.
    To(&'static Kind, Verb),
    /// Adds tags to a resource, which the member names by ARN.
    Tag(&'static str),
    /// Removes tags; the second member has the keys.
    Untag(&'static str, &'static str),
    /// Answers the tags under the second member.
    ListTags(&'static str, &'static str),
    /// Something of its own.
    Own(fn(&Call) -> Result<Value, AwsError>),
}

/// What is done to resources of a kind.
pub(crate) enum Verb {
    /// Makes one, and answers these members; all where none are named. `A=B` answers the member `B` as `A`.
    Create(&'static [&'static str]),
    /// Makes one, or replaces the properties of the one that is there.
    Put,
    /// Answers one, under a member; directly where that is empty.
    Describe(&'static str),
    /// Answers all that fit, under a member: these members of each, all where none are named; and these of the input.
    List(&'static str, &'static [&'static str], &'static [&'static str]),
    /// Changes all but what only stacks can say: these properties stay; answers these members.
    Replace(&'static [&'static str], &'static [&'static str]),
    /// Deletes one, and answers these members, with what else is to be said. What is not there is an error.
    Delete(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// Deletes one, which need not be there.
    Forget,
}

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) api: &'static Api,
    pub(crate) environment: &'a Environment<'a>,
    /// All members.
    pub(crate) input: &'a Map<String, Value>,
}

/// An operation that requests name; `members` are checked.
pub(crate) const fn named(name: &'static str, members: &'static [Member], does: Does) -> Operation {
    routed(name, "", "", 200, members, does)
}

/// An operation with a method, a path and a status of success.
pub(crate) const fn routed(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    status: u16,
    members: &'static [Member],
    does: Does,
) -> Operation {
    operation::Operation { name, method, path, status, members, handler: does }
}

impl Api {
    /// Carries out an operation by name.
    pub(crate) fn call(
        &'static self,
        environment: &Environment,
        operation: &str,
        input: &Map<String, Value>,
    ) -> Result<Value, AwsError> {
        let operation = self.service.find(operation)?;
        self.run(environment, operation, input)
    }

    /// Answers a REST request: HTTP status and body.
    pub(crate) fn handle(
        &'static self,
        environment: &Environment,
        method: &str,
        path: &str,
        query: &[(String, String)],
        body: &[u8],
    ) -> Result<(u16, Value), AwsError> {
        let (operation, labels) = self.service.need_route(method, path)?;
        let mut input: Map<String, Value> = if body.is_empty() {
            Map::new()
        } else {
            serde_json::from_slice(body)
                .map_err(|_| AwsError::new(400, "SerializationException", "The body is no JSON object."))?
        };
        operation.read_query(query, &mut input, self.invalid)?;
        input.extend(labels);
        Ok((operation.status, self.run(environment, operation, &input)?))
    }

    fn run(
        &'static self,
        environment: &Environment,
        operation: &'static Operation,
        input: &Map<String, Value>,
    ) -> Result<Value, AwsError> {
        operation.check(self.invalid, input)?;
        let call = Call { api: self, environment, input };
        match &operation.handler {
            Does::To(kind, verb) => call.carry_out(kind, verb),
            Does::Tag(arn) => call.tag(arn, |tags, call| {
                let given = call.input.iter().find(|(name, _)| name.eq_ignore_ascii_case("tags"));
                tags.extend(members::tags(given.map_or(&Value::Null, |(_, value)| value)));
            }),
            Does::Untag(arn, keys) => call.tag(arn, |tags, call| {
                let keys: Vec<&str> = texts(call.input.get(*keys)).collect();
                tags.retain(|key, _| !keys.contains(&key.as_str()));
            }),
            Does::ListTags(arn, member) => {
                let (kind, kept) = call.by_arn(arn)?;
                let tags = members::tags(kind.tags_of(&kept.whole()));
                Ok(json!({ *member: self.wire.tags.write(&tags, self.wire.case) }))
            }
            Does::Own(own) => own(&call),
        }
    }
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

impl Call<'_> {
    /// An error about the input.
    pub(crate) fn invalid(&self, message: impl Into<String>) -> AwsError {
        AwsError::new(400, self.api.invalid, message)
    }

    /// A member that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// The error where a resource is not there.
    pub(crate) fn absent(&self, kind: &Kind) -> AwsError {
        let (status, code) = self.api.absent;
        let named: Vec<&str> = self.input.values().filter_map(Value::as_str).collect();
        let message = format!("{} {} does not exist.", kind.name(), named.join("/"));
        AwsError::new(status, kind.shape.absent.unwrap_or(code), message)
    }

    fn failure(&self, kind: &Kind, error: HandlerError) -> AwsError {
        let (status, code) = match error.code {
            HandlerErrorCode::AlreadyExists => (self.api.present.0, kind.shape.present.unwrap_or(self.api.present.1)),
            HandlerErrorCode::NotFound => self.api.absent,
            _ => (400, self.api.invalid),
        };
        AwsError::new(status, code, error.message)
    }

    fn context<'a>(&'a self, token: &'a str) -> Context<'a> {
        Context { environment: *self.environment, token, stack_name: "api", logical_id: "Resource" }
    }

    /// All resources of a kind.
    pub(crate) fn all(&self, kind: &'static Kind) -> Result<Vec<(String, Kept)>, AwsError> {
        Document::of(kind).all(self.environment)
    }

    /// The resources of a kind that the input names: those whose properties are what it says.
    pub(crate) fn fitting(
        &self,
        kind: &'static Kind,
        properties: &Properties,
    ) -> Result<Vec<(String, Kept)>, AwsError> {
        let mut all = self.all(kind)?;
        all.retain(|(_, kept)| {
            let whole = kept.whole();
            properties.iter().all(|(name, value)| whole.get(name) == Some(value))
        });
        Ok(all)
    }

    /// The resource of a kind that the input names.
    pub(crate) fn find(&self, kind: &'static Kind) -> Result<(String, Kept), AwsError> {
        let given = members::given(kind, &self.api.wire, self.input).properties;
        let identifying: Properties =
            given.into_iter().filter(|(name, _)| kind.identifies(name) || kind.unique_has(name)).collect();
        let found = self.fitting(kind, &identifying)?.into_iter().next();
        found.filter(|_| !identifying.is_empty()).ok_or_else(|| self.absent(kind))
    }

    /// A resource as the API shows it.
    pub(crate) fn shown(&self, kind: &'static Kind, kept: &Kept) -> Map<String, Value> {
        members::shown(kind, &self.api.wire, kept)
    }

    /// Keeps a resource that was changed.
    pub(crate) fn save(&self, kind: &'static Kind, key: &str, kept: &mut Kept) -> Result<(), AwsError> {
        kept.changed = epoch_milliseconds(self.environment.now);
        Document::of(kind).keep(self.environment, key, kept)
    }

    fn carry_out(&self, kind: &'static Kind, verb: &Verb) -> Result<Value, AwsError> {
        match verb {
            Verb::Create(answer) => Ok(picked(self.create(kind)?, answer)),
            Verb::Put => match self.find(kind) {
                Ok((key, kept)) => self.put(kind, &key, kept),
                Err(_) => self.create(kind).map(|_| json!({})),
            },
            Verb::Describe(member) => {
                let given = members::given(kind, &self.api.wire, self.input).properties;
                let found = self.fitting(kind, &given)?.into_iter().next();
                let (_, kept) = found.ok_or_else(|| self.absent(kind))?;
                let shown = Value::Object(self.shown(kind, &kept));
                Ok(if member.is_empty() { shown } else { json!({ *member: shown }) })
            }
            Verb::List(member, fields, echo) => {
                let mut answer = self.list(kind, member, fields)?;
                for name in *echo {
                    answer[*name] = self.input.get(*name).cloned().unwrap_or_default();
                }
                Ok(answer)
            }
            Verb::Replace(stays, answer) => Ok(picked(self.change(kind, self.find(kind)?, Some(stays))?, answer)),
            Verb::Delete(answer, further) => {
                let (key, kept) = self.find(kind)?;
                let mut shown = match *answer {
                    [] => json!({}),
                    answer => picked(self.shown(kind, &kept), answer),
                };
                for (name, value) in *further {
                    shown[*name] = (*value).into();
                }
                self.remove(kind, &key)?;
                Ok(shown)
            }
            Verb::Forget => {
                if let Ok((key, _)) = self.find(kind) {
                    self.remove(kind, &key)?;
                }
                Ok(json!({}))
            }
        }
    }

    /// Replaces the properties of a resource. Its tags stay, and what only the API knows of it.
    fn put(&self, kind: &'static Kind, key: &str, kept: Kept) -> Result<Value, AwsError> {
        let mut given = self.checked(kind)?;
        let mut replaced = kept;
        if let Some(tags) = kind.tag_property() {
            given.properties.shift_remove(tags);
        }
        replaced.properties.retain(|name, _| kind.identifies(name) || kind.tag_property() == Some(name));
        replaced.properties.extend(given.properties);
        replaced.properties = self.valid(kind, replaced.properties)?;
        self.save(kind, key, &mut replaced)?;
        Ok(json!({}))
    }

    /// Deletes a resource.
    pub(crate) fn remove(&self, kind: &'static Kind, key: &str) -> Result<(), AwsError> {
        Document::of(kind).remove(self.environment, key)
    }

    /// The input as properties that the schema takes, with what only the API knows.
    fn checked(&self, kind: &'static Kind) -> Result<members::Given, AwsError> {
        let given = members::given(kind, &self.api.wire, self.input);
        match given.unknown.first() {
            Some(name) => {
                let what = format!("the member {name} of {}", kind.name());
                Err(AwsError::unsupported(self.api.service.name, &what))
            }
            None => Ok(given),
        }
    }

    fn create(&self, kind: &'static Kind) -> Result<Map<String, Value>, AwsError> {
        let given = self.checked(kind)?;
        let properties = self.valid(kind, given.properties)?;
        let token = Uuid::new_v4().to_string();
        let made = Document::of(kind).make(&self.context(&token), &properties);
        let (key, mut kept) = made.map_err(|error| self.failure(kind, error))?;
        if !given.further.is_empty() {
            kept.further = given.further;
            self.save(kind, &key, &mut kept)?;
        }
        Ok(self.shown(kind, &kept))
    }

    /// Properties in the types of the schema; refused where it does not take them.
    fn valid(&self, kind: &'static Kind, properties: Properties) -> Result<Properties, AwsError> {
        let Some(schema) = callform_schemas::get(kind.type_name) else { return Ok(properties) };
        let mut own = properties;
        // Attributes may stand in inputs to say which resource is meant.
        own.retain(|name, _| !schema.is_read_only(&format!("/{name}")));
        let own = schema.normalize(&Value::Object(own));
        let own = object(own);
        if let Some(reason) = violation(kind.type_name, &own) {
            return Err(self.invalid(reason));
        }
        (kind.check)(&own).map_err(|refusal| AwsError::new(400, refusal.code, refusal.message))?;
        Ok(own)
    }

    /// Changes a resource: only what is given, or all but what stays.
    pub(crate) fn change(
        &self,
        kind: &'static Kind,
        found: (String, Kept),
        stays: Option<&[&str]>,
    ) -> Result<Map<String, Value>, AwsError> {
        let (key, mut kept) = found;
        let given = self.checked(kind)?;
        let mut properties = kept.properties.clone();
        if let Some(stays) = stays {
            properties.retain(|name, _| stays.contains(&name.as_str()) || kind.identifies(name));
            kept.further.clear();
        }
        properties.extend(given.properties);
        kept.properties = self.valid(kind, properties)?;
        kept.further.extend(given.further);
        self.save(kind, &key, &mut kept)?;
        Ok(self.shown(kind, &kept))
    }

    fn list(&self, kind: &'static Kind, member: &str, fields: &[&str]) -> Result<Value, AwsError> {
        let given = self.checked(kind)?;
        let found = self.fitting(kind, &given.properties)?.into_iter().filter(|(_, kept)| given.begins(&kept.whole()));
        let listed = found.map(|(_, kept)| picked(self.shown(kind, &kept), fields)).collect();
        Ok(self.page(member, listed))
    }

    /// A page of a list, under a member.
    pub(crate) fn page(&self, member: &str, listed: Vec<Value>) -> Value {
        let wire = &self.api.wire;
        let size = self.input.get(wire.page_size);
        let size = size.and_then(|size| size.as_u64().or_else(|| size.as_str()?.parse().ok())).unwrap_or(100);
        let size = usize::try_from(size).unwrap_or(100).clamp(1, 1000);
        let (listed, next) = page(listed, self.input.get(wire.page_token).and_then(Value::as_str), size);
        let mut answer = json!({ member: listed });
        if let Some(next) = next {
            answer[wire.page_token] = next.into();
        }
        answer
    }

    fn by_arn(&self, member: &str) -> Result<(&'static Kind, Kept), AwsError> {
        let (kind, _, kept) = self.found_by_arn(member)?;
        Ok((kind, kept))
    }

    fn found_by_arn(&self, member: &str) -> Result<(&'static Kind, String, Kept), AwsError> {
        let arn = self.input.get(member).and_then(Value::as_str).unwrap_or_default();
        for kind in self.api.kinds {
            let found = self
                .all(kind)?
                .into_iter()
                .find(|(key, kept)| key == arn || kept.attributes.get("/Arn").and_then(Value::as_str) == Some(arn));
            if let Some((key, kept)) = found {
                return Ok((kind, key, kept));
            }
        }
        let (status, code) = (self.api.absent.0, self.api.absent_arn);
        Err(AwsError::new(status, code, format!("Resource not found: '{arn}'")))
    }

    fn tag(&self, member: &str, change: impl FnOnce(&mut members::Tags, &Self)) -> Result<Value, AwsError> {
        let (kind, key, mut kept) = self.found_by_arn(member)?;
        let Some(property) = kind.tag_property() else {
            return Err(self.invalid(format!("A {} has no tags.", kind.name())));
        };
        let mut tags = members::tags(kind.tags_of(&kept.whole()));
        change(&mut tags, self);
        kept.properties.insert(property.to_owned(), kind.tags_as_property(&tags));
        self.save(kind, &key, &mut kept)?;
        Ok(json!({}))
    }
}

/// These members; all where none are named. `A=B` is the member `B` under the name `A`.
pub(crate) fn picked(shown: Map<String, Value>, names: &[&str]) -> Value {
    if names.is_empty() {
        return Value::Object(shown);
    }
    let members = names.iter().filter_map(|name| {
        let (name, own) = name.split_once('=').unwrap_or((name, name));
        Some((name.to_owned(), shown.get(own)?.clone()))
    });
    Value::Object(members.collect())
}
