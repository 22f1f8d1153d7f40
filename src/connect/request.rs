//! What is sent for a lookup: URL and body, made of templates and the arguments at hand. Knows nothing of sending.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, Url};
use serde_json::Value;

use crate::connect::problem::Problems;
use crate::connect::template::{Arguments, FillError, PathTemplate, Template};

#[derive(Debug)]
pub(super) struct RequestTemplate {
    pub(super) method: Method,
    pub(super) path: PathTemplate,
    pub(super) query: BTreeMap<String, Template>,
    pub(super) body: Option<BodyTemplate>,
    /// Arguments without which nothing is sent, wherever they stand: an empty `customer` would ask about everybody.
    pub(super) needed: Vec<&'static str>,
}

/// Not to be shown: it holds what a customer said.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    /// JSON.
    pub(super) body: Option<String>,
}

impl RequestTemplate {
    /// The arguments that it needs.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let mut names = self.path.names();
        names.extend(self.query.values().flat_map(Template::names));
        names.extend(self.body.iter().flat_map(BodyTemplate::names));
        names
    }

    /// `base` has no query; paths are put behind its own.
    pub(super) fn fill(&self, base: &Url, arguments: &Arguments) -> Result<Request, FillError> {
        for name in &self.needed {
            if arguments.get(*name).is_some_and(String::is_empty) {
                return Err(FillError::Empty((*name).to_owned()));
            }
        }
        let mut url = base.clone();
        let path = self.path.fill(arguments)?;
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        for (name, template) in &self.query {
            if let Some(value) = template.fill(arguments)? {
                url.query_pairs_mut().append_pair(name, &value);
            }
        }
        let body = self.body.as_ref().map(|body| body.fill(arguments)).transpose()?;
        Ok(Request {
            method: self.method.clone(),
            url,
            body: body.flatten().map(|body| body.to_string()),
        })
    }
}

#[derive(Debug)]
pub(super) enum BodyTemplate {
    Text(Template),
    Plain(Value),
    List(Vec<Self>),
    Table(BTreeMap<String, Self>),
}

impl BodyTemplate {
    fn parse(value: &toml::Value, key: &str, problems: &mut Problems) -> Option<Self> {
        match value {
            toml::Value::String(text) => problems.take(key, Template::parse(text)).map(Self::Text),
            toml::Value::Integer(number) => Some(Self::Plain((*number).into())),
            toml::Value::Float(number) if !number.is_finite() => {
                problems.add(key, format!("{number} is no number in JSON; give one that is"));
                None
            }
            toml::Value::Float(number) => Some(Self::Plain((*number).into())),
            toml::Value::Boolean(truth) => Some(Self::Plain((*truth).into())),
            toml::Value::Datetime(time) => Some(Self::Plain(time.to_string().into())),
            toml::Value::Array(items) => {
                let items = (0..).zip(items);
                let items =
                    items.filter_map(|(at, item)| Self::parse(item, &format!("{key}.{at}"), problems));
                Some(Self::List(items.collect()))
            }
            toml::Value::Table(table) => Some(Self::parse_table(table, key, problems)),
        }
    }

    /// What is wrong is added to `problems` under `key`.
    pub(super) fn parse_table(table: &toml::Table, key: &str, problems: &mut Problems) -> Self {
        let mut parsed = BTreeMap::new();
        for (name, value) in table {
            if let Some(value) = Self::parse(value, &format!("{key}.{name}"), problems) {
                parsed.insert(name.clone(), value);
            }
        }
        Self::Table(parsed)
    }

    fn names(&self) -> BTreeSet<String> {
        match self {
            Self::Text(template) => template.names(),
            Self::Plain(_) => BTreeSet::new(),
            Self::List(items) => items.iter().flat_map(Self::names).collect(),
            Self::Table(table) => table.values().flat_map(Self::names).collect(),
        }
    }

    /// `None` where it is to be left out.
    fn fill(&self, arguments: &Arguments) -> Result<Option<Value>, FillError> {
        Ok(Some(match self {
            Self::Text(template) => return Ok(template.fill(arguments)?.map(Value::String)),
            Self::Plain(value) => value.clone(),
            Self::List(items) => {
                let items = items.iter().filter_map(|item| item.fill(arguments).transpose());
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Table(table) => {
                let mut filled = serde_json::Map::new();
                for (name, value) in table {
                    filled.extend(value.fill(arguments)?.map(|value| (name.clone(), value)));
                }
                Value::Object(filled)
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A POST to `/o/{order}?day={day}` with this body.
    fn template(body: &str) -> RequestTemplate {
        let mut problems = Problems::default();
        let body = BodyTemplate::parse_table(&toml::from_str(body).unwrap(), "body", &mut problems);
        assert!(problems.into_vec().is_empty());
        RequestTemplate {
            method: Method::POST,
            path: PathTemplate::parse("/o/{order}").unwrap(),
            query: [("day".to_owned(), Template::parse("{day}").unwrap())].into(),
            body: Some(body),
            needed: vec!["customer"],
        }
    }

    fn fill(body: &str, pairs: &[(&str, &str)]) -> Result<Request, FillError> {
        let arguments = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        template(body).fill(&"https://shop.example/api/".parse().unwrap(), &arguments)
    }

    #[test]
    fn url_and_body_are_filled() {
        let body = "email = '{email}'\nnested = { note = 'for {order}', list = ['{day}', 3, 0.5, true], empty = {} }\n\
                    at = 2026-11-22T10:00:00Z\n";
        let filled = fill(
            body,
            &[
                ("order", "a b"),
                ("day", "x&y=1"),
                ("email", "\"}, {\"admin\": true"),
            ],
        );
        let filled = filled.unwrap();
        assert_eq!(
            filled.url.as_str(),
            "https://shop.example/api/o/a%20b?day=x%26y%3D1"
        );
        let expected = serde_json::json!({
            "email": "\"}, {\"admin\": true",
            "nested": { "note": "for a b", "list": ["x&y=1", 3, 0.5, true], "empty": {} },
            "at": "2026-11-22T10:00:00Z",
        });
        let body: Value = serde_json::from_str(&filled.body.unwrap()).unwrap();
        assert_eq!(body, expected);
        let names: Vec<String> = template("email = '{email}'").names().into_iter().collect();
        assert_eq!(names, ["day", "email", "order"]);
    }

    #[test]
    fn what_is_empty_is_left_out_and_what_is_missing_refused() {
        let empty = [("order", "1"), ("day", ""), ("email", "")];
        let filled = fill("email = '{email}'\nlist = ['{day}', 'x']", &empty).unwrap();
        assert_eq!(filled.url.as_str(), "https://shop.example/api/o/1");
        assert_eq!(filled.body.unwrap(), r#"{"list":["x"]}"#);
        let refused = |pairs: &[(&str, &str)]| fill("email = '{email}'", pairs).err().unwrap();
        assert_eq!(
            refused(&[("order", "1"), ("day", "")]),
            FillError::Missing("email".to_owned())
        );
        let nobody = [("order", "1"), ("day", ""), ("email", ""), ("customer", "")];
        assert_eq!(refused(&nobody), FillError::Empty("customer".to_owned()));
    }

    #[test]
    fn every_problem_of_a_body_is_found() {
        let body = "a = '{'\nb = [1, { c = '{X}' }]\nd = nan\n";
        let mut problems = Problems::default();
        BodyTemplate::parse_table(&toml::from_str(body).unwrap(), "body", &mut problems);
        let keys: Vec<String> = problems
            .into_vec()
            .into_iter()
            .map(|problem| problem.key)
            .collect();
        assert_eq!(keys, ["body.a", "body.b.1.c", "body.d"]);
    }
}
