//! The server's own secrets, as files in the data folder that only its user can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::cli::failure::CliError;
use crate::cli::key;
use crate::config::Config;
use crate::domain::role::Role;
use crate::entropy;
use crate::ports::ApiKeys;
use crate::seal::Seal;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::backup::Companion;

const VISITOR: &str = "visitor.secret";
const CODE: &str = "code.secret";
const SEAL: &str = "seal.secret";
const ADMIN: &str = "admin.key";

/// What it costs to delete one.
const VOID_TOKENS: &str = "visitors' tokens are void";
const WRONG_CODE: &str = "a code that is being sent just then may be a wrong one";
const UNREADABLE: &str = "requests under way that need masked personal data end with a person";

/// All of them, by their names in the data folder.
pub(crate) const FILES: [&str; 4] = [VISITOR, CODE, SEAL, ADMIN];

/// Those that are there, as a backup takes them along.
pub(crate) fn companions(data: &Path) -> Result<Vec<Companion>, CliError> {
    let mut companions = Vec::new();
    for name in FILES {
        let path = data.join(name);
        match fs::read(&path) {
            Ok(content) => companions.push(Companion {
                name: name.to_owned(),
                content,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let unreadable = format!("{} cannot be read; check its permissions", path.display());
                return Err(anyhow!(error).context(unreadable).into());
            }
        }
    }
    Ok(companions)
}

/// What is wrong with those that are there, each with what to do.
pub(crate) fn unusable(data: &Path) -> Vec<String> {
    let kept = [(VISITOR, VOID_TOKENS), (CODE, WRONG_CODE), (SEAL, UNREADABLE)];
    let there = kept.iter().filter(|(name, _)| data.join(name).exists());
    let tried = there.filter_map(|(name, loss)| secret(&data.join(name), loss).err());
    tried.map(|error| error.to_string()).collect()
}

/// What signs visitor tokens. Deleting the file voids every token given out.
pub(crate) fn visitor_secret(data: &Path) -> Result<[u8; 32], CliError> {
    secret(&data.join(VISITOR), VOID_TOKENS)
}

/// What one-time codes are drawn with. Deleting the file harms only codes that are being sent just then.
pub(crate) fn code_secret(data: &Path) -> Result<[u8; 32], CliError> {
    secret(&data.join(CODE), WRONG_CODE)
}

/// What personal data that a flow needs is sealed with while it runs. Deleting the file makes what is sealed unreadable for
/// good: flows under way that need it end with a person.
pub(crate) fn seal(data: &Path) -> Result<Seal, CliError> {
    let key = secret(&data.join(SEAL), UNREADABLE)?;
    Ok(Seal::new(key, entropy::bytes))
}

/// Made when it is not there yet. `loss` is what its deletion costs.
fn secret(path: &Path, loss: &str) -> Result<[u8; 32], CliError> {
    let unusable = || {
        format!(
            "{} does not hold 64 hexadecimal digits; delete it, and {loss}",
            path.display()
        )
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = hex::encode(entropy::bytes::<32>());
            write(path, &text)?;
            text
        }
        Err(error) => return Err(anyhow!(error).context(unusable()).into()),
    };
    let mut secret = [0; 32];
    hex::decode_to_slice(text.trim(), &mut secret).with_context(unusable)?;
    Ok(secret)
}

/// The first key of a workspace, for its operator. Returns where it is written; a workspace that has keys gets none.
pub(crate) async fn admin_key(config: &Config, store: &SqliteStore) -> Result<PathBuf, CliError> {
    let path = config.paths.data.join(ADMIN);
    let keys = store
        .keys(&config.server.workspace)
        .await
        .context("the API keys cannot be read")?;
    if keys.is_empty() {
        let (plain, key) = key::made(config, "admin", Role::Admin);
        // The file first: a key that is stored and that nobody knows would never be made again.
        write(&path, &plain)?;
        store
            .add_key(&key)
            .await
            .context("the first API key cannot be stored")?;
    }
    Ok(path)
}

/// Replaces the file, so that what it says is read by its owner only, whatever was there before.
fn write(path: &Path, secret: &str) -> Result<(), CliError> {
    let written = || -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        writeln!(file, "{secret}")?;
        file.sync_all()
    };
    Ok(written().with_context(|| {
        format!(
            "{} cannot be written; check the folder's permissions",
            path.display()
        )
    })?)
}
