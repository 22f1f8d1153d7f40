//! Tests that decide every written conversation again: with the policy's own bars each turn comes out as it did, rule by
//! rule.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::assemble;
use crate::cli::replay::player::Player;
use crate::cli::replay::script::{Script, of_flow};
use crate::cli::replay::{files, is_yaml, transcript};
use crate::config;
use crate::domain::id::ConversationId;
use crate::domain::intent::Intent;
use crate::engine::{Engine, Thresholds};
use crate::ports::Conversations;
use crate::store::memory::MemoryStore;

#[tokio::test]
async fn with_the_bars_it_was_decided_under_every_turn_comes_out_as_it_did() {
    let mut config = config::load(Some("firstline.toml".as_ref()), &[]).unwrap();
    let data = tempfile::tempdir().unwrap();
    config.paths.data = data.path().to_owned();
    let classifier = assemble::classifier(&config).unwrap();
    let content = assemble::content(&config, "").unwrap();
    // An intent without a bar of its own has the general ones.
    let any = Intent::new("any");
    let own = Thresholds {
        answer: Some(content.policy.answer_at(&any)),
        clarify: Some(content.policy.clarify_at()),
        linked: Some(content.policy.match_at(&any, true)),
        unlinked: Some(content.policy.match_at(&any, false)),
    };
    let store = Arc::new(MemoryStore::default());
    let shared = assemble::engine(&config, content, classifier, store, assemble::fleeting_seal());
    let id = ConversationId::from_random([0; 16]);
    let mut turns = 0;
    for file in files(&["tests/transcripts", "knowledge/flows"].map(PathBuf::from)).unwrap() {
        let text = fs::read_to_string(&file).unwrap();
        let scripts = if is_yaml(&file) {
            of_flow(&text).unwrap()
        } else {
            vec![Script::whole(&text)]
        };
        for script in scripts {
            let store = Arc::new(MemoryStore::default());
            let engine = Engine {
                store: store.clone(),
                ..shared.clone()
            };
            let lines = transcript::parse(&script.text).unwrap();
            Player::new(engine.clone()).play(&lines).await.unwrap();
            for turn in store.turns(&engine.workspace, &id).await.unwrap() {
                let version = turn.conversation.version;
                let what_if = engine.what_if(&id, version, &own).await.unwrap();
                assert!(
                    what_if.is_same(),
                    "{}, turn {version}: {what_if:#?}",
                    file.display()
                );
                assert_eq!(
                    what_if.would.trace,
                    turn.trace,
                    "{}, turn {version}",
                    file.display()
                );
                turns += 1;
            }
        }
    }
    assert!(turns > 300, "{turns}");
}
