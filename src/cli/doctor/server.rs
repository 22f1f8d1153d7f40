//! The server itself: whether the address is free for one, or what the one that runs says of itself.

use std::net::TcpListener;
use std::time::Duration;

use serde_json::Value;

use crate::cli::doctor::Line;
use crate::cli::reload::reachable;
use crate::config::Config;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Where no server runs, the address must be free for one.
pub(super) fn port(config: &Config) -> Line {
    let bind = config.server.bind;
    match TcpListener::bind(bind) {
        Ok(_) => Line::ok(
            "server",
            format!("none runs on this folder; {bind} is free for one"),
        ),
        Err(error) => Line::problem(
            "server",
            format!("{bind} cannot be listened on: {error}"),
            "stop what uses it (`ss -ltnp` names it), or give another address as `server.bind`",
        ),
    }
}

/// What `/readyz` says.
pub(super) async fn running(config: &Config, server: Option<&str>) -> Line {
    let url = server.map_or_else(
        || format!("http://{}", reachable(config.server.bind)),
        |url| url.trim_end_matches('/').to_owned(),
    );
    match readiness(&url).await {
        Ok(ready) => told(&url, &ready),
        Err(error) => Line::problem(
            "server",
            format!("one has the data folder, and does not answer at {url}: {error}"),
            "give its address with --server; if it hangs, see its log, and restart it",
        ),
    }
}

async fn readiness(url: &str) -> anyhow::Result<Value> {
    // An error says that the process has a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
    let text = client.get(format!("{url}/readyz")).send().await?.text().await?;
    Ok(serde_json::from_str(&text)?)
}

fn told(url: &str, ready: &Value) -> Line {
    let texts = |list: &str, text: fn(&Value) -> Option<String>| -> Vec<String> {
        let items = ready[list].as_array().into_iter().flatten();
        items.filter_map(text).collect()
    };
    let failed = texts("checks", |check| {
        let problem = check["problem"].as_str()?;
        Some(format!("{}: {problem}", check["name"].as_str()?))
    });
    let notes = texts("notes", |note| note.as_str().map(str::to_owned));
    let mend = "docs/OPERATIONS.md says what each line means and what to do";
    if !failed.is_empty() || ready["ready"] != true {
        Line::problem(
            "server",
            format!("{url} is not ready: {}", failed.join("; ")),
            mend,
        )
    } else if !notes.is_empty() {
        Line::warning(
            "server",
            format!("{url} is ready, but: {}", notes.join("; ")),
            mend,
        )
    } else {
        Line::ok("server", format!("{url} is ready"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::State;
    use serde_json::json;

    #[test]
    fn what_the_server_says_of_itself_is_told() {
        let ready = json!({ "ready": true, "checks": [{ "name": "store", "ok": true }] });
        assert_eq!(told("http://a", &ready).state, State::Ok);
        let noted = json!({ "ready": true, "checks": [], "notes": ["the last reload was refused"] });
        let line = told("http://a", &noted);
        assert_eq!(
            (line.state, line.found.as_str()),
            (
                State::Warning,
                "http://a is ready, but: the last reload was refused"
            )
        );
        let full =
            json!({ "ready": false, "checks": [{ "name": "store", "ok": false, "problem": "disk full" }] });
        let line = told("http://a", &full);
        assert_eq!(
            (line.state, line.found.as_str()),
            (State::Problem, "http://a is not ready: store: disk full")
        );
        assert_eq!(told("http://a", &json!({})).state, State::Problem);
    }
}
