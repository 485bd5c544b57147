//! A folder of its own for each test, and the `callform` command run in it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The repository.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder with the blueprints in it, away from everything else.
pub(crate) struct TestEnvironment {
    folder: TempDir,
}

/// How a run ended.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestEnvironment {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with a copy of `blueprints/`, and the zip files of the functions they use.
    pub(crate) fn with_blueprints() -> Self {
        let environment = Self::empty();
        copy(&Path::new(ROOT).join("blueprints"), &environment.path("blueprints"));
        environment.place_bundles();
        environment
    }

    /// Puts the zip files of the project's functions where blueprints of this folder look. `cargo xtask test` has built
    /// them; where they are not there, they are built now.
    fn place_bundles(&self) {
        let bundles = Path::new(ROOT).join(".callform/lambda/sandbox");
        if !bundles.is_dir() {
            let built = self.command(&["lambda", "build", "--sandbox"]).current_dir(ROOT).output().unwrap();
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        }
        if bundles.is_dir() {
            copy(&bundles, &self.path(".callform/lambda"));
        }
    }

    /// A path in the folder.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes a file.
    pub(crate) fn write(&self, relative: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(relative), content).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap()
    }

    /// Replaces a text that stands in a file exactly once.
    #[track_caller]
    pub(crate) fn edit(&self, relative: &str, from: &str, to: &str) {
        let text = self.read(relative);
        assert_eq!(text.matches(from).count(), 1, "`{from}` must stand once in {relative}");
        self.write(relative, text.replace(from, to));
    }

    /// The command, with nothing of the caller's environment but the search path and the places of the Rust toolchain.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callform"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        for name in ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    /// Runs the command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&self.command(arguments).output().unwrap())
    }

    /// Runs the command and insists on its exit code.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, arguments: &[&str]) -> Outcome {
        let outcome = self.run(arguments);
        assert_eq!(
            outcome.code, code,
            "callform {arguments:?}\n--- stdout\n{}\n--- stderr\n{}",
            outcome.stdout, outcome.stderr
        );
        outcome
    }

    /// Runs the command, insists on success, and reads its stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.expect(0, arguments).stdout).unwrap()
    }

    /// Starts `sandbox serve` and returns it with its URL.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Serving {
        let mut all = vec!["sandbox", "serve"];
        all.extend(arguments);
        let mut child = self.command(&all).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
        Serving { child, url: line.trim().to_owned() }
    }
}

impl Outcome {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }
}

/// A running `sandbox serve`; ended when it goes out of scope.
pub(crate) struct Serving {
    child: Child,
    pub(crate) url: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _already_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A call of Connect's REST interface, as any client makes it.
pub(crate) fn connect(serving: &Serving, method: &str, path: &str, body: &Value) -> Value {
    call(serving, method, path, &format!("Content-Type: application/json\r\n{}", signed("connect")), body)
}

/// A call of a service whose operations stand in a header, as any client makes it.
pub(crate) fn json_service(serving: &Serving, service: &str, target: &str, body: &Value) -> Value {
    let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n{}", signed(service));
    call(serving, "POST", "/", &headers, body)
}

/// A call of a service that takes forms and answers XML, as any client makes it.
pub(crate) fn form_service(serving: &Serving, service: &str, form: &str) -> String {
    let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{}", signed(service));
    text_call(serving, "POST", "/", &headers, form)
}

/// The header that signs a request. The sandbox tells services apart by its scope, and takes any key.
fn signed(service: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential=any/20261123/us-west-2/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}

fn call(serving: &Serving, method: &str, path: &str, headers: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    serde_json::from_str(&text_call(serving, method, path, headers, &body)).unwrap()
}

/// A call of a service that takes and gives anything, as any client makes it.
pub(crate) fn signed_call(serving: &Serving, service: &str, method: &str, path: &str, body: &str) -> String {
    let signed = format!(
        "Authorization: AWS4-HMAC-SHA256 Credential=any/20261123/us-west-2/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD"
    );
    text_call(serving, method, path, &signed, body)
}

fn text_call(serving: &Serving, method: &str, path: &str, headers: &str, body: &str) -> String {
    let address = serving.url.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The Python of the foreign tools, which `cargo xtask test` installs; `None`, said aloud, where they are not there.
pub(crate) fn foreign_python() -> Option<PathBuf> {
    let python = std::env::var_os("CALLFORM_TEST_PYTHON").map(PathBuf::from);
    assert!(python.is_some() || std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
    if python.is_none() {
        eprintln!("SKIPPED: no foreign tools; run the tests with `cargo xtask test`");
    }
    python
}

/// The `node_modules` folder that `cargo xtask test` makes; `None`, said aloud, where it is not there.
pub(crate) fn foreign_node() -> Option<PathBuf> {
    let modules = std::env::var_os("CALLFORM_TEST_NODE_MODULES").map(PathBuf::from);
    assert!(modules.is_some() || std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
    if modules.is_none() {
        eprintln!("SKIPPED: no tools from npm; run the tests with `cargo xtask test`");
    }
    modules
}

/// The folder of the deployment tools that `cargo xtask test` installs; `None`, said aloud, where they are not there.
pub(crate) fn foreign_tools() -> Option<PathBuf> {
    let tools = std::env::var_os("CALLFORM_TEST_TOOLS").map(PathBuf::from);
    assert!(tools.is_some() || std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
    if tools.is_none() {
        eprintln!("SKIPPED: no deployment tools; run the tests with `cargo xtask test`");
    }
    tools
}

/// Runs a script of `tests/foreign` and returns what it printed.
#[track_caller]
pub(crate) fn foreign_script(python: &Path, script: &str, arguments: &[&str]) -> String {
    let output = Command::new(python)
        .arg(Path::new(ROOT).join("tests/foreign").join(script))
        .args(arguments)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "any")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_DEFAULT_REGION", "us-west-2")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Changes the hours of `KWGlobal`, a queue's quick connects, a routing priority and a prompt text.
pub(crate) fn four_edits(test: &TestEnvironment) {
    let blueprint = "blueprints/kwglobal.yaml";
    test.edit(blueprint, "sat: 09:00-15:00", "sat: 10:00-15:00");
    test.edit(blueprint, "quick_connects: [consulting, management, mary]", "quick_connects: [consulting, mary]");
    test.edit(blueprint, "priority: 2", "priority: 3");
    test.edit(blueprint, "say: Welcome to KWGlobal.", "say: Hello, this is KWGlobal.");
}
