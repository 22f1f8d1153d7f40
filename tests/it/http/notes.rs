//! Notes between staff: no customer sees one, no model reads one, and no clock stops for one.

use serde_json::{Value, json};

use super::app::TestApp;
use super::stream::Follower;

/// Would make the classifier fail, and a customer unhappy, were it read.
const SECRET: &str = "Sharkfin: terrible overload, this one lies about parcel 4111 1111 1111 1111";

/// As it is kept.
const KEPT: &str = "Sharkfin: terrible overload, this one lies about parcel [card ending 1111]";

/// A conversation with a note before, in and after the queue, and whispered to its holder. Its id and visitor token.
async fn noted(app: &TestApp) -> (String, String) {
    let opened = app
        .post(
            "/v1/conversations",
            &app.integrator,
            &json!({ "customer": { "id": "cus_7", "name": "Kim" }, "message": { "text": "where is my parcel" } }),
        )
        .ok(201)
        .await;
    let text = |name: &str| opened[name].as_str().unwrap().to_owned();
    let (id, token) = (text("id"), text("token"));
    let at = |action: &str| format!("/v1/conversations/{id}/{action}");
    let note = async |whisper: bool| {
        let body = json!({ "text": SECRET, "whisper": whisper, "agent": { "id": "eva", "name": "Eva" } });
        app.post(&at("notes"), &app.integrator, &body).ok(201).await
    };
    note(false).await;
    app.post(
        &at("messages"),
        &token,
        &json!({ "text": "I want to talk to someone" }),
    )
    .ok(201)
    .await;
    note(false).await;
    app.post(&at("claim"), &app.agent, &json!({})).ok(200).await;
    note(true).await;
    (id, token)
}

fn hides(what: &Value) {
    let text = what.to_string();
    for word in ["Sharkfin", "lies about", "whisper", "note_"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[tokio::test]
async fn notes_are_read_by_staff_oldest_first_and_masked() {
    let app = TestApp::new().await;
    let (id, _) = noted(&app).await;
    let notes = app.get(&format!("/v1/conversations/{id}/notes"), &app.agent);
    let notes = notes.ok(200).await;
    let notes = notes["data"].as_array().unwrap();
    let digits = id.trim_start_matches("conv_");
    let eva = json!({ "id": "eva", "name": "Eva" });
    assert_eq!(
        notes[0],
        json!({ "id": format!("note_{digits}_2"), "agent": eva, "text": KEPT, "at": "2026-01-05T09:00:00Z",
            "whisper": false })
    );
    let whispers: Vec<_> = notes.iter().map(|note| note["whisper"] == true).collect();
    assert_eq!(whispers, [false, false, true]);
}

#[tokio::test]
async fn a_customer_never_sees_a_note() {
    let app = TestApp::new().await;
    let (id, token) = noted(&app).await;
    let at = |action: &str| format!("/v1/conversations/{id}{action}");
    hides(&app.get(&at(""), &token).ok(200).await);
    hides(&app.get(&at("/messages"), &token).ok(200).await);
    let sent = json!({ "text": "are you there" });
    hides(&app.post(&at("/messages"), &token, &sent).ok(201).await);
    hides(
        &app.post(&at("/csat"), &token, &json!({ "score": 4 }))
            .ok(200)
            .await,
    );
    app.get(&at("/notes"), &token).problem(403, "forbidden").await;

    // Created, what was said, handed off, taken; the stream of staff has the notes between.
    let mut staff = Follower::open(app.get(&at("/events"), &app.agent)).await;
    let all = staff.take(14).await;
    let of_notes = all.iter().filter(|event| event.kind == "note.created");
    let texts: Vec<_> = of_notes.map(|event| &event.data["note"]["text"]).collect();
    assert_eq!(texts, [KEPT; 3], "{all:?}");
    let seen = all.iter().filter(|event| {
        !matches!(
            event.kind.as_str(),
            "note.created" | "conversation.created" | "csat.rated"
        )
    });
    let mut customer = Follower::open(app.get(&at("/events"), &token)).await;
    for event in seen {
        let heard = customer.next().await.unwrap();
        assert_eq!((heard.id, &heard.kind), (event.id, &event.kind));
        hides(&heard.data);
    }
}

#[tokio::test]
async fn a_note_is_not_read_and_not_part_of_the_case() {
    let app = TestApp::new().await;
    let (id, _) = noted(&app).await;
    let at = |action: &str| format!("/v1/conversations/{id}{action}");
    let trace = app.get(&at("/trace"), &app.agent).ok(200).await;
    let turns = trace["data"].as_array().unwrap().iter();
    for turn in turns.filter(|turn| turn["input"] == "note") {
        assert_eq!(
            (&turn["action"], &turn["agent"]["id"], &turn["note"]["text"]),
            (&json!("record"), &json!("eva"), &json!(KEPT)),
        );
        assert!(turn.get("reading").is_none(), "{turn}");
    }
    // Its words are in nothing that is made of a conversation.
    let seen = app.get(&at(""), &app.agent).ok(200).await;
    assert_ne!(seen["handoff"]["sentiment"]["label"], "negative");
    hides(&seen);
    hides(&app.get(&at("/suggestions"), &app.agent).ok(200).await);
    let mut staff = Follower::open(app.get(&at("/events"), &app.agent)).await;
    let all = staff.take(11).await;
    let case = all.iter().find(|event| event.kind == "handoff.requested");
    hides(&case.unwrap().data);
    let other = json!({ "customer": { "id": "cus_7" }, "message": { "text": "I want to talk to someone" } });
    let other = app
        .post("/v1/conversations", &app.integrator, &other)
        .ok(201)
        .await;
    let other = format!("/v1/conversations/{}", other["id"].as_str().unwrap());
    let other = app.get(&other, &app.agent).ok(200).await;
    assert_eq!(other["earlier_conversations"][0]["id"], id.as_str(), "{other}");
    hides(&other);
}

#[tokio::test]
async fn a_note_stops_no_clock_and_is_no_answer() {
    let app = TestApp::new().await;
    let (id, token) = noted(&app).await;
    let at = |action: &str| format!("/v1/conversations/{id}{action}");
    let owed = async || app.get(&at(""), &app.agent).ok(200).await["clocks"].clone();
    let before = owed().await;
    assert_eq!(before[0]["clock"], "first_response", "{before}");
    app.post(&at("/notes"), &app.agent, &json!({ "text": "on it" }))
        .ok(201)
        .await;
    assert_eq!(owed().await, before);
    app.post(&at("/messages"), &token, &json!({ "text": "where is my parcel" }))
        .ok(201)
        .await;
    app.post(&at("/notes"), &app.agent, &json!({ "text": "easy" }))
        .ok(201)
        .await;
    let answer = json!({ "text": "Coming.", "from": "agent" });
    app.post(&at("/messages"), &app.agent, &answer).ok(201).await;
    assert_ne!(owed().await[0]["clock"], "first_response");
}

#[tokio::test]
async fn a_supervisor_whispers_to_whoever_holds_the_conversation() {
    let app = TestApp::new().await;
    let (id, _) = app.hand_off().await;
    let path = format!("/v1/conversations/{id}/notes");
    let whisper = json!({ "text": "offer a refund", "whisper": true, "agent": { "id": "eva" } });
    let refused = app.post(&path, &app.integrator, &whisper);
    let refused = refused.problem(409, "nobody_holds").await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/whisper");
    let by_agent = json!({ "text": "psst", "whisper": true });
    app.post(&path, &app.agent, &by_agent)
        .problem(403, "forbidden")
        .await;
    let claim = format!("/v1/conversations/{id}/claim");
    app.post(&claim, &app.agent, &json!({})).ok(200).await;
    let note = app.post(&path, &app.integrator, &whisper).ok(201).await;
    assert_eq!(
        (&note["whisper"], &note["agent"]["id"]),
        (&json!(true), &json!("eva"))
    );
}

#[tokio::test]
async fn a_repeated_note_is_written_once() {
    let app = TestApp::new().await;
    let (id, _) = app.open().await;
    let path = format!("/v1/conversations/{id}/notes");
    let body = json!({ "text": "twice" });
    let write = || app.post(&path, &app.agent, &body).header("idempotency-key", "n1");
    let first = write().ok(201).await;
    assert_eq!(write().ok(201).await, first);
    let notes = app.get(&path, &app.agent).ok(200).await;
    assert_eq!(notes["data"], json!([first]));
    let empty = app.post(&path, &app.agent, &json!({ "text": " " }));
    let empty = empty.problem(422, "empty_text").await;
    assert_eq!(empty.body["errors"][0]["pointer"], "/text");
    app.get("/v1/conversations/conv_none/notes", &app.agent)
        .problem(404, "not_found")
        .await;
}
