//! Many texts to embeddings, on all cores: for whoever builds something of them. Knows nothing of what that is, and
//! reads no intent, mood or entity.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::classify::model::{GRAPH, ModelFolder, TOKENIZER};
use crate::classify::runtime::Runtime;
use crate::classify::session::{Session, SessionError};
use crate::domain::reading::Fault;
use crate::ports::Embedder;
use crate::threads;

/// How many digits of a hash name a model: no two models of one machine share them.
const DIGITS: usize = 16;

/// The port's [`Embedder`] on ONNX Runtime. Loads the model when there is something to embed, not before.
pub struct OnnxEmbedder {
    runtime: Runtime,
    folder: ModelFolder,
    name: String,
    on_read: Box<dyn Fn() + Send + Sync>,
}

impl OnnxEmbedder {
    /// `on_read` is called for each text that was embedded, from several threads.
    pub fn new(runtime: Runtime, folder: ModelFolder, on_read: impl Fn() + Send + Sync + 'static) -> Self {
        let name = name(&folder);
        Self {
            runtime,
            folder,
            name,
            on_read: Box::new(on_read),
        }
    }
}

impl fmt::Debug for OnnxEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnnxEmbedder")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Embedder for OnnxEmbedder {
    fn model(&self) -> &str {
        &self.name
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Fault> {
        threads::with_workers(
            texts.len(),
            || Session::open(&self.runtime, &self.folder),
            |session, item| {
                let outputs = session.run(texts[item])?;
                (self.on_read)();
                Ok::<_, SessionError>(outputs.embedding)
            },
        )
        .map_err(|error| Fault::Classifier(error.to_string()))
    }
}

/// All that decides what a text's vector is: the graph, the tokenizer, and where texts are cut.
fn name(folder: &ModelFolder) -> String {
    let card = folder.card();
    let mut hash = Sha256::new();
    for file in [GRAPH, TOKENIZER] {
        hash.update(card.files.get(file).map_or("", String::as_str));
        hash.update("\n");
    }
    hash.update(card.max_tokens.to_string());
    let mut name = hex::encode(hash.finalize());
    name.truncate(DIGITS);
    name
}
