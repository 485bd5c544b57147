//! What all sections need while they are lowered: finding names, adding resources, collecting problems.

use std::collections::{BTreeMap, HashMap};

use callform_source::{Diagnostic, Diagnostics, SourceMap, Span, Spanned, did_you_mean};
use indexmap::IndexMap;

use super::{
    Address, Asset, Association, Attribute, DeletionPolicy, Kind, Properties, Reference, Resource, Target, Value,
    WrittenFlow, arn, naming,
};
use crate::blueprint::{Blueprint, Common, Loaded};
use crate::kinds::Names;

/// The state of one run of [`super::resolve`].
pub(crate) struct Resolver<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) sources: &'a SourceMap,
    pub(crate) resources: IndexMap<Address, Resource>,
    pub(crate) flows: BTreeMap<Address, WrittenFlow>,
    pub(crate) bundles: BTreeMap<String, String>,
    pub(crate) associations: Vec<Association>,
    pub(crate) assets: BTreeMap<String, Asset>,
    pub(crate) diagnostics: Diagnostics,
    names: BTreeMap<Kind, Names<'a>>,
    logical_ids: HashMap<String, Span>,
    /// Names that lead nowhere, and where they stand: one mistake is told once, however often it is repeated.
    unknown: IndexMap<(Kind, String), Uses>,
}

/// Where a name stands.
struct Uses {
    first: Span,
    /// Some of the others.
    more: Vec<Span>,
    count: usize,
}

/// Further places of one unknown name that are shown.
const PLACES_SHOWN: usize = 3;
/// Unknown names that are compared with what there is; nobody reads so many, and each costs a look at all names.
const COMPARED: usize = 200;

impl<'a> Resolver<'a> {
    pub(crate) fn new(loaded: &'a Loaded, sources: &'a SourceMap) -> Self {
        let blueprint = &loaded.blueprint;
        Self {
            loaded,
            sources,
            resources: IndexMap::new(),
            flows: BTreeMap::new(),
            bundles: BTreeMap::new(),
            associations: Vec::new(),
            assets: BTreeMap::new(),
            diagnostics: Diagnostics::default(),
            names: names(blueprint),
            logical_ids: HashMap::new(),
            unknown: IndexMap::new(),
        }
    }

    pub(crate) fn blueprint(&self) -> &'a Blueprint {
        &self.loaded.blueprint
    }

    /// True where the blueprint defines a thing of this kind and name, or tried to and was refused by the schema.
    pub(crate) fn defines(&self, kind: Kind, name: &str) -> bool {
        self.names.get(&kind).is_some_and(|names| names.contains(name)) || self.loaded.is_broken(kind, name)
    }

    /// All names of a kind.
    pub(crate) fn candidates(&self, kind: Kind) -> Vec<&str> {
        self.names.get(&kind).into_iter().flatten().map(AsRef::as_ref).collect()
    }

    /// Adds a resource. Properties of two resources of one address or one logical ID are reported, the first stays.
    pub(crate) fn add(
        &mut self,
        kind: Kind,
        key: &Spanned<String>,
        common: Common<'_>,
        properties: Properties,
    ) -> &mut Resource {
        let logical_id = match (common.id, common.renamed_from) {
            (Some(id), _) => self.pinned_id(id),
            (None, Some(old)) => naming::logical_id(kind, old),
            (None, None) => naming::logical_id(kind, key),
        };
        if let Some(first) = self.logical_ids.insert(logical_id.clone(), key.span) {
            self.diagnostics.push(
                Diagnostic::error("logical-id-collision", "two resources have the same logical ID")
                    .at(key.span, format!("its logical ID is `{logical_id}`"))
                    .also(first, "and so is this one's")
                    .help(match kind {
                        Kind::HierarchyGroup => "Give one of the groups another name.",
                        _ => "Give one of them another key, or pin another logical ID with `id:`.",
                    }),
            );
        }
        let retained = kind.descriptor().lifetime.is_retained;
        let resource = Resource {
            address: Address::new(kind, key.value.clone()),
            resource_type: kind.resource_type().to_owned(),
            logical_id,
            properties,
            deferrable: BTreeMap::new(),
            depends_on: Vec::new(),
            deletion_policy: if common.retain.unwrap_or(retained) {
                DeletionPolicy::Retain
            } else {
                DeletionPolicy::Delete
            },
            prevent_destroy: common.prevent_destroy,
            named_by_default: None,
            metadata: BTreeMap::new(),
            span: key.span,
        };
        self.resources.entry(resource.address.clone()).or_insert(resource)
    }

    fn pinned_id(&mut self, id: &Spanned<String>) -> String {
        let valid = !id.is_empty() && id.len() <= 255 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !valid {
            self.diagnostics.push(
                Diagnostic::error("invalid-logical-id", "a logical ID has only letters and digits")
                    .at(id.span, "")
                    .help("CloudFormation takes 1 to 255 of A-Z, a-z and 0-9."),
            );
        }
        id.value.clone()
    }

    /// Reads a name: a key of the blueprint, `builtin/<name>`, or an ARN, which is returned as it is.
    ///
    /// Reports names that lead nowhere. They still give a target, so that the rest can be looked at.
    pub(crate) fn find(&mut self, kind: Kind, name: &Spanned<String>) -> Found {
        if let Some(builtin) = name.strip_prefix("builtin/") {
            return Found::Target(self.builtin(kind, builtin, name.span));
        }
        if name.starts_with("arn:") {
            if !arn::names_kind(name, kind) {
                self.wrong_arn(kind, name);
            }
            return Found::Arn(name.value.clone());
        }
        if let Some(key) = name.strip_prefix("resource/")
            && self.defines(Kind::Resource, key)
        {
            self.check_kind_of_resource(kind, key, name.span);
            return Found::Target(Target::Resource(Address::new(Kind::Resource, key)));
        }
        if kind == Kind::Lambda
            && let Some(existing) = self.existing_function(name)
        {
            return Found::Arn(existing.value.clone());
        }
        if !self.defines(kind, name) {
            self.unknown(kind, name, name.span);
        }
        Found::Target(Target::Resource(Address::new(kind, name.value.clone())))
    }

    /// A property that names something else.
    pub(crate) fn reference(&mut self, kind: Kind, name: &Spanned<String>, attribute: Attribute) -> Value {
        match self.find(kind, name) {
            Found::Target(target) => {
                let attribute = match &target {
                    Target::Resource(Address { kind: Kind::Resource, name }) if attribute == Attribute::Arn => {
                        self.arn_attribute(name)
                    }
                    _ => attribute,
                };
                Value::Reference(Reference { target, attribute })
            }
            Found::Arn(arn) => Value::String(match attribute {
                Attribute::Arn => arn,
                Attribute::Id | Attribute::Ref | Attribute::Named(_) => {
                    arn.rsplit(['/', ':']).next().map(str::to_owned).unwrap_or_default()
                }
            }),
        }
    }

    /// The ARN of something else.
    pub(crate) fn arn(&mut self, kind: Kind, name: &Spanned<String>) -> Value {
        self.reference(kind, name, Attribute::Arn)
    }

    pub(crate) fn builtin(&mut self, kind: Kind, name: &str, span: Span) -> Target {
        match kind.descriptor().builtins.as_ref().map(|builtins| builtins.known) {
            None => self.diagnostics.push(
                Diagnostic::error("unknown-builtin", format!("there are no built-in {}s", kind.words()))
                    .at(span, "")
                    .help("Name one of this blueprint."),
            ),
            Some(known) if !known.contains(&name) => {
                let mut diagnostic =
                    Diagnostic::warning("unknown-builtin", format!("no known built-in {}", kind.words()))
                        .at(span, "not among those every new instance has")
                        .note("It is looked up in the instance by exactly this name when planning.");
                if let Some(similar) = did_you_mean(name, known.iter().copied()) {
                    diagnostic = diagnostic.help(format!("Did you mean `builtin/{similar}`?"));
                }
                self.diagnostics.push(diagnostic);
            }
            Some(_) => {}
        }
        Target::Builtin { kind, name: name.to_owned() }
    }

    pub(crate) fn wrong_arn(&mut self, kind: Kind, name: &Spanned<String>) {
        self.diagnostics.push(
            Diagnostic::error("wrong-arn-kind", format!("this ARN does not name a {}", kind.words()))
                .at(name.span, "")
                .help(format!("A {} has an ARN like `{}`.", kind.words(), arn::example(kind))),
        );
    }

    /// Remembers a name that no section defines, to be reported by [`Resolver::report_unknown`].
    pub(crate) fn unknown(&mut self, kind: Kind, name: &str, span: Span) {
        let uses =
            self.unknown.entry((kind, name.to_owned())).or_insert(Uses { first: span, more: Vec::new(), count: 0 });
        // What is looked at twice stands there once.
        if uses.count > 0 && (uses.first == span || uses.more.last() == Some(&span)) {
            return;
        }
        uses.count += 1;
        if uses.count > 1 && uses.more.len() < PLACES_SHOWN {
            uses.more.push(span);
        }
    }

    /// What a name was probably meant to be. Another number is another thing, and so is another person: who refers to a
    /// user that is gone did not mean a colleague.
    fn similar(&self, kind: Kind, name: &str) -> Option<String> {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let of_name = digits(name);
        let candidates = self.candidates(kind).into_iter().filter(|candidate| digits(candidate) == of_name);
        let similar = did_you_mean(name, candidates)?;
        let is_person = kind == Kind::User;
        (!is_person || strsim::damerau_levenshtein(name, similar) <= 1).then(|| similar.to_owned())
    }

    /// Reports the names that no section defines, each once.
    pub(crate) fn report_unknown(&mut self) {
        let unknown = std::mem::take(&mut self.unknown);
        for (index, ((kind, name), uses)) in unknown.iter().enumerate() {
            let words = kind.words();
            let similar = if index < COMPARED { self.similar(*kind, name) } else { None };
            let title = format!("unknown {words} `{name}`");
            let mut diagnostic = match (similar, kind.section()) {
                (Some(similar), _) => {
                    Diagnostic::error("misspelled-reference", title).help(format!("Did you mean `{similar}`?"))
                }
                (None, Some(section)) => {
                    Diagnostic::error("unknown-reference", title).help(format!("Define it under `{section}:`."))
                }
                (None, None) => {
                    Diagnostic::error("unknown-reference", title).help("Name something the blueprint defines.")
                }
            };
            diagnostic = diagnostic.at(uses.first, "not defined");
            for more in &uses.more {
                diagnostic = diagnostic.also(*more, "named here, too");
            }
            let hidden = uses.count - 1 - uses.more.len();
            if hidden > 0 {
                diagnostic = diagnostic
                    .note(format!("It is named in {hidden} more place{}.", if hidden == 1 { "" } else { "s" }));
            }
            self.diagnostics.push(diagnostic);
        }
    }

    /// Registers a file for the artifact bucket and returns its key there.
    pub(crate) fn asset(&mut self, folder: &str, extension: &str, file: &Spanned<String>) -> Option<String> {
        let loaded = self.loaded.file(file)?;
        let key = format!("{folder}/{}.{extension}", loaded.sha256);
        let asset = Asset { key: key.clone(), path: loaded.path.clone(), sha256: loaded.sha256.clone() };
        self.assets.entry(key.clone()).or_insert(asset);
        Some(key)
    }
}

/// What a name leads to.
pub(crate) enum Found {
    /// Something of this center.
    Target(Target),
    /// Something outside.
    Arn(String),
}

fn names(blueprint: &Blueprint) -> BTreeMap<Kind, Names<'_>> {
    let all = Kind::ALL.iter().filter_map(|kind| Some((*kind, kind.descriptor().lowering.as_ref()?)));
    all.map(|(kind, lowering)| (kind, (lowering.names)(blueprint))).collect()
}
