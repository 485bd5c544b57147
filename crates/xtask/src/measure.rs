//! Time and memory of a command.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Runs a command and says on stderr how much time and memory it took.
///
/// User and system time include its children; the peak is that of its largest process. Of these, user time is what to
/// compare on a machine that has other work, too.
#[cfg(target_os = "linux")]
pub(crate) fn run(command: &[String]) -> Result<()> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    let Some((program, arguments)) = command.split_first() else { bail!("no command is given") };
    let start = Instant::now();
    let status = Command::new(program).args(arguments).status().with_context(|| format!("cannot start {program}"))?;
    let wall = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    #[expect(clippy::cast_precision_loss, reason = "seconds and microseconds are small numbers")]
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    announce(&format!(
        "{wall:.2} s, user {:.2} s, system {:.2} s, peak {} MB; {status}",
        seconds(usage.user_time()),
        seconds(usage.system_time()),
        // Linux counts in KiB.
        usage.max_rss() / 1024,
    ));
    if status.success() { Ok(()) } else { bail!("{program} failed") }
}

/// Says that this cannot be measured here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_command: &[String]) -> Result<()> {
    bail!("peak memory is measured on Linux only")
}

#[cfg(target_os = "linux")]
#[expect(clippy::print_stderr, reason = "a development task talks to its terminal")]
fn announce(text: &str) {
    eprintln!("{text}");
}
