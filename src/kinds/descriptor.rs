//! What every kind has to say about itself.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use callform_aws::{ConnectInstance, Gateway, GatewayError, LiveObject, NamedResource, ObjectType};
use callform_source::Spanned;
use serde_json::Value as Json;

use crate::blueprint::{Blueprint, Facts, TextKind};
use crate::check::Rule;
use crate::model::{Kind, Resolver};

/// All that the stages know of a kind. Whoever adds a kind answers everything here; groups have an answer for what is
/// plain.
pub(crate) struct Descriptor {
    /// The word used in addresses, plans and messages: `routing_profile`.
    pub(crate) word: &'static str,
    /// Many of them, in words: `routing profiles`.
    pub(crate) plural: &'static str,
    /// The CloudFormation type of its resources; empty where each says its own.
    pub(crate) resource_type: &'static str,
    /// What logical IDs start with.
    pub(crate) prefix: &'static str,
    /// True where a center has one at most, so that its logical ID is the prefix.
    pub(crate) is_single: bool,
    /// Where the blueprint defines such things; `None` for what only comes with others.
    pub(crate) lowering: Option<Lowering>,
    /// What is left to say once everything is lowered.
    pub(crate) finish: Option<fn(&mut Resolver<'_>)>,
    pub(crate) identifiers: Identifiers,
    /// The name of which there can be only one.
    pub(crate) name: Option<UniqueName>,
    /// How one finds out whether a name is taken outside of Connect.
    pub(crate) lookup: Option<Lookup>,
    /// What every new instance has of it.
    pub(crate) builtins: Option<Builtins>,
    pub(crate) lifetime: Lifetime,
    pub(crate) reach: Reach,
    pub(crate) outside: Outside,
    pub(crate) live: Live,
    pub(crate) drift: Drift,
    pub(crate) service: Service,
    pub(crate) checks: Checks,
}

/// The part of a blueprint that defines things of a kind.
pub(crate) struct Lowering {
    /// The key at the top of the blueprint; `hierarchy: groups` where it is below one.
    pub(crate) section: &'static str,
    /// The names that the blueprint gives.
    pub(crate) names: fn(&Blueprint) -> Names<'_>,
    /// Adds the resources of the section.
    pub(crate) lower: fn(&mut Resolver<'_>),
    /// Files that the section names, to be read with the blueprint.
    pub(crate) files: Option<fn(&Blueprint) -> Vec<NamedFile>>,
}

/// A file that a blueprint names.
pub(crate) struct NamedFile {
    pub(crate) name: Spanned<String>,
    pub(crate) content: Content,
}

/// What a file is read as.
pub(crate) enum Content {
    /// A text of some kind.
    Text(TextKind),
    /// Bytes that are passed on, so many at most, and what finds out what they are.
    Bytes(u64, fn(&[u8]) -> Facts),
}

/// Names of one kind in a blueprint.
pub(crate) type Names<'a> = BTreeSet<Cow<'a, str>>;

/// How resources of a kind are pointed to.
pub(crate) struct Identifiers {
    pub(crate) arn: ArnForm,
    /// The attribute of `Fn::GetAtt` that is the ARN; `None` where `Ref` is all there is.
    pub(crate) attribute: Option<&'static str>,
    /// The packed template parameter that identifiers of the kind travel in.
    pub(crate) parameter: &'static str,
}

/// How the ARN of a resource is put together from what travels in parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArnForm {
    /// `<instance ARN>/<segment>/<id>`; the bare id travels.
    InInstance(&'static str),
    /// Text for `Fn::Sub` around `${Id}`; what [`crate::model::Reference::identifier`] takes of the physical id travels.
    ById(&'static str),
    /// Text for `Fn::Sub` around `${Id}`; the physical id, a name, travels.
    ByName(&'static str),
    /// The physical id is all there is, and travels; with the service and how the resource part of an ARN begins, where a
    /// blueprint can name such a thing by its ARN.
    Whole(Option<(&'static str, &'static str)>),
}

impl ArnForm {
    /// What an ARN must look like: the service, and how the resource part goes on after the account. For objects of a
    /// Connect instance that is what follows `instance/<id>/`.
    pub(crate) fn shape(self) -> Option<(&'static str, Cow<'static, str>)> {
        match self {
            ArnForm::InInstance(segment) => Some(("connect", format!("{segment}/").into())),
            ArnForm::ById(form) | ArnForm::ByName(form) => {
                let (service, place) = form.strip_prefix("arn:${AWS::Partition}:")?.split_once(':')?;
                let resource = place.rsplit_once("${AWS::AccountId}:").map_or(place, |(_, resource)| resource);
                Some((service, resource.trim_start_matches(':').split("${Id}").next()?.into()))
            }
            ArnForm::Whole(shape) => shape.map(|(service, beginning)| (service, beginning.into())),
        }
    }
}

/// A name of which there can be only one. Sources: which operations of Connect answer `DuplicateResourceException`, and
/// "custom names" in the CloudFormation User Guide.
#[derive(Clone, Copy)]
pub(crate) struct UniqueName {
    /// Path of the property, `/DatabaseInput/Name`.
    pub(crate) path: &'static str,
    pub(crate) within: Within,
}

/// Where a name must not occur twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// In a Connect instance.
    Instance,
    /// In an account and region (or wider).
    Account,
}

impl UniqueName {
    pub(crate) const fn in_instance(path: &'static str) -> Self {
        Self { path, within: Within::Instance }
    }

    pub(crate) const fn in_account(path: &'static str) -> Self {
        Self { path, within: Within::Account }
    }

    /// The top-level property that the name is, or is in.
    pub(crate) fn property(&self) -> &'static str {
        self.path.trim_start_matches('/').split('/').next().unwrap_or_default()
    }
}

/// How one finds out whether something outside of Connect is there.
pub(crate) struct Lookup {
    /// The property with the name that is asked for.
    pub(crate) property: &'static str,
    pub(crate) resource: NamedResource,
    /// True where CloudFormation knows it by that name, and so takes it over or imports it.
    pub(crate) is_physical_id: bool,
}

/// What every new instance has of a kind.
pub(crate) struct Builtins {
    /// Facts of the Amazon Connect administrator guide. Other names are looked up in the instance as well.
    pub(crate) known: &'static [&'static str],
    /// How they are listed.
    pub(crate) objects: ObjectType,
}

/// How resources come and go.
#[expect(clippy::struct_excessive_bools, reason = "answers that do not exclude one another")]
pub(crate) struct Lifetime {
    /// What is lost for good, or interrupts service, when one is deleted or made anew.
    pub(crate) loss: Option<&'static str>,
    /// Whether one that leaves the blueprint is kept where the blueprint does not say.
    pub(crate) is_retained: bool,
    /// False where the service has no way to delete it.
    pub(crate) is_deletable: bool,
    /// True where Connect refuses to delete one that others of its instance refer to (`ResourceInUseException`). Source: the errors
    /// that the deleting operations declare; those of hours declare none, and the exception's description names them (?).
    pub(crate) is_held: bool,
    /// True where it holds data: the template says aloud when it is deleted, which linters ask for.
    pub(crate) holds_data: bool,
    /// True where it gets a name by default, which stays as it is deployed: it cannot change.
    pub(crate) is_named_by_default: bool,
    /// What it is a version of, where it is one: it is made anew whenever that changes.
    pub(crate) version_of: Option<VersionOf>,
    /// The kind of the thing of the same name with which it has to share a stack; a version shares that of what it is of.
    pub(crate) beside: Option<Kind>,
}

/// What a kind holds versions of. A version and what it is of have the same name.
#[derive(Clone, Copy)]
pub(crate) struct VersionOf {
    pub(crate) kind: Kind,
    /// Which part of the version's ARN is its number, counted from zero between colons.
    pub(crate) number_at: usize,
    /// Properties that are not part of a version.
    pub(crate) outside: &'static [&'static str],
}

impl Lifetime {
    pub(crate) const PLAIN: Self = Self {
        loss: None,
        is_retained: false,
        is_deletable: true,
        is_held: false,
        holds_data: false,
        is_named_by_default: false,
        version_of: None,
        beside: None,
    };

    pub(crate) const HELD: Self = Self { is_held: true, ..Self::PLAIN };

    pub(crate) const fn losing(loss: &'static str) -> Self {
        Self { loss: Some(loss), ..Self::PLAIN }
    }

    pub(crate) const fn held_losing(loss: &'static str) -> Self {
        Self { loss: Some(loss), ..Self::HELD }
    }
}

/// How far a change reaches.
pub(crate) struct Reach {
    /// Who hears of it when something changes that this refers to.
    pub(crate) hears: Audience,
    /// Who hears of it, in what refers to this, when this changes.
    pub(crate) tells: Audience,
    /// Where a plan lists it among what a change touches.
    pub(crate) listed: Option<Touched>,
}

impl Reach {
    pub(crate) const PLAIN: Self = Self { hears: Audience::Callers, tells: Audience::Callers, listed: None };
    pub(crate) const NONE: Self = Self { hears: Audience::Nobody, tells: Audience::Nobody, listed: None };

    pub(crate) const fn listed(list: Touched) -> Self {
        Self { listed: Some(list), ..Self::PLAIN }
    }
}

/// Who hears of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Audience {
    /// Callers, and agents who serve them.
    Callers,
    /// Agents only.
    Agents,
    /// Agents, where what refers to it is seen by agents only.
    AgentsAtTheEnd,
    /// Nobody.
    Nobody,
}

/// Lists of what a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    PhoneNumbers,
    Flows,
    Queues,
    Agents,
}

/// What ARNs in its properties may belong to.
pub(crate) struct Outside {
    /// Keys, functions, bots and streams it names have to be of the center's region.
    pub(crate) is_of_region: bool,
    /// They may be of another account, where the policies of both sides allow it.
    pub(crate) may_be_of_others: bool,
}

impl Outside {
    pub(crate) const NOTHING: Self = Self { is_of_region: false, may_be_of_others: false };
    pub(crate) const REGIONAL: Self = Self { is_of_region: true, may_be_of_others: true };
}

/// How the live properties of resources are read.
pub(crate) enum Live {
    /// All of the instance at once.
    Bulk(Bulk),
    /// CloudFormation compares what the template names. What is looked at beside that, in words.
    Template {
        /// Such as `who may invoke them`.
        but: Option<&'static str>,
    },
}

/// Reading all objects of a kind at once.
pub(crate) struct Bulk {
    pub(crate) read: Read,
    /// Paths of properties that the bulk read leaves out; read one by one while there are few.
    pub(crate) left_out: &'static [&'static str],
    /// The same in words, for what the blueprint says nothing of.
    pub(crate) left_out_words: Option<&'static str>,
    /// Paths of properties that no read has.
    pub(crate) never_read: &'static [&'static str],
}

impl Live {
    /// Everything is read in bulk.
    pub(crate) const fn bulk(read: Read) -> Self {
        Live::Bulk(Bulk { read, left_out: &[], left_out_words: None, never_read: &[] })
    }

    pub(crate) const TEMPLATE: Self = Live::Template { but: None };
}

/// What a bulk read needs to know.
pub(crate) struct Reading<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) instance: &'a ConnectInstance,
    /// Physical ids of the center's resources of the kind.
    pub(crate) managed: &'a BTreeSet<&'a str>,
    /// The properties that deployed templates give them.
    pub(crate) deployed: &'a [&'a Json],
    /// Whether what the bulk read leaves out is read one by one.
    pub(crate) in_detail: bool,
}

impl Reading<'_> {
    pub(crate) fn is_managed(&self, id: &str) -> bool {
        self.managed.contains(id)
    }
}

/// Reads the objects of a kind in the instance.
pub(crate) type Read = for<'a> fn(&'a Reading<'a>) -> Found<'a>;
/// The objects, when they come.
pub(crate) type Found<'a> = Pin<Box<dyn Future<Output = Result<Vec<LiveObject>, GatewayError>> + Send + 'a>>;

/// What comparing with what is live has to know.
pub(crate) struct Drift {
    /// What AWS fills in where a template says nothing, by path (`*` for every item of a list).
    pub(crate) filled_in: &'static [(&'static str, FilledIn)],
    /// Properties that are written with one call: where one changes, the others are written too.
    pub(crate) written_together: &'static [&'static str],
    /// Properties that the service cannot take away: they are set to what AWS fills in.
    pub(crate) not_removable: &'static [&'static str],
    /// A property that can be written and never read, and what that is in words.
    pub(crate) never_read: Option<(&'static str, &'static str)>,
}

impl Drift {
    pub(crate) const PLAIN: Self = Self { filled_in: &[], written_together: &[], not_removable: &[], never_read: None };
}

/// What a template that does not name a property means. Facts marked (?) are not documented; they follow from what the
/// service answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FilledIn {
    /// This text.
    Text(&'static str),
    /// `false`.
    False,
    /// `true`.
    True,
    /// Zero.
    Zero,
    /// An object with this one member.
    Member(&'static str, &'static str),
    /// Whatever it is.
    Anything,
    /// Whatever it is, beside a property of the same resource that the template names and it follows from.
    Beside(&'static [&'static str]),
}

/// What is checked beside the schema of the type.
pub(crate) struct Checks {
    /// Rules about such things.
    pub(crate) rules: &'static [Rule],
    /// Codes that lowering reports, with what they are about, one sentence each.
    pub(crate) codes: &'static [(&'static str, &'static str)],
    /// Beginnings of paths of properties (`*` for every item of a list) that a rule or lowering looks at, with better words
    /// and the exact place than the schema.
    pub(crate) told_by_rules: &'static [&'static str],
}

impl Checks {
    pub(crate) const PLAIN: Self = Self { rules: &[], codes: &[], told_by_rules: &[] };
}

/// What the service takes, and how long.
pub(crate) struct Service {
    /// How many there may be.
    pub(crate) quota: Option<Quota>,
    /// What one takes by itself, in seconds, where that is long. An instance took 68 (facts), the others are guesses (?).
    pub(crate) seconds: u64,
    /// A list of which one call takes only a part: property and entries a call.
    pub(crate) batch: Option<(&'static str, usize)>,
    /// Services beside its own that it needs permissions for in every center.
    pub(crate) needs: &'static [&'static str],
}

impl Service {
    pub(crate) const PLAIN: Self = Self { quota: None, seconds: 0, batch: None, needs: &[] };

    pub(crate) const fn limited(code: &'static str, name: &'static str, default: u64) -> Self {
        Self { quota: Some(Quota { code, name, default }), ..Self::PLAIN }
    }
}

/// A quota of Service Quotas. Source: Amazon Connect Administrator Guide (defaults of 2023; an account's own may differ).
#[derive(Clone, Copy)]
pub(crate) struct Quota {
    /// Empty where Service Quotas has none.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) default: u64,
}
