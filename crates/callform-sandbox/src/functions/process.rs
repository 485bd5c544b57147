//! Programs of functions as processes of this machine.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;

use sha2::{Digest, Sha256};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::runtimes::Runtime;
use crate::private;
use crate::services::lambda::code::LARGEST_CODE;
use crate::services::s3::upload::hexadecimal;

/// Folder of unpacked code and of what functions write, below `lambda/` of the sandbox.
const RUNNING: &str = "running";
/// The program of a custom runtime, which may be in a layer.
const BOOTSTRAP: &str = "bootstrap";
/// Starts a program that the kernel kills when its parent dies, however it dies. Part of util-linux.
const SETPRIV: &str = "/usr/bin/setpriv";

/// What is started.
pub(super) struct Start {
    /// The zip file.
    pub(super) code: PathBuf,
    /// The zip files of its layers, in their order.
    pub(super) layers: Vec<PathBuf>,
    /// Folder of the sandbox.
    pub(super) folder: PathBuf,
    /// What runs the code.
    pub(super) runtime: Runtime,
    /// All variables but `LAMBDA_TASK_ROOT`.
    pub(super) variables: BTreeMap<String, String>,
}

/// A running program. It is killed when this is dropped.
pub(super) struct Process {
    pub(super) child: Child,
    id: Option<u32>,
    output: Output,
}

/// Why a program did not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum StartError {
    #[error("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")]
    NoBootstrap,
    #[error("fork/exec /var/task/bootstrap: {0}")]
    Refused(String),
}

/// What a program writes, in a file of its own: whatever it wrote before it answers is there when it has answered.
struct Output {
    path: PathBuf,
    file: File,
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(file = %self.path.display(), %error, "file not removed");
        }
    }
}

type Order = (Start, oneshot::Sender<Result<Process, StartError>>);

/// The thread that starts all programs of a server. One thread for all, because a program dies with the thread that
/// started it, and because a file that is being unpacked must not be open in a child that another thread starts.
pub(super) struct Spawner {
    orders: mpsc::Sender<Order>,
}

impl Spawner {
    pub(super) fn start(handle: tokio::runtime::Handle) -> std::io::Result<Self> {
        let (orders, received) = mpsc::channel::<Order>();
        std::thread::Builder::new().name("sandbox-functions".to_owned()).spawn(move || {
            let _runtime = handle.enter();
            while let Ok((start, answer)) = received.recv() {
                // Who asked may have gone away; the process is killed then.
                drop(answer.send(spawn(&start)));
            }
        })?;
        Ok(Self { orders })
    }

    pub(super) async fn spawn(&self, start: Start) -> Result<Process, StartError> {
        let (answer, received) = oneshot::channel();
        let gone = || StartError::Refused("the sandbox is closed".to_owned());
        self.orders.send((start, answer)).map_err(|_| gone())?;
        received.await.map_err(|_| gone())?
    }
}

fn spawn(start: &Start) -> Result<Process, StartError> {
    let refused = |error: std::io::Error| StartError::Refused(error.to_string());
    let running = start.folder.join("lambda").join(RUNNING);
    let root = unpack(std::slice::from_ref(&start.code), &running, LARGEST_CODE)?;
    let opt = if start.layers.is_empty() { None } else { Some(unpack(&start.layers, &running, LARGEST_CODE)?) };
    let (own, arguments) = start.runtime.command(&root, &start.folder).map_err(refused)?;
    let in_layer = opt.iter().map(|opt| opt.join(BOOTSTRAP));
    let program = std::iter::once(own).chain(in_layer).find(|program| program.is_file());
    let Some(program) = program else { return Err(StartError::NoBootstrap) };
    let path = start.folder.join("lambda").join(RUNNING).join(format!("{}.log", Uuid::new_v4()));
    let output = private::file(&path).map_err(refused)?;
    let mut command = if Path::new(SETPRIV).is_file() {
        let mut command = Command::new(SETPRIV);
        command.args(["--pdeathsig", "KILL", "--"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    command
        .args(arguments)
        .env_clear()
        .envs(&start.variables)
        .envs(start.runtime.variables(&root, opt.as_deref()))
        .envs(opt.iter().flat_map(|opt| paths_of_layers(opt, &start.variables)))
        .env("LAMBDA_TASK_ROOT", &root)
        .current_dir(&root)
        .stdin(Stdio::null())
        .stdout(output.try_clone().map_err(refused)?)
        .stderr(output.try_clone().map_err(refused)?)
        .kill_on_drop(true);
    let child = command.spawn().map_err(refused)?;
    let file = File::open(&path).map_err(refused)?;
    Ok(Process { id: child.id(), child, output: Output { path, file } })
}

/// Variables that lead to programs and libraries of layers. There is no `/opt` on this machine: a program that opens
/// a path below it finds nothing.
fn paths_of_layers(opt: &Path, variables: &BTreeMap<String, String>) -> [(&'static str, String); 2] {
    let before = |name: &str, folder: &str| {
        let own = opt.join(folder).display().to_string();
        variables.get(name).map_or_else(|| own.clone(), |rest| format!("{own}:{rest}"))
    };
    [("PATH", before("PATH", "bin")), ("LD_LIBRARY_PATH", before("LD_LIBRARY_PATH", "lib"))]
}

/// Unpacks zip files, later ones over earlier ones, into a folder named after them, once.
fn unpack(files: &[PathBuf], running: &Path, largest: u64) -> Result<PathBuf, StartError> {
    let refused = |error: &dyn std::fmt::Display| StartError::Refused(error.to_string());
    let names: Vec<String> =
        files.iter().map(|file| file.file_stem().unwrap_or_default().display().to_string()).collect();
    let root = match names.as_slice() {
        [name] => running.join(name),
        names => running.join(hexadecimal(&Sha256::digest(names.join("/")))),
    };
    if root.is_dir() {
        return Ok(root);
    }
    let new = running.join(Uuid::new_v4().to_string());
    std::fs::create_dir_all(&new).map_err(|error| refused(&error))?;
    let mut left = largest;
    for file in files {
        if let Err(error) = extract(file, &new, &mut left, largest) {
            // What is left of it is garbage, nothing worse.
            std::fs::remove_dir_all(&new).unwrap_or_default();
            return Err(error);
        }
    }
    match std::fs::rename(&new, &root) {
        Ok(()) => Ok(root),
        // Another process was faster.
        Err(_) if root.is_dir() => {
            std::fs::remove_dir_all(&new).map_err(|error| refused(&error))?;
            Ok(root)
        }
        Err(error) => Err(refused(&error)),
    }
}

/// Unpacks a zip file, unless it comes to more than is left: what the archive says about that may be wrong.
fn extract(code: &Path, folder: &Path, left: &mut u64, largest: u64) -> Result<(), StartError> {
    let refused = |error: &dyn std::fmt::Display| StartError::Refused(error.to_string());
    let file = File::open(code).map_err(|error| refused(&error))?;
    let mut zip = zip::ZipArchive::new(file).map_err(|error| refused(&error))?;
    for index in 0..zip.len() {
        let entry = zip.by_index(index).map_err(|error| refused(&error))?;
        let size = std::io::copy(&mut entry.take(*left + 1), &mut std::io::sink()).map_err(|error| refused(&error))?;
        *left = left
            .checked_sub(size)
            .ok_or_else(|| StartError::Refused(format!("unzipped size must be smaller than {largest} bytes")))?;
    }
    zip.extract(folder).map_err(|error| refused(&error))
}

impl Process {
    /// What the program has written since the last time.
    pub(super) fn output(&mut self) -> String {
        let mut bytes = Vec::new();
        if let Err(error) = self.output.file.read_to_end(&mut bytes) {
            tracing::warn!(%error, "sandbox: the output of a function cannot be read");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Forgets what the program has written so far.
    pub(super) fn skip_output(&mut self) {
        if let Err(error) = self.output.file.seek(SeekFrom::End(0)) {
            tracing::warn!(%error, "sandbox: the output of a function cannot be read");
        }
    }

    /// The memory of the program in bytes, now and at most. Zero where the system does not tell.
    pub(super) fn memory(&self) -> Memory {
        let Some(id) = self.id else { return Memory::default() };
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap_or_default();
            kilobytes * 1024
        };
        Memory { now: of("VmRSS:"), most: of("VmHWM:") }
    }
}

/// Memory of a process in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// Now.
    pub(super) now: u64,
    /// The most there has been.
    pub(super) most: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use std::io::Write as _;

    /// A zip file of zeros that says nothing of their number before they come: sizes follow the data, and are wrong.
    fn silent_archive(zeros: u64) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        std::io::copy(&mut std::io::repeat(0).take(zeros), &mut encoder).unwrap();
        let data = encoder.finish().unwrap();
        let packed = u32::try_from(data.len()).unwrap();
        let common = |packed: u32| {
            let mut fields = Vec::new();
            // Version, flags (sizes follow), deflate, time, date; checksum and both sizes; length of the name.
            fields.extend([20_u16, 8, 8, 0, 33].iter().flat_map(|field| field.to_le_bytes()));
            fields.extend([0_u32, packed, 0].iter().flat_map(|field| field.to_le_bytes()));
            fields.extend([9_u16, 0].iter().flat_map(|field| field.to_le_bytes()));
            fields
        };
        let mut zip = Vec::from(*b"PK\x03\x04");
        zip.extend([common(0).as_slice(), b"bootstrap", &data, b"PK\x07\x08"].concat());
        zip.extend([0_u32, packed, 0].iter().flat_map(|field| field.to_le_bytes()));
        let directory = u32::try_from(zip.len()).unwrap();
        zip.extend(b"PK\x01\x02\x14\x00");
        zip.extend([common(packed).as_slice(), &[0; 14], b"bootstrap"].concat());
        let end = u32::try_from(zip.len()).unwrap();
        zip.extend(b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00");
        zip.extend([end - directory, directory].iter().flat_map(|field| field.to_le_bytes()));
        zip.write_all(&[0, 0]).unwrap();
        zip
    }

    const LARGEST: u64 = 1 << 20;

    /// A zip file of zeros.
    fn archive(zeros: u64) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("bootstrap", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::copy(&mut std::io::repeat(0).take(zeros), &mut zip).unwrap();
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn archives_that_unpack_to_too_much_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let running = folder.path().join("running");
        let [one, two] = ["one.zip", "two.zip"].map(|name| folder.path().join(name));
        std::fs::write(&one, archive(LARGEST / 2)).unwrap();
        std::fs::write(&two, archive(LARGEST / 2 + 1)).unwrap();
        let refused = unpack(&[one.clone(), two], &running, LARGEST).unwrap_err();
        assert!(refused.to_string().contains("unzipped size must be smaller"), "{refused}");
        assert_eq!(std::fs::read_dir(&running).unwrap().count(), 0);
        unpack(&[one], &running, LARGEST).unwrap();
    }

    #[test]
    fn what_an_archive_does_not_say_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let code = folder.path().join("code.zip");
        std::fs::write(&code, silent_archive(LARGEST + 1)).unwrap();
        let running = folder.path().join("running");
        let refused = unpack(&[code], &running, LARGEST).unwrap_err();
        // The library compares what comes with what was announced.
        assert!(refused.to_string().contains("larger than its declared uncompressed size"), "{refused}");
        assert_eq!(std::fs::read_dir(&running).unwrap().count(), 0);
    }
}
