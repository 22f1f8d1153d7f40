//! A system of the company that answers by script, and connectors that ask it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use firstline::connect::{Connectors, Options};
use firstline::domain::id::{ConversationId, TaskId};
use firstline::domain::lookup::{LookupRequest, LookupResult};
use firstline::ports::Lookup;
use firstline::tasks::Tasks;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

/// In no file and no log.
pub(crate) const SECRET: &str = "s3cret-token-of-the-shop";

/// What the customer said, in no log either.
pub(crate) const ORDER: &str = "FH-10423/../x";

const LOOKUPS: &str = "
[shop.lookups.order]
path = '/orders/{order_number}'
outcomes = { 200 = 'ok', 404 = 'not_found' }
fields = { status = '/status', carrier = '/carrier' }
[shop.lookups.ping]
path = '/ping'
outcomes = { 200 = 'ok' }
[shop.lookups.known]
path = '/known/{order_number}'
cache = '1s'
outcomes = { 200 = 'ok' }
fields = { status = '/status' }
[shop.lookups.cancel]
method = 'POST'
path = '/cancel'
body = { order = '{order_number}' }
writes = true
outcomes = { 200 = 'ok', 409 = 'too_late' }
";

/// The shop at `url`, with lines of settings that differ from the defaults: three attempts of 2 s each, 8 s in all.
pub(crate) fn shop(url: &str, differs: &str) -> Connectors {
    let mut settings: BTreeMap<&str, &str> =
        [("allow_http", "true"), ("networks", "['127.0.0.1/32']")].into();
    settings.extend(differs.lines().filter_map(|line| line.split_once(" = ")));
    let settings: Vec<String> = settings
        .iter()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    let text = format!(
        "[shop]\nbase_url = '{url}'\nheaders = {{ authorization = 'Bearer ${{SHOP_TOKEN}}' }}\n{}\n{LOOKUPS}",
        settings.join("\n")
    );
    let options: Options = toml::from_str(&text).expect("settings");
    let environment = [("SHOP_TOKEN".to_owned(), SECRET.to_owned())].into();
    Connectors::new(&options, &environment).expect("connectors")
}

pub(crate) fn task(number: u64) -> TaskId {
    ConversationId::from_random([7; 16]).task(number)
}

/// Asks about [`ORDER`].
pub(crate) async fn ask(connectors: &Connectors, lookup: &str) -> LookupResult {
    ask_about(connectors, lookup, ORDER).await
}

pub(crate) async fn ask_about(connectors: &Connectors, lookup: &str, order: &str) -> LookupResult {
    let request = LookupRequest {
        lookup: lookup.to_owned(),
        arguments: [("order_number".to_owned(), order.to_owned())].into(),
        sealed: Default::default(),
    };
    connectors.look_up(&request, &task(1)).await
}

/// The problem, and how long it took to find out.
pub(crate) async fn problem(connectors: &Connectors, lookup: &str) -> (String, Duration) {
    let started = Instant::now();
    let result = ask(connectors, lookup).await;
    assert!(result.is_unavailable() && result.fields.is_empty(), "{result:?}");
    (result.problem, started.elapsed())
}

/// A server that treats each connection as `serve` does, once a request has begun to come. Gives its URL.
pub(crate) async fn raw<F>(tasks: &Tasks, serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> String
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tasks.spawn("raw server", async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 16 * 1024]).await;
            serve(stream).await;
        }
    });
    url
}
