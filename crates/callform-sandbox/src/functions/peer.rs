//! Which process is at the other end of a connection, as far as Linux tells in `/proc`.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// True where the other end of a connection to `own` belongs to a process or to one that it started.
pub(super) fn is_of(process: u32, own: SocketAddr, peer: SocketAddr) -> bool {
    let Some(socket) = socket(own, peer) else { return false };
    holds(process, &socket) || descendants(process).into_iter().any(|child| holds(child, &socket))
}

/// What `/proc` calls the socket of the other end, `socket:[<inode>]`.
fn socket(own: SocketAddr, peer: SocketAddr) -> Option<String> {
    let (own, peer) = (in_table(own)?, in_table(peer)?);
    // Some runtimes use sockets of IPv6 for addresses of IPv4, whose digits are the last ones there.
    ["/proc/self/net/tcp", "/proc/self/net/tcp6"].iter().find_map(|table| {
        let table = std::fs::read_to_string(table).ok()?;
        table.lines().skip(1).find_map(|line| {
            let mut columns = line.split_ascii_whitespace();
            let (local, remote) = (columns.nth(1)?, columns.next()?);
            if !local.ends_with(&peer) || !remote.ends_with(&own) {
                return None;
            }
            // State, queues, timer, retransmissions, user and timeout come before it. Closed sockets have none.
            let inode = columns.nth(6)?;
            (inode != "0").then(|| format!("socket:[{inode}]"))
        })
    })
}

/// An address as the kernel's table writes it: `0100007F:1F90`.
fn in_table(address: SocketAddr) -> Option<String> {
    match address.ip() {
        IpAddr::V4(ip) => Some(format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port())),
        IpAddr::V6(_) => None,
    }
}

fn holds(process: u32, socket: &str) -> bool {
    std::fs::read_dir(format!("/proc/{process}/fd")).is_ok_and(|files| {
        files.flatten().any(|file| std::fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == socket))
    })
}

/// All processes that a process started, and those that they started.
fn descendants(process: u32) -> BTreeSet<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return BTreeSet::new() };
    let parents: Vec<(u32, u32)> = entries
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name in parentheses may hold anything; state and parent follow it.
            let (_, rest) = stat.rsplit_once(") ")?;
            Some((id, rest.split(' ').nth(1)?.parse().ok()?))
        })
        .collect();
    let mut found = BTreeSet::from([process]);
    loop {
        let before = found.len();
        found
            .extend(parents.iter().filter(|(_, parent)| found.contains(parent)).map(|(id, _)| *id).collect::<Vec<_>>());
        if found.len() == before {
            found.remove(&process);
            return found;
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::BufRead as _;
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    #[test]
    fn a_connection_is_of_the_process_that_made_it_and_of_its_parents() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap();
        let _client = TcpStream::connect(own).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        assert!(is_of(std::process::id(), own, peer));
        let port = own.port();
        // A shell that has another one connect.
        let script = format!("bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; echo there; read -r _'; true");
        let mut shell =
            Command::new("bash").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        assert!(is_of(shell.id(), own, peer));
        let mut other = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(!is_of(other.id(), own, peer));
        drop((shell.stdin.take(), other.stdin.take()));
        shell.wait().unwrap();
        other.wait().unwrap();
    }
}
