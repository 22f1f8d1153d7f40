//! Texts with `{name}` in them, filled from the arguments of a lookup. A value is never anything but a value: in a path
//! it is one segment, whatever is in it. Knows nothing of requests.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

use crate::connect::is_name;

/// Everything but the unreserved characters of RFC 3986: what is left has no meaning in a path.
const NOT_IN_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum TemplateError {
    #[error("a `{0}` stands alone; write {{name}} for an argument, and {{{{ or }}}} for a brace itself")]
    Unpaired(char),
    #[error("{0:?} cannot be the name of an argument; use a-z, 0-9 and _, at most 64 of them")]
    Name(String),
    #[error("the path does not begin with `/`")]
    Relative,
    #[error("{0:?} cannot stand in a path; give parameters in `query`, and other characters as they are")]
    Character(char),
    #[error("the path has an empty, `.` or `..` part; write the path that is meant")]
    Segment,
}

/// Why the arguments do not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum FillError {
    #[error("the argument `{0}` is missing")]
    Missing(String),
    #[error("the argument `{0}` is empty")]
    Empty(String),
    #[error("its arguments would lead to another path")]
    Segment,
}

pub(super) type Arguments = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Argument(String),
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = if rest[at..].starts_with('{') { '{' } else { '}' };
            let behind = &rest[at + 1..];
            if let Some(after) = behind.strip_prefix(brace) {
                literal.push(brace);
                rest = after;
                continue;
            }
            let named = behind.split_once('}').filter(|_| brace == '{');
            let (name, after) = named.ok_or(TemplateError::Unpaired(brace))?;
            if !is_name(name) {
                return Err(TemplateError::Name(name.to_owned()));
            }
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            pieces.push(Piece::Argument(name.to_owned()));
            rest = after;
        }
        literal.push_str(rest);
        pieces.push(Piece::Literal(literal));
        Ok(Self(pieces))
    }

    /// The arguments that it needs.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let names = self.0.iter().filter_map(|piece| match piece {
            Piece::Argument(name) => Some(name.clone()),
            Piece::Literal(_) => None,
        });
        names.collect()
    }

    /// `None` where arguments make up all of it and are empty: what is optional is then left out by whoever asks.
    pub(super) fn fill(&self, arguments: &Arguments) -> Result<Option<String>, FillError> {
        let text = self.filled(arguments, |_, value| Ok(Cow::Borrowed(value)))?;
        let is_optional = self.0.iter().any(|piece| matches!(piece, Piece::Argument(_)));
        Ok(Some(text).filter(|text| !(text.is_empty() && is_optional)))
    }

    fn filled<'a>(
        &self,
        arguments: &'a Arguments,
        write: impl Fn(&str, &'a str) -> Result<Cow<'a, str>, FillError>,
    ) -> Result<String, FillError> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Argument(name) => {
                    let value = arguments
                        .get(name)
                        .ok_or_else(|| FillError::Missing(name.clone()))?;
                    text.push_str(&write(name, value)?);
                }
            }
        }
        Ok(text)
    }
}

/// A template for a URL's path. No value changes the number of its segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathTemplate(Template);

impl PathTemplate {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let path = text.strip_prefix('/').ok_or(TemplateError::Relative)?;
        // `%` too: with it a part of the path could mean `..` only once it is filled.
        let is_odd = |c: char| matches!(c, '?' | '#' | '%' | '\\') || c.is_control() || c.is_whitespace();
        if let Some(odd) = path.chars().find(|c| is_odd(*c)) {
            return Err(TemplateError::Character(odd));
        }
        let inner = path.strip_suffix('/').unwrap_or(path);
        let is_void = |segment: &str| matches!(segment, "" | "." | "..");
        if !inner.is_empty() && inner.split('/').any(is_void) {
            return Err(TemplateError::Segment);
        }
        Template::parse(text).map(Self)
    }

    pub(super) fn names(&self) -> BTreeSet<String> {
        self.0.names()
    }

    /// The path, percent-encoded, beginning with `/`.
    pub(super) fn fill(&self, arguments: &Arguments) -> Result<String, FillError> {
        let path = self.0.filled(arguments, |name, value| match value {
            // `/orders/` is another question than `/orders/FH-10423`.
            "" => Err(FillError::Empty(name.to_owned())),
            value => Ok(utf8_percent_encode(value, NOT_IN_A_SEGMENT).into()),
        })?;
        // Encoding leaves dots alone, and a segment of dots alone is taken for a step, encoded or not.
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(FillError::Segment);
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::Url;

    use super::*;

    fn arguments(pairs: &[(&str, &str)]) -> Arguments {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn path(template: &str, value: &str) -> Result<String, FillError> {
        PathTemplate::parse(template)
            .unwrap()
            .fill(&arguments(&[("a", value)]))
    }

    #[test]
    fn arguments_stand_where_their_names_stood() {
        let template = Template::parse("{a}, {{not}} {b_2}{a}").unwrap();
        assert_eq!(template.names().into_iter().collect::<Vec<_>>(), ["a", "b_2"]);
        let text = template.fill(&arguments(&[("a", "{b_2}"), ("b_2", "x/y")]));
        assert_eq!(text.unwrap().unwrap(), "{b_2}, {not} x/y{b_2}");
        let missing = template.fill(&arguments(&[("a", "")]));
        assert_eq!(missing.unwrap_err(), FillError::Missing("b_2".to_owned()));
    }

    #[test]
    fn only_what_arguments_leave_empty_is_left_out() {
        let fill = |text: &str, value: &str| {
            Template::parse(text)
                .unwrap()
                .fill(&arguments(&[("a", value)]))
                .unwrap()
        };
        assert_eq!(fill("{a}", ""), None);
        assert_eq!(fill("{a}", "x").as_deref(), Some("x"));
        assert_eq!(fill("before {a}", "").as_deref(), Some("before "));
        assert_eq!(fill("", "").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        let name = |text: &str| TemplateError::Name(text.to_owned());
        for (text, expected) in [
            ("/a/{b", TemplateError::Unpaired('{')),
            ("/a/b}", TemplateError::Unpaired('}')),
            ("/a/{}", name("")),
            ("/a/{Order}", name("Order")),
            ("/a/{order-number}", name("order-number")),
            ("a/{b}", TemplateError::Relative),
            ("", TemplateError::Relative),
            ("/a?b={c}", TemplateError::Character('?')),
            ("/a#b", TemplateError::Character('#')),
            ("/a/%2e{b}", TemplateError::Character('%')),
            ("/a\\b", TemplateError::Character('\\')),
            ("/a b", TemplateError::Character(' ')),
            ("/a/../b", TemplateError::Segment),
            ("/a/.", TemplateError::Segment),
            ("//evil.example/{a}", TemplateError::Segment),
        ] {
            assert_eq!(PathTemplate::parse(text).unwrap_err(), expected, "{text}");
        }
        for text in [
            "/",
            "/a",
            "/a/",
            "/a/{b}/",
            "/{a}.json",
            "/v1/{a}:{b}",
            "/bücher/{a}",
        ] {
            assert!(PathTemplate::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_value_is_one_segment() {
        for (value, expected) in [
            ("FH-10423", "/orders/FH-10423/x"),
            ("../admin", "/orders/..%2Fadmin/x"),
            ("a/b", "/orders/a%2Fb/x"),
            ("a\\b", "/orders/a%5Cb/x"),
            ("%2e%2e", "/orders/%252e%252e/x"),
            ("a?b#c", "/orders/a%3Fb%23c/x"),
            (".\t.", "/orders/.%09./x"),
            ("grün", "/orders/gr%C3%BCn/x"),
            ("...", "/orders/.../x"),
        ] {
            assert_eq!(path("/orders/{a}/x", value).unwrap(), expected, "{value:?}");
        }
        for value in [".", ".."] {
            assert_eq!(path("/orders/{a}/x", value).unwrap_err(), FillError::Segment);
        }
        assert_eq!(path("/orders/.{a}", ".").unwrap_err(), FillError::Segment);
        assert_eq!(
            path("/orders/{a}", "").unwrap_err(),
            FillError::Empty("a".to_owned())
        );
    }

    proptest! {
        #[test]
        fn no_value_changes_host_or_number_of_segments(
            one in "\\PC*|[./%\\\\\t\n2eE]{0,8}",
            other in any::<String>(),
            template in prop::sample::select(vec!["/v1/{a}/orders/{b}", "/{a}{b}", "/v1/.{a}/x.{b}/", "/v1/{a}-{b}/z"]),
        ) {
            let template = PathTemplate::parse(template).unwrap();
            let segments = |url: &Url| url.path_segments().unwrap().count();
            let mut url: Url = "https://shop.example/api".parse().unwrap();
            let base = url.path().to_owned();
            url.set_path(&format!("{base}{}", template.fill(&arguments(&[("a", "x"), ("b", "y")])).unwrap()));
            let expected = segments(&url);
            match template.fill(&arguments(&[("a", &one), ("b", &other)])) {
                Ok(path) => {
                    url.set_path(&format!("{base}{path}"));
                    prop_assert_eq!(url.host_str(), Some("shop.example"));
                    prop_assert_eq!(segments(&url), expected, "{}", url);
                    prop_assert!(url.path().starts_with("/api/"), "{}", url);
                    prop_assert!(url.query().is_none() && url.fragment().is_none());
                    // Read anew, as the receiver does, it is the same.
                    prop_assert_eq!(&Url::parse(url.as_str()).unwrap(), &url);
                }
                Err(error) => {
                    let dots = |text: &String| text.bytes().all(|byte| byte == b'.');
                    prop_assert!(dots(&one) || dots(&other), "{}", error);
                }
            }
        }
    }
}
