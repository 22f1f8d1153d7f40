//! What an answer means: its status an outcome, its JSON the declared fields. Pure; knows nothing of how it came.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::domain::lookup::LookupResult;

/// How much of a content type is repeated in a problem, in characters.
const TYPE_CHARS_MAX: usize = 60;

/// What a lookup makes of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AnswerMap {
    /// By status.
    pub(super) outcomes: BTreeMap<u16, String>,
    /// JSON pointers by field.
    pub(super) fields: BTreeMap<String, String>,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    pub(super) content_type: Option<&'a str>,
    pub(super) body: &'a [u8],
}

/// Why an answer cannot be understood. Each goes on from the name of who answered, and none repeats what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum AnswerError {
    #[error("answered {0}, for which this lookup has no outcome")]
    Status(u16),
    #[error("answered {0} without a body")]
    Empty(u16),
    #[error("answered with {0}, not JSON")]
    Type(String),
    #[error("answered with JSON that cannot be read: {0}")]
    Json(String),
    #[error(
        "answered with an object for the field `{0}`, which has to be text, a number, true or false, or a list"
    )]
    Object(String),
}

impl AnswerMap {
    /// The outcome that this status stands for.
    pub(super) fn outcome(&self, status: u16) -> Result<&str, AnswerError> {
        let outcome = self.outcomes.get(&status).map(String::as_str);
        outcome.ok_or(AnswerError::Status(status))
    }

    /// Whether the status says it all.
    pub(super) fn needs_body(&self) -> bool {
        !self.fields.is_empty()
    }

    /// A field that is not there is null. An answer without a body has none of them, which is as it should be for 204
    /// and for what is beyond 2xx (there is no such order), and nowhere else.
    pub(super) fn result(&self, answer: &Answer<'_>) -> Result<LookupResult, AnswerError> {
        let outcome = self.outcome(answer.status)?.to_owned();
        let document = if !self.needs_body() {
            Value::Null
        } else if answer.body.is_empty() {
            if matches!(answer.status, 200..=203 | 205..=299) {
                return Err(AnswerError::Empty(answer.status));
            }
            Value::Null
        } else {
            json(answer)?
        };
        let mut fields = BTreeMap::new();
        for (name, pointer) in &self.fields {
            let value = document.pointer(pointer).cloned().unwrap_or_default();
            if value.is_object() {
                return Err(AnswerError::Object(name.clone()));
            }
            fields.insert(name.clone(), value);
        }
        Ok(LookupResult {
            outcome,
            fields,
            problem: String::new(),
        })
    }
}

fn json(answer: &Answer<'_>) -> Result<Value, AnswerError> {
    let full = answer.content_type.unwrap_or_default();
    let essence = full.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let is_json =
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if essence.is_empty() {
        return Err(AnswerError::Type("something that has no content type".to_owned()));
    }
    if !is_json {
        return Err(AnswerError::Type(essence.chars().take(TYPE_CHARS_MAX).collect()));
    }
    // It goes 128 levels deep and no deeper, so that no nesting exhausts the stack. Its errors name places, not values.
    serde_json::from_slice(answer.body).map_err(|error| AnswerError::Json(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(fields: &[(&str, &str)]) -> AnswerMap {
        let owned = |(name, pointer): &(&str, &str)| ((*name).to_owned(), (*pointer).to_owned());
        AnswerMap {
            outcomes: [(200, "ok"), (201, "ok"), (204, "none"), (404, "not_found")]
                .map(|(status, outcome)| (status, outcome.to_owned()))
                .into(),
            fields: fields.iter().map(owned).collect(),
        }
    }

    fn order() -> AnswerMap {
        map(&[
            ("status", "/status"),
            ("first", "/items/0/name"),
            ("slots", "/slots"),
            ("total", "/total"),
            ("odd", "/a~1b"),
        ])
    }

    fn read(status: u16, content_type: &str, body: &[u8]) -> Result<LookupResult, AnswerError> {
        order().result(&Answer {
            status,
            content_type: Some(content_type),
            body,
        })
    }

    #[test]
    fn fields_are_found_by_pointer_and_null_where_they_are_missing() {
        let body = json!({
            "status": "shipped", "items": [{ "name": "bell" }], "slots": [{ "value": 1, "label": "ten" }],
            "a/b": true, "not_asked_for": "x",
        });
        let result = read(
            200,
            "application/json; charset=utf-8",
            body.to_string().as_bytes(),
        )
        .unwrap();
        assert_eq!((result.outcome.as_str(), result.problem.as_str()), ("ok", ""));
        let expected = json!({
            "status": "shipped", "first": "bell", "slots": [{ "value": 1, "label": "ten" }], "total": null, "odd": true,
        });
        assert_eq!(serde_json::to_value(&result.fields).unwrap(), expected);
    }

    #[test]
    fn several_statuses_may_mean_the_same() {
        for (status, outcome) in [(200, "ok"), (201, "ok"), (404, "not_found")] {
            assert_eq!(
                read(status, "application/problem+json", b"{}").unwrap().outcome,
                outcome
            );
        }
        assert_eq!(
            read(403, "application/json", b"{}").unwrap_err(),
            AnswerError::Status(403)
        );
    }

    #[test]
    fn nothing_is_an_answer_where_there_is_nothing_to_say() {
        for (status, expected) in [(404, true), (204, true), (200, false), (201, false)] {
            let result = order().result(&Answer {
                status,
                content_type: None,
                body: b"",
            });
            match result {
                Ok(result) => assert!(expected && result.fields.values().all(Value::is_null)),
                Err(error) => assert!(!expected && error == AnswerError::Empty(status)),
            }
        }
        let no_fields = map(&[]).result(&Answer {
            status: 200,
            content_type: Some("text/html"),
            body: b"<p>done",
        });
        assert_eq!(no_fields.unwrap().outcome, "ok");
    }

    #[test]
    fn what_cannot_be_understood_says_why_and_repeats_nothing() {
        let deep = "[".repeat(100_000);
        let cases: [(&str, &[u8], &str); 8] = [
            (
                "text/html; charset=utf-8",
                b"<p>",
                "answered with text/html, not JSON",
            ),
            (
                "",
                b"{}",
                "answered with something that has no content type, not JSON",
            ),
            (
                "application/jsonp",
                b"{}",
                "answered with application/jsonp, not JSON",
            ),
            (
                "application/json",
                b"secret",
                "answered with JSON that cannot be read: ",
            ),
            (
                "application/json",
                b"{\"status\": \"secret",
                "answered with JSON that cannot be read: EOF",
            ),
            (
                "application/json",
                b"{\"status\": \"\xff\"}",
                "answered with JSON that cannot be read: ",
            ),
            (
                "application/json",
                deep.as_bytes(),
                "answered with JSON that cannot be read: recursion limit",
            ),
            (
                "application/json",
                b"{\"status\": {\"code\": \"secret\"}}",
                "answered with an object for the field `status`",
            ),
        ];
        for (content_type, body, expected) in cases {
            let error = read(200, content_type, body).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let long = read(200, &"x".repeat(1000), b"{}").unwrap_err().to_string();
        assert!(long.len() < 100, "{long}");
    }
}
