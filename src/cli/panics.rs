//! What is said when something panics: the standard report, without personal data. A text that is cut in the wrong place
//! panics with the text itself in the message, and that is a customer's.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::thread;

use crate::domain::personal_data::Masking;

/// Takes the place of the standard hook, for the whole process.
pub(crate) fn report_without_personal_data() {
    panic::set_hook(Box::new(|panic| {
        let trace = Backtrace::capture();
        // There is nobody left to tell when standard error is closed.
        let _ = writeln!(io::stderr(), "{}", report(panic));
        if trace.status() == BacktraceStatus::Captured {
            let _ = writeln!(io::stderr(), "{trace}");
        }
    }));
}

fn report(panic: &PanicHookInfo<'_>) -> String {
    let message = Masking::ALL.mask(panic.payload_as_str().unwrap_or("no message"));
    let thread = thread::current();
    let name = thread.name().unwrap_or("<unnamed>");
    match panic.location() {
        Some(location) => format!("thread '{name}' panicked at {location}:\n{message}"),
        None => format!("thread '{name}' panicked: {message}"),
    }
}
