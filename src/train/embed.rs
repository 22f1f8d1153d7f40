//! Texts to vectors, on all cores, by the base model. The one place that knows which outputs of it are used.

use ndarray::{Array2, ArrayView1};

use crate::classify::model::ModelFolder;
use crate::classify::runtime::Runtime;
use crate::classify::session::{Session, SessionError};
use crate::threads;

/// The output whose cosine says how alike two texts are.
pub(crate) const EMBEDDING: &str = "embedding";

/// The output that a new head is best put on; a base model may lack it.
const FEATURES: &str = "features";

/// One row for each text.
#[derive(Debug)]
pub(crate) struct Vectors {
    /// Of unit length: a product of two rows is their cosine.
    pub(crate) embeddings: Array2<f32>,
    features: Option<Array2<f32>>,
}

impl Vectors {
    /// What a head stands on.
    pub(crate) fn inputs(&self) -> &Array2<f32> {
        self.features.as_ref().unwrap_or(&self.embeddings)
    }

    /// The output of the graph that these inputs came from.
    pub(crate) fn input_name(&self) -> &'static str {
        if self.features.is_some() {
            FEATURES
        } else {
            EMBEDDING
        }
    }
}

/// Each text is read by itself, so the rows are the same to the bit on any number of cores. There is a text at least.
///
/// # Errors
/// Those of [`Session::open`] and [`Session::run`].
pub(crate) fn embed(
    runtime: &Runtime,
    base: &ModelFolder,
    texts: &[&str],
    on_read: &(dyn Fn() + Sync),
) -> Result<Vectors, SessionError> {
    let outputs = threads::with_workers(
        texts.len(),
        || Session::open(runtime, base),
        |session, item| {
            let outputs = session.run(texts[item])?;
            on_read();
            Ok::<_, SessionError>((outputs.embedding, outputs.features))
        },
    )?;
    let (embeddings, features): (Vec<_>, Vec<_>) = outputs.into_iter().unzip();
    let features = joined(&features);
    Ok(Vectors {
        embeddings: joined(&embeddings),
        features: (features.ncols() > 0).then_some(features),
    })
}

/// Rows of one length as a matrix.
fn joined(rows: &[Vec<f32>]) -> Array2<f32> {
    let width = rows.first().map_or(0, Vec::len);
    let mut matrix = Array2::zeros((rows.len(), width));
    for (mut joined, row) in matrix.rows_mut().into_iter().zip(rows) {
        joined.assign(&ArrayView1::from(row));
    }
    matrix
}
