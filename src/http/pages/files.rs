//! The files of the built front end. A release build has them in it; any other reads them where `npm run build` left
//! them, so that the front end can change without Cargo. A checkout in which they were never built compiles all the same.

use std::borrow::Cow;

use rust_embed::Embed;

#[derive(Debug, Embed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

/// One file, as it is sent.
#[derive(Debug, Clone)]
pub struct PageFile {
    pub bytes: Cow<'static, [u8]>,
    /// SHA-256 of them.
    pub hash: [u8; 32],
}

impl PageFile {
    /// A strong entity tag, quotes and all: other bytes have another.
    pub(crate) fn tag(&self) -> String {
        let (start, _) = self.hash.split_at(16);
        format!("\"{}\"", hex::encode(start))
    }
}

/// A file of the build by its path in `web/dist`.
pub fn embedded(path: &str) -> Option<PageFile> {
    let file = Built::get(path)?;
    Some(PageFile {
        hash: file.metadata.sha256_hash(),
        bytes: file.data,
    })
}

/// How a file is to be read, by the end of its name. `None` for a name that no page has: what else lies in the folder, a
/// way out of it, a hidden or a compressed file under its own name.
pub(crate) fn content_type(path: &str) -> Option<&'static str> {
    if !path.split('/').all(is_plain) {
        return None;
    }
    let (_, ending) = path.rsplit_once('.')?;
    match ending {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

fn is_plain(segment: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !segment.is_empty() && !segment.starts_with('.') && segment.bytes().all(harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_pages_have_are_served() {
        for name in ["widget.js", "console/index.html", "console/assets/main-B1x_9.js"] {
            assert!(content_type(name).is_some(), "{name}");
        }
        for name in [
            "",
            "console",
            "console/../../Cargo.toml",
            "console/..js",
            "console//a.js",
            "/etc/a.js",
            "console\\a.js",
            ".gitignore",
            "console/.a.js",
            "widget.js.br",
            "widget.js.map",
            "a\0.js",
        ] {
            assert_eq!(content_type(name), None, "{name}");
        }
    }
}
