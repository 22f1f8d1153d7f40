//! Signing in at the company's own identity provider: OpenID Connect Core 1.0, authorization code flow with PKCE
//! (RFC 7636). Nothing is kept between two requests: discovery and keys are read for each sign-in, so that a key that the
//! provider changed is known at once. Must not know what an account is.

mod token;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ipnet::IpNet;
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::domain::account;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::egress::client::{Client, ClientError, SendError};
use crate::egress::guard;
use crate::oidc::token::{Expected, verified};
use crate::ports::{IdentityProvider, Proven, ProviderError, Proving};

/// For one request to the provider.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const ANSWER_MAX: usize = 1024 * 1024;

/// Of several roles that somebody's groups stand for, the first of these counts.
const STRONGEST: [Role; 4] = [Role::Admin, Role::Supervisor, Role::Agent, Role::Auditor];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// As the provider writes it in its tokens; empty: nobody signs in this way.
    pub issuer: String,
    pub client_id: String,
    /// The environment variable with the client's secret; empty: a public client.
    pub client_secret_env: String,
    /// What the button says.
    pub name: String,
    /// The claim with somebody's groups.
    pub role_claim: String,
    /// Which role a group stands for; whoever is in none is refused.
    pub roles: BTreeMap<String, Role>,
    /// Whether plain http:// may be called.
    pub allow_http: bool,
    /// Networks that may be called although they are not public.
    pub networks: Vec<IpNet>,
}

impl Options {
    /// Where the provider may be; it is the operator's choice, on whichever port.
    pub fn guard(&self) -> guard::Options {
        guard::Options {
            allow_http: self.allow_http,
            ports: Vec::new(),
            networks: self.networks.clone(),
        }
    }
}

/// One provider, as the operator configured it.
pub struct Provider {
    options: Options,
    secret: Option<String>,
    http: Client,
}

impl std::fmt::Debug for Provider {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What the provider says of itself (OpenID Connect Discovery 1.0, section 3).
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Provider {
    /// `secret` is what `client_secret_env` names.
    pub fn new(options: &Options, secret: Option<String>) -> Result<Self, ClientError> {
        Ok(Self {
            http: Client::new("sign-in", &options.guard(), TIMEOUT, TIMEOUT)?,
            options: options.clone(),
            secret,
        })
    }

    async fn discover(&self) -> Result<Discovery, ProviderError> {
        let issuer = self.options.issuer.trim_end_matches('/');
        let found: Discovery = self
            .get(&format!("{issuer}/.well-known/openid-configuration"))
            .await?;
        if found.issuer == self.options.issuer {
            Ok(found)
        } else {
            let problem = format!("it calls itself {:?}; write that as oidc.issuer", found.issuer);
            Err(ProviderError::Unavailable(problem))
        }
    }

    async fn get<T: for<'a> Deserialize<'a>>(&self, url: &str) -> Result<T, ProviderError> {
        answer(sent(self.request(Method::GET, url)?).await?).await
    }

    fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, ProviderError> {
        self.http
            .request(method, url)
            .map_err(|refused| unavailable(refused.into()))
    }

    async fn id_token(&self, url: &str, proving: &Proving<'_>, code: &str) -> Result<String, ProviderError> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", proving.redirect_uri),
            ("code_verifier", proving.verifier),
        ];
        let mut request = self.request(Method::POST, url)?;
        match &self.secret {
            Some(secret) => {
                request = request.basic_auth(escaped(&self.options.client_id), Some(escaped(secret)))
            }
            None => form.push(("client_id", &self.options.client_id)),
        }
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = sent(request.body(body.join("&"))).await?;
        if response.status().is_client_error() {
            let problem = format!("the provider answered {} to the code", response.status());
            return Err(ProviderError::Refused(problem));
        }
        let tokens: Tokens = answer(response).await?;
        Ok(tokens.id_token)
    }

    fn person(&self, claims: &Map<String, Value>) -> Result<Proven, ProviderError> {
        let text = |claim: &str| {
            claims
                .get(claim)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let subject =
            text("sub").ok_or_else(|| ProviderError::Refused("the token names nobody".to_owned()))?;
        let groups = match claims.get(&self.options.role_claim) {
            Some(Value::String(group)) => vec![group.as_str()],
            Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
            Some(_) | None => Vec::new(),
        };
        let roles: Vec<Role> = groups
            .iter()
            .filter_map(|group| self.options.roles.get(*group))
            .copied()
            .collect();
        let role = STRONGEST.into_iter().find(|role| roles.contains(role));
        let login = text("preferred_username").or_else(|| text("email"));
        let login = login.and_then(|login| login.split('@').next()).unwrap_or(subject);
        let fit = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let login: String = login
            .chars()
            .map(|letter| if fit(letter) { letter } else { '-' })
            .take(80)
            .collect();
        Ok(Proven {
            subject: format!("{} {subject}", self.options.issuer),
            login: account::login(&login).map_err(|error| ProviderError::Refused(error.to_string()))?,
            name: text("name").unwrap_or_default().to_owned(),
            role: role.ok_or(ProviderError::NoRole)?,
        })
    }
}

#[async_trait]
impl IdentityProvider for Provider {
    fn name(&self) -> &str {
        &self.options.name
    }

    async fn begin(&self, proving: &Proving<'_>) -> Result<String, ProviderError> {
        let found = self.discover().await?;
        let url = Url::parse_with_params(
            &found.authorization_endpoint,
            [
                ("response_type", "code"),
                ("client_id", self.options.client_id.as_str()),
                ("redirect_uri", proving.redirect_uri),
                ("scope", "openid profile email"),
                ("state", proving.state),
                ("nonce", proving.nonce),
                (
                    "code_challenge",
                    &URL_SAFE_NO_PAD.encode(Sha256::digest(proving.verifier)),
                ),
                ("code_challenge_method", "S256"),
            ],
        );
        url.map(String::from)
            .map_err(|error| ProviderError::Unavailable(error.to_string()))
    }

    async fn finish(
        &self,
        proving: &Proving<'_>,
        code: &str,
        now: Timestamp,
    ) -> Result<Proven, ProviderError> {
        let found = self.discover().await?;
        let token = self.id_token(&found.token_endpoint, proving, code).await?;
        let keys: Value = self.get(&found.jwks_uri).await?;
        let expected = Expected {
            issuer: &self.options.issuer,
            client_id: &self.options.client_id,
            nonce: proving.nonce,
            now,
        };
        let claims = verified(&token, &keys, &expected);
        self.person(&claims.map_err(|error| ProviderError::Refused(error.to_string()))?)
    }
}

fn unavailable(error: SendError) -> ProviderError {
    ProviderError::Unavailable(error.to_string())
}

async fn sent(request: RequestBuilder) -> Result<Response, ProviderError> {
    let request = request.header("accept", "application/json");
    request.send().await.map_err(|error| unavailable(error.into()))
}

/// The JSON of an answer of success.
async fn answer<T: for<'a> Deserialize<'a>>(mut response: Response) -> Result<T, ProviderError> {
    let status = response.status();
    if !status.is_success() {
        return Err(ProviderError::Unavailable(format!("it answered {status}")));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unavailable(error.into()))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_MAX {
            return Err(ProviderError::Unavailable("its answer is too long".to_owned()));
        }
    }
    serde_json::from_slice(&body)
        .map_err(|error| ProviderError::Unavailable(format!("its answer does not fit: {error}")))
}

/// As a form field has it; also what RFC 6749, section 2.3.1, asks of the client's name and secret.
fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
