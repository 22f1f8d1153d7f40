//! The real binary, run to its end: what went in, what came out.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use crate::support::repository;

#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn firstline(arguments: &[&str], input: &[u8]) -> Finished {
    run(program(repository()).args(arguments), input)
}

/// Ready to be run in `folder` on the shipped model, wherever Cargo put the program.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firstline"));
    command.current_dir(folder);
    command.env("FIRSTLINE_PATHS__MODEL", repository().join("models/support-en"));
    if !is_named("ORT_DYLIB_PATH") {
        let fetched = repository().join(".cache/onnxruntime/libonnxruntime.so.1.31.1");
        command.env("FIRSTLINE_PATHS__ONNXRUNTIME", fetched);
    }
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is started by make or by hand, with no configuration"
)]
fn is_named(variable: &str) -> bool {
    std::env::var_os(variable).is_some()
}

pub(crate) fn run(command: &mut Command, input: &[u8]) -> Finished {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    // A program that ends early closes the pipe: that is for its exit code to tell.
    let writer = thread::Builder::new()
        .spawn(move || stdin.write_all(&input).ok())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// SIGTERM, and how it ended.
pub(crate) fn terminate(child: &mut Child) -> ExitStatus {
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    child.wait().unwrap()
}
