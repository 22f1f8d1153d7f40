//! Settings laid over one another: defaults, file, environment, flags. Pure: texts in, a table out. What a
//! setting means is not known here; which exist is read off the defaults, so nothing is listed twice.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use similar::get_close_matches;
use toml::{Spanned, Table, Value};

use crate::config::places::{Places, place_in};

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
    /// The keys below it, where only a part of a table is given.
    pub(super) deeper: Vec<String>,
    pub(super) given: Given,
}

impl Setting {
    fn path(&self) -> Vec<String> {
        let mut path = vec![self.section.clone(), self.key.clone()];
        path.extend(self.deeper.iter().cloned());
        path
    }
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
    let place = |offset: usize| place_in(name, text, offset);
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
        deeper: Vec::new(),
        given: Given::Toml(value.clone()),
    });
    Ok(settings.collect())
}

/// `FIRSTLINE_SECTION__KEY`, and so on downwards. Names without `__` are left alone: container platforms set some of
/// their own.
pub(super) fn settings_of_environment(variables: &BTreeMap<String, String>) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (name, text) in variables {
        let dotted = name
            .strip_prefix("FIRSTLINE_")
            .and_then(|rest| rest.split_once("__"));
        if let Some((section, keys)) = dotted {
            let mut keys = keys.split("__").map(str::to_ascii_lowercase);
            settings.push(Setting {
                place: name.clone(),
                section: section.to_ascii_lowercase(),
                key: keys.next().unwrap_or_default(),
                deeper: keys.collect(),
                given: Given::Text(text.clone()),
            });
        }
    }
    settings
}

/// Lays the settings over the defaults, later ones over earlier ones. Each is tried by itself, so that a problem
/// names the one place that has to be mended. What is laid over the file is noted in `places`.
pub(super) fn lay<T: DeserializeOwned>(
    defaults: &Table,
    settings: Vec<Setting>,
    places: &mut Places,
) -> Result<Table, Vec<ConfigProblem>> {
    let mut table = defaults.clone();
    let mut problems = Vec::new();
    for setting in settings {
        match lay_one::<T>(defaults, &mut table, &setting, places) {
            Ok(()) if matches!(setting.given, Given::Text(_)) => {
                places.lay(setting.path().join("."), setting.place);
            }
            Ok(()) => {}
            Err(problem) => problems.push(problem),
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
    places: &Places,
) -> Result<(), ConfigProblem> {
    let path = setting.path();
    let refuse = |message: String| ConfigProblem {
        place: setting.place.clone(),
        key: path.join("."),
        message,
    };
    let Some(Value::Table(section)) = defaults.get(&setting.section) else {
        let nearest = nearest(&setting.section, defaults);
        return Err(refuse(format!("there is no such section; {nearest}")));
    };
    // In a section that is empty by default the operator chooses the keys.
    let is_open = section.is_empty();
    let default = section.get(&setting.key).filter(|_| setting.deeper.is_empty());
    if default.is_none() && !is_open {
        let nearest = nearest(&setting.key, section);
        return Err(refuse(format!("there is no such key; {nearest}")));
    }
    let value = match &setting.given {
        Given::Toml(value) => value.clone(),
        Given::Text(text) => value_of_text(text, default.or_else(|| at(table, &path))),
    };
    let mut changed = table.clone();
    put(&mut changed, &path, value);
    let problem = match serde_path_to_error::deserialize::<_, T>(changed.clone()) {
        Ok(_) => {
            *table = changed;
            return Ok(());
        }
        Err(error) => error,
    };
    let message = problem.inner().message();
    if let Some(default) = default {
        return Err(refuse(format!("{message}; the default is {default}")));
    }
    let key = problem.path().to_string();
    let place = match setting.given {
        Given::Toml(_) => places.of(&key).to_owned(),
        Given::Text(_) => setting.place.clone(),
    };
    let message = message.to_owned();
    Err(ConfigProblem { place, key, message })
}

/// What stands at this path now.
fn at<'a>(table: &'a Table, path: &[String]) -> Option<&'a Value> {
    let (first, deeper) = path.split_first()?;
    deeper
        .iter()
        .try_fold(table.get(first)?, |value, key| value.get(key))
}

/// Puts the value there, with the tables on the way.
fn put(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, deeper @ ..] => {
            let inner = table
                .entry(key.clone())
                .or_insert_with(|| Value::Table(Table::new()));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            if let Value::Table(inner) = inner {
                put(inner, deeper, value);
            }
        }
    }
}

/// Text stays text where there is text already; elsewhere it is read as TOML, and if it is none, it is text too: where
/// that is the wrong type, the text shows it.
fn value_of_text(text: &str, before: Option<&Value>) -> Value {
    if before.is_some_and(Value::is_str) {
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
mod tests;
