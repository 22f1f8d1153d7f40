//! What the operator configures, and the only place that reads the environment. One table of plain values for
//! each module; `config.default.toml` explains every key. Modules are handed their values and never ask here.

mod layers;
mod places;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};
use thiserror::Error;
use toml::Table;

use crate::classify;
use crate::config::layers::{Given, Setting, lay, settings_of_environment, settings_of_file};
use crate::config::places::Places;
use crate::connect;
use crate::domain::id::WorkspaceId;
use crate::domain::time::Duration;
use crate::egress::guard::check_url;
use crate::http;
use crate::http::identity::{self, IdentitySecret};
use crate::oidc;
use crate::outbox;
use crate::outbox::lookups;
use crate::store::sqlite;
use crate::telemetry;

pub use crate::config::layers::ConfigProblem;

/// The commented reference.
pub const DEFAULTS: &str = include_str!("config.default.toml");

/// What is read when it is there and `--config` names no other.
pub const FILE: &str = "firstline.toml";

/// The environment variable of [`api_key`].
pub const API_KEY: &str = "FIRSTLINE_API_KEY";

/// The library that `make run` fetches.
const RUNTIME_LIBRARY: &str = "libonnxruntime.so.1.31.1";

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("the configuration file {path} cannot be read ({source}); check the name after --config")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the configuration cannot be used:\n{}", lines(.0))]
    Problems(Vec<ConfigProblem>),
}

fn lines(problems: &[ConfigProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    lines.join("\n")
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub paths: Paths,
    pub classifier: classify::Options,
    pub store: sqlite::Options,
    pub http: http::state::Options,
    pub identity: identity::Options,
    pub oidc: oidc::Options,
    pub webhooks: outbox::Options,
    pub connectors: connect::Options,
    pub lookups: lookups::Options,
    pub log: telemetry::Options,
    /// What `${NAME}` in the settings of connectors stands for, and `identity.secret_env` names.
    #[serde(skip)]
    pub variables: Variables,
    #[serde(skip)]
    places: Places,
}

impl Config {
    /// A problem with a setting that was found by whoever it is for, at the place where the setting was given.
    pub fn problem(&self, key: String, message: String) -> ConfigProblem {
        ConfigProblem {
            place: self.places.of(&key).to_owned(),
            key,
            message,
        }
    }

    /// The secret that `identity.secret_env` names, if it names one.
    pub fn identity_secret(&self) -> Result<Option<IdentitySecret>, ConfigProblem> {
        const KEY: &str = "identity.secret_env";
        let name = &self.identity.secret_env;
        let Some(text) = self.secret(KEY, name, "take no signed customers")? else {
            return Ok(None);
        };
        let secret = IdentitySecret::new(text);
        let problem = |short| {
            self.problem(
                KEY.to_owned(),
                format!("the environment variable {name}: {short}"),
            )
        };
        secret.map(Some).map_err(problem)
    }

    /// The secret that `oidc.client_secret_env` names, if it names one.
    pub fn oidc_secret(&self) -> Result<Option<String>, ConfigProblem> {
        let name = &self.oidc.client_secret_env;
        let secret = self.secret("oidc.client_secret_env", name, "have a client without a secret")?;
        Ok(secret.map(str::to_owned))
    }

    /// What the variable holds that a key names; `otherwise` is what leaving the key empty means.
    fn secret(&self, key: &str, name: &str, otherwise: &str) -> Result<Option<&str>, ConfigProblem> {
        if name.is_empty() {
            return Ok(None);
        }
        let text = self.variables.0.get(name).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| {
            let message = format!(
                "there is no environment variable {name}; set it, or leave this empty and {otherwise}"
            );
            self.problem(key.to_owned(), message)
        })?;
        Ok(Some(text))
    }

    /// What is wrong with `[oidc]`, as far as that can be said without asking the provider.
    pub fn oidc_problems(&self) -> Vec<ConfigProblem> {
        let oidc = &self.oidc;
        if oidc.issuer.is_empty() {
            return Vec::new();
        }
        let mut problems: Vec<_> = self.oidc_secret().err().into_iter().collect();
        let mut found =
            |key: &str, message: &str| problems.push(self.problem(key.to_owned(), message.to_owned()));
        if let Err(refused) = check_url(&oidc.issuer, &oidc.guard()) {
            found("oidc.issuer", &refused.to_string());
        }
        if oidc.client_id.is_empty() {
            found(
                "oidc.client_id",
                "give the name under which the provider knows this server",
            );
        }
        if oidc.roles.is_empty() {
            found(
                "oidc.roles",
                "give at least one group and its role, or nobody could sign in",
            );
        }
        if oidc.roles.values().any(|role| !role.is_for_people()) {
            found(
                "oidc.roles",
                "integrator is for keys; give agent, supervisor, admin or auditor",
            );
        }
        problems
    }
}

/// The environment by name. Not shown: secrets are in it.
#[derive(Clone, Default)]
pub struct Variables(pub BTreeMap<String, String>);

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables(…)")
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub bind: SocketAddr,
    /// Empty: made of the address that is really listened on.
    pub public_url: String,
    #[serde(deserialize_with = "workspace")]
    pub workspace: WorkspaceId,
    /// Between "no longer ready" and "takes no more requests".
    pub drain_notice: Duration,
}

/// All of them found: absolute, or relative to the working folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paths {
    pub data: PathBuf,
    pub knowledge: PathBuf,
    pub model: PathBuf,
    /// Where the ONNX Runtime library may lie, in the order of looking; the first that exists is meant.
    #[serde(deserialize_with = "one_or_none")]
    pub onnxruntime: Vec<PathBuf>,
}

fn workspace<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WorkspaceId, D::Error> {
    let text = String::deserialize(deserializer)?;
    WorkspaceId::parse(&text).map_err(serde::de::Error::custom)
}

fn one_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok(if path.as_os_str().is_empty() {
        Vec::new()
    } else {
        vec![path]
    })
}

/// A setting given on the command line: `("--bind", "server", "bind", "0.0.0.0:80")`.
pub type Flag = (&'static str, &'static str, &'static str, String);

/// Reads all layers. `file` is what `--config` names; without it [`FILE`] is read when it is there.
pub fn load(file: Option<&Path>, flags: &[Flag]) -> Result<Config, ConfigError> {
    let path = file.unwrap_or(Path::new(FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => {
            return Err(ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            });
        }
    };
    let environment = Environment::read();
    let mut config = layered(&path.display().to_string(), &text, &environment.variables, flags)
        .map_err(ConfigError::Problems)?;
    config
        .paths
        .find(path.parent().unwrap_or(Path::new("")), &environment);
    config.variables = Variables(environment.variables);
    Ok(config)
}

/// True unless the user asked for plain text: <https://no-color.org>.
pub fn may_colour() -> bool {
    Environment::read().variable("NO_COLOR").is_none()
}

/// The API key for commands that ask a running server; a flag would show it to everyone on the machine.
pub fn api_key() -> Option<String> {
    Environment::read().variable(API_KEY).map(str::to_owned)
}

fn layered(
    name: &str,
    text: &str,
    variables: &BTreeMap<String, String>,
    flags: &[Flag],
) -> Result<Config, Vec<ConfigProblem>> {
    let in_defaults = |message: String| {
        vec![ConfigProblem {
            place: "config.default.toml".to_owned(),
            key: String::new(),
            message,
        }]
    };
    let defaults: Table = DEFAULTS
        .parse()
        .map_err(|error: toml::de::Error| in_defaults(error.to_string()))?;
    let mut settings = settings_of_file(name, text).map_err(|problem| vec![problem])?;
    let mut places = Places::of_file(name, text);
    settings.extend(settings_of_environment(variables));
    for (flag, section, key, value) in flags {
        settings.push(Setting {
            place: (*flag).to_owned(),
            section: (*section).to_owned(),
            key: (*key).to_owned(),
            deeper: Vec::new(),
            given: Given::Text(value.clone()),
        });
    }
    let table = lay::<Config>(&defaults, settings, &mut places)?;
    let config = Config::deserialize(table).map_err(|error| in_defaults(error.to_string()))?;
    Ok(Config { places, ..config })
}

/// What the process was given.
#[derive(Debug, Default)]
struct Environment {
    /// Those whose name and value are UTF-8.
    variables: BTreeMap<String, String>,
    executable: Option<PathBuf>,
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
    fn read() -> Self {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            variables: std::env::vars_os().filter_map(utf8).collect(),
            executable: std::env::current_exe().ok(),
        }
    }

    /// An empty variable is as good as none.
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn cache(&self) -> Option<PathBuf> {
        let home = || self.variable("HOME").map(|home| Path::new(home).join(".cache"));
        self.variable("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)
    }
}

impl Paths {
    /// `base` is the folder that relative paths start at.
    fn find(&mut self, base: &Path, environment: &Environment) {
        let above = || {
            environment
                .executable
                .iter()
                .flat_map(|program| program.ancestors().skip(1))
        };
        self.data = base.join(&self.data);
        self.knowledge = base.join(&self.knowledge);
        let here = base.join(&self.model);
        let shipped = || {
            above()
                .map(|folder| folder.join(&self.model))
                .find(|path| path.exists())
        };
        self.model = if here.exists() {
            here
        } else {
            shipped().unwrap_or(here)
        };
        if let Some(named) = self.onnxruntime.first() {
            self.onnxruntime = vec![base.join(named)];
        } else if let Some(named) = environment.variable("ORT_DYLIB_PATH") {
            self.onnxruntime = vec![PathBuf::from(named)];
        } else {
            let fetched = Path::new(".cache/onnxruntime").join(RUNTIME_LIBRARY);
            let mut places = vec![base.join(&fetched)];
            places.extend(above().map(|folder| folder.join(&fetched)));
            places.extend(
                environment
                    .cache()
                    .map(|cache| cache.join("firstline").join(RUNTIME_LIBRARY)),
            );
            self.onnxruntime = places;
        }
    }
}

#[cfg(test)]
mod tests;
