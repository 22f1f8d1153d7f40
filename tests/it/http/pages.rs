//! The pages from the binary: headers, caching, compression, what is not there, and which sites may call the API.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use firstline::http::state::Options;
use serde_json::json;

use super::app::{Answer, Setup, TestApp};

/// A front end of a few words.
const BUILT: [(&str, &str); 8] = [
    ("console/index.html", "<!doctype html><title>Console</title>"),
    ("console/assets/main-B1x9.js", "plain"),
    ("console/assets/main-B1x9.js.br", "as brotli"),
    ("console/assets/main-B1x9.js.gz", "as gzip"),
    ("console/notes.txt", "of no page"),
    ("widget.js", "widget"),
    ("widget.js.gz", "widget as gzip"),
    ("demo/index.html", "<!doctype html><title>Demo</title>"),
];

async fn built() -> TestApp {
    TestApp::of(Setup {
        pages: BTreeMap::from(BUILT),
        ..Setup::default()
    })
    .await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.headers.get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_page_is_guarded() {
    let app = built().await;
    for (path, status, resource) in [
        ("/", 307, "same-origin"),
        ("/console", 200, "same-origin"),
        ("/console/", 307, "same-origin"),
        ("/console/assets/main-B1x9.js", 200, "same-origin"),
        ("/console/assets/gone.js", 404, "same-origin"),
        ("/demo", 200, "same-origin"),
        ("/widget.js", 200, "cross-origin"),
    ] {
        let answer = app.get(path, "").send().await;
        assert_eq!(answer.status, status, "{path}");
        let policy = header(&answer, "content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            header(&answer, "cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(
            header(&answer, "cross-origin-resource-policy"),
            resource,
            "{path}"
        );
    }
    for (path, to) in [("/", "/console"), ("/console/", "/console"), ("/demo/", "/demo")] {
        assert_eq!(header(&app.get(path, "").send().await, "location"), to);
    }
}

#[tokio::test]
async fn browsers_keep_assets_for_good_and_ask_for_pages_again() {
    let app = built().await;
    let asset = app.get("/console/assets/main-B1x9.js", "").send().await;
    assert_eq!(
        header(&asset, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(header(&asset, "content-type"), "text/javascript; charset=utf-8");
    let widget = app.get("/widget.js", "").send().await;
    assert_eq!(header(&widget, "cache-control"), "public, max-age=300");

    let page = app.get("/console", "").send().await;
    assert_eq!(header(&page, "cache-control"), "no-cache");
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    assert_eq!(page.body, json!("<!doctype html><title>Console</title>"));
    let tag = header(&page, "etag");
    for known in [tag.to_owned(), format!("\"other\", W/{tag}")] {
        let again = app
            .get("/console", "")
            .header("if-none-match", &known)
            .send()
            .await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!((&again.body, header(&again, "etag")), (&json!(""), tag));
    }
    let changed = app.get("/demo", "").header("if-none-match", tag).send().await;
    assert_eq!(changed.status, StatusCode::OK);
    let head = app.request("HEAD", "/console").send().await;
    assert_eq!((head.status, head.body), (StatusCode::OK, json!("")));
}

#[tokio::test]
async fn a_file_is_sent_in_the_smallest_form_that_the_browser_takes() {
    let app = built().await;
    let asset = "/console/assets/main-B1x9.js";
    let mut tags = Vec::new();
    for (path, accepted, encoding, body) in [
        (asset, "gzip, deflate, br", "br", "as brotli"),
        (asset, "gzip", "gzip", "as gzip"),
        (asset, "identity", "", "plain"),
        (asset, "br;q=0", "", "plain"),
        ("/widget.js", "gzip, br", "gzip", "widget as gzip"),
    ] {
        let answer = app.get(path, "").header("accept-encoding", accepted).send().await;
        assert_eq!(header(&answer, "content-encoding"), encoding, "{path} {accepted}");
        assert_eq!(header(&answer, "vary"), "accept-encoding");
        assert_eq!(answer.body, json!(body));
        assert!(header(&answer, "content-type").starts_with("text/javascript"));
        tags.push(header(&answer, "etag").to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 4, "each form has its own tag: {tags:?}");
}

#[tokio::test]
async fn a_page_that_was_not_built_says_how_to_build_it() {
    let app = TestApp::new().await;
    for path in ["/console", "/demo", "/widget.js"] {
        let answer = app.get(path, "").send().await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
        assert!(header(&answer, "content-security-policy").starts_with("default-src 'none'"));
        let page = answer.body.as_str().unwrap();
        assert!(
            page.contains("npm ci\nnpm run build") && page.contains("make run"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn nothing_else_is_served() {
    let app = built().await;
    for path in [
        "/console/notes.txt",
        "/console/assets/main-B1x9.js.br",
        "/console/assets/",
        "/console/assets/..",
        "/console/../widget.js",
        "/console/%2e%2e/widget.js",
        "/console/..%2fwidget.js",
        "/console/..%5cwidget.js",
        "/console//index.html",
        "/console/.gitignore",
        "/console/%00.js",
        "/console/%ff.js",
        "/demo/../console/index.html",
        "/widget.js/",
        "/assets/main-B1x9.js",
    ] {
        let answer = app.get(path, "").send().await;
        let refused = matches!(answer.status.as_u16(), 400 | 404);
        assert!(refused, "{path}: {} {}", answer.status, answer.body);
    }
    app.post("/console", "", &json!({}))
        .problem(405, "method_not_allowed")
        .await;
}

#[tokio::test]
async fn the_api_answers_the_sites_that_are_named_and_no_others() {
    let options: Options =
        serde_json::from_value(json!({ "widget_origins": ["https://shop.example.com"] })).unwrap();
    let app = TestApp::with(options).await;
    let preflight = async |origin: &str| {
        let call = app
            .request("OPTIONS", "/v1/conversations")
            .header("origin", origin);
        let call = call.header("access-control-request-method", "POST");
        call.header("access-control-request-headers", "authorization,idempotency-key")
            .send()
            .await
    };
    let answer = preflight("https://shop.example.com").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        header(&answer, "access-control-allow-origin"),
        "https://shop.example.com"
    );
    assert!(header(&answer, "access-control-allow-headers").contains("idempotency-key"));
    assert_eq!(header(&answer, "access-control-allow-credentials"), "");
    assert_eq!(
        header(
            &preflight("https://other.example.com").await,
            "access-control-allow-origin"
        ),
        ""
    );

    // Also on what went wrong, or the page could not read it.
    let call = app
        .get("/v1/conversations/nothing", "")
        .header("origin", "https://shop.example.com");
    let refused = call.problem(401, "missing_token").await;
    assert_eq!(
        header(&refused, "access-control-allow-origin"),
        "https://shop.example.com"
    );

    let closed = TestApp::new().await;
    let call = closed
        .request("OPTIONS", "/v1/conversations")
        .header("origin", "https://shop.example.com");
    let answer = call.header("access-control-request-method", "POST").send().await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&answer, "access-control-allow-origin"), "");
}
