//! What runs a function's code: the code itself, or an interpreter of this machine with a small program of the sandbox
//! that speaks the Runtime API for it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// Where interpreters are looked for.
const PLACES: [&str; 4] = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"];
/// Folder of the programs below `lambda/` of the sandbox.
const FOLDER: &str = "runtimes";

const PYTHON: &str = include_str!("bootstrap.py");
const NODE: &str = include_str!("bootstrap.js");

/// What runs a function's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    /// `bootstrap` in the code, a program for this machine.
    Provided,
    /// An interpreter.
    Interpreted {
        /// Its path.
        program: PathBuf,
        language: Language,
    },
}

/// A language that functions can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
}

impl Runtime {
    /// The runtime of a name such as `python3.12`; the `Err` says why it does not run here.
    pub(super) fn of(name: &str) -> Result<Self, String> {
        if name.starts_with("provided") {
            return Ok(Self::Provided);
        }
        let (language, common) = if name.starts_with("python3.") {
            (Language::Python, "python3")
        } else if name.starts_with("nodejs") {
            (Language::Node, "node")
        } else {
            return Err("only programs for provided.al2023, Python and Node.js run here".to_owned());
        };
        // The very version where the machine has it, and the machine's own one otherwise.
        let named = [name, common].into_iter().flat_map(|name| PLACES.map(|place| Path::new(place).join(name)));
        match named.into_iter().find(|program| program.is_file()) {
            Some(program) => Ok(Self::Interpreted { program, language }),
            None => Err(format!("this machine has no `{common}` in {}", PLACES.join(", "))),
        }
    }

    /// The program to start and its arguments. `root` is where the code is unpacked, `folder` the sandbox's folder.
    pub(super) fn command(&self, root: &Path, folder: &Path) -> std::io::Result<(PathBuf, Vec<OsString>)> {
        match self {
            Self::Provided => Ok((root.join("bootstrap"), Vec::new())),
            Self::Interpreted { program, language } => {
                let script = written(&folder.join("lambda").join(FOLDER), *language)?;
                let arguments = match language {
                    // Output at once, and no compiled files beside the code.
                    Language::Python => vec!["-u".into(), "-B".into(), script.into()],
                    Language::Node => vec![script.into()],
                };
                Ok((program.clone(), arguments))
            }
        }
    }

    /// The variables that only this runtime has. `root` is where the code is unpacked, `opt` where the layers are.
    pub(super) fn variables(&self, root: &Path, opt: Option<&Path>) -> Vec<(&'static str, OsString)> {
        let joined = |name, places: Vec<PathBuf>| std::env::join_paths(places).map(|places| (name, places)).ok();
        let in_opt = |folder: &str| opt.map(|opt| opt.join(folder));
        match self {
            Self::Interpreted { language: Language::Node, .. } => {
                let own = [root.join("node_modules"), root.to_owned()];
                let places = in_opt("nodejs/node_modules").into_iter().chain(own).collect();
                joined("NODE_PATH", places).into_iter().collect()
            }
            Self::Interpreted { language: Language::Python, .. } => {
                let layers = in_opt("python").and_then(|python| joined("PYTHONPATH", vec![python]));
                layers.into_iter().chain([("PYTHONIOENCODING", "utf-8".into())]).collect()
            }
            Self::Provided => Vec::new(),
        }
    }
}

/// The program of a language as a file. Another process may be writing it too: each writes one of its own and moves it
/// in place.
fn written(folder: &Path, language: Language) -> std::io::Result<PathBuf> {
    let (name, text) = match language {
        Language::Python => ("bootstrap.py", PYTHON),
        Language::Node => ("bootstrap.js", NODE),
    };
    let path = folder.join(name);
    if std::fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(path);
    }
    std::fs::create_dir_all(folder)?;
    let new = folder.join(format!("{name}.{}", Uuid::new_v4()));
    std::fs::write(&new, text)?;
    std::fs::rename(new, &path)?;
    Ok(path)
}

/// The module for answers of custom resources that Lambda puts beside inline code: name and text.
pub(crate) fn response_module(runtime: &str) -> Option<(&'static str, &'static str)> {
    if runtime.starts_with("python") {
        Some(("cfnresponse.py", include_str!("cfnresponse.py")))
    } else if runtime.starts_with("nodejs") {
        Some(("cfn-response.js", include_str!("cfn-response.js")))
    } else {
        None
    }
}
