//! `firstline serve`, the real binary: what it prints works as README shows it, and it ends in good order.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::program::{program, run};
use crate::support::repository;
use crate::support::server::Server;

/// The answer to a command that was printed, as a shell runs it.
fn answer(command: &str) -> Value {
    let output = Command::new("sh").args(["-c", command]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command}\n{error}: {text}"))
}

#[test]
fn the_printed_commands_work_and_readme_shows_them() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for command in &server.commands {
        let shown = command
            .replace(&server.url, "http://127.0.0.1:8080")
            .replace(data.path().to_str().unwrap(), "data");
        assert!(
            readme.lines().any(|line| line == shown),
            "README does not show: {shown}"
        );
    }
    let [first, second, third] = server.commands.as_slice() else {
        panic!("{:?}", server.commands)
    };
    let answered = answer(first);
    assert_eq!(answered["action"], "ask", "{answered}");
    let asked = answered["replies"][0]["text"].as_str().unwrap();
    assert!(asked.contains("Which order is it?"), "{answered}");
    let handed_off = answer(second);
    assert_eq!(handed_off["action"], "handoff", "{handed_off}");
    let queue = answer(third);
    let waiting = queue["data"].as_array().unwrap();
    assert_eq!(waiting.len(), 1, "{queue}");
    assert_eq!(waiting[0]["conversation_id"], handed_off["conversation_id"]);
    assert_eq!(waiting[0]["handoff"]["reason"], "asked_for_human");
    explained_while_it_runs(
        &server,
        data.path(),
        handed_off["conversation_id"].as_str().unwrap(),
    );
}

fn explained_while_it_runs(server: &Server, data: &std::path::Path, conversation: &str) {
    let explain = |arguments: &[&str]| {
        let mut command = program(repository());
        command
            .env("FIRSTLINE_PATHS__DATA", data)
            .args(["explain", conversation])
            .args(arguments);
        run(&mut command, b"")
    };
    let text = explain(&[]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    for part in [
        "turn 1, ",
        "customer: I want to talk to someone",
        "● asked_for_human {",
        "· urgent {",
        "= handoff asked_for_human",
    ] {
        assert!(
            text.stdout.contains(part),
            "{part:?} is missing in {}",
            text.stdout
        );
    }
    let json: Value = serde_json::from_str(&explain(&["--json", "--turn", "1"]).stdout).unwrap();
    assert_eq!(json["action"]["reason"], "asked_for_human", "{json}");
    let beyond = explain(&["--turn", "2"]);
    assert_eq!(beyond.code, Some(1));
    assert_eq!(
        beyond.stderr,
        format!("error: {conversation} has no turn 2; it has 1\n")
    );
    assert!(server.url.starts_with("http://127.0.0.1:"));
}

/// The first block of commands in README behind this heading.
fn readme_block(heading: &str) -> String {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let section = readme.split_once(heading).unwrap().1;
    section.split("```").nth(1).unwrap().to_owned()
}

#[test]
fn a_customer_signed_as_readme_says_is_verified() {
    let data = tempfile::tempdir().unwrap();
    let secret = "a secret of thirty-two characters, and more";
    let server = Server::start_with(
        data.path(),
        &[
            ("FIRSTLINE_IDENTITY__SECRET_ENV", "IDENTITY_SECRET".as_ref()),
            ("IDENTITY_SECRET", secret.as_ref()),
        ],
    );
    let commands = readme_block("### Signed-in customers").replace("http://127.0.0.1:8080", &server.url);
    let opened = answer(&format!("IDENTITY_SECRET='{secret}'\n{commands}"));
    let id = opened["id"].as_str().unwrap_or_else(|| panic!("{opened}"));
    let shown = answer(&format!(
        "curl -s {}/v1/conversations/{id} -H 'authorization: Bearer {}'",
        server.url, server.key
    ));
    assert_eq!(
        shown["customer"],
        serde_json::json!({ "id": "cus_0001", "name": "Priya", "verified": true })
    );
    let forged = answer(&format!("IDENTITY_SECRET='{secret}!'\n{commands}"));
    assert_eq!(
        (&forged["status"], &forged["code"]),
        (&403.into(), &"invalid_signature".into())
    );
}

#[test]
fn a_key_made_while_it_runs_opens_its_doors_at_once() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let key = |arguments: &[&str]| {
        let mut command = program(repository());
        command
            .env("FIRSTLINE_PATHS__DATA", data.path())
            .arg("key")
            .args(arguments);
        let finished = run(&mut command, b"");
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        finished.stdout
    };
    let added: Value = serde_json::from_str(&key(&["add", "ana", "--role", "agent", "--json"])).unwrap();
    let (id, plain) = (added["id"].as_str().unwrap(), added["key"].as_str().unwrap());
    let queue = format!(
        "curl -s {}/v1/queue -H 'authorization: Bearer {plain}'",
        server.url
    );
    assert_eq!(answer(&queue)["data"], serde_json::json!([]));
    key(&["revoke", id]);
    assert_eq!(answer(&queue)["status"], 401);
}

#[test]
fn sigterm_ends_it_soon_with_streams_open_and_the_next_start_finds_everything() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    let opened = answer(&server.commands[0]);
    let (id, token) = (opened["id"].as_str().unwrap(), opened["token"].as_str().unwrap());
    let messages = |server: &Server| {
        let (url, header) = (&server.url, format!("authorization: Bearer {token}"));
        answer(&format!(
            "curl -s {url}/v1/conversations/{id}/messages -H '{header}'"
        ))
    };
    let before = messages(&server);
    assert_eq!(before["data"].as_array().unwrap().len(), 2, "{before}");
    let stream = format!("{}/v1/conversations/{id}/events", server.url);
    let mut stream = Command::new("curl")
        .args(["-sN", &stream, "-H", &format!("authorization: Bearer {token}")])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let (started, key) = (Instant::now(), server.key.clone());
    let status = server.stop();
    assert!(status.success(), "{status}");
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
    assert!(stream.wait().unwrap().success(), "the stream was cut off");
    assert!(
        !data.path().join("firstline.db-wal").exists(),
        "the log was not folded into the database"
    );

    let server = Server::start(data.path());
    assert_eq!(server.key, key, "a workspace that has keys gets no other");
    assert_eq!(messages(&server), before);
}

#[test]
fn secrets_are_for_the_servers_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let _server = Server::start(&data);
    for (path, mode) in [
        (data.clone(), 0o700),
        (data.join("admin.key"), 0o600),
        (data.join("visitor.secret"), 0o600),
        (data.join("code.secret"), 0o600),
        (data.join("seal.secret"), 0o600),
    ] {
        let found = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{} has {found:o}", path.display());
    }
}
