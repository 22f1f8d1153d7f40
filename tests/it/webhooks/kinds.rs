//! Every way in which a receiver can answer or fail to, a row each: what it does, and what must become of the delivery.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use firstline::domain::event::EventKind;
use firstline::domain::time::Duration as SignedDuration;
use firstline::domain::webhook::{DeliveryState, Endpoint};
use firstline::outbox::Options;
use firstline::telemetry;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::webhooks::setup::{Setup, options, settle, wait_for};

const GIGABYTE: usize = 1 << 30;

/// How the first request is answered; all later ones are with 204.
#[derive(Debug, Clone)]
enum Answer {
    /// This status line and these headers, without a body.
    Says(&'static str, String),
    /// The connection is reset before anything is said.
    Resets,
    /// The receiver speaks no TLS, and the URL says it does.
    SpeaksNoTls,
    Stalls,
    /// Success, and a body that never comes to its end.
    Drips,
    /// Success, and a gigabyte.
    Floods,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Delivered,
    /// After so many seconds, from and to.
    Retried(i64, i64),
    Disabled,
}

struct Kind {
    name: &'static str,
    answer: Answer,
    status: Option<u16>,
    /// How the attempt's error begins.
    error: &'static str,
    expected: Expected,
}

/// A minute, give or take a tenth.
const BY_SCHEDULE: Expected = Expected::Retried(54, 66);

fn says(
    name: &'static str,
    status: &'static str,
    headers: &str,
    error: &'static str,
    expected: Expected,
) -> Kind {
    Kind {
        name,
        answer: Answer::Says(status, headers.to_owned()),
        status: status[..3].parse().ok(),
        error,
        expected,
    }
}

fn silent(name: &'static str, answer: Answer, error: &'static str) -> Kind {
    Kind {
        name,
        answer,
        status: None,
        error,
        expected: BY_SCHEDULE,
    }
}

fn endless(name: &'static str, answer: Answer) -> Kind {
    Kind {
        name,
        answer,
        status: Some(200),
        error: "",
        expected: Expected::Delivered,
    }
}

/// Eighteen kinds; 429 comes with a number and with a date.
fn kinds() -> Vec<Kind> {
    let in_ten_minutes = telemetry::now() + SignedDuration::from_mins(10);
    let date = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&in_ten_minutes)
        .expect("a date");
    let elsewhere = "location: http://127.0.0.1:9/\r\n";
    let asked = |from| Expected::Retried(from, 600);
    vec![
        says("200", "200 OK", "", "", Expected::Delivered),
        says("204", "204 No Content", "", "", Expected::Delivered),
        says(
            "301",
            "301 Moved Permanently",
            elsewhere,
            "it answered 301",
            BY_SCHEDULE,
        ),
        says("302", "302 Found", elsewhere, "it answered 302", BY_SCHEDULE),
        says("400", "400 Bad Request", "", "it answered 400", BY_SCHEDULE),
        says("404", "404 Not Found", "", "it answered 404", BY_SCHEDULE),
        says("408", "408 Request Timeout", "", "it answered 408", BY_SCHEDULE),
        says("410", "410 Gone", "", "it answered 410", Expected::Disabled),
        says(
            "429, seconds",
            "429 Too Many Requests",
            "retry-after: 600\r\n",
            "it answered 429",
            asked(600),
        ),
        says(
            "429, date",
            "429 Too Many Requests",
            &format!("retry-after: {date}\r\n"),
            "it answered 429",
            asked(570),
        ),
        says(
            "500",
            "500 Internal Server Error",
            "",
            "it answered 500",
            BY_SCHEDULE,
        ),
        says("502", "502 Bad Gateway", "", "it answered 502", BY_SCHEDULE),
        says(
            "503",
            "503 Service Unavailable",
            "",
            "it answered 503",
            BY_SCHEDULE,
        ),
        says("504", "504 Gateway Timeout", "", "it answered 504", BY_SCHEDULE),
        silent("reset", Answer::Resets, "no answer: "),
        silent("TLS error", Answer::SpeaksNoTls, "no answer: "),
        silent("stall", Answer::Stalls, "no answer in time"),
        endless("dripping body", Answer::Drips),
        endless("gigabyte", Answer::Floods),
    ]
}

/// What the receiver saw: `webhook-id` and body of each request that could be read.
type Seen = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

struct Scripted {
    port: u16,
    seen: Seen,
    /// Bytes of bodies that left it.
    flooded: Arc<AtomicUsize>,
}

impl Scripted {
    fn start(setup: &Setup, answer: Answer) -> Self {
        let listener = listener().expect("a free port");
        let scripted = Self {
            port: listener.local_addr().expect("an address").port(),
            seen: Seen::default(),
            flooded: Arc::default(),
        };
        let (seen, flooded) = (Arc::clone(&scripted.seen), Arc::clone(&scripted.flooded));
        setup.tasks.spawn("scripted receiver", async move {
            let mut held = Vec::new();
            let mut first = Some(answer);
            while let Ok((mut stream, _)) = listener.accept().await {
                // The other side may go at any time: that is what much of this is about.
                let _ = match first.take() {
                    Some(answer) => misbehave(&mut stream, &answer, &seen, &flooded).await,
                    None => behave(&mut stream, &seen).await,
                };
                held.push(stream);
            }
        });
        scripted
    }

    fn url(&self, scheme: &str) -> String {
        format!("{scheme}://127.0.0.1:{}/hook", self.port)
    }

    fn seen(&self) -> Vec<(String, Vec<u8>)> {
        self.seen.lock().expect("no panic before").clone()
    }
}

/// Keeps little between the two sides, so that what is written was mostly read.
fn listener() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(16 * 1024)?;
    socket.bind("127.0.0.1:0".parse().expect("an address"))?;
    socket.listen(16)
}

async fn misbehave(
    stream: &mut TcpStream,
    answer: &Answer,
    seen: &Seen,
    flooded: &AtomicUsize,
) -> io::Result<()> {
    if matches!(answer, Answer::SpeaksNoTls) {
        return write(stream, "400 Bad Request", "").await;
    }
    let request = read(stream).await?;
    seen.lock().expect("no panic before").push(request);
    match answer {
        Answer::Says(status, headers) => write(stream, status, headers).await,
        Answer::Resets => {
            stream.set_zero_linger()?;
            // Dropped by the exchange, which resets the connection.
            drop(std::mem::replace(stream, nobody().await?));
            Ok(())
        }
        Answer::SpeaksNoTls | Answer::Stalls => Ok(()),
        Answer::Drips => {
            begin_gigabyte(stream).await?;
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Answer::Floods => {
            begin_gigabyte(stream).await?;
            let chunk = [b'x'; 4096];
            while flooded.load(Ordering::Relaxed) < GIGABYTE {
                stream.write_all(&chunk).await?;
                flooded.fetch_add(chunk.len(), Ordering::Relaxed);
            }
            Ok(())
        }
    }
}

/// A connection that nothing comes of.
async fn nobody() -> io::Result<TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    TcpStream::connect(listener.local_addr()?).await
}

async fn begin_gigabyte(stream: &mut TcpStream) -> io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {GIGABYTE}\r\n\r\n");
    stream.write_all(head.as_bytes()).await
}

async fn behave(stream: &mut TcpStream, seen: &Seen) -> io::Result<()> {
    let request = read(stream).await?;
    seen.lock().expect("no panic before").push(request);
    write(stream, "204 No Content", "").await
}

async fn write(stream: &mut TcpStream, status: &str, headers: &str) -> io::Result<()> {
    let length = if status.starts_with("204") {
        ""
    } else {
        "content-length: 0\r\n"
    };
    let answer = format!("HTTP/1.1 {status}\r\n{headers}{length}connection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// One request to its end: the `webhook-id` and the body.
async fn read(stream: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut request = Vec::new();
    loop {
        if stream.read_buf(&mut request).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
        let header = |name: &str| {
            let mut lines = head.lines();
            lines.find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
        };
        let length: usize = header("content-length:")
            .and_then(|text| text.parse().ok())
            .unwrap_or_default();
        if request.len() >= end + 4 + length {
            return Ok((
                header("webhook-id:").unwrap_or_default(),
                request[end + 4..].to_vec(),
            ));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_receiver_has_its_outcome() {
    let mut setup = Setup::new();
    let mut rows: Vec<(Kind, Scripted, Endpoint)> = Vec::new();
    for kind in kinds() {
        let receiver = Scripted::start(&setup, kind.answer.clone());
        let scheme = if matches!(kind.answer, Answer::SpeaksNoTls) {
            "https"
        } else {
            "http"
        };
        let mut endpoint = setup.add_endpoint(&receiver.url(scheme)).await;
        // Not also what becomes of the others.
        endpoint.events = vec![EventKind::ConversationReopened];
        setup.store.change_endpoint(&endpoint).await.expect("it is there");
        rows.push((kind, receiver, endpoint));
    }
    setup.start_worker(
        &setup.tasks,
        Options {
            timeout: SignedDuration::from_secs(3),
            ..options()
        },
    );
    let event = setup.log().await;

    let mut met = 0;
    for (kind, receiver, endpoint) in &mut rows {
        check_first_attempt(&setup, kind, receiver, endpoint).await;
        if matches!(kind.answer, Answer::SpeaksNoTls) {
            // As an admin mends it.
            endpoint.url = receiver.url("http");
            setup.store.change_endpoint(endpoint).await.expect("it is there");
        }
    }
    setup.advance(SignedDuration::from_mins(11));
    for (kind, receiver, endpoint) in &rows {
        let expected = match kind.expected {
            Expected::Delivered | Expected::Retried(..) => DeliveryState::Delivered,
            Expected::Disabled => DeliveryState::Exhausted,
        };
        wait_for(kind.name, async || {
            (setup.delivery(endpoint).await.state == expected).then_some(())
        })
        .await;
        let seen = receiver.seen();
        assert!(
            seen.iter()
                .all(|(id, body)| id == event.as_str() && *body == seen[0].1),
            "{}: the same id and bytes in every attempt",
            kind.name
        );
        met += 1;
    }
    settle().await;
    for (kind, receiver, endpoint) in &rows {
        let attempts = setup.wait_for_attempts(endpoint, 1).await.len();
        let once = !matches!(kind.expected, Expected::Retried(..));
        assert_eq!(attempts, if once { 1 } else { 2 }, "{}", kind.name);
        let flooded = receiver.flooded.load(Ordering::Relaxed);
        assert!(
            flooded < 1 << 20,
            "{}: {flooded} bytes left the receiver",
            kind.name
        );
    }
    assert_eq!(met, 19);
}

async fn check_first_attempt(setup: &Setup, kind: &Kind, receiver: &Scripted, endpoint: &Endpoint) {
    let Kind {
        name, status, error, ..
    } = kind;
    let attempt = setup.wait_for_attempts(endpoint, 1).await.remove(0);
    assert_eq!(attempt.status, *status, "{name}: {attempt:?}");
    assert!(attempt.error.starts_with(error), "{name}: {attempt:?}");
    assert_eq!(attempt.error.is_empty(), error.is_empty(), "{name}: {attempt:?}");
    let delivery = setup.delivery(endpoint).await;
    let disabled = setup.endpoint(&endpoint.id).await.disabled;
    match kind.expected {
        Expected::Delivered => assert_eq!(delivery.state, DeliveryState::Delivered, "{name}"),
        Expected::Disabled => {
            assert_eq!(delivery.state, DeliveryState::Exhausted, "{name}");
            assert_eq!(disabled.as_deref(), Some("it answered 410 Gone"), "{name}");
        }
        Expected::Retried(from, to) => {
            assert_eq!(delivery.state, DeliveryState::Pending, "{name}");
            let wait = delivery.due_at.duration_since(attempt.at).as_secs();
            assert!((from..=to).contains(&wait), "{name}: due after {wait} s");
        }
    }
    if kind.expected != Expected::Disabled {
        assert_eq!(disabled, None, "{name}");
    }
    if matches!(kind.answer, Answer::Drips) {
        assert!(
            attempt.duration_ms < 6000,
            "{name} ends with the timeout: {attempt:?}"
        );
        assert_eq!(receiver.seen().len(), 1);
    }
}
