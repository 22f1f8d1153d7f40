//! The commands around the server, the real binary: configuration, `check`, `init`, `search`, `index`, `key`.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::support::program::{Finished, firstline, program, run};
use crate::support::{copy_folder, repository};

/// Runs in `folder`, which holds what the test put there.
fn run_in(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    run(
        program(folder).args(arguments).envs(variables.iter().copied()),
        b"",
    )
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from:?} is not in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn the_sample_business_passes_check() {
    let check = firstline(&["check"], b"");
    assert_eq!(
        (check.code, check.stdout.as_str()),
        (Some(0), ""),
        "{}",
        check.stderr
    );
    assert!(
        check
            .stderr
            .contains("185 replies, 12 flows, the policy, model support-en"),
        "{}",
        check.stderr
    );
    assert_eq!(firstline(&["check", "--quiet"], b"").stderr, "");
}

#[test]
fn check_names_every_problem_with_file_line_and_key() {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&repository().join("knowledge"), &folder.path().join("knowledge"));
    let knowledge = folder.path().join("knowledge");
    // Their lookups stand in firstline.toml, which is not here.
    std::fs::remove_dir_all(knowledge.join("flows")).unwrap();
    edit(
        &knowledge.join("articles/track-your-order.md"),
        "audience: public",
        "audience: everyone",
    );
    edit(&knowledge.join("policy.yml"), "answer: 0.50", "answer: 50");
    let check = run_in(folder.path(), &["check"], &[]);
    assert_eq!(check.code, Some(1), "{}", check.stderr);
    let lines: Vec<&str> = check.stdout.lines().collect();
    assert!(
        lines[0].starts_with("knowledge/articles/track-your-order.md:5: audience: "),
        "{lines:?}"
    );
    assert_eq!(
        lines[1],
        "knowledge/policy.yml:15: confidence.answer: 50 is not between 0 and 1"
    );
    assert_eq!(
        (lines.len(), check.stderr.as_str()),
        (2, "2 problems\n"),
        "{lines:?}"
    );

    edit(
        &knowledge.join("articles/track-your-order.md"),
        "audience: everyone",
        "audience: public",
    );
    edit(
        &knowledge.join("articles/track-your-order.md"),
        "[track_order]",
        "[trak_order]",
    );
    edit(&knowledge.join("policy.yml"), "answer: 50", "answer: 0.5");
    edit(
        &knowledge.join("replies/bot.yml"),
        "{{ business.name }}",
        "{{ busines.name }}",
    );
    let check = run_in(folder.path(), &["check", "--json"], &[]);
    let found: Value = serde_json::from_str(&check.stdout).unwrap();
    let place = found["problems"][0]["place"].as_str().unwrap();
    assert_eq!(
        (check.code, place),
        (Some(1), "knowledge/replies/bot.yml:4"),
        "{found}"
    );

    edit(
        &knowledge.join("replies/bot.yml"),
        "{{ busines.name }}",
        "{{ business.name }}",
    );
    let check = run_in(folder.path(), &["check"], &[]);
    assert_eq!(
        check.stdout,
        "knowledge/articles/track-your-order.md: intents: the model has no intent `trak_order`; did you mean `track_order`?\n"
    );
}

#[test]
fn check_names_the_problems_of_connectors_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let knowledge = folder.path().join("knowledge");
    copy_folder(&repository().join("knowledge"), &knowledge);
    // They need the lookups of the sample.
    fs::remove_dir_all(knowledge.join("flows")).unwrap();
    let file = folder.path().join("firstline.toml");
    let settings = "[connectors.shop]\nbase_url = \"https://shop.example\"\n\n[connectors.shop.lookups.order]\n\
                    path = \"/orders/{order_number}\"\noutcomes = { 200 = \"ok\", 302 = \"moved\" }\n\
                    fields = { status = \"status\" }\n";
    fs::write(&file, settings).unwrap();
    let check = run_in(folder.path(), &["check"], &[]);
    let lines: Vec<&str> = check.stdout.lines().collect();
    assert_eq!((check.code, lines.len()), (Some(1), 2), "{lines:?}");
    for (line, expected) in lines.iter().zip([
        "firstline.toml:6: connectors.shop.lookups.order.outcomes.302: a redirect is never an answer",
        "firstline.toml:7: connectors.shop.lookups.order.fields.status: \"status\" is no JSON pointer",
    ]) {
        assert!(line.starts_with(expected), "{line}");
    }

    edit(&file, ", 302 = \"moved\"", "");
    edit(&file, "\"status\"", "\"/status\"");
    let check = run_in(folder.path(), &["check"], &[]);
    assert_eq!(
        (check.code, check.stdout.as_str()),
        (Some(0), ""),
        "{}",
        check.stderr
    );
    assert!(
        check.stderr.contains(", 1 lookup: no problems"),
        "{}",
        check.stderr
    );
}

#[test]
fn unknown_and_unfit_settings_are_refused_wherever_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("firstline.toml"),
        "[server]\nbnd = \"127.0.0.1:1\"\n\n[log]\nformat = \"xml\"\n",
    )
    .unwrap();
    let check = run_in(folder.path(), &["check"], &[("FIRSTLINE_STORE__READERS", "many")]);
    let lines: Vec<&str> = check.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "firstline.toml:2: server.bnd: there is no such key; did you mean `bind`?"
    );
    assert!(
        lines[1].starts_with("firstline.toml:5: log.format: unknown variant `xml`, expected one of"),
        "{lines:?}"
    );
    assert!(
        lines[2].starts_with("FIRSTLINE_STORE__READERS: store.readers: invalid type: string \"many\""),
        "{lines:?}"
    );
    assert_eq!((check.code, lines.len()), (Some(1), 3), "{lines:?}");

    let serve = run_in(folder.path(), &["serve"], &[]);
    assert_eq!(serve.code, Some(78));
    assert!(
        serve
            .stderr
            .starts_with("error: the configuration cannot be used:\n  firstline.toml:2: "),
        "{}",
        serve.stderr
    );

    let missing = run_in(folder.path(), &["check", "--config", "other.toml"], &[]);
    assert_eq!(missing.code, Some(78));
    assert!(
        missing.stderr.contains("other.toml cannot be read"),
        "{}",
        missing.stderr
    );
}

#[test]
fn flags_win_over_the_environment_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    fs::write(
        folder.path().join("firstline.toml"),
        format!("[server]\nbind = \"{address}\"\n"),
    )
    .unwrap();
    let refused = format!("error: {address} cannot be listened on");
    let by_file = run_in(folder.path(), &["serve"], &[]);
    assert!(by_file.stderr.starts_with(&refused), "{}", by_file.stderr);
    let free = [("FIRSTLINE_SERVER__BIND", "127.0.0.1:0")];
    let by_environment = run_in(folder.path(), &["serve"], &free);
    assert!(
        by_environment
            .stderr
            .starts_with("error: the knowledge cannot be used"),
        "{}",
        by_environment.stderr
    );
    let by_flag = run_in(folder.path(), &["serve", "--bind", &address], &free);
    assert!(by_flag.stderr.starts_with(&refused), "{}", by_flag.stderr);
}

#[test]
fn init_writes_a_workspace_that_passes_check_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let init = run_in(folder.path(), &["init", "shop"], &[]);
    assert_eq!(
        (init.code, init.stdout.lines().count()),
        (Some(0), 9),
        "{}",
        init.stderr
    );
    let shop = folder.path().join("shop");
    let check = run_in(&shop, &["check"], &[]);
    assert_eq!(
        (check.code, check.stdout.as_str()),
        (Some(0), ""),
        "{}",
        check.stderr
    );
    let replay = run_in(&shop, &["replay", "transcripts"], &[]);
    assert_eq!(
        (replay.code, replay.stdout.as_str()),
        (Some(0), "1 conversations, 1 as written\n"),
        "{}",
        replay.stderr
    );

    fs::write(shop.join("firstline.toml"), "# mine\n").unwrap();
    let again = run_in(&shop, &["init"], &[]);
    assert_eq!(again.code, Some(2));
    assert!(
        again
            .stderr
            .contains("firstline.toml is there already, and nothing was written"),
        "{}",
        again.stderr
    );
    assert_eq!(
        fs::read_to_string(shop.join("firstline.toml")).unwrap(),
        "# mine\n"
    );
}

#[test]
fn search_shows_scores_and_citations() {
    let found = firstline(
        &[
            "search", "--json", "--limit", "1", "can", "I", "swap", "a", "helmet", "for", "another", "size",
        ],
        b"",
    );
    let hit: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(hit["citation"]["passage"], "my-helmet-doesnt-fit", "{hit}");
    let by_intent = firstline(&["search", "--intent", "track_order", "wheres my stuff"], b"");
    assert!(
        by_intent
            .stdout
            .contains("  track-your-order#intro  Track your order\n"),
        "{}",
        by_intent.stdout
    );
    let internal = ["search", "goodwill resend or refund limits for agents"];
    assert!(!firstline(&internal, b"").stdout.contains("(internal)"));
    let internal = firstline(&[&internal[..], &["--internal"]].concat(), b"");
    assert!(internal.stdout.contains("(internal)"), "{}", internal.stdout);
    // Whatever means a little of the same is found, and its score says how little it is.
    let nothing = firstline(&["search", "--json", "xylophone"], b"");
    for line in nothing.stdout.lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        assert!(hit["score"].as_f64().unwrap() < 0.3, "{hit}");
    }
}

#[test]
fn an_index_is_built_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("index");
    let build = || firstline(&["index", "--json", place.to_str().unwrap()], b"");
    let (first, second): (Value, Value) = (
        serde_json::from_str(&build().stdout).unwrap(),
        serde_json::from_str(&build().stdout).unwrap(),
    );
    assert_eq!(
        (&first["reused"], &second["reused"]),
        (&Value::Bool(false), &Value::Bool(true))
    );
    assert_eq!(first["passages"], second["passages"]);
    assert!(first["passages"].as_u64() > first["articles"].as_u64(), "{first}");
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let key = |arguments: &[&str]| run_in(folder.path(), &[&["key"], arguments].concat(), &[]);
    let added = key(&["add", "ana", "--role", "agent"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(
        added.stdout.starts_with("fl_") && added.stdout.trim_end().len() == 46,
        "{}",
        added.stdout
    );
    let listed: Value = serde_json::from_str(&key(&["list", "--json"]).stdout).unwrap();
    assert_eq!(
        (&listed["name"], &listed["role"]),
        (&"ana".into(), &"agent".into())
    );
    let id = listed["id"].as_str().unwrap();
    assert_eq!(key(&["revoke", id]).stderr, format!("{id} is no longer valid\n"));
    assert_eq!(key(&["list"]).stdout, "");
    assert_eq!(key(&["revoke", id]).code, Some(70));
    assert_eq!(key(&["add", "ana maria", "--role", "agent"]).code, Some(2));
    assert_eq!(key(&["add", "ana", "--role", "boss"]).code, Some(2));
}
