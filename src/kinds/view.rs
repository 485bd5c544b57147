//! A view: a page of a step-by-step guide.

use callform_flow::references::{self, Piece};
use callform_flow::{Flow, views};
use callform_source::{Diagnostic, Spanned};
use serde_json::Value as Json;

use super::descriptor::{
    ArnForm, Checks, Content, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, NamedFile, Outside, Reach,
    Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Blueprint, Definition as _, TextKind, resource};
use crate::model::flows::name_of;
use crate::model::members::Members;
use crate::model::{Kind, Resolver, Value};

resource! {
    /// A view that a flow shows. A flow's step names it by its key: `view: confirm`.
    pub struct View {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it shows.
        pub description: Option<Spanned<String>>,
        /// A JSON file beside the blueprint: the template of the view (`Head` and `Body`), or the content that the API
        /// returns (`Template` and `Actions`).
        pub json: Spanned<String>,
        /// What can be done in it, such as `Submit`; a flow branches on these. Default: the `Actions` of the file.
        pub actions: Option<Vec<Spanned<String>>>,
    }
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "view",
    plural: "views",
    resource_type: "AWS::Connect::View",
    prefix: "View",
    is_single: false,
    lowering: Some(Lowering {
        section: "views",
        names: |blueprint| keys(&blueprint.views),
        lower: |resolver| resolver.views(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::InInstance("view"), attribute: Some("ViewArn"), parameter: "ViewIds" },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::HELD,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_views(reading.instance))),
    drift: Drift { written_together: &["Template", "Actions"], ..Drift::PLAIN },
    service: Service::PLAIN,
    checks: Checks {
        codes: &[
            ("view-not-json", "The file of a view holds no JSON."),
            ("view-template", "The file of a view holds no template of a view."),
            (
                "view-actions",
                "Nothing says what can be done in a view, or says it in a way that Connect does not take.",
            ),
            ("view-misfit", "A step gives a view what it does not take, or branches on what cannot be done in it."),
        ],
        told_by_rules: &["/Actions"],
        ..Checks::PLAIN
    },
};

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let files = blueprint.views.values().map(|view| view.json.clone());
    files.map(|name| NamedFile { name, content: Content::Text(TextKind::Json) }).collect()
}

/// Flows show what is published; the template of a stack publishes (`CreateView`, "`$LATEST`").
pub(crate) const PUBLISHED: &str = "$LATEST";

/// What the API calls the content of a view.
struct ViewContent {
    /// `Head` and `Body`.
    template: Json,
    /// What can be done in it.
    actions: Vec<String>,
}

impl Resolver<'_> {
    fn views(&mut self) {
        for (key, view) in &self.blueprint().views {
            let Some(content) = self.view_content(view) else { continue };
            // As text: what CloudFormation takes apart, it puts together with every number and truth value as a text.
            let properties = Members::of_instance()
                .with("Name", name_of(view.name.as_ref(), key))
                .with_some("Description", view.description.as_ref())
                .with("Template", Value::String(content.template.to_string()))
                .with("Actions", content.actions.into_iter().map(Value::String).collect::<Vec<_>>())
                .with_tags(view.tags.as_ref())
                .finish();
            self.add(Kind::View, key, view.common(), properties);
        }
    }

    /// Holds the steps of a flow that show views of the blueprint against what these take.
    pub(crate) fn check_shown_views(&mut self, key: &Spanned<String>, flow: &Flow) {
        for action in flow.actions.iter().filter(|action| action.action_type == "ShowView") {
            let id =
                action.parameters.get("ViewResource").and_then(|resource| resource.get("Id")).and_then(Json::as_str);
            let shown = id.and_then(|id| {
                references::split(id).into_iter().find_map(|piece| match piece {
                    Piece::Reference(reference) if reference.kind == "view" && !reference.builtin => {
                        Some(reference.name)
                    }
                    Piece::Reference(_) | Piece::Literal(_) => None,
                })
            });
            let Some(name) = shown else { continue };
            let Some(view) = self.shown_view(&name) else { continue };
            for misfit in views::check(&view, action) {
                self.diagnostics.push(
                    Diagnostic::warning("view-misfit", format!("the view `{name}` and a step do not fit: {misfit}"))
                        .at(key.span, "in this flow")
                        .help(misfit.help()),
                );
            }
        }
    }

    /// A view of the blueprint; `None` where it has none of this name, or no right one, which is reported where it stands.
    fn shown_view(&self, name: &str) -> Option<views::View> {
        let (_, view) = self.blueprint().views.iter().find(|(key, _)| key.value == name)?;
        let text = self.loaded.file(&view.json)?.text?;
        let json: Json = serde_json::from_str(self.sources.file(text).text()).ok()?;
        let (template, listed) = content_of(&json).ok()?;
        let given = view.actions.as_ref().map(|actions| actions.iter().map(|action| action.value.clone()).collect());
        let actions: Vec<String> = given.or(listed)?;
        let mut content = serde_json::json!({ "Template": template, "Actions": actions });
        if let Some(schema) = json.get("InputSchema") {
            content["InputSchema"] = schema.clone();
        }
        views::View::read(&content).ok()
    }

    /// The content of a view.
    fn view_content(&mut self, view: &View) -> Option<ViewContent> {
        let loaded = self.loaded;
        // A file that could not be read is reported where it was read.
        let text = loaded.file(&view.json)?.text?;
        let json: Json = match serde_json::from_str(self.sources.file(text).text()) {
            Ok(json) => json,
            Err(error) => {
                let title = Diagnostic::error("view-not-json", "this file holds no JSON");
                self.diagnostics.push(title.at(view.json.span, "").note(format!("{error}.")));
                return None;
            }
        };
        let (template, listed) = match content_of(&json) {
            Ok(content) => content,
            Err(reason) => {
                self.diagnostics.push(
                    Diagnostic::error("view-template", "this file holds no view")
                        .at(view.json.span, reason)
                        .help("Take the template (`Head` and `Body`), or the `Content` that DescribeView returns."),
                );
                return None;
            }
        };
        let given = view.actions.as_ref().map(|actions| actions.iter().map(|action| action.value.clone()).collect());
        let Some(actions) = given.or(listed) else {
            self.diagnostics.push(
                Diagnostic::error("view-actions", "nothing says what can be done in this view")
                    .at(view.json.span, "the file has no `Actions`")
                    .help("List them beside the file: `actions: [Submit, Cancel]`."),
            );
            return None;
        };
        if let Some((fault, action)) = fault_of(&actions) {
            let given = view.actions.as_ref().and_then(|all| all.iter().rev().find(|one| one.value == action));
            self.diagnostics.push(
                Diagnostic::error("view-actions", format!("the action `{action}` of this view {fault}"))
                    .at(given.map_or(view.json.span, |given| given.span), "")
                    .help("Name each action once, with letters, digits, blanks inside and `_ . : / = + - @`."),
            );
            return None;
        }
        Some(ViewContent { template, actions })
    }
}

/// Source: pattern of `Actions` of `AWS::Connect::View`.
const LONGEST_ACTION: usize = 255;

/// The first action that Connect does not take, or that cannot be told from another one.
fn fault_of(actions: &[String]) -> Option<(&'static str, String)> {
    let is_of_word = |c: char| c.is_alphanumeric() || "_.:/=+-@".contains(c);
    let is_right = |action: &str| {
        let length = action.chars().count();
        (1..=LONGEST_ACTION).contains(&length)
            && action.starts_with(is_of_word)
            && action.chars().all(|c| is_of_word(c) || c == ' ' || c == '\u{a0}')
    };
    actions.iter().enumerate().find_map(|(index, action)| {
        if !is_right(action) {
            return Some(("has a name that Connect does not take", action.clone()));
        }
        actions[..index].contains(action).then(|| ("is there twice", action.clone()))
    })
}

/// Template and actions, of a template or of the content of a view.
fn content_of(json: &Json) -> Result<(Json, Option<Vec<String>>), &'static str> {
    let members = json.as_object().ok_or("it is no object")?;
    let (template, actions) = match members.get("Template") {
        // The API has the template as a text.
        Some(Json::String(text)) => {
            (serde_json::from_str(text).map_err(|_| "its `Template` holds no JSON")?, members.get("Actions"))
        }
        Some(template) => (template.clone(), members.get("Actions")),
        None => (json.clone(), None),
    };
    let parts = template.as_object().ok_or("its `Template` is no object")?;
    if !parts.get("Body").is_some_and(Json::is_array) {
        return Err("it has no `Body` with a list of components");
    }
    if parts.get("Head").is_some_and(|head| !head.is_object()) {
        return Err("its `Head` is no object");
    }
    let texts = |items: &Vec<Json>| items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    let actions = match actions {
        None => None,
        Some(listed) => Some(listed.as_array().and_then(texts).ok_or("its `Actions` are no list of texts")?),
    };
    Ok((template, actions))
}
