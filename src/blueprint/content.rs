//! What callers hear and where they go: prompts, flows, flow modules.

use std::collections::BTreeMap;

use callform_flow::FlowType;
use callform_flow::steps::{Branch, Step};
use callform_source::Spanned;
use indexmap::IndexMap;
use serde_json::Value;

use super::notation::resource;

resource! {
    /// A recorded prompt: exactly one of `file` and `s3`.
    pub struct Prompt {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it says.
        pub description: Option<Spanned<String>>,
        /// A WAV file (8 kHz, 8 bit, mono, µ-law or PCM; 50 MB at most) beside the blueprint; it is uploaded.
        pub file: Option<Spanned<String>>,
        /// An audio file that lies in S3 already: `s3://bucket/key`.
        pub s3: Option<Spanned<String>>,
    }
}

resource! {
    /// A flow: exactly one of `steps`, `template` and `json`.
    pub struct Flow {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it does.
        pub description: Option<Spanned<String>>,
        /// What it is for. Default: `inbound`, or the template's type.
        #[serde(rename = "type")]
        pub kind: Option<Spanned<FlowType>>,
        /// The steps, from the first to the last.
        pub steps: Option<Vec<Spanned<Step>>>,
        /// What happens after an error that a step does not handle itself.
        pub on_error: Option<Branch>,
        /// Name of a flow template, such as `callback-in-queue`.
        pub template: Option<Spanned<String>>,
        /// The template's parameters.
        pub with: Option<Spanned<IndexMap<Spanned<String>, Spanned<Value>>>>,
        /// A flow in the JSON form that Connect exports, as a file beside the blueprint.
        pub json: Option<Spanned<String>>,
        /// What the ARNs of an exported flow stand for here: ARN to address, such as `queue/customer_service`.
        #[serde(default)]
        pub arns: BTreeMap<String, Spanned<String>>,
        /// What the steps call objects that this blueprint does not define, and what the service calls them: address,
        /// such as `queue/sales`, to ARN or identifier. Written by `callform flow decompile`; take an entry out once the
        /// object is defined here.
        #[serde(default)]
        pub unresolved: BTreeMap<String, Spanned<String>>,
        /// Keep the flow, but out of sight. Default: false.
        #[serde(default)]
        pub archived: bool,
    }
}

resource! {
    /// A flow module, which flows call like a function: exactly one of `steps`, `template` and `json`.
    pub struct FlowModule {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it does.
        pub description: Option<Spanned<String>>,
        /// The steps, from the first to the last.
        pub steps: Option<Vec<Spanned<Step>>>,
        /// What happens after an error that a step does not handle itself.
        pub on_error: Option<Branch>,
        /// Name of a flow template.
        pub template: Option<Spanned<String>>,
        /// The template's parameters.
        pub with: Option<Spanned<IndexMap<Spanned<String>, Spanned<Value>>>>,
        /// A module in the JSON form that Connect exports, as a file beside the blueprint.
        pub json: Option<Spanned<String>>,
        /// What the ARNs of an exported module stand for here: ARN to address.
        #[serde(default)]
        pub arns: BTreeMap<String, Spanned<String>>,
        /// What the steps call objects that this blueprint does not define, and what the service calls them: address,
        /// such as `queue/sales`, to ARN or identifier. Written by `callform flow decompile`; take an entry out once the
        /// object is defined here.
        #[serde(default)]
        pub unresolved: BTreeMap<String, Spanned<String>>,
        /// Values the module is called with, as `InputParameters` of the flow language. Default: none.
        pub inputs: Option<Spanned<Vec<Value>>>,
        /// Values the module gives back, as `OutputParameters` of the flow language. Default: none.
        pub results: Option<Spanned<Vec<Value>>>,
        /// Ways out of the module: names, or `Transitions` of the flow language. Default: `[Success, Error]`.
        pub branches: Option<Spanned<Vec<Value>>>,
    }
}
