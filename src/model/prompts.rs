//! Prompts.

use callform_source::Diagnostic;

use super::members::Members;
use super::resolver::Resolver;
use super::{Kind, PROMPT_DIGEST, Value, naming};
use crate::blueprint::Definition as _;

impl Resolver<'_> {
    pub(crate) fn prompts(&mut self) {
        for (key, prompt) in &self.blueprint().prompts {
            let (uri, digest) = match (&prompt.file, &prompt.s3) {
                (Some(file), None) => {
                    // A file that could not be read is reported where it was read.
                    let Some(asset) = self.asset("prompts", "wav", file) else { continue };
                    let digest = self.loaded.file(file).map(|file| file.sha256.clone());
                    (Value::AssetUri(asset), digest)
                }
                (None, Some(uri)) => (Value::from(uri), None),
                _ => {
                    self.diagnostics.push(
                        Diagnostic::error("prompt-source", "a prompt comes from exactly one place")
                            .at(key.span, "")
                            .help("Give either `file:` or `s3:`."),
                    );
                    continue;
                }
            };
            let name = &prompt.name;
            let properties = Members::of_instance()
                .with("Name", name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone()))
                .with_some("Description", prompt.description.as_ref())
                .with("S3Uri", uri)
                .with_tags(prompt.tags.as_ref())
                .finish();
            let resource = self.add(Kind::Prompt, key, prompt.common(), "AWS::Connect::Prompt", properties);
            resource.metadata.extend(digest.map(|digest| (PROMPT_DIGEST.to_owned(), digest)));
        }
    }
}
