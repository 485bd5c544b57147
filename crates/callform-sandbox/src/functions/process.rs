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
use crate::services::s3::upload::hexadecimal;

/// Folder of unpacked code and of what functions write, below `lambda/` of the sandbox.
const RUNNING: &str = "running";
/// Largest unpacked code: Lambda's own limit.
const LARGEST_CODE: u64 = 250 << 20;
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
    let root = unpack(std::slice::from_ref(&start.code), &running)?;
    let opt = if start.layers.is_empty() { None } else { Some(unpack(&start.layers, &running)?) };
    let (own, arguments) = start.runtime.command(&root, &start.folder).map_err(refused)?;
    let in_layer = opt.iter().map(|opt| opt.join(BOOTSTRAP));
    let program = std::iter::once(own).chain(in_layer).find(|program| program.is_file());
    let Some(program) = program else { return Err(StartError::NoBootstrap) };
    let path = start.folder.join("lambda").join(RUNNING).join(format!("{}.log", Uuid::new_v4()));
    let output = File::options().create_new(true).append(true).read(true).open(&path).map_err(refused)?;
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
fn unpack(files: &[PathBuf], running: &Path) -> Result<PathBuf, StartError> {
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
    for file in files {
        let file = File::open(file).map_err(|error| refused(&error))?;
        let mut zip = zip::ZipArchive::new(file).map_err(|error| refused(&error))?;
        if zip.decompressed_size().is_some_and(|size| size > u128::from(LARGEST_CODE)) {
            return Err(StartError::Refused(format!("the code has more than {LARGEST_CODE} bytes")));
        }
        zip.extract(&new).map_err(|error| refused(&error))?;
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
