//! The house rules, checked on the source tree itself: which module may import which, how long a
//! file or a function may be, that every file says what it is, and that no lint is silenced unseen.
//!
//! Std only. A path that a macro makes goes unseen: write `crate::x`, and re-export nothing in lib.rs.

use std::fs;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
/// How a line starts that is indented no deeper than its function and yet part of it: signatures, ends of strings.
const GOES_ON: [char; 8] = [')', ']', '>', '-', ',', ';', '.', '#'];

/// Who may import whom. Imports only ever point up this table.
const MAY_IMPORT: &[(&str, &str)] = &[
    // L0 to L2: nouns of the field; decisions, numbers, seams; the order of steps, tails of the log.
    ("domain", ""),
    ("triage", "domain"),
    ("report", "domain"),
    ("ports", "domain"),
    ("engine", "domain triage ports"),
    ("outbox", "domain ports tasks entropy egress"),
    ("live", "domain ports tasks"),
    ("dispatch", "domain triage ports tasks"),
    // L3: adapters, and the offline tools. They know the ports, never the engine.
    ("classify", "domain ports threads"),
    ("knowledge", "domain ports"),
    ("store", "domain ports"),
    ("connect", "domain ports egress"),
    ("labelled", "domain"),
    ("eval", "domain triage classify report ports labelled"),
    ("train", "domain classify report ports labelled eval threads"),
    ("http", "domain ports engine live report entropy telemetry"),
    // L4 and L5: the way in, and where the parts are joined. `config` takes the `Options` of each module that has some.
    (
        "config",
        "domain triage classify knowledge store outbox live http engine connect telemetry egress",
    ),
    (
        "cli",
        "domain triage report ports engine outbox dispatch live classify knowledge store connect labelled train eval http \
         config tasks telemetry entropy egress",
    ),
    ("main", "cli"),
    ("tasks", ""), // The side: these know nothing of ours.
    ("telemetry", ""),
    ("entropy", ""),
    ("egress", ""),
    ("threads", ""),
];

#[test]
fn imports_follow_the_table() {
    check_tree(&["src"], ".rs", import_findings);
}

#[test]
fn the_table_has_no_cycle() {
    assert_eq!(cycle(MAY_IMPORT), "", "rows that need each other");
}

#[test]
fn every_file_says_what_it_is() {
    check_tree(&["src", "tests", "benches", "examples"], ".rs", opening_findings);
}

#[test]
fn files_and_functions_are_short() {
    check_tree(&["src", "tests", "benches", "examples"], ".rs", length_findings);
    check_tree(&["models"], ".py", length_findings);
}

#[test]
fn lints_are_expected_with_a_reason() {
    check_tree(&["src", "tests", "benches", "examples"], ".rs", lint_findings);
}

fn check_tree(folders: &[&str], ending: &str, rule: fn(&Source) -> Vec<String>) {
    assert!(fs::exists("src").unwrap_or(false), "no src/ here");
    let mut sources = Vec::new();
    for folder in folders {
        collect(folder, ending, &mut sources);
    }
    let findings: Vec<String> = sources.iter().flat_map(rule).collect();
    assert!(findings.is_empty(), "to mend:\n{}\n", findings.join("\n"));
}

/// Every file with this ending under `folder`, which need not exist; hidden folders left out.
fn collect(folder: &str, ending: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.expect("the folder can be listed");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() && !name.starts_with('.') {
            collect(&path, ending, sources);
        } else if name.ends_with(ending) {
            let text = fs::read_to_string(&path).expect("the file is readable text");
            sources.push(Source::new(&path, &text));
        }
    }
}

/// One file: its text as it stands, and its code, where comments and literals are blanked.
struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let is_rust = path.ends_with(".rs");
        let code = if is_rust { code_only(text) } else { text.to_owned() };
        let (path, text) = (path.to_owned(), text.to_owned());
        Self { path, text, code }
    }

    /// The top-level module: `store` for src/store/sqlite/rows.rs, `engine` for src/engine.rs.
    fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let first = inside.split('/').next().unwrap_or(inside);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// True where `super` is the crate itself: src/engine.rs, src/store/mod.rs.
    fn is_module_root(&self) -> bool {
        let depth = self.path.matches('/').count();
        depth == 1 || (depth == 2 && self.path.ends_with("/mod.rs"))
    }

    fn line_at(&self, offset: usize) -> usize {
        self.code[..offset].matches('\n').count() + 1
    }

    fn finding(&self, line: usize, rule: &str, fault: &str, mend: &str) -> String {
        format!("{}:{line}: [{rule}] {fault}. {mend}", self.path)
    }
}

fn import_findings(source: &Source) -> Vec<String> {
    let module = source.module();
    if module == "lib" {
        return lib_findings(source);
    }
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
        let fault = format!("module `{module}` is not in the table");
        let mend = "Give it a row in MAY_IMPORT (tests/it/tidy.rs), in the layer it belongs to.";
        return vec![source.finding(1, "imports", &fault, mend)];
    };
    let mut findings = Vec::new();
    for (at, target) in imported_modules(&source.code) {
        if target != module && !allowed.split_whitespace().any(|name| name == target) {
            let fault = format!("`{module}` may not import `{target}` (it may: {allowed})");
            let mend = "Take a plain value or a port instead; a test that needs both belongs in tests/it.";
            findings.push(source.finding(source.line_at(at), "imports", &fault, mend));
        }
    }
    for (index, line) in source.code.lines().enumerate() {
        if line.contains("super::super::") || (source.is_module_root() && line.starts_with("use super::")) {
            let fault = "`super` that may leave the module";
            let mend = "Write `crate::...`, so that one search sees every import.";
            findings.push(source.finding(index + 1, "imports", fault, mend));
        }
    }
    findings
}

/// lib.rs is the list of modules in reading order, and attributes of one line each.
fn lib_findings(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, line) in source.code.lines().map(str::trim).enumerate() {
        let is_module = line.ends_with(';') && (line.starts_with("pub mod ") || line.starts_with("mod "));
        if !is_module && !line.is_empty() && !line.starts_with('#') {
            let mend = "Move it into a module of its own, and re-export nothing.";
            findings.push(source.finding(index + 1, "imports", "lib.rs may only declare modules", mend));
        }
    }
    findings
}

/// The modules left over when each whose imports are all settled is settled in turn: those of a cycle,
/// those that rest on it, and those that import a name without a row.
fn cycle(table: &[(&str, &str)]) -> String {
    let mut settled: Vec<&str> = Vec::new();
    let mut stuck = table.to_vec();
    let is_free = |list: &str, settled: &[&str]| list.split_whitespace().all(|name| settled.contains(&name));
    while let Some(at) = stuck.iter().position(|(_, list)| is_free(list, &settled)) {
        settled.push(stuck.remove(at).0);
    }
    stuck.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

/// The first name after each `crate::` or `firstline::`, with its place; of a group, each member's.
fn imported_modules(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for root in ["crate::", "firstline::"] {
        for (at, _) in code.match_indices(root) {
            let path = at + root.len();
            if code[path..].starts_with('{') {
                found.extend(members(code, path));
            } else if !code[..at].ends_with(is_name) {
                found.push((path, name_at(&code[path..])));
            }
        }
    }
    found
}

/// Of the group that opens at `start`, the first name of each member: `{domain::{Id, Time}, ports}` -> domain, ports.
fn members(code: &str, start: usize) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut depth, mut is_next) = (0, true);
    for (at, character) in code.char_indices().skip_while(|(at, _)| *at < start) {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => is_next = true,
            _ if is_next && depth == 1 && !character.is_whitespace() => {
                found.push((at, name_at(&code[at..])));
                is_next = false;
            }
            _ => {}
        }
    }
    found
}

fn name_at(text: &str) -> &str {
    text.split(|c| !is_name(c)).next().unwrap_or(text)
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
    let mut findings = Vec::new();
    let lines = source.text.lines().count();
    if lines > FILE_LINES_MAX {
        let fault = format!("the file has {lines} lines, at most {FILE_LINES_MAX}");
        let mend = "Split it by noun, each part in a file of its own.";
        findings.push(source.finding(FILE_LINES_MAX + 1, "file length", &fault, mend));
    }
    for (line, name, length) in functions(&source.code) {
        if length > FUNCTION_LINES_MAX {
            let fault = format!("`{name}` has {length} lines, at most {FUNCTION_LINES_MAX}");
            let mend = "Keep the branches here and move the straight parts into functions of their own.";
            findings.push(source.finding(line, "function length", &fault, mend));
        }
    }
    findings
}

/// Line, name and length of each function: from its `fn` or `def` line, through all that is indented deeper,
/// to the closing brace under it. (So it reads formatted code, which `make test` sees to first.)
fn functions(code: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let mut end = start;
        for (index, next) in lines.iter().enumerate().skip(start + 1) {
            let code = next.trim();
            let is_brace = indent(next) == indent(line) && code.starts_with('}');
            let goes_on = matches!(code, "" | "{") || code.starts_with("where") || code.starts_with(GOES_ON);
            let is_deeper = indent(next) > indent(line) && !code.is_empty();
            if is_brace || is_deeper {
                end = index;
            }
            if is_brace || !(is_deeper || goes_on) {
                break;
            }
        }
        found.push((start + 1, name, end - start + 1));
    }
    found
}

/// `pub(crate) async fn load<T>(...` -> load
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ").or_else(|| line.split_once("def "))?;
    let is_modifier = |c: char| c.is_ascii_lowercase() || " ():".contains(c);
    let is_start = before.chars().all(is_modifier) && !before.ends_with(is_name);
    Some(name_at(after)).filter(|name| is_start && !name.is_empty())
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn lint_findings(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    for (at, _) in source.code.match_indices('#') {
        let attribute = source.code[at..].split(']').next().unwrap_or_default();
        let attribute = attribute.replace(char::is_whitespace, "").replace("#!", "#");
        let has_no_reason = attribute.contains("expect(") && !attribute.contains("reason=");
        if attribute.starts_with("#[") && (attribute.contains("allow(") || has_no_reason) {
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
        let blank = not_code(rest);
        if blank == 0 {
            code.push(character);
        }
        code.extend(rest[..blank].chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = &rest[blank.max(character.len_utf8())..];
    }
    code
}

/// The length of the comment, string or character that starts here; 0 where code goes on.
fn not_code(rest: &str) -> usize {
    let through = |end: &str, from: usize| match rest[from..].find(end) {
        Some(at) => from + at + end.len(),
        None => rest.len(),
    };
    let hashes = rest.bytes().skip(1).take_while(|byte| *byte == b'#').count();
    match rest.as_bytes() {
        [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => through("*/", 2),
        [b'r', raw @ ..] if raw.get(hashes) == Some(&b'"') => {
            through(&format!("\"{}", "#".repeat(hashes)), hashes + 2)
        }
        [b'"', ..] => quoted(rest, '"'),
        [b'\'', b'\\', ..] => quoted(rest, '\''),
        [b'\'', _, b'\'', ..] => 3, // otherwise a lifetime
        _ => 0,
    }
}

fn quoted(rest: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        if character == mark && !escaped {
            return at + 1;
        }
        escaped = character == '\\' && !escaped;
    }
    rest.len()
}

/// Where | what is written there (`;;` a new line, `~` 70 lines) | what must be said of it.
const BAD: &str = "
src/store/a.rs        | use crate::{;;    domain::{Id, Time},;;    http,;;}; | a.rs:3: [imports] `store` may not import `http`
src/triage/a.rs       | fn a() { crate::store::open() }                      | a.rs:1: [imports] `triage` may not import `store`
src/main.rs           | use firstline::config;                               | main.rs:1: [imports] `main` may not import `config`
src/util.rs           | use std::fs;                                         | util.rs:1: [imports] module `util` is not in the table
src/domain/a.rs       | use super::super::store;                             | a.rs:1: [imports] `super`
src/live.rs           | use super::http;                                     | live.rs:1: [imports] `super`
src/lib.rs            | pub mod domain;;;pub use domain::Id;                 | lib.rs:2: [imports] lib.rs may only declare modules
tests/it/a.rs         | use std::fs;                                         | a.rs:1: [opening]
examples/a/main.rs    | ~~~~~~                                               | main.rs:401: [file length] the file has 421 lines
src/cli/a.rs          | impl A {;;    pub(crate) fn long(;;    ) {~;;    }   | a.rs:2: [function length] `long` has 73 lines
models/a/recipe/a.py  | def long(;;):~;;                                     | a.py:1: [function length] `long` has 72 lines
src/cli/a.rs          | #[cfg_attr(test, allow(dead_code))]                  | a.rs:1: [lints]
src/cli/a.rs          | //! A.;;#![expect(;;    dead_code;;)]                | a.rs:2: [lints]
";

#[test]
fn the_checker_has_teeth() {
    let rules = [import_findings, opening_findings, length_findings, lint_findings];
    let findings = |path: &str, text: &str| -> Vec<String> {
        let source = Source::new(path, text);
        rules.iter().flat_map(|rule| rule(&source)).collect()
    };
    for case in BAD.trim().lines() {
        let fields: Vec<&str> = case.splitn(3, '|').map(str::trim).collect();
        let text = fields[1]
            .replace(";;", "\n")
            .replace('~', &"\n        x()".repeat(70));
        let found = findings(fields[0], &text);
        let is_said = found.iter().any(|finding| finding.contains(fields[2]));
        assert!(is_said, "{case}\n{found:#?}");
    }
    let spoken_of =
        "//! crate::http\nconst A: &str = r#\"crate::http \" #[allow(x)]\"#; // crate::http '\"'\n";
    let found = findings("src/store/a.rs", spoken_of);
    assert!(found.is_empty(), "only spoken of: {found:#?}");
    assert_eq!(cycle(&[("a", ""), ("b", "a c"), ("c", "b")]), "b c");
}
