//! As much of the ONNX file format as it takes to exchange the end of a graph: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>.
//! What is not touched stays the bytes it was: a field of type message and one of type bytes are written alike.

use prost::Message;

/// Values of `TensorProto.DataType`.
pub(crate) const FLOAT: i32 = 1;
pub(crate) const INT8: i32 = 3;
pub(crate) const INT64: i32 = 7;

/// Values of `AttributeProto.AttributeType`.
pub(crate) const ATTRIBUTE_INT: i32 = 2;
pub(crate) const ATTRIBUTE_GRAPH: i32 = 5;
pub(crate) const ATTRIBUTE_INTS: i32 = 7;
pub(crate) const ATTRIBUTE_GRAPHS: i32 = 10;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Model {
    #[prost(int64, optional, tag = "1")]
    pub(crate) ir_version: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub(crate) producer_name: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) producer_version: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) domain: Option<String>,
    #[prost(int64, optional, tag = "5")]
    pub(crate) model_version: Option<i64>,
    #[prost(string, optional, tag = "6")]
    pub(crate) doc_string: Option<String>,
    #[prost(message, optional, tag = "7")]
    pub(crate) graph: Option<Graph>,
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub(crate) opset_import: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "14")]
    pub(crate) metadata_props: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "20")]
    pub(crate) training_info: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "25")]
    pub(crate) functions: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "26")]
    pub(crate) configuration: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Graph {
    /// Each is a [`Node`].
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(crate) node: Vec<Vec<u8>>,
    #[prost(string, optional, tag = "2")]
    pub(crate) name: Option<String>,
    /// Each is a [`Tensor`].
    #[prost(bytes = "vec", repeated, tag = "5")]
    pub(crate) initializer: Vec<Vec<u8>>,
    #[prost(string, optional, tag = "10")]
    pub(crate) doc_string: Option<String>,
    #[prost(bytes = "vec", repeated, tag = "11")]
    pub(crate) input: Vec<Vec<u8>>,
    /// Each is a [`ValueInfo`].
    #[prost(bytes = "vec", repeated, tag = "12")]
    pub(crate) output: Vec<Vec<u8>>,
    /// Each is a [`ValueInfo`].
    #[prost(bytes = "vec", repeated, tag = "13")]
    pub(crate) value_info: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "14")]
    pub(crate) quantization_annotation: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "15")]
    pub(crate) sparse_initializer: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "16")]
    pub(crate) metadata_props: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Node {
    #[prost(string, repeated, tag = "1")]
    pub(crate) input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) output: Vec<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) name: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) op_type: Option<String>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Attribute {
    #[prost(string, optional, tag = "1")]
    pub(crate) name: Option<String>,
    #[prost(int64, optional, tag = "3")]
    pub(crate) i: Option<i64>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub(crate) ints: Vec<i64>,
    #[prost(int32, optional, tag = "20")]
    pub(crate) kind: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub(crate) dims: Vec<i64>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) data_type: Option<i32>,
    #[prost(string, optional, tag = "8")]
    pub(crate) name: Option<String>,
    /// Little-endian, row by row.
    #[prost(bytes = "vec", optional, tag = "9")]
    pub(crate) raw_data: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ValueInfo {
    #[prost(string, optional, tag = "1")]
    pub(crate) name: Option<String>,
    #[prost(message, optional, tag = "2")]
    pub(crate) kind: Option<Type>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Type {
    #[prost(message, optional, tag = "1")]
    pub(crate) tensor_type: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TensorType {
    #[prost(int32, optional, tag = "1")]
    pub(crate) elem_type: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub(crate) shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub(crate) dim: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Dimension {
    #[prost(int64, optional, tag = "1")]
    pub(crate) value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub(crate) parameter: Option<String>,
}

/// As `raw_data` has them.
pub(crate) fn floats<'a>(values: impl Iterator<Item = &'a f32>) -> Vec<u8> {
    values.flat_map(|value| value.to_le_bytes()).collect()
}

pub(crate) fn integers(values: impl Iterator<Item = i64>) -> Vec<u8> {
    values.flat_map(i64::to_le_bytes).collect()
}

/// An initializer; `dims` and `raw_data` fit each other.
pub(crate) fn constant(name: &str, data_type: i32, dims: &[usize], raw_data: Vec<u8>) -> Vec<u8> {
    Tensor {
        dims: dims.iter().map(|size| *size as i64).collect(),
        data_type: Some(data_type),
        name: Some(name.to_owned()),
        raw_data: Some(raw_data),
    }
    .encode_to_vec()
}

/// Named after its first output.
pub(crate) fn node(kind: &str, inputs: &[&str], outputs: &[&str], attribute: Option<Attribute>) -> Vec<u8> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Node {
        input: owned(inputs),
        output: owned(outputs),
        name: outputs.first().map(|output| format!("own.node.{output}")),
        op_type: Some(kind.to_owned()),
        attribute: attribute.into_iter().collect(),
    }
    .encode_to_vec()
}

/// An attribute of one number.
pub(crate) fn whole_number(name: &str, value: i64) -> Attribute {
    Attribute {
        name: Some(name.to_owned()),
        i: Some(value),
        ints: Vec::new(),
        kind: Some(ATTRIBUTE_INT),
    }
}

/// An attribute of a list, with one number in it.
pub(crate) fn sizes(name: &str, size: usize) -> Attribute {
    Attribute {
        name: Some(name.to_owned()),
        i: None,
        ints: vec![size as i64],
        kind: Some(ATTRIBUTE_INTS),
    }
}

/// An output of floats, one row of `width` for each text.
pub(crate) fn output(name: &str, width: usize) -> Vec<u8> {
    let batch = Dimension {
        value: None,
        parameter: Some("batch".to_owned()),
    };
    let width = Dimension {
        value: Some(width as i64),
        parameter: None,
    };
    let tensor_type = TensorType {
        elem_type: Some(FLOAT),
        shape: Some(Shape {
            dim: vec![batch, width],
        }),
    };
    let kind = Type {
        tensor_type: Some(tensor_type),
    };
    ValueInfo {
        name: Some(name.to_owned()),
        kind: Some(kind),
    }
    .encode_to_vec()
}
