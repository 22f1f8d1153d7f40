//! The sample shop as a process: its file, its ways of not starting, and `make run`, which joins it to the server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::support::program::{program, run, terminate};
use crate::support::repository;
use crate::support::server::client;
use crate::support::shop::{Shop, programs};

#[tokio::test]
async fn what_was_done_survives_until_it_is_made_fresh() {
    let folder = tempfile::tempdir().unwrap();
    let order = "/v1/customers/cus_0001/orders/FH-10425";
    let mut shop = Shop::on_a_tuesday(folder.path());
    let cancelled = shop.post(&format!("{order}/cancel"), "task-1", &json!({})).await;
    assert_eq!(cancelled.0, 200);
    assert!(shop.stop().success());

    let later = ["--now", "2026-12-02T08:00"];
    let mut shop = Shop::start(folder.path(), &later);
    assert_eq!(shop.get(order).await.1["status"], "cancelled");
    assert_eq!(
        shop.post(&format!("{order}/cancel"), "task-1", &json!({})).await,
        cancelled
    );
    assert_eq!(shop.mails("priya@example.com").await.len(), 1);
    assert!(shop.stop().success());

    let shop = Shop::start(folder.path(), &[later[0], later[1], "--fresh"]);
    let (_, fresh) = shop.get(order).await;
    assert_eq!(
        (&fresh["status"], &fresh["ordered_text"]),
        (&"placed".into(), &"Wednesday 2 December at 7:20".into())
    );
    assert_eq!(shop.mails("").await.len(), 0);
}

#[test]
fn a_shop_that_cannot_start_says_what_to_give_instead() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let other = folder.path().join("other.db");
    fs::write(
        &other,
        "no database at all, but long enough to be looked at as if it were one".repeat(100),
    )
    .unwrap();
    for (arguments, said) in [
        (
            ["--bind", address.as_str()],
            "choose another address: --bind 127.0.0.1:8091",
        ),
        (["--bind", "0.0.0.0:0"], "can be reached from other machines"),
        (["--token", ""], "the token is empty"),
        (
            ["--data", other.to_str().unwrap()],
            "give another file with --data",
        ),
        (["--now", "2026-02-31T10:00"], "--now"),
    ] {
        let finished = Shop::end(folder.path(), &arguments);
        assert_ne!(finished.code, Some(0), "{arguments:?}");
        assert!(
            finished.stderr.contains(said),
            "{arguments:?}: {}",
            finished.stderr
        );
    }
}

/// What `make run` runs, told to stop as a service manager would.
#[tokio::test]
async fn the_shop_ends_with_the_server() {
    let data = tempfile::tempdir().unwrap();
    let server = program(repository());
    let mut child = Command::new("sh")
        .arg("examples/run.sh")
        .arg(programs())
        .args(["--bind", "127.0.0.1:0"])
        .current_dir(repository())
        .envs(server.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("FIRSTLINE_PATHS__DATA", data.path())
        .env("SHOP_BIND", "127.0.0.1:0")
        .env(
            "SHOP_ARGS",
            format!("--data {}", data.path().join("shop.db").display()),
        )
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    let first = lines.next().unwrap();
    let address = first.split("http://").nth(1).unwrap().split(';').next().unwrap();
    assert_eq!(
        lines.next().unwrap().split("http://").nth(1).unwrap(),
        format!("{address}/mail")
    );
    let command = lines.find(|line| line.starts_with("curl "));
    let command = command.expect("the server did not get ready");
    let server = command
        .split(" http://")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    // It prints before it listens for signals, and answers after.
    let alive = client(Duration::from_secs(10)).get(format!("http://{server}/healthz"));
    assert_eq!(alive.send().await.unwrap().status(), 200);
    assert!(TcpStream::connect(address).is_ok());
    assert!(terminate(&mut child).success());
    assert!(TcpStream::connect(address).is_err(), "the shop is still there");
}

#[test]
fn without_the_shop_the_server_is_not_started() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut script = Command::new("sh");
    script
        .arg("examples/run.sh")
        .arg(programs())
        .current_dir(repository());
    script.env("SHOP_BIND", taken.local_addr().unwrap().to_string());
    script.env(
        "SHOP_ARGS",
        format!("--data {}", data.path().join("shop.db").display()),
    );
    let finished = run(&mut script, b"");
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""));
    assert!(
        finished.stderr.contains("make run SHOP_BIND="),
        "{}",
        finished.stderr
    );
}
