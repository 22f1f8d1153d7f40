//! Texts to vectors, on all cores, by the base model. The one place that knows which outputs of it are used.

use ndarray::{Array2, ArrayView1};

use crate::classify::model::ModelFolder;
use crate::classify::runtime::Runtime;
use crate::classify::session::{Session, SessionError};
use crate::train::threads;

/// The output that heads of own intents stand on, and the one whose cosine says how alike two texts are.
pub(crate) const HEAD_INPUT: &str = "embedding";
pub(crate) const SIMILARITY_INPUT: &str = "embedding";

/// One row for each text, of unit length: a product of two rows is their cosine.
///
/// Each text is read by itself, so the rows are the same to the bit on any number of cores.
///
/// # Errors
/// Those of [`Session::open`] and [`Session::run`].
pub(crate) fn embed(
    runtime: &Runtime,
    base: &ModelFolder,
    texts: &[&str],
    on_read: &(dyn Fn() + Sync),
) -> Result<Array2<f32>, SessionError> {
    let rows = threads::with_workers(
        texts.len(),
        || Session::open(runtime, base),
        |session, item| {
            let outputs = session.run(texts[item])?;
            on_read();
            Ok::<_, SessionError>(outputs.embedding)
        },
    )?;
    let width = rows.first().map_or(0, Vec::len);
    let mut vectors = Array2::zeros((rows.len(), width));
    for (mut vector, row) in vectors.rows_mut().into_iter().zip(&rows) {
        vector.assign(&ArrayView1::from(row));
    }
    Ok(vectors)
}
