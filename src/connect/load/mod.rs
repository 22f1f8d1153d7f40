//! Settings to connectors: everything that can be wrong with them is found here, all of it at once, before anything is
//! called. Knows nothing of calls.

mod lookup;

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::Url;

use crate::connect::breaker::Breaker;
use crate::connect::cache::Cache;
use crate::connect::client::Client;
use crate::connect::connector::Connector;
use crate::connect::headers::headers;
use crate::connect::is_name;
use crate::connect::options::ConnectorOptions;
use crate::connect::problem::Problems;
use crate::connect::variables::filled;
use crate::domain::time::Duration;
use crate::egress;
use crate::egress::guard::{self, check_url};

/// More attempts than this are no help to anybody who waits.
const ATTEMPTS_MAX: u32 = 10;

/// Whoever writes waits no longer than this, and whoever works on the task must hold it for longer.
const DEADLINE_MAX: Duration = Duration::from_mins(1);

const BREAKER_PAUSE_MAX: Duration = Duration::from_hours(1);

const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

const NAME: &str = "this cannot be a name; use a-z, 0-9 and _, at most 64 of them";

/// The connector, or `None` where `problems` says why not. With a problem it may be there all the same: not all of it
/// is as it was meant then.
pub(super) fn connector(
    name: &str,
    options: &ConnectorOptions,
    environment: &BTreeMap<String, String>,
    problems: &mut Problems,
) -> Option<Connector> {
    let key = format!("connectors.{name}");
    if !is_name(name) {
        problems.add(&key, NAME);
    }
    let guard = guard::Options {
        allow_http: options.allow_http,
        // The operator wrote the URL, its port with it, and nothing leads elsewhere.
        ports: Vec::new(),
        networks: options.networks.clone(),
    };
    let base_key = format!("{key}.base_url");
    let base = problems.take(&base_key, filled(&options.base_url, environment));
    let base = base.and_then(|filled| base_url(&filled.text, &guard, &base_key, problems));
    let headers = headers(&options.headers, environment, &format!("{key}.headers"), problems);
    limits(options, &key, problems);
    let mut lookups = BTreeMap::new();
    for (lookup, options) in &options.lookups {
        let key = format!("{key}.lookups.{lookup}");
        let found = lookup::lookup(name, lookup, options, &key, problems);
        lookups.extend(found.map(|found| (lookup.clone(), found)));
    }
    let timeout = options.timeout.unsigned_abs();
    let http = egress::client::Client::new("connectors", &guard, timeout, timeout);
    let http = problems.take(&key, http)?;
    Some(Connector {
        name: name.to_owned(),
        base: base?,
        client: Client {
            http,
            headers,
            timeout,
            bytes_max: options.bytes_max,
        },
        attempts: options.attempts,
        deadline: options.deadline.unsigned_abs(),
        breaker: Mutex::new(Breaker::new(
            options.breaker.failures,
            options.breaker.pause.unsigned_abs(),
        )),
        cache: Mutex::new(Cache::new()),
        lookups,
    })
}

fn base_url(text: &str, guard: &guard::Options, key: &str, problems: &mut Problems) -> Option<Url> {
    if text.is_empty() {
        problems.add(key, "this is missing; give one like https://shop.example.com/api");
        return None;
    }
    let url = problems.take(key, check_url(text, guard))?;
    if url.query().is_some() || url.fragment().is_some() {
        let message =
            "the URL has a `?` or `#` in it; end it before that, and give parameters in `query` of a lookup";
        problems.add(key, message);
    }
    Some(url)
}

fn limits(options: &ConnectorOptions, key: &str, problems: &mut Problems) {
    let mut refuse = |is_wrong: bool, name: &str, message: &str| {
        if is_wrong {
            problems.add(format!("{key}.{name}"), message);
        }
    };
    let is_between = |value: Duration, most: Duration| value.is_positive() && value <= most;
    refuse(!options.timeout.is_positive(), "timeout", "give more than 0s");
    refuse(
        !is_between(options.deadline, DEADLINE_MAX),
        "deadline",
        "give more than 0s and at most 1m: somebody waits",
    );
    refuse(
        options.deadline < options.timeout,
        "deadline",
        "it is shorter than `timeout`, which is for one attempt of several; give more, or a shorter `timeout`",
    );
    refuse(
        !(1..=ATTEMPTS_MAX).contains(&options.attempts),
        "attempts",
        "give 1 to 10",
    );
    refuse(
        !(1..=ANSWER_BYTES_MAX).contains(&options.bytes_max),
        "bytes_max",
        "give 1 to 4194304",
    );
    refuse(
        options.breaker.failures == 0,
        "breaker.failures",
        "give 1 or more",
    );
    refuse(
        !is_between(options.breaker.pause, BREAKER_PAUSE_MAX),
        "breaker.pause",
        "give more than 0s and at most 1h",
    );
}

#[cfg(test)]
mod tests {
    use crate::connect::{Connectors, Options};

    /// All that is wrong with this, one on a line.
    fn said(toml: &str) -> Vec<String> {
        let options: Options = toml::from_str(toml).unwrap();
        let environment = [("TOKEN".to_owned(), "s3cret\n".to_owned())].into();
        let problems = Connectors::new(&options, &environment).err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    /// The connector's lines go on with these, and this must be all that is said.
    fn refused(lines: &str, expected: &[&str]) {
        let said = said(&format!("[shop]\nbase_url = 'https://shop.example'\n{lines}\n"));
        assert_eq!(said.len(), expected.len(), "{lines}: {said:#?}");
        for (said, expected) in said.iter().zip(expected) {
            let whole = format!("connectors.shop.{expected}");
            assert!(said.starts_with(&whole), "{lines}: {said} / {whole}");
        }
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let said = said(
            "[Shop]\n\
             base_url = 'http://10.0.0.1/?a=b'\n\
             timeout = '0s'\n\
             headers = { authorization = 'Bearer ${SHOP_TOKEN}', x-key = '${TOKEN}' }\n\
             [Shop.lookups.order]\n\
             path = 'orders/{Number}'\n\
             [other]\n",
        );
        let expected = [
            "connectors.Shop: this cannot be a name; ",
            "connectors.Shop.base_url: the URL starts with http://; give https:// (plain http can be allowed by",
            "connectors.Shop.headers.authorization: the environment variable SHOP_TOKEN is not set",
            "connectors.Shop.headers.x-key: the value has a line break or another character that no header may have; \
             look at ${TOKEN}",
            "connectors.Shop.timeout: give more than 0s",
            "connectors.Shop.lookups.order.path: the path does not begin with `/`",
            "connectors.Shop.lookups.order.outcomes: there are none; ",
            "connectors.other.base_url: this is missing; ",
        ];
        assert_eq!(said.len(), expected.len(), "{said:#?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{said} / {expected}");
            assert!(!said.contains("s3cret"), "{said}");
        }
    }

    #[test]
    fn limits_that_make_no_sense_are_refused() {
        let cases: [(&str, &[&str]); 10] = [
            ("", &[]),
            ("timeout = '-2s'", &["timeout: "]),
            ("timeout = '9s'", &["deadline: it is shorter than `timeout`"]),
            ("timeout = '8s'", &[]),
            (
                "deadline = '61s'",
                &["deadline: give more than 0s and at most 1m"],
            ),
            ("attempts = 0", &["attempts: give 1 to 10"]),
            ("attempts = 11", &["attempts: give 1 to 10"]),
            ("bytes_max = 0", &["bytes_max: "]),
            ("bytes_max = 4194305", &["bytes_max: "]),
            (
                "breaker = { failures = 0, pause = '2h' }",
                &["breaker.failures: ", "breaker.pause: "],
            ),
        ];
        for (lines, expected) in cases {
            refused(lines, expected);
        }
    }

    #[test]
    fn a_base_url_that_leads_inside_is_refused() {
        for (url, more, expected) in [
            (
                "https://127.0.0.1:8443/",
                "",
                "127.0.0.1 is at 127.0.0.1, which is not a public address",
            ),
            (
                "https://169.254.169.254/",
                "",
                "169.254.169.254 is at 169.254.169.254",
            ),
            (
                "https://10.0.0.1/",
                "networks = ['127.0.0.1/32']",
                "10.0.0.1 is at 10.0.0.1",
            ),
            (
                "https://user:x@shop.example/",
                "",
                "the URL holds a user name or password",
            ),
            ("https://shop.example/#x", "", "the URL has a `?` or `#`"),
            (
                "http://127.0.0.1:8090",
                "allow_http = true\nnetworks = ['127.0.0.1/32']",
                "",
            ),
            ("https://shop.example:9000/api/", "", ""),
            ("${SHOP_URL:-https://shop.example}", "", ""),
            (
                "https://${SHOP_HOST}/",
                "",
                "the environment variable SHOP_HOST is not set",
            ),
        ] {
            let said = said(&format!("[shop]\nbase_url = '{url}'\n{more}\n"));
            assert_eq!(said.is_empty(), expected.is_empty(), "{url}: {said:?}");
            assert!(said.iter().all(|said| said.contains(expected)), "{url}: {said:?}");
        }
    }

    #[test]
    fn lookups_that_cannot_work_are_refused() {
        let outcomes = "outcomes = { 200 = 'ok' }";
        let cases: [(&str, &[&str]); 21] = [
            ("path = '/a'", &[]),
            ("path = '/a'\nbody = { a = '1' }", &["body: a GET has no body"]),
            ("path = '/a'\nwrites = true", &["writes: "]),
            ("path = '/a'\nmethod = 'POST'", &[]),
            (
                "path = '/a'\nmethod = 'POST'\ncache = '5s'",
                &["cache: only the answer to a GET"],
            ),
            ("path = '/a'\ncache = '-5s'", &["cache: give 0s to 24h"]),
            (
                "path = '/a'\nquery = { day = '{Day}' }",
                &["query.day: \"Day\" cannot be the name"],
            ),
            (
                "path = '/a'\nmethod = 'POST'\nbody = { a = [{ b = '{' }] }",
                &["body.a.0.b: a `{` stands alone"],
            ),
            ("path = '/a/{customer}'", &["private: "]),
            ("path = '/a'\nprivate = true", &["private: "]),
            ("path = '/a'\nquery = { c = '{customer}' }\nprivate = true", &[]),
            (
                "path = '/a/{code}'\nfields = { customer = '/c' }",
                &["path: a one-time code"],
            ),
            (
                "path = '/a'\nquery = { c = '{code}' }\nfields = { customer = '/c' }",
                &["query: a one-time code"],
            ),
            (
                "path = '/a'\nmethod = 'POST'\nbody = { c = '{code}' }",
                &["fields: "],
            ),
            (
                "path = '/a'\nmethod = 'POST'\nbody = { c = '{code}' }\nfields = { customer = '/c' }",
                &[],
            ),
            (
                "path = '/a/{customer}'\nprivate = true\nmethod = 'POST'\nbody = { c = '{code}' }\n\
                 fields = { customer = '/c' }",
                &["private: "],
            ),
            (
                "path = '/a'\nfields = { Name = '/n' }",
                &["fields.Name: this cannot be a name"],
            ),
            ("path = '/a'\nfields = { outcome = '/n' }", &["fields.outcome: "]),
            ("path = '/a'\nfields = { n = 'n' }", &["fields.n: "]),
            ("path = '/a'\nfields = { n = '/a~2b' }", &["fields.n: "]),
            ("path = '/a'\nfields = { all = '', odd = '/a~0b~1c//0' }", &[]),
        ];
        for (lines, expected) in cases {
            let key = |expected: &&str| format!("lookups.order.{expected}");
            let expected: Vec<String> = expected.iter().map(key).collect();
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            refused(&format!("[shop.lookups.order]\n{lines}\n{outcomes}\n"), &expected);
        }
    }

    #[test]
    fn outcomes_that_cannot_be_are_refused() {
        for (outcomes, expected) in [
            ("200 = 'ok', 201 = 'ok', 404 = 'not_found', 503 = 'closed'", ""),
            ("99 = 'ok'", "99: "),
            ("600 = 'ok'", "600: "),
            ("ok = 'ok'", "ok: "),
            ("302 = 'moved'", "302: a redirect is never an answer"),
            ("100 = 'go_on'", "100: "),
            ("200 = 'OK'", "200: this cannot be a name"),
            ("404 = 'unavailable'", "404: `unavailable` is what"),
        ] {
            let lines = format!("[shop.lookups.order]\npath = '/a'\noutcomes = {{ {outcomes} }}\n");
            let whole = format!("lookups.order.outcomes.{expected}");
            let expected: Vec<&str> = Some(whole.as_str())
                .filter(|_| !expected.is_empty())
                .into_iter()
                .collect();
            refused(&lines, &expected);
        }
        refused(
            "[shop.lookups.Order]\npath = '/a'\noutcomes = { 200 = 'ok' }",
            &["lookups.Order: this cannot be"],
        );
    }
}
