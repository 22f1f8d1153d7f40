//! `firstline reload`: has a running server take the model and the knowledge files as they are now. The server does
//! the work and says how it went; here it is only asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io};

use anyhow::{Context, anyhow};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::{self, Config};

/// How long the server may take; the reload goes on when nobody waits for it.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What the server calls a reload that changed nothing because files do not fit.
const REFUSED: &str = "reload_refused";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of another model, on the server's machine; until the server is started again, when `paths.model` counts
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,

    /// Where the server listens [default: `server.bind` of the configuration]
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What is read of an answer, good or bad.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    Done { model: String, policy: String },
    Problem { code: String, detail: String },
}

/// The key comes from `FIRSTLINE_API_KEY`, else from the file that the server wrote at its first start.
pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let server = match &arguments.server {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", reachable(config.server.bind)),
    };
    let body = match &arguments.model {
        // The server's working folder may be another.
        Some(folder) => json!({ "model": std::path::absolute(folder)? }),
        None => json!({}),
    };
    let text = ask(&server, &key(config)?, &body).await?;
    let answer = serde_json::from_str(&text)
        .with_context(|| format!("{server} did not answer as Firstline does: {}", start_of(&text)))?;
    match answer {
        Answer::Done { .. } if arguments.json => {
            output.json(&serde_json::from_str::<Value>(&text).map_err(anyhow::Error::new)?)?;
        }
        Answer::Done { model, policy } => {
            output.line(format!("in service now: model {model}, policy {policy}"))?;
        }
        Answer::Problem { code, detail } => return Err(refused(&code, &detail, config)),
    }
    Ok(Exit::Fine)
}

/// An address that stands for all of them cannot be called, but the machine itself can.
pub(crate) fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

fn key(config: &Config) -> Result<String, CliError> {
    if let Some(key) = config::api_key() {
        return Ok(key);
    }
    let path = config.paths.data.join("admin.key");
    match fs::read_to_string(&path) {
        Ok(key) => Ok(key.trim().to_owned()),
        Err(error) => {
            let kind = if error.kind() == io::ErrorKind::NotFound {
                "is not there".to_owned()
            } else {
                format!("cannot be read ({error})")
            };
            Err(CliError::Unusable(anyhow!(
                "there is no API key to ask the server with: {} is not set and {} {kind}; `firstline key add NAME \
                 --role admin` makes one",
                config::API_KEY,
                path.display()
            )))
        }
    }
}

/// The body of the answer, whatever its status.
async fn ask(server: &str, key: &str, body: &Value) -> anyhow::Result<String> {
    // An error says that the process has a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
    let request = client
        .post(format!("{server}/v1/reload"))
        .header(AUTHORIZATION, format!("Bearer {key}"))
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string());
    let response = request
        .send()
        .await
        .with_context(|| format!("no server answers at {server}; name the right address with --server"))?;
    let text = response.text().await;
    text.with_context(|| format!("{server} broke off its answer; its log says whether it reloaded"))
}

fn refused(code: &str, detail: &str, config: &Config) -> CliError {
    match code {
        REFUSED => CliError::Unusable(anyhow!("the server goes on with what it had: {detail}")),
        "invalid_token" | "forbidden" | "missing_token" => CliError::Unusable(anyhow!(
            "the server refuses the key: {detail}; set {} to a key with the role admin, or use the one in {}",
            config::API_KEY,
            config.paths.data.join("admin.key").display()
        )),
        "timed_out" => CliError::Fault(anyhow!(
            "the server is still at it; its log and /readyz say how it ends"
        )),
        _ => CliError::Fault(anyhow!("the server did not reload ({code}): {detail}")),
    }
}

fn start_of(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_means_all_is_called_on_this_machine() {
        for (bind, called) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:8080", "[::1]:8080"),
            ("10.0.0.7:8080", "10.0.0.7:8080"),
        ] {
            assert_eq!(reachable(bind.parse().unwrap()).to_string(), called);
        }
    }
}
