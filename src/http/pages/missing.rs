//! What stands in for a page that was not built.

use axum::response::{Html, IntoResponse, Response};

use crate::http::error::NOT_BUILT;

/// A release build has the pages in it, and has to be made anew.
const THEN: &str = if cfg!(debug_assertions) {
    "and load this page again."
} else {
    "then build the server again (<code>cargo build --release</code>) and start it."
};

/// Says which commands build it. Whatever loads a script instead of a page gets the same, with the same status.
pub(crate) fn page() -> Response {
    let text = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Not built yet – Firstline</title>
</head>
<body>
<h1>This page is not built yet</h1>
<p>The server works, and so does its API: <a href="/openapi.json">/openapi.json</a> describes it. Agent console, customer
widget and demo page are built by Node.js, which this build went without.</p>
<p>In the folder of Firstline, run <code>make run</code>; or build the pages alone,</p>
<pre>cd web
npm ci
npm run build</pre>
<p>{THEN}</p>
</body>
</html>
"#
    );
    (NOT_BUILT, Html(text)).into_response()
}
