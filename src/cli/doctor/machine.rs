//! What the machine gives: a folder, secrets that only their owner reads, space, open files, a clock.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::cli::backup::size;
use crate::cli::doctor::Line;
use crate::cli::secrets::{self, FILES};
use crate::config::Config;
use crate::domain::time::{Duration, Timestamp};

/// With less the next hour is in danger; with less than ten times as much, the next month.
const SPACE_NEEDED: u64 = 256 << 20;

/// Beside connections: the database, the model, webhooks, lookups.
const OTHER_FILES: u64 = 300;

/// A clock that is behind what was written before is wrong by more than the clocks of two machines differ.
const BEHIND_MAX: Duration = Duration::from_mins(1);

/// The folder of the database: there, a folder, for its owner alone. One that is not there yet is made by the first start.
pub(super) fn folder(data: &Path) -> Line {
    const CHECK: &str = "data folder";
    let shown = data.display();
    let found = match fs::metadata(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Line::ok(
                CHECK,
                format!("{shown} is not there yet; the first start makes it"),
            );
        }
        Err(error) => {
            return Line::problem(
                CHECK,
                format!("{shown} cannot be looked at: {error}"),
                "run this as the server's user, or name another folder as `paths.data`",
            );
        }
        Ok(found) if !found.is_dir() => {
            return Line::problem(
                CHECK,
                format!("{shown} is not a folder"),
                "name a folder as `paths.data`",
            );
        }
        Ok(found) => found,
    };
    let mode = found.permissions().mode();
    if mode & 0o200 == 0 {
        Line::problem(
            CHECK,
            format!("{shown} cannot be written by its owner"),
            format!("chmod u+w {shown}"),
        )
    } else if mode & 0o077 != 0 {
        Line::warning(
            CHECK,
            format!("{shown} can be entered by other users of this machine"),
            format!("chmod 700 {shown}"),
        )
    } else {
        Line::ok(CHECK, shown.to_string())
    }
}

/// Those that are there; what is missing is made by the next start.
pub(super) fn secrets(data: &Path) -> Vec<Line> {
    const CHECK: &str = "secrets";
    let mut lines: Vec<Line> = Vec::new();
    for name in FILES {
        let path = data.join(name);
        let Ok(found) = fs::metadata(&path) else { continue };
        if found.permissions().mode() & 0o077 != 0 {
            lines.push(Line::problem(
                CHECK,
                format!("{} can be read by others than its owner", path.display()),
                format!(
                    "chmod 600 {0}; if others may have read it, delete it and start anew",
                    path.display()
                ),
            ));
        }
    }
    let unusable = secrets::unusable(data).into_iter();
    lines.extend(unusable.map(|problem| Line::problem(CHECK, problem, "")));
    if lines.is_empty() {
        lines.push(Line::ok(CHECK, "for their owner alone"));
    }
    lines
}

/// The space on the disk of the folder, or of the nearest one above that is there.
pub(super) fn disk(data: &Path) -> Line {
    let there = data.ancestors().find(|folder| folder.is_dir());
    let folder = there.unwrap_or(Path::new("."));
    match fs4::available_space(folder) {
        Ok(bytes) => space(bytes),
        Err(error) => Line::warning(
            "disk",
            format!("the space left at {} is not known: {error}", folder.display()),
            "look with df",
        ),
    }
}

fn space(bytes: u64) -> Line {
    let left = format!("{} left", size(bytes));
    if bytes < SPACE_NEEDED {
        let mend = "make space now: with none left no message is taken (503), and none is lost";
        Line::problem("disk", left, mend)
    } else if bytes < 10 * SPACE_NEEDED {
        Line::warning("disk", left, "make space, or move `paths.data` to a larger disk")
    } else {
        Line::ok("disk", left)
    }
}

/// Every connection is an open file.
pub(super) fn open_files(config: &Config) -> Line {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let needed = config.http.in_flight_max.saturating_add(config.http.streams_max) as u64;
    files(&limits, needed.saturating_add(OTHER_FILES))
}

/// `limits` as the kernel writes them; the first number is the limit that counts.
fn files(limits: &str, needed: u64) -> Line {
    const CHECK: &str = "open files";
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let limit = line.and_then(|line| line.split_whitespace().next());
    let Some(limit) = limit else {
        return Line::ok(CHECK, "their limit is not told on this system");
    };
    match limit.parse::<u64>() {
        Ok(limit) if limit < needed => Line::warning(
            CHECK,
            format!(
                "{limit} may be open at once here; with all requests and event streams it would be {needed}"
            ),
            "raise the limit of the server's process (LimitNOFILE in systemd, ulimit -n), or lower http.streams_max",
        ),
        Ok(_) | Err(_) => Line::ok(CHECK, format!("{limit} may be open at once")),
    }
}

/// Against the newest thing that was written, by whichever clock it was.
pub(super) fn clock(now: Timestamp, newest: Option<Timestamp>) -> Line {
    const CHECK: &str = "clock";
    match newest {
        Some(newest) if newest.duration_since(now) > BEHIND_MAX => Line::problem(
            CHECK,
            format!("it says {now:.0}, and the newest event was written at {newest:.0}"),
            "set the clock and keep it by NTP: until then retries wait, and signed customers are refused",
        ),
        Some(_) | None => Line::ok(CHECK, format!("{now:.0}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::State;

    #[test]
    fn space_runs_out_in_two_steps() {
        let states = [255 << 20, 300 << 20, 3 << 30].map(|bytes| space(bytes).state);
        assert_eq!(states, [State::Problem, State::Warning, State::Ok]);
    }

    #[test]
    fn the_limit_of_open_files_is_read_as_the_kernel_writes_it() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max open files            1024                 1048576              files\n";
        assert_eq!(files(limits, 1_000).state, State::Ok);
        assert_eq!(files(limits, 2_000).state, State::Warning);
        assert_eq!(
            files(&limits.replace("1024 ", "unlimited "), 2_000).state,
            State::Ok
        );
        assert_eq!(files("", 2_000).state, State::Ok);
    }

    #[test]
    fn a_clock_behind_what_was_written_is_a_problem() {
        let now: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        assert_eq!(clock(now, None).state, State::Ok);
        assert_eq!(clock(now, Some(now + Duration::from_secs(59))).state, State::Ok);
        let behind = clock(now, Some(now + Duration::from_mins(10)));
        assert_eq!(behind.state, State::Problem);
        assert!(behind.found.contains("2026-01-05T09:10:00Z"), "{behind}");
    }
}
