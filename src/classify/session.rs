//! One ONNX Runtime session on one core: text in, raw outputs out.
//! Knows nothing of other sessions, and not what a logit means.

use std::path::PathBuf;
use std::sync::Arc;

use ort::session::builder::GraphOptimizationLevel;
use ort::session::{SessionInputValue, SessionOutputs};
use ort::value::TensorRef;
use thiserror::Error;
use tokenizers::Tokenizer;

use crate::classify::model::{ModelError, ModelFolder};
use crate::classify::runtime::Runtime;

const INPUT_IDS: &str = "input_ids";
const ATTENTION_MASK: &str = "attention_mask";
const TOKEN_TYPE_IDS: &str = "token_type_ids";

const INTENT_LOGITS: &str = "intent_logits";
const SENTIMENT_LOGITS: &str = "sentiment_logits";
const EMBEDDING: &str = "embedding";
const SIMILARITY: &str = "similarity";
const FEATURES: &str = "features";

/// Read once after loading, to see that the graph answers as the labels say.
const WARM_UP: &str = "Where is my order?";

/// How far the length of an embedding may be from 1.
const LENGTH_TOLERANCE: f32 = 0.01;

#[derive(Debug, Error)]
pub enum SessionError {
    #[error(transparent)]
    Folder(#[from] ModelError),
    #[error("{} cannot be used as a classifier: {problem}; make the model again", .path.display())]
    Graph { path: PathBuf, problem: String },
    #[error("the text cannot be cut into tokens: {0}")]
    Tokenize(String),
    #[error("ONNX Runtime failed: {0}")]
    Run(String),
    #[error("the output `{name}` {problem}")]
    Output { name: &'static str, problem: String },
}

/// What the graph says of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// One for each intent, in the order of the labels.
    pub intent_logits: Vec<f32>,
    /// Negative, neutral, positive.
    pub sentiment_logits: Vec<f32>,
    /// Unit length.
    pub embedding: Vec<f32>,
    /// For each intent, the cosine to the nearest of its training examples; empty when the card asks for none.
    pub similarity: Vec<f32>,
    /// What a new head is best put on; empty when the graph offers nothing beside the embedding.
    pub features: Vec<f32>,
}

/// Owned by one thread: a run takes it whole.
#[derive(Debug)]
pub struct Session {
    session: ort::session::Session,
    tokenizer: Arc<Tokenizer>,
    intents: usize,
    similarity: bool,
    features: bool,
}

impl Session {
    /// Loads the graph and runs it once, so that a graph that does not fit its labels is found now.
    ///
    /// # Errors
    /// [`SessionError::Folder`] when the file changed since the folder was opened, [`SessionError::Graph`] when it
    /// is no graph or another one than the labels describe.
    pub fn open(runtime: &Runtime, folder: &ModelFolder) -> Result<Self, SessionError> {
        let graph = folder.read_graph()?;
        let refuse = |problem: String| SessionError::Graph {
            path: folder.graph_path(),
            problem,
        };
        let session = build(runtime, &graph).map_err(refuse)?;
        check_inputs(&session).map_err(refuse)?;
        let features = session.outputs().iter().any(|output| output.name() == FEATURES);
        let mut session = Self {
            session,
            tokenizer: folder.tokenizer(),
            intents: folder.intents().len(),
            similarity: folder.card().calibration.confidence.is_some(),
            features,
        };
        let outputs = session.run(WARM_UP).map_err(|error| refuse(error.to_string()))?;
        let length = outputs
            .embedding
            .iter()
            .map(|value| value * value)
            .sum::<f32>()
            .sqrt();
        if (length - 1.0).abs() > LENGTH_TOLERANCE {
            return Err(refuse(format!(
                "the output `{EMBEDDING}` has length {length}, not 1"
            )));
        }
        Ok(session)
    }

    /// Always a batch of one: dynamic int8 takes one scale for all it reads at once, so company would change the
    /// numbers. The same text gives the same bits every time.
    ///
    /// # Errors
    /// A fault of the tokenizer, of ONNX Runtime, or an output of another size than the labels say.
    pub fn run(&mut self, text: &str) -> Result<Outputs, SessionError> {
        let encoding = self
            .tokenizer
            .encode_fast(text, true)
            .map_err(|error| SessionError::Tokenize(error.to_string()))?;
        let ids: Vec<i64> = encoding.get_ids().iter().map(|id| i64::from(*id)).collect();
        let ones = vec![1_i64; ids.len()];
        let zeros = vec![0_i64; ids.len()];
        let inputs = self
            .session
            .inputs()
            .iter()
            .map(|input| {
                let values = match input.name() {
                    INPUT_IDS => &ids,
                    ATTENTION_MASK => &ones,
                    _ => &zeros,
                };
                TensorRef::from_array_view(([1, values.len()], values.as_slice()))
                    .map(SessionInputValue::from)
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| SessionError::Run(error.to_string()))?;
        let outputs = self
            .session
            .run(inputs.as_slice())
            .map_err(|error| SessionError::Run(error.to_string()))?;
        Ok(Outputs {
            intent_logits: take(&outputs, INTENT_LOGITS, Some(self.intents))?,
            sentiment_logits: take(&outputs, SENTIMENT_LOGITS, Some(3))?,
            embedding: take(&outputs, EMBEDDING, None)?,
            similarity: if self.similarity {
                take(&outputs, SIMILARITY, Some(self.intents))?
            } else {
                Vec::new()
            },
            features: if self.features {
                take(&outputs, FEATURES, None)?
            } else {
                Vec::new()
            },
        })
    }

    /// How many tokens of `text` are read, the two that frame it included.
    ///
    /// # Errors
    /// [`SessionError::Tokenize`].
    pub fn tokens(&self, text: &str) -> Result<usize, SessionError> {
        let encoding = self.tokenizer.encode_fast(text, true);
        encoding
            .map(|encoding| encoding.len())
            .map_err(|error| SessionError::Tokenize(error.to_string()))
    }
}

/// One thread: a session per core and no batching beats every other arrangement on a CPU.
fn build(runtime: &Runtime, graph: &[u8]) -> Result<ort::session::Session, String> {
    let builder = ort::session::Session::builder(&runtime.environment).map_err(|error| error.to_string())?;
    let builder = builder.with_intra_threads(1).map_err(|error| error.to_string())?;
    let level = GraphOptimizationLevel::All;
    let mut builder = builder
        .with_optimization_level(level)
        .map_err(|error| error.to_string())?;
    builder
        .commit_from_memory(graph)
        .map_err(|error| error.to_string())
}

fn check_inputs(session: &ort::session::Session) -> Result<(), String> {
    let names: Vec<&str> = session.inputs().iter().map(|input| input.name()).collect();
    for needed in [INPUT_IDS, ATTENTION_MASK] {
        if !names.contains(&needed) {
            return Err(format!(
                "it has no input `{needed}` (it has {})",
                names.join(", ")
            ));
        }
    }
    match names
        .iter()
        .find(|name| ![INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS].contains(name))
    {
        Some(unknown) => Err(format!("it asks for an input `{unknown}`, which is not known")),
        None => Ok(()),
    }
}

fn take(
    outputs: &SessionOutputs<'_>,
    name: &'static str,
    size: Option<usize>,
) -> Result<Vec<f32>, SessionError> {
    let refuse = |problem: String| SessionError::Output { name, problem };
    let Some(output) = outputs.get(name) else {
        return Err(refuse("is missing".to_owned()));
    };
    let (_, values) = output
        .try_extract_tensor::<f32>()
        .map_err(|error| refuse(format!("is unfit: {error}")))?;
    match size {
        Some(size) if values.len() != size => Err(refuse(format!(
            "has {} numbers, and the labels name {size}",
            values.len()
        ))),
        _ if values.is_empty() => Err(refuse("is empty".to_owned())),
        _ if values.iter().any(|value| !value.is_finite()) => {
            Err(refuse("holds something that is not a number".to_owned()))
        }
        _ => Ok(values.to_vec()),
    }
}
