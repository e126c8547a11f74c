//! What a process costs, as the kernel tells it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::redis_server::RedisServer;

/// `USER_HZ`, the same on all of Linux.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of a process since its start, all threads: utime and stime of
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>, in steps of 10 ms.
pub fn cpu(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second field is a name in brackets, which may hold blanks.
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2);
    TICK * ticks.filter_map(|n| n.parse::<u32>().ok()).sum::<u32>()
}

/// Bytes of a process in memory.
pub fn resident(pid: u32) -> u64 {
    bytes(pid, "VmRSS:")
}

/// The most bytes that it ever had there.
pub fn peak(pid: u32) -> u64 {
    bytes(pid, "VmHWM:")
}

/// Bytes of it that are no part of a file: what it has asked for itself.
pub fn anonymous(pid: u32) -> u64 {
    bytes(pid, "RssAnon:")
}

fn bytes(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

/// The process of a server.
pub fn of(server: &RedisServer) -> u32 {
    let info: String = server.run("INFO server");
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("process_id:"));
    let id = line.and_then(|id| id.trim().parse().ok());
    id.expect("redis tells its process")
}

/// Where a program is, if it is installed.
pub fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|file| file.is_file())
}
