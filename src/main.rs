//! Parses nothing, decides nothing: hands over to the command line.

fn main() {}
