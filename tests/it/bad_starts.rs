//! Every way in which a start can fail: its exit code, and what it tells the operator to do.

use std::fs;
use std::net::TcpListener;

use crate::model_folder;
use crate::support::program::{firstline, program, run};
use crate::support::repository;

/// The start must fail with this code and say this, on one line that begins with `error:`.
fn start_fails(variables: &[(&str, &str)], code: i32, says: &[&str]) {
    let data = tempfile::tempdir().unwrap();
    let mut command = program(repository());
    command
        .args(["serve", "--bind", "127.0.0.1:0"])
        .env("FIRSTLINE_PATHS__DATA", data.path());
    let started = run(command.envs(variables.iter().copied()), b"");
    assert_eq!(started.code, Some(code), "{variables:?}: {}", started.stderr);
    assert!(
        started.stderr.starts_with("error: ") && started.stdout.is_empty(),
        "{variables:?}: {}",
        started.stderr
    );
    for part in says {
        assert!(
            started.stderr.contains(part),
            "{part:?} is missing in {}",
            started.stderr
        );
    }
}

#[test]
fn a_start_without_a_fitting_model_or_runtime_says_what_to_do() {
    let model = |folder: &tempfile::TempDir, says: &[&str]| {
        start_fails(
            &[("FIRSTLINE_PATHS__MODEL", folder.path().to_str().unwrap())],
            78,
            says,
        );
    };
    start_fails(
        &[("FIRSTLINE_PATHS__MODEL", "/nowhere")],
        78,
        &["there is no model folder at /nowhere", "firstline.toml"],
    );
    let incomplete = model_folder::copy();
    fs::remove_file(incomplete.path().join("model.onnx")).unwrap();
    model(&incomplete, &["model.onnx cannot be read", "restore the file"]);
    let changed = model_folder::copy();
    fs::write(changed.path().join("labels.json"), "{}").unwrap();
    model(
        &changed,
        &[
            "labels.json is not the file that the card lists",
            "restore the file",
        ],
    );
    let runtime = [("FIRSTLINE_PATHS__ONNXRUNTIME", "/nowhere/libonnxruntime.so")];
    start_fails(
        &runtime,
        78,
        &[
            "ONNX Runtime is missing; looked for /nowhere/libonnxruntime.so",
            "make run",
        ],
    );
}

#[test]
fn a_start_with_connectors_that_cannot_work_says_what_to_do() {
    let inside = ("FIRSTLINE_CONNECTORS__BANK__BASE_URL", "https://10.0.0.1/");
    let secret = (
        "FIRSTLINE_CONNECTORS__BANK__HEADERS__AUTHORIZATION",
        "Bearer ${BANK_TOKEN}",
    );
    start_fails(
        &[inside, secret],
        78,
        &[
            "FIRSTLINE_CONNECTORS__BANK__BASE_URL: connectors.bank.base_url: 10.0.0.1 is at 10.0.0.1, which is not a \
             public address; it can be allowed by `networks`",
            "connectors.bank.headers.authorization: the environment variable BANK_TOKEN is not set",
        ],
    );
}

#[test]
fn a_start_on_a_taken_port_or_a_bad_data_folder_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = firstline(&["serve", "--bind", &address], b"");
    assert_eq!(serve.code, Some(70));
    let says = format!(
        "error: {address} cannot be listened on; stop what uses it, or give another with --bind or server.bind"
    );
    assert!(serve.stderr.starts_with(&says), "{}", serve.stderr);

    let file = tempfile::NamedTempFile::new().unwrap();
    let file = file.path().to_str().unwrap();
    start_fails(&[("FIRSTLINE_PATHS__DATA", file)], 70, &[file, "is not a folder"]);
    let below = format!("{file}/data");
    start_fails(
        &[("FIRSTLINE_PATHS__DATA", &below)],
        70,
        &[&below, "cannot be used", "may create and write in"],
    );
    start_fails(
        &[("FIRSTLINE_PATHS__DATA", "/proc/firstline")],
        70,
        &["/proc/firstline cannot be used"],
    );
}

#[tokio::test]
async fn a_start_on_a_newer_database_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let mut add = program(repository());
    add.args(["key", "add", "ana", "--role", "agent"])
        .env("FIRSTLINE_PATHS__DATA", folder);
    let added = run(&mut add, b"");
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let database = data.path().join("firstline.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", database.display()))
        .await
        .unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (999999, 'later', TRUE, X'00', 0)";
    sqlx::query(newer).execute(&pool).await.unwrap();
    pool.close().await;
    let before = fs::read(&database).unwrap();
    start_fails(
        &[("FIRSTLINE_PATHS__DATA", folder)],
        78,
        &["made by a newer Firstline", "restore a backup"],
    );
    assert_eq!(fs::read(&database).unwrap(), before);
}

#[test]
fn a_start_with_an_identity_secret_that_is_none_says_what_to_do() {
    let named = ("FIRSTLINE_IDENTITY__SECRET_ENV", "SHOP_IDENTITY");
    start_fails(
        &[named],
        78,
        &["identity.secret_env: there is no environment variable SHOP_IDENTITY; set it, or"],
    );
    start_fails(
        &[named, ("SHOP_IDENTITY", "sesame")],
        78,
        &["variable SHOP_IDENTITY: the secret has 6 bytes; give at least 32, from `openssl rand -hex 32`"],
    );
}

#[test]
fn a_start_with_half_an_identity_provider_says_what_is_missing() {
    start_fails(
        &[
            ("FIRSTLINE_OIDC__ISSUER", "http://login.example.com"),
            ("FIRSTLINE_OIDC__CLIENT_SECRET_ENV", "SHOP_OIDC"),
        ],
        78,
        &[
            "oidc.client_secret_env: there is no environment variable SHOP_OIDC; set it, or",
            "oidc.issuer: the URL starts with http://; give https://",
            "oidc.client_id: give the name",
            "oidc.roles: give at least one group",
        ],
    );
}
