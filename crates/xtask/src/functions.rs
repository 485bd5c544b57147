//! How fast the functions in `lambdas/` start, how much memory that takes, and how large their zip files are (Linux).

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// How often each function is started; the median counts.
const STARTS: usize = 21;
/// How exactly a start is timed.
const POLL: Duration = Duration::from_micros(100);

/// One start of a function.
struct Start {
    /// From starting the process to its first request for an event.
    time: Duration,
    /// The most memory it has had by then, in kilobytes.
    kilobytes: u64,
}

/// Starts the program of every zip file against a Runtime API that has no event, and prints a line for each.
#[expect(clippy::print_stdout, reason = "the figures are the task's output")]
pub(crate) fn run(zips: &[PathBuf], variables: &[String]) -> Result<()> {
    println!("{:<24} {:>10} {:>10} {:>12} {:>10}", "function", "zip kB", "program kB", "start-up ms", "peak MB");
    for zip in zips {
        let folder = tempfile::tempdir()?;
        let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).with_context(|| zip.display().to_string())?)?;
        archive.extract(folder.path())?;
        let program = folder.path().join("bootstrap");
        let mut starts = (0..STARTS).map(|_| start(&program, variables)).collect::<Result<Vec<_>>>()?;
        starts.sort_by_key(|start| start.time);
        let median = &starts[STARTS / 2];
        let peak = starts.iter().map(|start| start.kilobytes).max().unwrap_or_default();
        let tenths = |kilobytes: u64| format!("{}.{}", kilobytes / 1024, kilobytes % 1024 * 10 / 1024);
        println!(
            "{:<24} {:>10} {:>10} {:>12.2} {:>10}",
            zip.file_stem().unwrap_or_default().to_string_lossy(),
            std::fs::metadata(zip)?.len() / 1024,
            std::fs::metadata(&program)?.len() / 1024,
            median.time.as_secs_f64() * 1000.0,
            tenths(peak),
        );
    }
    Ok(())
}

/// A process that ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _already_ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn start(program: &Path, variables: &[String]) -> Result<Start> {
    let api = TcpListener::bind("127.0.0.1:0")?;
    let pairs = variables.iter().filter_map(|variable| variable.split_once('='));
    let begun = Instant::now();
    let process = Command::new(program)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", api.local_addr()?.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "measured")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/measured")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "measured")
        .env("AWS_REGION", "us-west-2")
        .env("AWS_ACCESS_KEY_ID", "measured")
        .env("AWS_SECRET_ACCESS_KEY", "measured")
        .envs(pairs)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let mut process = Running(process);
    let connection = first_connection(&api, &mut process, program)?;
    let asked = asked(&connection)?;
    let time = begun.elapsed();
    ensure!(asked.starts_with("GET /2018-06-01/runtime/invocation/next"), "the function did not start: {asked}");
    Ok(Start { time, kilobytes: peak(process.0.id())? })
}

/// Waits until the function asks for something; an error where it ends without that, such as for want of a variable.
fn first_connection(api: &TcpListener, process: &mut Running, program: &Path) -> Result<TcpStream> {
    api.set_nonblocking(true)?;
    loop {
        match api.accept() {
            Ok((connection, _)) => return Ok(connection),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(status) = process.0.try_wait()? {
            bail!("{} ended before it asked for an event ({status}); does it need a --variable?", program.display());
        }
        std::thread::sleep(POLL);
    }
}

/// The first line of a request. A function that reports that it cannot start is told that this was heard.
fn asked(mut connection: &TcpStream) -> Result<String> {
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line)?;
    if line.starts_with("POST") {
        connection.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
    }
    Ok(line.trim_end().to_owned())
}

fn peak(id: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) else { bail!("no VmHWM") };
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
