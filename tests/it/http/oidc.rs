//! Signing in at an identity provider: a local one, with tokens that it really signs, and with all that must be refused.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firstline::domain::role::Role;
use firstline::http::state::Options as HttpOptions;
use firstline::oidc::{Options, Provider};
use firstline::ports::Accounts;
use reqwest::Url;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::app::{Answer, Setup, TestApp};
use super::people::Person;

const CALLBACK: &str = "https://help.example.com/auth/oidc/callback";

/// Nine o'clock, where the tests' clock stands.
const NOW: i64 = 1_767_603_600;

struct LocalProvider {
    server: MockServer,
    key: EcdsaKeyPair,
    random: SystemRandom,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl LocalProvider {
    async fn start() -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap();
        let server = MockServer::start().await;
        let (url, point) = (server.uri(), key.public_key().as_ref().to_owned());
        let answers = [
            (
                "/.well-known/openid-configuration",
                json!({ "issuer": url, "jwks_uri": format!("{url}/keys"),
                "authorization_endpoint": format!("{url}/login?tenant=1"), "token_endpoint": format!("{url}/token") }),
            ),
            (
                "/keys",
                json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k1",
                "x": encode(&point[1..33]), "y": encode(&point[33..]) }] }),
            ),
        ];
        for (at, answer) in answers {
            let answer = ResponseTemplate::new(200).set_body_json(answer);
            Mock::given(method("GET"))
                .and(path(at))
                .respond_with(answer)
                .mount(&server)
                .await;
        }
        Self { server, key, random }
    }

    async fn app(&self) -> TestApp {
        let options = Options {
            issuer: self.server.uri(),
            client_id: "firstline".to_owned(),
            name: "Fernhollow".to_owned(),
            role_claim: "groups".to_owned(),
            roles: [
                ("desk".to_owned(), Role::Agent),
                ("leads".to_owned(), Role::Supervisor),
            ]
            .into(),
            allow_http: true,
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..Options::default()
        };
        let provider = Provider::new(&options, Some("s/cret".to_owned())).unwrap();
        let mut setup = Setup {
            provider: Some(Arc::new(provider)),
            ..Setup::default()
        };
        setup.options = HttpOptions {
            sign_in_per_minute: 0,
            ..setup.options
        };
        TestApp::of(setup).await
    }

    fn signed(&self, claims: &Value) -> String {
        let head = encode(json!({ "alg": "ES256", "kid": "k1" }).to_string());
        let signed = format!("{head}.{}", encode(claims.to_string()));
        let signature = self.key.sign(&self.random, signed.as_bytes()).unwrap();
        format!("{signed}.{}", encode(signature))
    }

    /// What the token endpoint answers from now on.
    async fn gives(&self, answer: ResponseTemplate) -> wiremock::MockGuard {
        let token = Mock::given(method("POST"))
            .and(path("/token"))
            .respond_with(answer);
        token.mount_as_scoped(&self.server).await
    }
}

/// A browser that was sent to the provider.
struct Away {
    cookie: String,
    query: std::collections::HashMap<String, String>,
}

impl Away {
    async fn from(app: &TestApp) -> Self {
        let answer = app.get("/auth/oidc", "").send().await;
        assert_eq!(answer.status, 303);
        let url: Url = answer.headers["location"].to_str().unwrap().parse().unwrap();
        assert_eq!(url.path(), "/login");
        Self {
            cookie: cookie(&answer, "firstline_oidc").unwrap(),
            query: url.query_pairs().into_owned().collect(),
        }
    }

    fn claims(&self, provider: &LocalProvider, change: &Value) -> Value {
        let mut claims = json!({ "iss": provider.server.uri(), "aud": "firstline", "sub": "u-17", "nonce": self.query["nonce"],
            "iat": NOW, "exp": NOW + 300, "preferred_username": "Ana.Lopez@example.com", "name": "Ana Lopez",
            "groups": ["all", "desk"] });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    async fn back(&self, app: &TestApp, state: &str) -> Answer {
        let path = format!("/auth/oidc/callback?code=c0de&session_state=x&state={state}");
        app.get(&path, "")
            .header("cookie", &format!("firstline_oidc={}", self.cookie))
            .send()
            .await
    }
}

/// The value that an answer sets.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let set = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap());
    let mut pairs = set.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

fn token_answer(token: &str) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_json(json!({ "access_token": "a", "token_type": "Bearer", "id_token": token }))
}

/// A whole sign-in, with these claims changed; where the browser ends, and its session if there is one.
async fn sign_in(app: &TestApp, provider: &LocalProvider, change: &Value) -> (String, Option<Person>) {
    let away = Away::from(app).await;
    let token = provider.signed(&away.claims(provider, change));
    let _answers = provider.gives(token_answer(&token)).await;
    let answer = away.back(app, &away.query["state"]).await;
    assert_eq!(answer.status, 303);
    // What the browser kept of it is gone.
    assert_eq!(cookie(&answer, "firstline_oidc").unwrap(), "");
    let place = answer.headers["location"].to_str().unwrap();
    let session = cookie(&answer, "firstline_session").map(|token| Person::with(&token));
    (place.replace("https://help.example.com/console", ""), session)
}

#[tokio::test]
async fn somebody_comes_in_by_the_provider_s_word() {
    let provider = LocalProvider::start().await;
    let app = provider.app().await;
    let ways = app.get("/v1/sign-in", "").ok(200).await;
    assert_eq!(ways["oidc"], json!({ "name": "Fernhollow", "url": "/auth/oidc" }));
    let away = Away::from(&app).await;
    let asked = |name: &str| away.query[name].as_str();
    assert_eq!(
        (asked("client_id"), asked("redirect_uri"), asked("response_type")),
        ("firstline", CALLBACK, "code")
    );
    assert_eq!((asked("tenant"), asked("scope")), ("1", "openid profile email"));
    assert!(asked("state") != asked("nonce") && asked("state") != away.cookie);

    let token = provider.signed(&away.claims(&provider, &json!({})));
    let answers = provider.gives(token_answer(&token)).await;
    let answer = away.back(&app, asked("state")).await;
    assert_eq!(answer.headers["location"], "https://help.example.com/console");
    let person = Person::with(&cookie(&answer, "firstline_session").unwrap());
    let session = app.request("GET", "/v1/session").cookie(&person).ok(200).await;
    assert_eq!(
        (&session["login"], &session["name"]),
        (&json!("ana-lopez"), &json!("Ana Lopez"))
    );
    assert_eq!(
        (&session["role"], &session["oidc"]),
        (&json!("agent"), &json!(true))
    );

    // The code was redeemed by whoever asked for it: PKCE, and the client's secret.
    let sent = answers.received_requests().await;
    let form: Url = format!("http://x/?{}", String::from_utf8(sent[0].body.clone()).unwrap())
        .parse()
        .unwrap();
    let form: std::collections::HashMap<_, _> = form.query_pairs().into_owned().collect();
    assert_eq!(
        (form["code"].as_str(), form["redirect_uri"].as_str()),
        ("c0de", CALLBACK)
    );
    assert_eq!(
        encode(Sha256::digest(&form["code_verifier"])),
        asked("code_challenge")
    );
    let secret = base64::engine::general_purpose::STANDARD.encode("firstline:s%2Fcret");
    assert_eq!(
        sent[0].headers["authorization"].to_str().unwrap(),
        format!("Basic {secret}")
    );
}

#[tokio::test]
async fn a_token_that_is_not_as_it_should_be_opens_nothing() {
    let provider = LocalProvider::start().await;
    let app = provider.app().await;
    let other = LocalProvider::start().await;
    for change in [
        json!({ "nonce": "another" }),
        json!({ "aud": "another" }),
        json!({ "aud": ["firstline", "another"], "azp": "another" }),
        json!({ "iss": other.server.uri() }),
        json!({ "exp": NOW - 120 }),
        json!({ "iat": NOW + 3600 }),
        json!({ "sub": "" }),
    ] {
        let (place, session) = sign_in(&app, &provider, &change).await;
        assert_eq!(
            (place.as_str(), session.is_none()),
            ("#/sign-in?failed=oidc_refused", true),
            "{change}"
        );
    }
    let away = Away::from(&app).await;
    let claims = away.claims(&provider, &json!({}));
    let unsigned = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(claims.to_string()));
    for forged in [other.signed(&claims), unsigned, "none".to_owned()] {
        let _answers = provider.gives(token_answer(&forged)).await;
        let answer = away.back(&app, &away.query["state"]).await;
        assert!(
            answer.headers["location"]
                .to_str()
                .unwrap()
                .ends_with("failed=oidc_refused"),
            "{forged}"
        );
        assert_eq!(cookie(&answer, "firstline_session"), None);
    }
    assert!(
        app.store
            .accounts(&app.engine.workspace)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn nobody_ends_what_another_browser_began() {
    let provider = LocalProvider::start().await;
    let app = provider.app().await;
    let (mine, theirs) = (Away::from(&app).await, Away::from(&app).await);
    let token = provider.signed(&theirs.claims(&provider, &json!({})));
    let _answers = provider.gives(token_answer(&token)).await;
    for (browser, state) in [
        (&mine, theirs.query["state"].as_str()),
        (&mine, ""),
        (&mine, mine.cookie.as_str()),
    ] {
        let answer = browser.back(&app, state).await;
        assert!(
            answer.headers["location"]
                .to_str()
                .unwrap()
                .ends_with("failed=oidc_expired")
        );
        assert_eq!(cookie(&answer, "firstline_session"), None);
    }
    // Their code in my browser: the token says that it was for another sign-in.
    let answer = mine.back(&app, &mine.query["state"]).await;
    assert!(
        answer.headers["location"]
            .to_str()
            .unwrap()
            .ends_with("failed=oidc_refused")
    );
    let stranger = app
        .get(
            &format!("/auth/oidc/callback?code=c&state={}", mine.query["state"]),
            "",
        )
        .send()
        .await;
    assert!(
        stranger.headers["location"]
            .to_str()
            .unwrap()
            .ends_with("failed=oidc_expired")
    );
}

#[tokio::test]
async fn the_role_follows_the_provider_and_the_account_stays_one() {
    let provider = LocalProvider::start().await;
    let app = provider.app().await;
    let none = json!({ "groups": ["all"] });
    let (place, _) = sign_in(&app, &provider, &none).await;
    assert_eq!(place, "#/sign-in?failed=oidc_no_role");
    let (_, agent) = sign_in(&app, &provider, &json!({})).await;
    // The strongest of several counts, and the earlier session has ended with the role.
    let raised = json!({ "groups": ["desk", "leads"], "preferred_username": "renamed" });
    let (_, supervisor) = sign_in(&app, &provider, &raised).await;
    let look = |person: Option<Person>| app.request("GET", "/v1/session").cookie(&person.unwrap());
    look(agent).problem(401, "missing_token").await;
    let session = look(supervisor).ok(200).await;
    assert_eq!(
        (&session["login"], &session["role"]),
        (&json!("ana-lopez"), &json!("supervisor"))
    );
    assert_eq!(
        sign_in(&app, &provider, &none).await.0,
        "#/sign-in?failed=oidc_no_role"
    );

    let patch = app.request("PATCH", "/v1/accounts/ana-lopez").token(&app.admin);
    let disabled = patch.json(&json!({ "disabled": true })).ok(200).await;
    assert_eq!(disabled["external"], true);
    assert_eq!(
        sign_in(&app, &provider, &json!({})).await.0,
        "#/sign-in?failed=oidc_disabled"
    );
    // Another person with the name of somebody who is here already does not become them.
    let namesake = json!({ "sub": "u-18" });
    assert_eq!(
        sign_in(&app, &provider, &namesake).await.0,
        "#/sign-in?failed=oidc_login_taken"
    );
}

#[tokio::test]
async fn a_provider_that_is_away_or_refuses_is_said_so() {
    let app = TestApp::new().await;
    let off = app.get("/auth/oidc", "").send().await;
    assert!(
        off.headers["location"]
            .to_str()
            .unwrap()
            .ends_with("failed=oidc_off")
    );
    let provider = LocalProvider::start().await;
    let app = provider.app().await;
    let away = Away::from(&app).await;
    for (status, code) in [(400, "oidc_refused"), (500, "oidc_unavailable")] {
        let _answers = provider.gives(ResponseTemplate::new(status)).await;
        let answer = away.back(&app, &away.query["state"]).await;
        assert!(
            answer.headers["location"].to_str().unwrap().ends_with(code),
            "{status}"
        );
    }
    provider.server.reset().await;
    let gone = app.get("/auth/oidc", "").send().await;
    assert!(
        gone.headers["location"]
            .to_str()
            .unwrap()
            .ends_with("failed=oidc_unavailable")
    );
}
