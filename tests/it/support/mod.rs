//! What several test modules need.

pub(crate) mod agents;
pub(crate) mod program;
pub(crate) mod proof;
pub(crate) mod server;
pub(crate) mod shim;
pub(crate) mod shop;

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use firstline::knowledge::Knowledge;
use firstline::triage::policy::{Policy, Written};

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The replies alone: a business without flows.
pub(crate) fn written(knowledge: &Knowledge) -> Written<'_> {
    Written {
        replies: &knowledge.replies,
        ..Written::default()
    }
}

/// The policy and replies of the sample business.
pub(crate) fn sample_policy() -> Arc<Policy> {
    static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| {
        let folder = repository().join("knowledge");
        let knowledge = Knowledge::load(&folder).unwrap();
        let text = fs::read_to_string(folder.join("policy.yml")).unwrap();
        Arc::new(
            Policy::parse(
                &text,
                &written(&knowledge),
                "http://127.0.0.1:8080",
                "test".into(),
            )
            .unwrap(),
        )
    });
    Arc::clone(&POLICY)
}
