//! Files that are uploaded: recordings and code that the service would refuse after it has begun.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics};

use super::{Context, Rule};
use crate::blueprint::{Facts, Lambda, Wave};
use crate::pinned::Pinned;

pub(super) const PROMPTS: Rule = Rule {
    codes: &["prompt-audio"],
    about: "The recording of a prompt is not in the form that Connect plays.",
    why: "Connect takes WAV files with mu-law at 8 kHz in one channel (administrator guide, \"Create prompts\"); others are \
          refused or not played.",
    check: prompts,
};

pub(super) const CODE: Rule = Rule {
    codes: &["lambda-zip", "lambda-handler"],
    about: "The code of a function is no zip file, or the handler is not in it.",
    why: "Lambda refuses what is no zip file in the middle of a deployment, and a function without its handler fails \
          whenever it is invoked.",
    check: code,
};

pub(super) const RUNTIME: Rule = Rule {
    codes: &["retired-runtime", "refused-runtime"],
    about: "The runtime of a function is deprecated.",
    why: "Lambda makes no new functions with runtimes that were retired long ago, and mends nothing in the others (developer \
          guide, \"Lambda runtimes\").",
    check: runtime,
};

/// Runtimes with which no function can be made any more.
const REFUSED: [&str; 16] = [
    "nodejs",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "python2.7",
    "python3.6",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "ruby2.5",
    "dotnet5.0",
    "python3.4",
];
/// From when the list of runtimes is.
pub(super) fn pinned() -> Pinned {
    let entries = Some(REFUSED.len() + RETIRED.len());
    Pinned { what: "retired runtimes", entries, as_of: "2026-11", source: "Lambda's list of runtimes" }
}

/// Runtimes that are deprecated, in November 2026.
const RETIRED: [&str; 18] = [
    "nodejs14.x",
    "nodejs16.x",
    "nodejs18.x",
    "nodejs20.x",
    "python3.7",
    "python3.8",
    "python3.9",
    "python3.10",
    "ruby2.7",
    "ruby3.2",
    "java8",
    "go1.x",
    "provided",
    "dotnet6",
    "dotnet7",
    "dotnet8",
    "dotnetcore3.0",
    "python3.5",
];

fn prompts(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for prompt in context.loaded.blueprint.prompts.values() {
        let Some(file) = &prompt.file else { continue };
        let Some(Facts::Wave(found)) = context.loaded.file(file).map(|file| &file.facts) else { continue };
        let problem = match found {
            Ok(Wave { encoding: 7, channels: 1, rate: 8000 }) => continue,
            Ok(Wave { encoding, channels, rate }) => {
                let encoding = match encoding {
                    1 => "linear PCM".to_owned(),
                    3 => "floating-point PCM".to_owned(),
                    6 => "A-law".to_owned(),
                    7 => "mu-law".to_owned(),
                    other => format!("encoding {other}"),
                };
                format!("it is {encoding} at {rate} Hz in {channels} channel{}", if *channels == 1 { "" } else { "s" })
            }
            Err(reason) => reason.clone(),
        };
        diagnostics.push(
            Diagnostic::error("prompt-audio", "Connect does not play this recording")
                .at(file.span, problem)
                .help("Convert it: `ffmpeg -i IN -ar 8000 -ac 1 -c:a pcm_mulaw OUT.wav`."),
        );
    }
}

fn code(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for lambda in context.loaded.blueprint.lambdas.values() {
        let Some(file) = &lambda.code else { continue };
        match context.loaded.file(file).map(|file| &file.facts) {
            Some(Facts::Zip(Err(reason))) => diagnostics.push(
                Diagnostic::error("lambda-zip", "this is no zip file").at(file.span, "").note(format!("{reason}.")),
            ),
            Some(Facts::Zip(Ok(names))) => {
                if let Some(problem) = handler(lambda, names) {
                    let place = lambda.handler.as_ref().map_or(file.span, |handler| handler.span);
                    diagnostics.push(problem.at(place, ""));
                }
            }
            _ => {}
        }
    }
}

/// A problem where none of the files that a handler may be in is there.
fn handler(lambda: &Lambda, names: &BTreeSet<String>) -> Option<Diagnostic> {
    let runtime = lambda.runtime.as_ref().map_or("provided.al2023", |runtime| runtime.as_str());
    let written = lambda.handler.as_ref().map_or("bootstrap", |handler| handler.as_str());
    let module = || written.rsplit_once('.').map_or(written, |(module, _)| module);
    let possible: Vec<String> = if runtime.starts_with("provided") || runtime.starts_with("go") {
        vec![if runtime.starts_with("go") { written.to_owned() } else { "bootstrap".to_owned() }]
    } else if runtime.starts_with("python") {
        let path = module().replace('.', "/");
        ["py", "pyc", "so"].iter().map(|end| format!("{path}.{end}")).chain([format!("{path}/__init__.py")]).collect()
    } else if runtime.starts_with("nodejs") {
        ["js", "mjs", "cjs"].iter().map(|end| format!("{}.{end}", module())).collect()
    } else if runtime.starts_with("ruby") {
        vec![format!("{}.rb", written.split_once('.').map_or(written, |(file, _)| file))]
    } else {
        return None;
    };
    if possible.iter().any(|name| names.contains(name)) {
        return None;
    }
    let first = possible.into_iter().next().unwrap_or_default();
    let shown: Vec<String> =
        names.iter().filter(|name| !name.ends_with('/')).take(5).map(|name| format!("`{name}`")).collect();
    Some(
        Diagnostic::error("lambda-handler", format!("the zip file has no `{first}`"))
            .note(format!("The runtime {runtime} looks for it there. The file has {}.", shown.join(", ")))
            .help("Correct `handler:` or `runtime:`, or put the file at the top of the zip file."),
    )
}

fn runtime(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for lambda in context.loaded.blueprint.lambdas.values() {
        let Some(runtime) = &lambda.runtime else { continue };
        if REFUSED.contains(&runtime.as_str()) {
            diagnostics.push(
                Diagnostic::error("refused-runtime", "Lambda makes no functions with this runtime any more")
                    .at(runtime.span, "retired")
                    .help("Use a newer one."),
            );
        } else if RETIRED.contains(&runtime.as_str()) {
            diagnostics.push(
                Diagnostic::warning("retired-runtime", "this runtime is deprecated")
                    .at(runtime.span, "retired")
                    .help("Use a newer one: Lambda will refuse it before long."),
            );
        }
    }
}
