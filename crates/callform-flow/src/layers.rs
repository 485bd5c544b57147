//! The modules of this crate use one another in one direction.

use std::path::{Path, PathBuf};

/// Names that `lib.rs` hands out, and the modules they come from.
fn reexported(library: &str) -> Vec<(String, String)> {
    let uses = library.lines().filter_map(|line| line.strip_prefix("pub use ")?.strip_suffix(';')?.split_once("::"));
    let of_one = |(module, names): (&str, &str)| {
        let names = names.trim_matches(['{', '}']).split(',').map(|name| name.trim().to_owned());
        names.map(|name| (name, module.to_owned())).collect::<Vec<_>>()
    };
    uses.flat_map(of_one).collect()
}

/// The code of a file that is no test and no comment.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What is named right behind each `crate::`.
fn named(code: &str) -> Vec<String> {
    let first =
        |text: &str| text.trim().split(|it: char| !(it.is_alphanumeric() || it == '_')).next().map(str::to_owned);
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            names.extend(first(rest));
            continue;
        };
        let mut depth = 0_usize;
        let mut start = 0;
        for (at, character) in list.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    names.extend(first(&list[start..at]).filter(|name| !name.is_empty()));
                    start = at + 1;
                }
                _ => {}
            }
            if character == '}' && start == at + 1 {
                break;
            }
        }
    }
    names
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    let is_test =
        ["tests", "laws", "corpus", "any"].iter().any(|name| path.file_stem().is_some_and(|stem| stem == *name));
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("a folder");
        entries.for_each(|entry| files(&entry.expect("an entry").path(), found));
    } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
        found.push(path.to_owned());
    }
}

#[test]
fn each_module_uses_only_those_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let library = std::fs::read_to_string(source.join("lib.rs")).expect("lib.rs");
    let reexported = reexported(&library);
    let modules: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let place = |name: &str| modules.iter().position(|module| *module == name);
    let mut against = Vec::new();
    let mut seen = 0;
    for (own, module) in modules.iter().enumerate() {
        let mut list = Vec::new();
        files(&source.join(module), &mut list);
        files(&source.join(module).with_extension("rs"), &mut list);
        for file in list.iter().filter(|file| file.exists()) {
            let text = std::fs::read_to_string(file).expect("a file");
            for name in named(&code(&text)) {
                let origin = reexported.iter().find(|(handed, _)| *handed == name).map_or(&name, |(_, module)| module);
                let Some(used) = place(origin) else { continue };
                seen += 1;
                if used > own {
                    against.push(format!("{} uses `{origin}`", file.strip_prefix(&source).expect("below").display()));
                }
            }
        }
    }
    assert!(seen > 200, "only {seen} uses were found");
    assert!(against.is_empty(), "against the order of lib.rs:\n{}", against.join("\n"));
}
