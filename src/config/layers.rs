//! Settings laid over one another: defaults, file, environment, flags. Pure: texts in, a table out. What a
//! setting means is not known here; which exist is read off the defaults, so nothing is listed twice.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use similar::get_close_matches;
use toml::{Spanned, Table, Value};

/// How alike, from 0 to 1, a known key must be to be worth proposing.
const ALIKE: f32 = 0.6;

/// A setting that cannot be used. Printed as `place: key: message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// `firstline.toml:3`, an environment variable or a flag.
    pub place: String,
    /// `section.key`, or empty when the file as a whole cannot be read.
    pub key: String,
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.place, self.message)
        } else {
            write!(f, "{}: {}: {}", self.place, self.key, self.message)
        }
    }
}

/// One value that was given somewhere.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) place: String,
    pub(super) section: String,
    pub(super) key: String,
    pub(super) given: Given,
}

/// How it was written: in TOML, or as plain text that becomes what the default is.
#[derive(Debug)]
pub(super) enum Given {
    Toml(Value),
    Text(String),
}

/// A configuration file: tables of keys, with the place of each.
type Document = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Value>>>;

/// The settings of a file, in the order in which they stand there. `name` is what problems call it.
pub(super) fn settings_of_file(name: &str, text: &str) -> Result<Vec<Setting>, ConfigProblem> {
    let place = |offset: usize| format!("{name}:{}", text[..offset].matches('\n').count() + 1);
    let document: Document = toml::from_str(text).map_err(|error| ConfigProblem {
        place: place(error.span().map_or(0, |span| span.start)),
        key: String::new(),
        message: format!(
            "{}; settings stand in tables: `[server]`, then `bind = \"…\"`",
            error.message()
        ),
    })?;
    let mut settings = Vec::new();
    for (section, keys) in &document {
        for (key, value) in keys {
            let at = key.span().start;
            settings.push((at, section.get_ref(), key.get_ref(), value.get_ref()));
        }
    }
    settings.sort_by_key(|(at, ..)| *at);
    let settings = settings.into_iter().map(|(at, section, key, value)| Setting {
        place: place(at),
        section: section.clone(),
        key: key.clone(),
        given: Given::Toml(value.clone()),
    });
    Ok(settings.collect())
}

/// `FIRSTLINE_SECTION__KEY`. Names without `__` are left alone: container platforms set some of their own.
pub(super) fn settings_of_environment(variables: &BTreeMap<String, String>) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (name, text) in variables {
        let dotted = name
            .strip_prefix("FIRSTLINE_")
            .and_then(|rest| rest.split_once("__"));
        if let Some((section, key)) = dotted {
            settings.push(Setting {
                place: name.clone(),
                section: section.to_ascii_lowercase(),
                key: key.to_ascii_lowercase(),
                given: Given::Text(text.clone()),
            });
        }
    }
    settings
}

/// Lays the settings over the defaults, later ones over earlier ones. Each is tried by itself, so that a problem
/// names the one place that has to be mended.
pub(super) fn lay<T: DeserializeOwned>(
    defaults: &Table,
    settings: Vec<Setting>,
) -> Result<Table, Vec<ConfigProblem>> {
    let mut table = defaults.clone();
    let mut problems = Vec::new();
    for setting in settings {
        if let Err(message) = lay_one::<T>(defaults, &mut table, &setting) {
            problems.push(ConfigProblem {
                place: setting.place,
                key: format!("{}.{}", setting.section, setting.key),
                message,
            });
        }
    }
    if problems.is_empty() {
        Ok(table)
    } else {
        Err(problems)
    }
}

fn lay_one<T: DeserializeOwned>(
    defaults: &Table,
    table: &mut Table,
    setting: &Setting,
) -> Result<(), String> {
    let Some(Value::Table(section)) = defaults.get(&setting.section) else {
        return Err(format!(
            "there is no such section; {}",
            nearest(&setting.section, defaults)
        ));
    };
    let Some(default) = section.get(&setting.key) else {
        return Err(format!(
            "there is no such key; {}",
            nearest(&setting.key, section)
        ));
    };
    let value = match &setting.given {
        Given::Toml(value) => value.clone(),
        Given::Text(text) => value_of_text(text, default),
    };
    let mut changed = table.clone();
    if let Some(Value::Table(section)) = changed.get_mut(&setting.section) {
        section.insert(setting.key.clone(), value);
    }
    match T::deserialize(changed.clone()) {
        Ok(_) => {
            *table = changed;
            Ok(())
        }
        Err(error) => Err(format!("{}; the default is {default}", error.message())),
    }
}

/// Text stays text where the default is text; elsewhere it is read as TOML, and if it is none, the type is wrong
/// and the text shows it.
fn value_of_text(text: &str, default: &Value) -> Value {
    if default.is_str() {
        return Value::String(text.to_owned());
    }
    let parsed = toml::from_str::<Table>(&format!("value = {text}"));
    let value = parsed.ok().and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn nearest(wrong: &str, known: &Table) -> String {
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    match get_close_matches(wrong, &names, 1, ALIKE).first() {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known are: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Small {
        server: Server,
    }

    #[derive(Debug, Deserialize)]
    struct Server {
        bind: std::net::SocketAddr,
        threads: u8,
    }

    const DEFAULTS: &str = "[server]\nbind = \"127.0.0.1:8080\"\nthreads = 2\n";

    fn laid(file: &str, environment: &[(&str, &str)]) -> Result<Small, String> {
        let defaults: Table = DEFAULTS.parse().unwrap();
        let mut settings = settings_of_file("f.toml", file).map_err(|problem| problem.to_string())?;
        let variables = environment
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        settings.extend(settings_of_environment(&variables));
        match lay::<Small>(&defaults, settings) {
            Ok(table) => Ok(Small::deserialize(table).unwrap()),
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
}
