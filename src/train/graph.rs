//! The end of a model's graph, exchanged: what makes `intent_logits` and `similarity` is cut away, and a head and
//! examples of own intents take its place. Everything else stays byte for byte. Knows no texts and no files.

use std::collections::HashSet;

use ndarray::{Array2, ArrayView1, ArrayView2};
use prost::Message;
use thiserror::Error;

use crate::train::embed::EMBEDDING;
use crate::train::onnx::{
    ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS, FLOAT, Graph, INT8, INT64, Model, Node, Tensor, ValueInfo, constant,
    floats, integers, node, output, sizes, whole_number,
};

const INTENT_LOGITS: &str = "intent_logits";
const SIMILARITY: &str = "similarity";
const REPLACED: [&str; 2] = [INTENT_LOGITS, SIMILARITY];

/// Examples are stored in int8 up to this: a processor with AVX2 alone adds two products of u8 and s8 in 16 bits, and
/// 2 * 255 * 63 still fits, so every processor gives the same similarity. A cosine is off by 0.001 at most.
const EXAMPLE_LIMIT: f32 = 63.0;

#[derive(Debug, Error)]
pub enum GraphError {
    #[error("the graph is not ONNX: {0}")]
    Format(#[from] prost::DecodeError),
    #[error(
        "the graph has parts that this version does not know, and they would be lost ({lost} bytes); \
         take a model that was made for it"
    )]
    Unknown { lost: usize },
    #[error("the graph nests others (If, Loop or Scan); take a model without them")]
    Nested,
    #[error("the graph has no output `{0}`, on which own intents stand; take a model that has it")]
    NoOutput(&'static str),
}

/// What takes the place of the old head. Examples are sorted by intent; each intent has at least one.
#[derive(Debug)]
pub(crate) struct NewEnd<'a> {
    /// The output that the head takes its inputs from.
    pub(crate) input: &'static str,
    /// One row for each input, one column for each intent.
    pub(crate) weights: ArrayView2<'a, f32>,
    pub(crate) bias: ArrayView1<'a, f32>,
    /// One row for each example, of unit length.
    pub(crate) examples: &'a Array2<f32>,
    /// How many examples each intent has.
    pub(crate) counts: &'a [usize],
}

/// The graph of `base` with the new end. Examples take one byte for each of their numbers.
///
/// # Errors
/// When `base` is no ONNX, has parts that would be lost, or lacks the outputs that the new end stands on.
pub(crate) fn with_new_end(base: &[u8], end: &NewEnd<'_>) -> Result<Vec<u8>, GraphError> {
    let mut model = Model::decode(base)?;
    let kept = model.encoded_len();
    if kept != base.len() {
        return Err(GraphError::Unknown {
            lost: base.len().abs_diff(kept),
        });
    }
    let graph = model.graph.get_or_insert_default();
    cut(graph, end.input)?;
    append_head(graph, end);
    append_similarity(graph, end);
    Ok(model.encode_to_vec())
}

/// Removes what only the replaced outputs need, and these outputs.
fn cut(graph: &mut Graph, input: &'static str) -> Result<(), GraphError> {
    let nodes: Vec<Node> = decode_all(&graph.node)?;
    let attributes = nodes.iter().flat_map(|node| &node.attribute);
    let nests = |kind| matches!(kind, Some(ATTRIBUTE_GRAPH | ATTRIBUTE_GRAPHS));
    if attributes.clone().any(|attribute| nests(attribute.kind)) {
        return Err(GraphError::Nested);
    }
    let outputs = names(&graph.output)?;
    if let Some(missing) = [input, EMBEDDING]
        .into_iter()
        .find(|name| !outputs.iter().any(|output| output == name))
    {
        return Err(GraphError::NoOutput(missing));
    }
    let (replaced, staying): (Vec<String>, Vec<String>) = outputs
        .iter()
        .cloned()
        .partition(|output| REPLACED.contains(&output.as_str()));
    let old = needed_for(replaced, &nodes);
    let stays = needed_for(staying, &nodes);
    let goes = |name: &String| old.contains(name) && !stays.contains(name);
    let mut at = nodes.iter();
    graph
        .node
        .retain(|_| !at.next().is_some_and(|node| node.output.iter().any(&goes)));
    for values in [&mut graph.value_info, &mut graph.output] {
        let known = names(values)?;
        let mut known = known.iter();
        values.retain(|_| !known.next().is_some_and(&goes));
    }
    let mut constants = Vec::new();
    for bytes in graph.initializer.drain(..) {
        if !Tensor::decode(bytes.as_slice())?.name.as_ref().is_some_and(&goes) {
            constants.push(bytes);
        }
    }
    graph.initializer = constants;
    Ok(())
}

fn decode_all<T: Message + Default>(parts: &[Vec<u8>]) -> Result<Vec<T>, prost::DecodeError> {
    parts.iter().map(|bytes| T::decode(bytes.as_slice())).collect()
}

fn names(values: &[Vec<u8>]) -> Result<Vec<String>, prost::DecodeError> {
    let values: Vec<ValueInfo> = decode_all(values)?;
    Ok(values
        .into_iter()
        .map(|value| value.name.unwrap_or_default())
        .collect())
}

/// All values that `outputs` are made of, themselves included. Nodes stand in the order of their work.
fn needed_for(outputs: Vec<String>, nodes: &[Node]) -> HashSet<String> {
    let mut needed: HashSet<String> = outputs.into_iter().collect();
    for node in nodes.iter().rev() {
        if node.output.iter().any(|output| needed.contains(output)) {
            needed.extend(node.input.iter().cloned());
        }
    }
    needed
}

fn append_head(graph: &mut Graph, end: &NewEnd<'_>) {
    let (inputs, intents) = end.weights.dim();
    let weights = constant(
        "own.weights",
        FLOAT,
        &[inputs, intents],
        floats(end.weights.iter()),
    );
    let bias = constant("own.bias", FLOAT, &[intents], floats(end.bias.iter()));
    graph.initializer.extend([weights, bias]);
    let inputs = [end.input, "own.weights", "own.bias"];
    graph.node.push(node("Gemm", &inputs, &[INTENT_LOGITS], None));
    graph.output.push(output(INTENT_LOGITS, intents));
}

/// Cosines to all examples in int8, brought into one row for each intent by repeating the examples of the smaller
/// ones, and of each row the highest. `MaxPool` does that under every version of the operators.
fn append_similarity(graph: &mut Graph, end: &NewEnd<'_>) {
    let (examples, width) = end.examples.dim();
    let intents = end.counts.len();
    let longest = end.counts.iter().copied().max().unwrap_or_default();
    let mut order = Vec::with_capacity(intents * longest);
    let mut first = 0;
    for count in end.counts {
        order.extend((0..longest).map(|at| (first + at % (*count).max(1)) as i64));
        first += count;
    }
    let (quantised, scales) = quantised(end.examples);
    let shape = |sizes: &[usize]| integers(sizes.iter().map(|size| *size as i64));
    graph.initializer.extend([
        constant("own.examples", INT8, &[width, examples], quantised),
        constant("own.examples.scale", FLOAT, &[examples], floats(scales.iter())),
        constant("own.examples.zero", INT8, &[examples], vec![0; examples]),
        constant(
            "own.order",
            INT64,
            &[order.len()],
            integers(order.iter().copied()),
        ),
        // 0 stands for the size that is there.
        constant("own.table.shape", INT64, &[3], shape(&[0, intents, longest])),
        constant("own.row.shape", INT64, &[2], shape(&[0, intents])),
    ]);
    let (text, scale, zero) = ("own.text", "own.text.scale", "own.text.zero");
    let product = [text, "own.examples", zero, "own.examples.zero"];
    let to_float = whole_number("to", i64::from(FLOAT));
    graph.node.extend([
        node("DynamicQuantizeLinear", &[EMBEDDING], &[text, scale, zero], None),
        node("MatMulInteger", &product, &["own.product"], None),
        node("Cast", &["own.product"], &["own.product.float"], Some(to_float)),
        node("Mul", &[scale, "own.examples.scale"], &["own.scale"], None),
        node("Mul", &["own.product.float", "own.scale"], &["own.cosines"], None),
        node(
            "Gather",
            &["own.cosines", "own.order"],
            &["own.ordered"],
            Some(whole_number("axis", 1)),
        ),
        node(
            "Reshape",
            &["own.ordered", "own.table.shape"],
            &["own.table"],
            None,
        ),
        node(
            "MaxPool",
            &["own.table"],
            &["own.highest"],
            Some(sizes("kernel_shape", longest)),
        ),
        node("Reshape", &["own.highest", "own.row.shape"], &[SIMILARITY], None),
    ]);
    graph.output.push(output(SIMILARITY, intents));
}

/// Each example as a column of int8, with one scale each.
fn quantised(examples: &Array2<f32>) -> (Vec<u8>, Vec<f32>) {
    let largest = |row: ArrayView1<'_, f32>| row.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    let scales: Vec<f32> = examples
        .rows()
        .into_iter()
        .map(|row| (largest(row) / EXAMPLE_LIMIT).max(f32::MIN_POSITIVE))
        .collect();
    let mut bytes = Vec::with_capacity(examples.len());
    for column in examples.columns() {
        for (value, scale) in column.iter().zip(&scales) {
            bytes.extend(((value / scale).round() as i8).to_le_bytes());
        }
    }
    (bytes, scales)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// input -> embedding -> hidden -> intent_logits, and embedding -> mood.
    fn base() -> Vec<u8> {
        let value = |name: &str| output(name, 2);
        let graph = Graph {
            node: vec![
                node("Encode", &["ids", "table"], &["embedding"], None),
                node("Relu", &["embedding", "old.bias"], &["hidden"], None),
                node(
                    "Gemm",
                    &["hidden", "old.weights", "shared"],
                    &["intent_logits"],
                    None,
                ),
                node("Gemm", &["embedding", "shared"], &["mood"], None),
            ],
            initializer: ["table", "old.bias", "old.weights", "shared"]
                .map(|name| constant(name, FLOAT, &[1], vec![0; 4]))
                .to_vec(),
            output: ["embedding", "intent_logits", "mood"].map(value).to_vec(),
            value_info: ["hidden", "embedding"].map(value).to_vec(),
            ..Graph::default()
        };
        Model {
            ir_version: Some(10),
            graph: Some(graph),
            opset_import: vec![vec![1, 2, 3]],
            ..Model::default()
        }
        .encode_to_vec()
    }

    fn end(examples: &Array2<f32>) -> NewEnd<'_> {
        NewEnd {
            input: EMBEDDING,
            weights: examples.view(),
            bias: examples.row(0),
            examples,
            counts: &[1, 1],
        }
    }

    #[test]
    fn only_what_the_old_head_alone_needs_goes() {
        let examples = array![[0.6_f32, 0.8], [1.0, 0.0]];
        let (before, after) = (base(), with_new_end(&base(), &end(&examples)).unwrap());
        let (before, after) = (Model::decode(&*before).unwrap(), Model::decode(&*after).unwrap());
        assert_eq!(before.opset_import, after.opset_import);
        let (before, after) = (before.graph.unwrap(), after.graph.unwrap());
        assert_eq!(after.node[..2], [before.node[0].clone(), before.node[3].clone()]);
        assert_eq!(
            after.initializer[..2],
            [before.initializer[0].clone(), before.initializer[3].clone()]
        );
        assert_eq!(
            names(&after.output).unwrap(),
            ["embedding", "mood", "intent_logits", "similarity"]
        );
        assert_eq!(names(&after.value_info).unwrap(), ["embedding"]);
    }

    #[test]
    fn a_head_can_stand_on_another_output() {
        let examples = array![[0.6_f32, 0.8], [1.0, 0.0]];
        let wanting = |input| NewEnd {
            input,
            ..end(&examples)
        };
        let after = with_new_end(&base(), &wanting("mood")).unwrap();
        let nodes: Vec<Node> = decode_all(&Model::decode(&*after).unwrap().graph.unwrap().node).unwrap();
        let head = nodes
            .iter()
            .find(|node| node.output == ["intent_logits"])
            .unwrap();
        assert_eq!(head.input, ["mood", "own.weights", "own.bias"]);
        let found = with_new_end(&base(), &wanting("features"));
        assert!(
            matches!(found, Err(GraphError::NoOutput("features"))),
            "{found:?}"
        );
    }

    #[test]
    fn a_new_end_can_be_exchanged_again() {
        let (first, second) = (
            array![[0.6_f32, 0.8], [1.0, 0.0]],
            array![[0.0_f32, 1.0], [0.8, 0.6]],
        );
        let once = with_new_end(&base(), &end(&second)).unwrap();
        let twice = with_new_end(&with_new_end(&base(), &end(&first)).unwrap(), &end(&second)).unwrap();
        assert_eq!(once, twice);
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        let examples = array![[1.0_f32, 0.0], [0.0, 1.0]];
        let mut unknown = base();
        // Field 99 of type bytes, empty.
        unknown.extend([0x9a, 0x06, 0x00]);
        let found = with_new_end(&unknown, &end(&examples));
        assert!(matches!(found, Err(GraphError::Unknown { lost: 3 })), "{found:?}");
        let found = with_new_end(b"no graph at all", &end(&examples));
        assert!(matches!(found, Err(GraphError::Format(_))), "{found:?}");
        let found = with_new_end(&[], &end(&examples));
        assert!(
            matches!(found, Err(GraphError::NoOutput("embedding"))),
            "{found:?}"
        );
    }

    #[test]
    fn int8_examples_are_near_what_they_were() {
        let examples = array![[0.6_f32, -0.8, 0.0], [0.0, 0.0, 0.0]];
        let (bytes, scales) = quantised(&examples);
        for (at, value) in examples.iter().enumerate() {
            let (row, column) = (at / 3, at % 3);
            let stored = f32::from(i8::from_le_bytes([bytes[column * 2 + row]])) * scales[row];
            assert!(
                (stored - value).abs() <= 0.8 / 63.0 / 2.0 + 1e-6,
                "{value} became {stored}"
            );
        }
    }
}
