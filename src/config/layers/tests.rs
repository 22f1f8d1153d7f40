//! Settings laid over one another, and what is said of those that do not fit.

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
struct Small {
    server: Server,
    /// Open.
    systems: BTreeMap<String, System>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct System {
    url: String,
    #[serde(default)]
    limits: BTreeMap<String, u8>,
}

#[derive(Debug, Deserialize)]
struct Server {
    bind: std::net::SocketAddr,
    threads: u8,
}

const DEFAULTS: &str = "[server]\nbind = \"127.0.0.1:8080\"\nthreads = 2\n[systems]\n";

fn laid(file: &str, environment: &[(&str, &str)]) -> Result<Small, String> {
    placed(file, environment).map(|(small, _)| small)
}

fn placed(file: &str, environment: &[(&str, &str)]) -> Result<(Small, Places), String> {
    let mut places = Places::of_file("f.toml", file);
    let defaults: Table = DEFAULTS.parse().unwrap();
    let mut settings = settings_of_file("f.toml", file).map_err(|problem| problem.to_string())?;
    let variables = environment
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    settings.extend(settings_of_environment(&variables));
    match lay::<Small>(&defaults, settings, &mut places) {
        Ok(table) => Ok((Small::deserialize(table).unwrap(), places)),
        Err(problems) => Err(problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")),
    }
}

#[test]
fn later_layers_win() {
    let small = laid("", &[]).unwrap().server;
    assert_eq!((small.bind.port(), small.threads), (8080, 2));
    let small = laid("[server]\nthreads = 3\n", &[]).unwrap().server;
    assert_eq!(small.threads, 3);
    let environment = [
        ("FIRSTLINE_SERVER__THREADS", "4"),
        ("FIRSTLINE_SERVER__BIND", "[::1]:1"),
    ];
    let small = laid("[server]\nthreads = 3\n", &environment).unwrap().server;
    assert_eq!((small.bind.port(), small.threads), (1, 4));
}

#[test]
fn variables_of_others_are_left_alone() {
    assert!(
        laid(
            "",
            &[("FIRSTLINE_PORT", "tcp://10.0.0.1:80"), ("SERVER__BIND", "x")]
        )
        .is_ok()
    );
}

#[test]
fn every_problem_says_where_it_stands_and_how_to_mend_it() {
    let error = laid(
        "[server]\n\nbnd = \"x\"\nthreads = 300\n[serve]\nbind = 1\n",
        &[
            ("FIRSTLINE_SERVER__BIND", "8080"),
            ("FIRSTLINE_SERVER__COLOUR", "red"),
        ],
    );
    let error = error.unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(
        lines[0],
        "f.toml:3: server.bnd: there is no such key; did you mean `bind`?"
    );
    assert!(
        lines[1].starts_with("f.toml:4: server.threads: invalid value: integer `300`"),
        "{error}"
    );
    assert!(lines[1].ends_with("; the default is 2"), "{error}");
    assert_eq!(
        lines[2],
        "f.toml:6: serve.bind: there is no such section; did you mean `server`?"
    );
    assert_eq!(
        lines[3],
        "FIRSTLINE_SERVER__BIND: server.bind: invalid socket address syntax; the default is \"127.0.0.1:8080\""
    );
    assert_eq!(
        lines[4],
        "FIRSTLINE_SERVER__COLOUR: server.colour: there is no such key; known are: bind, threads"
    );
    assert_eq!(lines.len(), 5);
}

const SYSTEMS: &str = "[systems.shop]\nurl = \"https://a.example\"\n[systems.shop.limits]\n\nrate = 3\n";

#[test]
fn in_an_open_section_the_operator_chooses_the_keys() {
    let environment = [
        ("FIRSTLINE_SYSTEMS__SHOP__URL", "7"),
        ("FIRSTLINE_SYSTEMS__SHOP__LIMITS__SIZE", "7"),
        ("FIRSTLINE_SYSTEMS__BANK__URL", "https://b.example"),
    ];
    let (small, places) = placed(SYSTEMS, &environment).unwrap();
    let shop = &small.systems["shop"];
    assert_eq!(
        (shop.url.as_str(), small.systems["bank"].url.as_str()),
        ("7", "https://b.example")
    );
    assert_eq!(
        shop.limits,
        [("rate".to_owned(), 3), ("size".to_owned(), 7)].into()
    );
    for (path, place) in [
        ("systems.shop.limits.rate", "f.toml:5"),
        (
            "systems.shop.limits.size",
            "FIRSTLINE_SYSTEMS__SHOP__LIMITS__SIZE",
        ),
        ("systems.shop.other.0", "f.toml:1"),
        ("systems.shop.url", "FIRSTLINE_SYSTEMS__SHOP__URL"),
        ("elsewhere", "f.toml"),
    ] {
        assert_eq!(places.of(path), place, "{path}");
    }
}

#[test]
fn a_problem_in_an_open_section_names_the_key_that_it_is_about() {
    for (file, environment, expected) in [
        (
            "[systems.a]\n\nurl = 1\n",
            None,
            "f.toml:3: systems.a.url: invalid type",
        ),
        (
            "[systems.a]\nurl = \"\"\nurk = 1\n",
            None,
            "f.toml:3: systems.a.urk: unknown field `urk`",
        ),
        ("[systems.a]\n", None, "f.toml:1: systems.a: missing field `url`"),
        (
            SYSTEMS,
            Some("FIRSTLINE_SYSTEMS__SHOP__LIMITS__RATE"),
            "FIRSTLINE_SYSTEMS__SHOP__LIMITS__RATE: systems.shop",
        ),
        (
            SYSTEMS,
            Some("FIRSTLINE_SYSTEMS__SHOP__URL__X"),
            "FIRSTLINE_SYSTEMS__SHOP__URL__X: systems.shop.url: invalid",
        ),
        (
            SYSTEMS,
            Some("FIRSTLINE_SERVER__BIND__X"),
            "FIRSTLINE_SERVER__BIND__X: server.bind.x: there is no such key",
        ),
    ] {
        let environment: Vec<(&str, &str)> = environment.into_iter().map(|name| (name, "300")).collect();
        let error = laid(file, &environment).unwrap_err();
        assert!(
            error.starts_with(expected) && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    let error = laid("[server]\nbind = \n", &[]).unwrap_err();
    assert!(error.starts_with("f.toml:2: "), "{error}");
    let error = laid("bind = 1\n", &[]).unwrap_err();
    assert!(
        error.starts_with("f.toml:1: ") && error.contains("settings stand in tables"),
        "{error}"
    );
}
