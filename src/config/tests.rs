//! What the reference says, which layer wins, and where things are looked for.

use super::*;

fn environment(variables: &[(&str, &str)], executable: &str) -> Environment {
    Environment {
        variables: variables
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect(),
        executable: Some(PathBuf::from(executable)),
    }
}

fn paths(text: &str, environment: &Environment) -> Paths {
    let mut config = layered(FILE, text, &BTreeMap::new(), &[]).unwrap();
    config.paths.find(Path::new("/shop"), environment);
    config.paths
}

#[test]
fn the_reference_says_what_the_modules_default_to() {
    let config = layered(FILE, "", &BTreeMap::new(), &[]).unwrap();
    assert_eq!(config.server.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.workspace.as_str(), "default");
    assert_eq!(config.classifier, classify::Options::default());
    assert_eq!(config.store, sqlite::Options::default());
    assert_eq!(config.http, http::state::Options::default());
    assert_eq!(config.identity, identity::Options::default());
    assert_eq!(
        format!("{:?}", config.webhooks),
        format!("{:?}", outbox::Options::default())
    );
    assert_eq!(config.lookups, lookups::Options::default());
    assert_eq!(config.connectors, connect::Options::default());
    assert_eq!(
        format!("{:?}", config.log),
        format!("{:?}", telemetry::Options::default())
    );
}

/// The example is a comment: here it is read as what it shows.
#[test]
fn the_example_of_a_connector_is_what_the_defaults_are() {
    let (_, example) = DEFAULTS.split_once("# [connectors.shop]\n").unwrap();
    let (example, _) = example.split_once("\n\n").unwrap();
    let example: Vec<&str> = example
        .lines()
        .map(|line| line.strip_prefix('#').unwrap_or(line))
        .collect();
    let file = format!("[connectors.shop]\n{}\n", example.join("\n"));
    let config = layered(FILE, &file, &BTreeMap::new(), &[]).unwrap();
    let shop = &config.connectors.connectors["shop"];
    let defaults = connect::ConnectorOptions {
        base_url: shop.base_url.clone(),
        headers: shop.headers.clone(),
        lookups: shop.lookups.clone(),
        ..connect::ConnectorOptions::default()
    };
    assert_eq!(*shop, defaults);
    let environment = [("SHOP_TOKEN".to_owned(), "token".to_owned())].into();
    let connectors = connect::Connectors::new(&config.connectors, &environment).unwrap();
    assert_eq!(connectors.specs().len(), 1);
    let problems = connect::Connectors::new(&config.connectors, &BTreeMap::new()).unwrap_err();
    let problem = config.problem(problems[0].key.clone(), problems[0].message.clone());
    assert!(
        problem.to_string().starts_with(
            "firstline.toml:5: connectors.shop.headers.authorization: the environment variable SHOP_TOKEN is not set"
        ),
        "{problem}"
    );
}

#[test]
fn flags_win_over_the_environment_over_the_file() {
    let file = "[server]\nbind = \"127.0.0.1:1\"\nworkspace = \"shop\"\npublic_url = \"https://a.example\"\n";
    let variables = [
        ("FIRSTLINE_SERVER__BIND", "127.0.0.1:2"),
        ("FIRSTLINE_SERVER__WORKSPACE", "b"),
    ];
    let variables = variables.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
    let flags = [("--bind", "server", "bind", "127.0.0.1:3".to_owned())];
    let server = layered(FILE, file, &variables, &flags).unwrap().server;
    assert_eq!(server.bind.port(), 3);
    assert_eq!(server.workspace.as_str(), "b");
    assert_eq!(server.public_url, "https://a.example");
}

#[test]
fn values_are_checked_where_they_stand() {
    let problems = layered(FILE, "[server]\nworkspace = \"my shop\"\n", &BTreeMap::new(), &[]).unwrap_err();
    assert_eq!(
        problems[0].to_string(),
        "firstline.toml:2: server.workspace: \"my shop\" is not a valid workspace id: use letters, digits, _ and - \
         only; the default is \"default\""
    );
}

#[test]
fn a_secret_that_is_named_must_be_there_and_long_enough() {
    let secret = |file: &str| {
        let mut config = layered(FILE, file, &BTreeMap::new(), &[]).unwrap();
        let variables = [("SHORT", "abc"), ("LONG", "0123456789abcdef0123456789abcdef")];
        config.variables = Variables(variables.map(|(n, v)| (n.to_owned(), v.to_owned())).into());
        config.identity_secret().map_err(|problem| problem.to_string())
    };
    assert!(secret("").unwrap().is_none());
    assert!(secret("[identity]\nsecret_env = \"LONG\"\n").unwrap().is_some());
    for (name, says) in [
        (
            "SHORT",
            "the environment variable SHORT: the secret has 3 bytes; give at least 32, from",
        ),
        (
            "NONE",
            "there is no environment variable NONE; set it, or leave this empty",
        ),
    ] {
        let problem = secret(&format!("[identity]\nsecret_env = \"{name}\"\n")).unwrap_err();
        assert!(
            problem.starts_with(&format!("firstline.toml:2: identity.secret_env: {says}")),
            "{problem}"
        );
    }
}

#[test]
fn the_runtime_is_looked_for_in_order() {
    let program = "/opt/firstline/target/release/firstline";
    let named = paths(
        "[paths]\nonnxruntime = \"lib/ort.so\"\n",
        &environment(&[("ORT_DYLIB_PATH", "/x")], program),
    );
    assert_eq!(named.onnxruntime, [PathBuf::from("/shop/lib/ort.so")]);
    let variable = paths("", &environment(&[("ORT_DYLIB_PATH", "/x")], program));
    assert_eq!(variable.onnxruntime, [PathBuf::from("/x")]);
    let searched = paths("", &environment(&[("HOME", "/home/ana")], program)).onnxruntime;
    assert_eq!(
        searched[0],
        Path::new("/shop/.cache/onnxruntime/libonnxruntime.so.1.31.1")
    );
    assert_eq!(
        searched[3],
        Path::new("/opt/firstline/.cache/onnxruntime/libonnxruntime.so.1.31.1")
    );
    assert_eq!(
        searched.last().unwrap(),
        Path::new("/home/ana/.cache/firstline/libonnxruntime.so.1.31.1")
    );
}
