//! All connectors, behind the port that lookups are asked through. Whatever goes wrong is an outcome; how often and how
//! long is counted by the lookup's name, and nothing that a customer said is in it.

use std::collections::BTreeMap;
use std::time::Instant;

use async_trait::async_trait;

use crate::connect::connector::{self, Connector};
use crate::connect::load;
use crate::connect::options::Options;
use crate::connect::problem::{Problem, Problems};
use crate::domain::id::TaskId;
use crate::domain::lookup::{LookupRequest, LookupResult, LookupSpec};
use crate::ports::Lookup;

/// The company's systems, ready to be asked.
#[derive(Debug)]
pub struct Connectors(BTreeMap<String, Connector>);

impl Connectors {
    /// Nothing is called yet. `environment` is what `${NAME}` stands for. The error is all that is wrong,
    /// in the order of connectors and lookups.
    pub fn new(options: &Options, environment: &BTreeMap<String, String>) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let mut connectors = BTreeMap::new();
        for (name, options) in &options.connectors {
            let found = load::connector(name, options, environment, &mut problems);
            connectors.extend(found.map(|connector| (name.clone(), connector)));
        }
        match problems.into_vec() {
            problems if problems.is_empty() => Ok(Self(connectors)),
            problems => Err(problems),
        }
    }

    /// What flows may ask, by name.
    pub fn specs(&self) -> Vec<LookupSpec> {
        let lookups = self.0.values().flat_map(|connector| connector.lookups.values());
        lookups.map(|lookup| lookup.spec.clone()).collect()
    }

    fn find(&self, name: &str) -> Option<(&Connector, &connector::Lookup)> {
        let (connector, lookup) = name.split_once('.')?;
        let connector = self.0.get(connector)?;
        Some((connector, connector.lookups.get(lookup)?))
    }
}

#[async_trait]
impl Lookup for Connectors {
    async fn look_up(&self, request: &LookupRequest, key: &TaskId) -> LookupResult {
        let Some((connector, lookup)) = self.find(&request.lookup) else {
            // A flow that waits since before the lookup was taken out of the settings.
            tracing::warn!(
                lookup = request.lookup,
                "a lookup is asked for that is not configured"
            );
            return LookupResult::unavailable(format!("there is no lookup {} any more", request.lookup));
        };
        let started = Instant::now();
        let result = connector.look_up(lookup, &request.arguments, key).await;
        let seconds = started.elapsed().as_secs_f64();
        let (name, outcome) = (lookup.spec.name.clone(), result.outcome.clone());
        if result.is_unavailable() {
            tracing::warn!(lookup = name, seconds, "a lookup got no answer");
        } else {
            tracing::debug!(lookup = name, outcome, seconds, "a lookup was answered");
        }
        metrics::histogram!("firstline_lookup_seconds", "lookup" => name.clone()).record(seconds);
        metrics::counter!("firstline_lookups_total", "lookup" => name, "outcome" => outcome).increment(1);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_say_what_a_flow_has_to_know() {
        let options = toml::from_str(
            "[shop]\n\
             base_url = 'https://shop.example'\n\
             [shop.lookups.order]\n\
             path = '/customers/{customer}/orders/{order_number}'\n\
             query = { day = '{day}' }\n\
             private = true\n\
             outcomes = { 200 = 'ok', 201 = 'ok', 404 = 'not_found' }\n\
             fields = { status = '/status', carrier = '/carrier' }\n\
             [shop.lookups.send_code]\n\
             method = 'POST'\n\
             path = '/codes'\n\
             body = { email = '{email}', code = '{code}' }\n\
             outcomes = { 202 = 'ok' }\n\
             fields = { customer = '/customer' }\n\
             [shop.lookups.cancel]\n\
             method = 'POST'\n\
             path = '/cancel/{order_number}'\n\
             writes = true\n\
             outcomes = { 200 = 'ok' }\n",
        );
        let specs = Connectors::new(&options.unwrap(), &BTreeMap::new())
            .unwrap()
            .specs();
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let order = LookupSpec {
            name: "shop.order".to_owned(),
            arguments: set(&["day", "order_number"]),
            fields: set(&["carrier", "status"]),
            outcomes: set(&["not_found", "ok"]),
            private: true,
            writes: false,
            sends_code: false,
        };
        let send_code = LookupSpec {
            name: "shop.send_code".to_owned(),
            arguments: set(&["email"]),
            fields: set(&["customer"]),
            outcomes: set(&["ok"]),
            private: false,
            writes: false,
            sends_code: true,
        };
        let cancel = LookupSpec {
            name: "shop.cancel".to_owned(),
            arguments: set(&["order_number"]),
            fields: set(&[]),
            outcomes: set(&["ok"]),
            private: false,
            writes: true,
            sends_code: false,
        };
        assert_eq!(specs, [cancel, order, send_code]);
    }
}
