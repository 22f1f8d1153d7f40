//! Where each setting was given, so that a problem names the place to mend. Knows no settings.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// Where each key was given, however deep: by it a problem that is found later is placed.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    file: String,
    /// By the path of keys, joined by dots.
    known: BTreeMap<String, String>,
}

impl Places {
    /// Of a file that can be read; of another none are known.
    pub(super) fn of_file(name: &str, text: &str) -> Self {
        let mut places = Self {
            file: name.to_owned(),
            known: BTreeMap::new(),
        };
        if let Ok(document) = DeTable::parse(text) {
            places.note(text, "", document.get_ref());
        }
        places
    }

    fn note(&mut self, text: &str, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = format!("{prefix}{}", key.get_ref());
            if let DeValue::Table(table) = value.get_ref() {
                self.note(text, &format!("{path}."), table);
            }
            self.known
                .insert(path, place_in(&self.file, text, key.span().start));
        }
    }

    /// Something laid over the file: now this is where it was given.
    pub(super) fn lay(&mut self, path: String, place: String) {
        self.known.insert(path, place);
    }

    /// The place of this path, or of the nearest table around it that was given; else the file's name.
    pub(super) fn of(&self, path: &str) -> &str {
        let mut path = path;
        loop {
            if let Some(place) = self.known.get(path) {
                return place;
            }
            match path.rsplit_once('.') {
                Some((around, _)) => path = around,
                None => return &self.file,
            }
        }
    }
}

/// File and line of this byte: `firstline.toml:3`.
pub(super) fn place_in(name: &str, text: &str, offset: usize) -> String {
    format!("{name}:{}", text[..offset].matches('\n').count() + 1)
}
