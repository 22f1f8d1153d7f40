//! The last step before a lookup leaves the house: arguments that were sealed are opened, and only the company's system gets
//! to see them. Knows nothing of why they were sealed.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::id::TaskId;
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::ports::Lookup;
use crate::seal::Seal;

#[derive(Debug)]
pub struct Unsealed {
    lookup: Arc<dyn Lookup>,
    seal: Seal,
}

impl Unsealed {
    pub fn new(lookup: Arc<dyn Lookup>, seal: Seal) -> Self {
        Self { lookup, seal }
    }
}

#[async_trait]
impl Lookup for Unsealed {
    async fn look_up(&self, request: &LookupRequest, key: &TaskId) -> LookupResult {
        if request.sealed.is_empty() {
            return self.lookup.look_up(request, key).await;
        }
        let mut opened = LookupRequest {
            sealed: Default::default(),
            ..request.clone()
        };
        for (argument, sealed) in &request.sealed {
            let Some(value) = self.seal.open(sealed) else {
                let problem = format!(
                    "the argument {argument} was sealed with another key; seal.secret in the data folder has been changed"
                );
                return LookupResult::unavailable(problem);
            };
            opened.arguments.insert(argument.clone(), value);
        }
        self.lookup.look_up(&opened, key).await
    }
}
