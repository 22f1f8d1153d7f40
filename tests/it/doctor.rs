//! `firstline doctor` on installations that are broken in one way each, beside a running server, and where all is well.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use firstline::ports::{Deliveries, Store};
use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnectOptions;

use crate::model_folder;
use crate::store_contract::fixtures::{OnDisk, chat, endpoint};
use crate::support::program::{firstline, program, run};
use crate::support::server::Server;

/// A starter workspace with a conversation, an endpoint, and the secrets of a server that was started once.
fn installed(stored: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = firstline(&["init", folder.path().to_str().unwrap()], b"");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(stored).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), data.join(entry.file_name())).unwrap();
    }
    for name in ["visitor.secret", "code.secret", "admin.key"] {
        fs::write(data.join(name), "0f".repeat(32)).unwrap();
        fs::set_permissions(data.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    folder
}

/// Its exit code, and each check with its state and all that is said of it.
fn doctor(folder: &Path, variables: &[(&str, &str)]) -> (Option<i32>, Vec<[String; 3]>) {
    let mut command = program(folder);
    command
        .args(["doctor", "--json"])
        .env("FIRSTLINE_SERVER__WORKSPACE", "acme")
        .env("FIRSTLINE_SERVER__BIND", "127.0.0.1:0");
    let told = run(command.envs(variables.iter().copied()), b"");
    let json: Value = serde_json::from_str(&told.stdout).unwrap_or_else(|_| panic!("{}", told.stderr));
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let lines = json["checks"].as_array().unwrap().iter().map(|line| {
        let said = format!("{} {}", text(line, "found"), text(line, "mend"));
        [text(line, "check"), text(line, "state"), said]
    });
    (told.code, lines.collect())
}

async fn sql(data: &Path, statement: &'static str) {
    let settings = SqliteConnectOptions::new().filename(data.join("firstline.db"));
    let mut connection = settings.connect().await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// What is broken | the check that finds it | how bad it is | what is said of it.
const BROKEN: &str = "
open folder | data folder   | warning | chmod 700
open secret | secrets       | problem | chmod 600
no secret   | secrets       | problem | does not hold 64 hexadecimal digits
no folder   | data folder   | problem | is not a folder
no database | database      | problem | is not a database; move it away
damaged     | database      | problem | `firstline restore` the newest backup
newer       | database      | problem | was made by a newer Firstline (schema 9999)
disabled    | webhooks      | problem | is disabled: it answered 410 Gone
given up    | webhooks      | warning | 3 deliveries to https://hooks.example/1
clock       | clock         | problem | the newest event was written at 2100-01-01
policy      | knowledge     | problem | policy.yml:
key         | configuration | problem | in_fligth_max
runtime     | onnx runtime  | problem | ONNX Runtime is missing
model       | model         | problem | labels.json is not the file that the card lists
port        | server        | problem | cannot be listened on
";

/// Breaks the installation, if by more than a variable.
async fn break_it(name: &str, folder: &Path) {
    let data = folder.join("data");
    let database = data.join("firstline.db");
    match name {
        "open folder" => fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap(),
        "open secret" => {
            fs::set_permissions(data.join("admin.key"), fs::Permissions::from_mode(0o644)).unwrap();
        }
        "no secret" => fs::write(data.join("visitor.secret"), "sesame").unwrap(),
        "no folder" => {
            fs::remove_dir_all(&data).unwrap();
            fs::write(&data, "a file").unwrap();
        }
        "no database" => fs::write(&database, "a text and no database at all ".repeat(200)).unwrap(),
        "damaged" => {
            let mut bytes = fs::read(&database).unwrap();
            bytes[4096 * 3..4096 * 20].fill(0xA5);
            fs::write(&database, bytes).unwrap();
        }
        "newer" => {
            let later =
                "INSERT INTO _sqlx_migrations VALUES (9999, 'later', CURRENT_TIMESTAMP, TRUE, x'00', 0)";
            sql(&data, later).await;
        }
        "disabled" => sql(&data, "UPDATE endpoints SET disabled = 'it answered 410 Gone'").await,
        "given up" => sql(&data, "UPDATE deliveries SET state = 'exhausted'").await,
        "clock" => sql(&data, "UPDATE events SET at = 4102444800000000").await,
        "policy" => {
            let file = folder.join("knowledge/policy.yml");
            let text = fs::read_to_string(&file)
                .unwrap()
                .replace("answer: 0.", "answer: 7.");
            fs::write(file, text).unwrap();
        }
        "key" => {
            let file = folder.join("firstline.toml");
            let text = fs::read_to_string(&file).unwrap() + "\n[http]\nin_fligth_max = 3\n";
            fs::write(file, text).unwrap();
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_being_broken_is_found_and_nothing_else() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    served.store.add_endpoint(&endpoint(1)).await.unwrap();
    chat(&served.store, 1, 3).await.unwrap();
    served.store.ready().await.unwrap();
    served.stop().await;
    let stored = disk.folder.path();

    let (code, lines) = doctor(installed(stored).path(), &[]);
    assert_eq!(code, Some(0), "{lines:?}");
    let well: Vec<_> = lines
        .iter()
        .filter(|line| line[1] == "ok")
        .map(|line| line[0].clone())
        .collect();
    for check in [
        "configuration",
        "data folder",
        "secrets",
        "knowledge",
        "model",
        "onnx runtime",
        "reading",
    ] {
        assert!(well.iter().any(|found| found == check), "{check}: {lines:?}");
    }
    for check in ["database", "webhooks", "clock", "server"] {
        assert!(well.iter().any(|found| found == check), "{check}: {lines:?}");
    }
    // The machine that tests it may be short of either.
    let machine = ["disk", "open files"];

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let changed = model_folder::copy();
    fs::write(changed.path().join("labels.json"), "{}").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for case in BROKEN.trim().lines() {
        let fields: Vec<&str> = case.split('|').map(str::trim).collect();
        let [name, check, state, says] = fields[..] else {
            panic!("{case}");
        };
        let folder = installed(stored);
        break_it(name, folder.path()).await;
        let variable = match name {
            "runtime" => Some(("FIRSTLINE_PATHS__ONNXRUNTIME", "/nowhere/libonnxruntime.so")),
            "model" => Some(("FIRSTLINE_PATHS__MODEL", changed.path().to_str().unwrap())),
            "port" => Some(("FIRSTLINE_SERVER__BIND", taken.as_str())),
            _ => None,
        };
        let (code, lines) = doctor(folder.path(), variable.as_slice());
        let found = lines.iter().find(|line| line[0] == check && line[1] == state);
        let found = found.unwrap_or_else(|| panic!("{name}: {lines:?}"));
        assert!(found[2].contains(says), "{name}: {found:?}");
        let wrong = i32::from(state == "problem");
        assert_eq!(code, Some(wrong), "{name}: {lines:?}");
        let others = lines
            .iter()
            .filter(|line| line[1] != "ok" && line[0] != check && !machine.contains(&line[0].as_str()));
        // A folder that is a file has no database either.
        assert!(name == "no folder" || others.count() == 0, "{name}: {lines:?}");
    }
}

#[test]
fn beside_a_running_server_it_tells_what_that_says_of_itself() {
    let data = tempfile::tempdir().unwrap();
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let server = Server::start(data.path());
    let on = |arguments: &[&str]| {
        let mut command = program(crate::support::repository());
        run(
            command.env("FIRSTLINE_PATHS__DATA", data.path()).args(arguments),
            b"",
        )
    };
    let told = on(&["doctor", "--server", &server.url]);
    assert_eq!(told.code, Some(0), "{}{}", told.stdout, told.stderr);
    let ready = format!("ok       server         {} is ready", server.url);
    assert!(told.stdout.lines().any(|line| line == ready), "{}", told.stdout);
    let elsewhere = on(&["doctor", "--server", "http://127.0.0.1:9"]);
    assert_eq!(elsewhere.code, Some(1));
    assert!(
        elsewhere.stdout.contains("does not answer at http://127.0.0.1:9"),
        "{}",
        elsewhere.stdout
    );
}
