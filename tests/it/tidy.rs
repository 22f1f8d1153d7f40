//! The house rules, checked on the source tree itself: which module may import which, how long a
//! file or a function may be, that every file says what it is, and that no lint is silenced unseen.
//!
//! Std only. It sees what is written: paths made by a macro, and a `super::` that leaves its module
//! other than in the two forms refused below, go unseen. So write `crate::x`, and re-export nothing in lib.rs.

use std::fmt::Display;
use std::path::Path;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Every module except the one that asks, and `main`.
const ALL: &[&str] = &["*"];

type Table<'a> = &'a [(&'a str, &'a [&'a str])];

/// Who may import whom. Imports only ever point up this table.
const MAY_IMPORT: Table = &[
    // L0: the nouns of the field.
    ("domain", &[]),
    // L1: decisions, numbers, the seams.
    ("triage", &["domain"]),
    ("report", &["domain"]),
    ("ports", &["domain"]),
    // L2: the order of steps, the tails of the log.
    ("engine", &["domain", "triage", "ports"]),
    ("outbox", &["domain", "ports", "tasks", "entropy"]),
    ("live", &["domain", "ports", "tasks"]),
    // L3: adapters, and the offline tools. They know the ports, never the engine.
    ("classify", &["domain", "ports"]),
    ("knowledge", &["domain", "ports"]),
    ("store", &["domain", "ports"]),
    ("connect", &["domain", "ports"]),
    ("train", &["domain", "triage", "classify", "report", "ports"]),
    ("eval", &["domain", "triage", "classify", "report", "ports"]),
    // L4: the way in.
    ("http", &["domain", "ports", "engine", "live", "report", "entropy", "telemetry"]),
    // L5: where the parts are joined. `config` takes the `Options` of each module that has some.
    (
        "config",
        &["triage", "classify", "knowledge", "store", "outbox", "live", "http", "engine", "telemetry"],
    ),
    ("cli", ALL),
    ("main", &["cli"]),
    // The side: these know nothing of ours.
    ("tasks", &[]),
    ("telemetry", &[]),
    ("entropy", &[]),
];

#[test]
fn imports_follow_the_table() {
    check_tree(&["src"], "rs", import_findings);
}

#[test]
fn the_table_has_no_cycle() {
    assert_eq!(cycle(MAY_IMPORT), None, "MAY_IMPORT in tests/it/tidy.rs: these import each other; drop one edge");
}

#[test]
fn every_file_says_what_it_is() {
    check_tree(&["src", "tests", "benches"], "rs", opening_findings);
}

#[test]
fn files_and_functions_are_short() {
    check_tree(&["src", "tests", "benches"], "rs", length_findings);
    check_tree(&["models"], "py", length_findings);
}

#[test]
fn lints_are_expected_with_a_reason() {
    check_tree(&["src", "tests", "benches"], "rs", lint_findings);
}

/// One file: its text as it stands, and its code, where comments and literals are blanked.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let code = if is_python(path) { text.to_owned() } else { code_only(text) };
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// The top-level module: `store` for src/store/sqlite/rows.rs, `engine` for src/engine.rs.
    fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let first = inside.split('/').next().unwrap_or(inside);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// True where `super` is the crate itself: src/engine.rs, src/store/mod.rs.
    fn is_module_root(&self) -> bool {
        let below = self.path.matches('/').count() - 1;
        below == 0 || (below == 1 && self.path.ends_with("/mod.rs"))
    }

    fn line_at(&self, offset: usize) -> usize {
        self.code[..offset].matches('\n').count() + 1
    }

    fn finding(&self, line: usize, rule: &str, fault: impl Display, mend: &str) -> String {
        format!("{}:{line}: [{rule}] {fault}. {mend}", self.path)
    }
}

fn import_findings(source: &Source) -> Vec<String> {
    let module = source.module();
    if module == "lib" {
        return lib_findings(source);
    }
    let Some(allowed) = imports_of(MAY_IMPORT, module) else {
        let mend = "Give it a row in MAY_IMPORT (tests/it/tidy.rs), in the layer it belongs to.";
        return vec![source.finding(1, "imports", format!("module `{module}` is not in the table"), mend)];
    };
    let list = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
    let mend = format!(
        "It may import {list}. Take a plain value or a port instead; a test that needs both sides belongs in tests/it."
    );
    let mut findings: Vec<String> = imported_modules(&source.code)
        .into_iter()
        .filter(|(_, target)| *target != module && !allowed.contains(target))
        .map(|(at, target)| {
            source.finding(source.line_at(at), "imports", format!("`{module}` may not import `{target}`"), &mend)
        })
        .collect();
    for (index, line) in source.code.lines().enumerate() {
        if line.contains("super::super::") || (source.is_module_root() && line.starts_with("use super::")) {
            let fault = "`super` that may leave the module";
            let mend = "Write `crate::...`, so that one search sees every import.";
            findings.push(source.finding(index + 1, "imports", fault, mend));
        }
    }
    findings
}

/// lib.rs is the list of modules in reading order, and attributes.
fn lib_findings(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    let mut open_brackets = 0_usize;
    for (index, line) in source.code.lines().enumerate() {
        let line = line.trim();
        let attribute = open_brackets > 0 || line.starts_with('#');
        let declaration = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        if attribute {
            open_brackets = open_brackets + line.matches('[').count() - line.matches(']').count();
        } else if !line.is_empty() && !(declaration.starts_with("mod ") && declaration.ends_with(';')) {
            let mend = "Move it into a module of its own, and re-export nothing.";
            findings.push(source.finding(index + 1, "imports", "lib.rs may only declare modules", mend));
        }
    }
    findings
}

fn imports_of<'a>(table: Table<'a>, module: &str) -> Option<Vec<&'a str>> {
    let (_, allowed) = table.iter().find(|(name, _)| *name == module)?;
    if *allowed != ALL {
        return Some(allowed.to_vec());
    }
    Some(table.iter().map(|(name, _)| *name).filter(|name| *name != module && *name != "main").collect())
}

/// The modules that never come to rest when those whose imports are all settled are settled in turn:
/// a cycle, what rests on it, or a name that has no row.
fn cycle(table: Table) -> Option<Vec<String>> {
    let mut settled: Vec<&str> = Vec::new();
    loop {
        let rest: Vec<&str> = table.iter().map(|row| row.0).filter(|name| !settled.contains(name)).collect();
        let (free, stuck): (Vec<&str>, Vec<&str>) = rest.into_iter().partition(|name| {
            imports_of(table, name).is_some_and(|imports| imports.iter().all(|import| settled.contains(import)))
        });
        if free.is_empty() {
            return (!stuck.is_empty()).then(|| stuck.into_iter().map(str::to_owned).collect());
        }
        settled.extend(free);
    }
}

/// The first name after each `crate::` or `firstline::`, with its place; of a group, each member's.
fn imported_modules(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for root in ["crate::", "firstline::"] {
        for (at, _) in code.match_indices(root).filter(|(at, _)| !code[..*at].ends_with(is_name)) {
            let path = at + root.len();
            found.extend(heads(&code[path..]).into_iter().map(|(offset, name)| (path + offset, name)));
        }
    }
    found
}

/// `domain::Id` -> domain; `{domain::{Id, Time}, ports}` -> domain, ports.
fn heads(path: &str) -> Vec<(usize, &str)> {
    if !path.trim_start().starts_with('{') {
        return vec![(0, name_at(path))];
    }
    let mut found = Vec::new();
    let mut depth = 0;
    let mut head_is_next = true;
    for (at, character) in path.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => head_is_next = true,
            _ if head_is_next && depth == 1 && !character.is_whitespace() => {
                found.push((at, name_at(&path[at..])));
                head_is_next = false;
            }
            _ => {}
        }
    }
    found
}

fn name_at(text: &str) -> &str {
    let end = text.find(|character| !is_name(character) && character != '*').unwrap_or(text.len());
    &text[..end]
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn opening_findings(source: &Source) -> Vec<String> {
    if source.text.starts_with("//!") {
        return Vec::new();
    }
    let mend = "Say in its first line what the file holds.";
    vec![source.finding(1, "opening", "the file does not start with `//!`", mend)]
}

fn length_findings(source: &Source) -> Vec<String> {
    if is_python(&source.path) && !source.path.contains("/recipe/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let lines = source.text.lines().count();
    if lines > FILE_LINES_MAX {
        let fault = format!("the file has {lines} lines, at most {FILE_LINES_MAX}");
        let mend = "Split it by noun, each part in a file of its own.";
        findings.push(source.finding(FILE_LINES_MAX + 1, "file length", fault, mend));
    }
    let functions = if is_python(&source.path) { python_functions(&source.code) } else { functions(&source.code) };
    for (line, name, length) in functions.into_iter().filter(|(_, _, length)| *length > FUNCTION_LINES_MAX) {
        let fault = format!("`{name}` has {length} lines, at most {FUNCTION_LINES_MAX}");
        let mend = "Keep the branches here and move the straight parts into functions of their own.";
        findings.push(source.finding(line, "function length", fault, mend));
    }
    findings
}

/// Line, name and length of each function with a body, from its `fn` line to its closing brace.
fn functions(code: &str) -> Vec<(usize, &str, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ").filter(|(at, _)| !code[..*at].ends_with(is_name)) {
        let name = name_at(&code[at + "fn ".len()..]);
        if let Some(body) = body_length(&code[at..]).filter(|_| !name.is_empty()) {
            found.push((code[..at].matches('\n').count() + 1, name, code[at..at + body].matches('\n').count() + 1));
        }
    }
    found
}

/// How far the brace that closes the body is; nothing for a declaration, which ends in `;`.
fn body_length(code: &str) -> Option<usize> {
    let (mut braces, mut parens) = (0_usize, 0_usize);
    for (at, character) in code.char_indices() {
        match character {
            '(' | '[' => parens += 1,
            ')' | ']' => parens = parens.saturating_sub(1),
            '{' => braces += 1,
            '}' if braces <= 1 => return Some(at),
            '}' => braces -= 1,
            ';' if braces == 0 && parens == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The same for Python: from `def` to the last line that is indented deeper, or closes its signature.
fn python_functions(text: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(rest) = line.trim_start().trim_start_matches("async ").strip_prefix("def ") else { continue };
        let mut end = start;
        for (index, next) in lines.iter().enumerate().skip(start + 1) {
            let next_code = next.trim_start();
            if next_code.is_empty() || next_code.starts_with('#') {
                continue;
            }
            if indent(next) <= indent(line) && !next_code.starts_with(')') {
                break;
            }
            end = index;
        }
        found.push((start + 1, name_at(rest), end - start + 1));
    }
    found
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_python(path: &str) -> bool {
    path.ends_with(".py")
}

fn lint_findings(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (at, _) in source.code.match_indices('#') {
        let attribute = source.code[at..].split_inclusive(']').next().unwrap_or_default();
        let attribute: String = attribute.split_whitespace().collect();
        let has = |lint: &str| {
            ["#[", "#![", ","].iter().any(|before| attribute.contains(&format!("{before}{lint}(")))
        };
        let silent = has("expect") && !attribute.contains("reason=");
        if (attribute.starts_with("#[") || attribute.starts_with("#![")) && (has("allow") || silent) {
            let fault = "a lint is silenced with `allow`, or without a reason";
            let mend = "Write `#[expect(the_lint, reason = \"why it is right here\")]`, or mend the code.";
            findings.push(source.finding(source.line_at(at), "lints", fault, mend));
        }
    }
    findings
}

/// The text with comments, strings and characters turned to blanks, each line where it was.
fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let blank = if code.ends_with(is_name) && character == 'r' { 0 } else { not_code(rest) };
        let taken = blank.max(character.len_utf8());
        code.extend(rest[..taken].chars().map(|c| if blank == 0 || c == '\n' { c } else { ' ' }));
        rest = &rest[taken..];
    }
    code
}

/// The length of the comment, string or character that starts here; 0 where code does.
fn not_code(rest: &str) -> usize {
    let until = |start: usize, end: &str| rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len());
    let hashes = rest[1..].len() - rest[1..].trim_start_matches('#').len();
    match rest.as_bytes() {
        [b'/', b'/', ..] => until(0, "\n") - 1,
        [b'/', b'*', ..] => block_comment(rest),
        [b'r', ..] if rest[1 + hashes..].starts_with('"') => until(2 + hashes, &format!("\"{}", "#".repeat(hashes))),
        [b'"', ..] => quoted(rest, '"'),
        [b'\'', b'\\', ..] => quoted(rest, '\''),
        [b'\'', ..] => rest.char_indices().nth(2).filter(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        _ => 0,
    }
}
