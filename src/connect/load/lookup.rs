//! One lookup out of its settings: what it asks, what it makes of answers, and what a flow has to know of it.

use std::collections::BTreeMap;

use reqwest::Method as HttpMethod;

use crate::connect::answer::AnswerMap;
use crate::connect::connector::Lookup;
use crate::connect::is_name;
use crate::connect::load::NAME;
use crate::connect::options::{LookupOptions, Method};
use crate::connect::problem::Problems;
use crate::connect::request::{BodyTemplate, RequestTemplate};
use crate::connect::template::{PathTemplate, Template};
use crate::domain::lookup::{LookupResult, LookupSpec};
use crate::domain::time::Duration;

/// Arguments that the engine adds.
const CUSTOMER: &str = "customer";
const CODE: &str = "code";

const CACHE_MAX: Duration = Duration::from_hours(24);

/// `None` where `problems` says why not; with a problem it may be there all the same.
pub(super) fn lookup(
    connector: &str,
    name: &str,
    options: &LookupOptions,
    key: &str,
    problems: &mut Problems,
) -> Option<Lookup> {
    if !is_name(name) {
        problems.add(key, NAME);
    }
    let request = request(options, key, problems);
    methods(options, key, problems);
    let answers = AnswerMap {
        outcomes: outcomes(options, key, problems),
        fields: fields(options, key, problems),
    };
    let mut request = request?;
    let names = request.names();
    let sends_code = names.contains(CODE);
    if sends_code {
        codes(options, &request, key, problems);
        request.needed.push(CODE);
    }
    if options.private != names.contains(CUSTOMER) {
        let message = if options.private {
            "a private lookup asks about one customer; put {customer} into its path, query or body"
        } else {
            "{customer} is known after a proof of identity only; write `private = true`"
        };
        problems.add(format!("{key}.private"), message);
    }
    if options.private {
        request.needed.push(CUSTOMER);
    }
    let is_given = |name: &String| name != CUSTOMER && name != CODE;
    let spec = LookupSpec {
        name: format!("{connector}.{name}"),
        arguments: names.into_iter().filter(is_given).collect(),
        fields: answers.fields.keys().cloned().collect(),
        outcomes: answers.outcomes.values().cloned().collect(),
        private: options.private,
        writes: options.writes,
        sends_code,
    };
    Some(Lookup {
        spec,
        request,
        answers,
        cache: options.cache.unsigned_abs(),
    })
}

fn request(options: &LookupOptions, key: &str, problems: &mut Problems) -> Option<RequestTemplate> {
    let path = problems.take(format!("{key}.path"), PathTemplate::parse(&options.path));
    let mut query = BTreeMap::new();
    for (name, text) in &options.query {
        let template = problems.take(format!("{key}.query.{name}"), Template::parse(text));
        query.extend(template.map(|template| (name.clone(), template)));
    }
    let body = options.body.as_ref();
    let body = body.map(|table| BodyTemplate::parse_table(table, &format!("{key}.body"), problems));
    Some(RequestTemplate {
        method: match options.method {
            Method::Get => HttpMethod::GET,
            Method::Post => HttpMethod::POST,
        },
        path: path?,
        query,
        body,
        needed: Vec::new(),
    })
}

/// What goes with which method.
fn methods(options: &LookupOptions, key: &str, problems: &mut Problems) {
    let mut refuse = |is_wrong: bool, name: &str, message: &str| {
        if is_wrong {
            problems.add(format!("{key}.{name}"), message);
        }
    };
    let is_get = options.method == Method::Get;
    refuse(
        is_get && options.body.is_some(),
        "body",
        "a GET has no body; give `query`, or `method = \"POST\"`",
    );
    refuse(
        is_get && options.writes,
        "writes",
        "a GET that is repeated cannot be told from another one, so it must change nothing; write `method = \"POST\"`",
    );
    refuse(
        !is_get && !options.cache.is_zero(),
        "cache",
        "only the answer to a GET can be kept; leave it out",
    );
    let is_kept = (Duration::ZERO..=CACHE_MAX).contains(&options.cache);
    refuse(!is_kept, "cache", "give 0s to 24h");
}

/// What a lookup that sends a one-time code has to be.
fn codes(options: &LookupOptions, request: &RequestTemplate, key: &str, problems: &mut Problems) {
    let in_url = [
        ("path", request.path.names().contains(CODE)),
        (
            "query",
            request
                .query
                .values()
                .any(|template| template.names().contains(CODE)),
        ),
    ];
    for (name, is_there) in in_url {
        if is_there {
            let message = "a one-time code in a URL ends up in logs; put {code} into the body of a POST";
            problems.add(format!("{key}.{name}"), message);
        }
    }
    if !options.fields.contains_key(CUSTOMER) {
        let message = "a lookup that sends a code has to say to whom: add `customer = \"/…\"`, the id, or null where it \
                       knows nobody";
        problems.add(format!("{key}.fields"), message);
    }
    if options.private {
        let message = "a code is sent before the proof of identity, so this cannot be private; leave it out";
        problems.add(format!("{key}.private"), message);
    }
}

fn outcomes(options: &LookupOptions, key: &str, problems: &mut Problems) -> BTreeMap<u16, String> {
    let key = format!("{key}.outcomes");
    if options.outcomes.is_empty() {
        problems.add(
            &key,
            "there are none; name each status that is an answer: `{ 200 = \"ok\", 404 = \"not_found\" }`",
        );
    }
    let mut outcomes = BTreeMap::new();
    for (code, outcome) in &options.outcomes {
        let key = format!("{key}.{code}");
        match code.parse::<u16>() {
            Ok(300..=399) => problems.add(
                &key,
                "a redirect is never an answer; give `base_url` and `path` as they are now",
            ),
            Ok(status @ (200..=299 | 400..=599)) => {
                outcomes.insert(status, outcome.clone());
            }
            Ok(_) | Err(_) => problems.add(
                &key,
                "this is no status of an answer; give 200 to 299 or 400 to 599",
            ),
        }
        if outcome == LookupResult::UNAVAILABLE {
            let message =
                "`unavailable` is what every other status comes to; leave it out, or take another name";
            problems.add(key, message);
        } else if !is_name(outcome) {
            problems.add(key, NAME);
        }
    }
    outcomes
}

fn fields(options: &LookupOptions, key: &str, problems: &mut Problems) -> BTreeMap<String, String> {
    for (name, pointer) in &options.fields {
        let key = format!("{key}.fields.{name}");
        if name == "outcome" {
            problems.add(&key, "a flow calls the outcome by this name; take another");
        } else if !is_name(name) {
            problems.add(&key, NAME);
        }
        if !is_pointer(pointer) {
            let message = format!(
                "{pointer:?} is no JSON pointer; write /status or /items/0/name, with ~1 for a slash and ~0 for a tilde"
            );
            problems.add(key, message);
        }
    }
    options.fields.clone()
}

/// RFC 6901, section 3.
fn is_pointer(text: &str) -> bool {
    let is_escape = |rest: &str| rest.starts_with(['0', '1']);
    (text.is_empty() || text.starts_with('/')) && text.split('~').skip(1).all(is_escape)
}
