//! What Linux says of a process.

use std::fs;
use std::io;
use std::process::Child;
use std::time::Duration;

/// Ends its process when it is let go of.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Running {
    /// The memory that is its own at the moment, in MB.
    pub(super) fn rss_mb(&self) -> io::Result<f64> {
        Ok(status_kib(&self.0.id().to_string(), "VmRSS:")? * 1024.0 / 1e6)
    }
}

/// The most memory that this process has had at any moment, in MiB.
pub(super) fn peak_rss_mib() -> io::Result<f64> {
    Ok(status_kib("self", "VmHWM:")? / 1024.0)
}

fn status_kib(process: &str, field: &str) -> io::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kib = status.lines().find_map(|line| line.strip_prefix(field)?.split_whitespace().next()?.parse().ok());
    kib.ok_or_else(|| io::Error::other("the process is gone"))
}

/// The processor's time that this process has used, in seconds: to a hundredth.
pub(super) fn cpu_s() -> io::Result<f64> {
    /// Linux counts in hundredths of a second, whatever its own clock does.
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in brackets, which may hold spaces.
    let (_, fields) = stat.rsplit_once(')').unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    Ok(times.sum::<f64>() / TICKS_A_SECOND)
}

/// The processor's time that this thread has used, in seconds.
pub(super) fn thread_cpu_s() -> f64 {
    Duration::from_nanos(holdfast_local::thread_cpu_ns()).as_secs_f64()
}
