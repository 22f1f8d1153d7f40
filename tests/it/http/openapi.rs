//! The OpenAPI document: complete, and of version 3.1.

use std::collections::BTreeSet;

use serde_json::Value;

use super::app::TestApp;

#[tokio::test]
async fn the_document_names_every_operation() {
    let app = TestApp::new().await;
    let document = app.get("/openapi.json", "").ok(200).await;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap();
            operations.push(format!("{:6} {path}: {summary}", method.to_uppercase()));
        }
    }
    let webhooks = document["webhooks"].as_object().unwrap().keys();
    operations.extend(webhooks.map(|name| format!("webhook {name}")));
    insta::assert_snapshot!(operations.join("\n"));
}

#[tokio::test]
async fn the_document_is_sound() {
    let app = TestApp::new().await;
    let document = app.get("/openapi.json", "").ok(200).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Firstline");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let schemes: Vec<_> = document["components"]["securitySchemes"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(schemes, ["api_key", "session", "visitor_token"]);

    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            check_operation(&format!("{method} {path}"), path, operation);
        }
    }
}

#[tokio::test]
async fn waiting_and_signing_are_explained() {
    let app = TestApp::new().await;
    let document = app.get("/openapi.json", "").ok(200).await;
    for path in ["/v1/conversations", "/v1/conversations/{id}/messages"] {
        let parameters = document["paths"][path]["post"]["parameters"].as_array().unwrap();
        let wait = parameters
            .iter()
            .find(|parameter| parameter["name"] == "wait")
            .unwrap();
        assert_eq!((&wait["in"], &wait["required"]), (&"query".into(), &false.into()));
        assert_eq!(wait["schema"]["maximum"], 20, "{wait}");
    }
    let customer = &document["components"]["schemas"]["CustomerBody"]["properties"];
    for name in ["signature", "issued_at", "verified"] {
        assert!(customer[name]["description"].is_string(), "{name}: {customer}");
    }
    let buttons = &document["components"]["schemas"]["MessageView"]["properties"]["buttons"];
    assert_eq!(buttons["type"], "array");
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        references.insert(reference.to_owned());
    }
    match value {
        Value::Object(map) => map
            .values()
            .for_each(|value| collect_references(value, references)),
        Value::Array(list) => list
            .iter()
            .for_each(|value| collect_references(value, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Responses, security, and one parameter for each part of the path in braces.
fn check_operation(name: &str, path: &str, operation: &Value) {
    let responses = operation["responses"].as_object().unwrap();
    assert!(
        responses.keys().any(|status| status.starts_with(['2', '3'])),
        "{name}"
    );
    assert!(
        responses["default"]["content"]["application/problem+json"].is_object(),
        "{name}"
    );
    assert!(operation["security"].is_array(), "{name}");
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
    assert_eq!(in_path.count(), path.matches('{').count(), "{name}");
}
