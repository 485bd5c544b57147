//! `callform flow draw`

use std::path::{Path, PathBuf};

use callform_flow::draw::{Caption, Picture, Placing, mermaid, svg};
use clap::{Args, ValueEnum};

use super::input::{self, NamedFlow, NoFlow, TypeArg};
use crate::cli::args::{DiagnosticFormat, FilesArgs};
use crate::cli::center::report;
use crate::cli::exit_code::Exit;
use crate::cli::files::write;
use crate::cli::ui::Ui;
#[cfg(feature = "png")]
use crate::view::png;

/// `callform flow draw`
#[derive(Debug, Args)]
pub(crate) struct DrawArgs {
    /// Exported flows in any form, or a blueprint (also a part of one with nothing but flows); `-` for stdin.
    #[arg(value_name = "FILE|BLUEPRINT")]
    pub file: PathBuf,
    /// The flow or module of the file to draw; all of them where none is named.
    #[arg(long, value_name = "KEY")]
    pub flow: Option<String>,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Files.
    #[command(flatten)]
    pub files: FilesArgs,
    /// Type.
    #[command(flatten)]
    pub of_type: TypeArg,
    /// Form of the picture; taken from the name of the output where it is not given, and SVG otherwise.
    #[arg(long, value_name = "FORM")]
    pub format: Option<PictureFormat>,
    /// File to write to, or a folder for several flows; stdout where it is not given.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Leave blocks where the Connect editor has them.
    #[arg(long)]
    pub as_edited: bool,
}

/// Forms of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureFormat {
    /// For people and pages; needs no fonts.
    Svg,
    /// For code blocks of pages that draw Mermaid.
    Mermaid,
    /// For what takes no SVG.
    Png,
}

/// Draws flows.
pub(super) fn run(ui: &Ui, args: &DrawArgs) -> Exit {
    match draw(ui, args) {
        Ok(()) => Exit::Success,
        Err(exit) => exit,
    }
}

fn draw(ui: &Ui, args: &DrawArgs) -> Result<(), Exit> {
    let fail = |error: String| said(ui, &error, Exit::Failed);
    let path = args.file.to_string_lossy();
    let files = input::stdin_or_disk(&args.file, &args.files)
        .map_err(|error| fail(format!("cannot read `{path}`: {error}")))?;
    let flows = input::flows_in(&files, &path, args.flow.as_deref(), args.env.as_deref(), &args.of_type)
        .map_err(|error| no_flow(ui, error))?;
    input::tell_guesses(ui, &flows);
    let format = args.format.or(args.out.as_deref().and_then(PictureFormat::of_name)).unwrap_or(PictureFormat::Svg);
    let placing = if args.as_edited { Placing::Editor } else { Placing::Columns };
    let picture = |named: &NamedFlow| {
        let caption = Caption { name: &named.name, flow_type: named.flow_type };
        written(&Picture::of(&named.flow, caption, placing), format)
    };
    let Some(out) = &args.out else {
        let [flow] = flows.as_slice() else {
            let keys: Vec<&str> = flows.iter().map(|flow| flow.name.as_str()).collect();
            let help = format!("which flow? Say `--flow KEY`, one of: {}; or `--out FOLDER` for all", keys.join(", "));
            return Err(said(ui, &help, Exit::Usage));
        };
        ui.bytes(&picture(flow).map_err(fail)?);
        return Ok(());
    };
    let is_file = out.extension().is_some() && !out.is_dir();
    if is_file && flows.len() > 1 {
        return Err(said(
            ui,
            "several flows do not fit into one file; name a folder, or one flow with --flow",
            Exit::Usage,
        ));
    }
    for flow in &flows {
        let file = if is_file { out.clone() } else { out.join(format.file_name(&flow.name)) };
        let content = picture(flow).map_err(fail)?;
        write(&file, &content).map_err(|error| fail(format!("cannot write `{}`: {error}", file.display())))?;
        ui.say(&format!("wrote `{}`", file.display()));
    }
    Ok(())
}

/// A picture in a form.
pub(super) fn written(picture: &Picture, format: PictureFormat) -> Result<Vec<u8>, String> {
    match format {
        PictureFormat::Svg => Ok(svg(picture).into_bytes()),
        PictureFormat::Mermaid => Ok(mermaid(picture).into_bytes()),
        #[cfg(feature = "png")]
        PictureFormat::Png => png::of_svg(&svg(picture)).map_err(|error| error.to_string()),
        #[cfg(not(feature = "png"))]
        PictureFormat::Png => {
            Err("this callform makes no PNG; build it with `--features png`, or take --format svg".to_owned())
        }
    }
}

impl PictureFormat {
    fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "svg" => Some(Self::Svg),
            "mmd" | "mermaid" => Some(Self::Mermaid),
            "png" => Some(Self::Png),
            _ => None,
        }
    }

    /// A name that any file system takes.
    fn file_name(self, flow: &str) -> String {
        let extension = match self {
            Self::Svg => "svg",
            Self::Mermaid => "mmd",
            Self::Png => "png",
        };
        let is_plain = |character: char| character.is_alphanumeric() || "-_. ".contains(character);
        let stem: String = flow.chars().map(|it| if is_plain(it) { it } else { '_' }).take(100).collect();
        format!("{}.{extension}", stem.trim_start_matches('.'))
    }
}

/// Says why there is no flow, and how the command ends.
pub(super) fn no_flow(ui: &Ui, error: NoFlow) -> Exit {
    match error {
        NoFlow::Unreadable(error) => said(ui, &error, Exit::Failed),
        NoFlow::Unknown(error) => said(ui, &error, Exit::Usage),
        NoFlow::Invalid(compiled) => {
            report(ui, DiagnosticFormat::Human, &compiled.diagnostics, &compiled.sources);
            Exit::InvalidBlueprint
        }
    }
}

fn said(ui: &Ui, error: &str, exit: Exit) -> Exit {
    ui.error(error);
    exit
}
