//! What a process costs, as the kernel tells it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

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

fn bytes(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

/// Where a program is, if it is installed.
pub fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|file| file.is_file())
}
