//! Condenses SCOWL's word lists into the automaton of the vanity function.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use fst::MapBuilder;
use vanity::blocklist::Blocklist;
use vanity::words::{Commonness, is_fit};

/// The lists that hold American English without names and abbreviations.
const LISTS: [&str; 2] = ["english-words", "american-words"];

/// Reads the lists of a folder, as Debian's package `scowl` installs them, and writes the automaton.
pub(crate) fn run(from: &Path, to: &Path) -> Result<()> {
    let mut words = BTreeMap::new();
    // From the rarest to the commonest: a word in several lists keeps its commonest class.
    for (class, &commonness) in Commonness::ALL.iter().enumerate().rev() {
        for list in LISTS {
            let path = from.join(format!("{list}.{}", commonness.size()));
            // The lists are Latin-1; a word with a letter beyond ASCII cannot be dialed anyway.
            let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
            let fit = bytes
                .split(|&byte| byte == b'\n')
                .filter_map(|line| std::str::from_utf8(line).ok())
                .filter(|word| is_fit(word, commonness) && !Blocklist::embedded().forbids_word(word));
            words.extend(fit.map(|word| (word.to_owned(), class as u64)));
        }
    }
    let mut builder = MapBuilder::memory();
    for (word, class) in &words {
        builder.insert(word, *class)?;
    }
    let automaton = builder.into_inner()?;
    std::fs::write(to, &automaton).with_context(|| to.display().to_string())?;
    announce(words.len(), automaton.len());
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a development task talks to its terminal")]
fn announce(words: usize, bytes: usize) {
    eprintln!("{words} words in {bytes} bytes");
}
