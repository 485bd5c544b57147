use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use callform_recordings::synthetic::Script;
use collection::moment::Moment;

use super::*;

/// Objects that answer so many times, and then no more.
struct Objects {
    content: BTreeMap<String, Vec<u8>>,
    answers: Cell<u32>,
    /// How many bytes were given for each.
    given: RefCell<BTreeMap<String, usize>>,
}

impl Source for Objects {
    async fn read(&self, location: &Location, from: u64, most: u64, _: Option<&str>) -> Result<Got, SourceError> {
        let left = self.answers.get().checked_sub(1).ok_or_else(|| SourceError::Failed("killed".to_owned()))?;
        self.answers.set(left);
        let content = &self.content[&location.key];
        let from = usize::try_from(from).unwrap();
        // A connection gives what it gives.
        let to = content.len().min(from + usize::try_from(most).unwrap().min(50_000));
        *self.given.borrow_mut().entry(location.key.clone()).or_default() += to - from;
        let tag = format!("\"{}\"", content.len());
        Ok(Got { bytes: content[from..to].to_vec(), size: content.len() as u64, tag })
    }
}

fn objects() -> Objects {
    let wav = |seed| Script::conversation(seed, 20).to_wav().unwrap().0;
    let transcript = r#"{ "results": { "channel_labels": { "channels": [{ "channel_label": "ch_0", "items": [
        { "type": "pronunciation", "start_time": "0.5", "end_time": "9.0", "alternatives": [{ "content": "Hello" }] }] }] } } }"#;
    let content = [("1.wav", wav(1)), ("2.wav", wav(2)), ("2.json", transcript.as_bytes().to_vec())];
    Objects {
        content: content.into_iter().map(|(key, bytes)| (key.to_owned(), bytes)).collect(),
        answers: Cell::new(u32::MAX),
        given: RefCell::default(),
    }
}

fn tasks() -> Vec<Task> {
    let wanted = |name: &str, key: &str, part| Wanted {
        name: name.to_owned(),
        location: Location { bucket: "calls".to_owned(), key: key.to_owned() },
        part,
    };
    let conversation = |id: &str| Conversation::new(id.into(), Moment::default(), Moment::default());
    let task = |id: &str, objects| Task {
        folder: folder_of(id),
        known: Known { conversation: conversation(id), turns: Vec::new() },
        objects,
    };
    vec![
        task("a", vec![wanted("recording-1.wav", "1.wav", Some(Part::Talk))]),
        task(
            "b",
            vec![wanted("recording-1.wav", "2.wav", Some(Part::Talk)), wanted("transcript-1.json", "2.json", None)],
        ),
    ]
}

fn brought(objects: &Objects, out: &Path) -> Result<Manifest, DownloadError> {
    brought_of(objects, "orders", &tasks(), out)
}

fn brought_of(objects: &Objects, collection: &str, tasks: &[Task], out: &Path) -> Result<Manifest, DownloadError> {
    let bar = ProgressBar::hidden();
    let bring = bring(objects, collection, tasks, out, &bar);
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(bring)
}

#[test]
fn what_is_erased_goes_and_what_is_of_others_stays() {
    let folder = tempfile::tempdir().unwrap();
    let source = objects();
    brought(&source, folder.path()).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let other = brought_of(&source, "others", &tasks(), folder.path());
    assert!(matches!(other, Err(DownloadError::Other { collection, .. }) if collection == "orders"));
    // `a` is erased meanwhile, and of `b` the transcript.
    let mut left = tasks().split_off(1);
    left[0].objects.truncate(1);
    brought_of(&source, "orders", &left, folder.path()).unwrap();
    assert!(!folder.path().join("c-a").exists());
    assert!(!folder.path().join("c-b/transcript-1.json").exists());
    assert!(folder.path().join("c-b/recording-1.wav").exists() && folder.path().join("notes.txt").exists());
    assert_eq!(manifest::verify(folder.path()).unwrap(), Vec::<String>::new());
}

#[test]
fn s13_a_download_that_is_killed_at_any_answer_ends_with_the_same_manifest() {
    let whole = tempfile::tempdir().unwrap();
    let source = objects();
    brought(&source, whole.path()).unwrap();
    let expected = std::fs::read(whole.path().join(MANIFEST)).unwrap();
    let answers = u32::MAX - source.answers.get();
    assert!(answers > 12, "{answers}");
    for killed_at in 1..answers {
        let folder = tempfile::tempdir().unwrap();
        let source = objects();
        source.answers.set(killed_at);
        assert!(brought(&source, folder.path()).is_err(), "killed at {killed_at}");
        assert!(!folder.path().join(MANIFEST).exists(), "nothing says that all is there");
        source.answers.set(u32::MAX);
        brought(&source, folder.path()).unwrap();
        assert_eq!(std::fs::read(folder.path().join(MANIFEST)).unwrap(), expected, "killed at {killed_at}");
        assert_eq!(manifest::verify(folder.path()).unwrap(), Vec::<String>::new());
        let given = source.given.borrow().clone();
        for (key, bytes) in given {
            // A byte each time to see which version it is; nothing else comes twice.
            assert!(bytes <= source.content[&key].len() + 3, "{key} came again: {bytes} bytes, killed at {killed_at}");
        }
    }
}

#[test]
fn what_is_there_is_kept_and_what_was_changed_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let source = objects();
    let first = brought(&source, folder.path()).unwrap();
    let paths: Vec<&str> = first.files.iter().map(|file| file.path.as_str()).collect();
    for expected in ["c-a/agent.wav", "c-a/chunks/customer-001.wav", "c-a/quality.json", "c-b/conversation.json"] {
        assert!(paths.contains(&expected), "{expected}: {paths:?}");
    }
    // With a transcript a chunk is a turn; the agent said nothing that was written down.
    assert_eq!(paths.iter().filter(|path| path.starts_with("c-b/chunks/customer")).count(), 1, "{paths:?}");
    source.given.borrow_mut().clear();
    assert_eq!(brought(&source, folder.path()).unwrap(), first);
    assert!(source.given.borrow().values().all(|bytes| *bytes == 1), "only versions were asked for");
    let changed = folder.path().join("c-a/recording-1.wav");
    std::fs::write(&changed, "something else").unwrap();
    assert_eq!(manifest::verify(folder.path()).unwrap(), ["c-a/recording-1.wav: was changed"]);
    assert_eq!(brought(&source, folder.path()).unwrap(), first);
    assert_eq!(manifest::verify(folder.path()).unwrap(), Vec::<String>::new());
}

#[test]
fn s15_a_contact_names_no_folder_outside() {
    assert_eq!(folder_of("../../etc/passwd"), "c-______etc_passwd");
    let there = Manifest::new("x", vec![manifest::File::of_bytes("../out.txt".to_owned(), b"")]);
    let folder = tempfile::tempdir().unwrap();
    there.write(folder.path()).unwrap();
    assert_eq!(manifest::verify(folder.path()).unwrap(), ["../out.txt: is no place in the folder"]);
}
