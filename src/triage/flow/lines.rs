//! The templates and expressions of flows, and what they see: the slots, the results of lookups, the names of customer
//! and business, and whether the customer has proven who they are. Rendering and evaluating, nothing of steps.

use std::collections::HashSet;
use std::fmt;

use minijinja::value::Serde;
use minijinja::{Environment, Error, Value};
use serde_json::{Map, json};

use crate::domain::conversation::Customer;
use crate::domain::flow::{Deed, Flow, FlowState};
use crate::domain::lookup::LookupSpec;
use crate::triage::reply;

/// Names that a result cannot have.
pub(super) const RESERVED: [&str; 3] = ["slots", "customer", "business"];

/// The replies of all flows in one locale, by `flow.reply`.
pub(super) struct Lines {
    environment: Environment<'static>,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            environment: reply::environment(),
        }
    }

    pub(super) fn add(&mut self, id: String, text: &str) -> Result<(), Error> {
        self.environment.add_template_owned(id, text.to_owned())
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.environment.get_template(id).is_ok()
    }

    /// Fails where a value is missing, or the template takes too many steps.
    pub(super) fn render(&self, id: &str, context: &Value) -> Result<String, Error> {
        self.environment.get_template(id)?.render(context)
    }

    /// Names with their parts, `order.status` for example, that a reply wants from outside.
    pub(super) fn variables(&self, id: &str) -> HashSet<String> {
        let template = self.environment.get_template(id);
        template
            .map(|template| template.undeclared_variables(true))
            .unwrap_or_default()
    }

    pub(super) fn variables_of(&self, expression: &str) -> Result<HashSet<String>, Error> {
        let expression = self.environment.compile_expression(expression)?;
        Ok(expression.undeclared_variables(true))
    }

    pub(super) fn evaluate(&self, expression: &str, context: &Value) -> Result<Value, Error> {
        self.environment.compile_expression(expression)?.eval(context)
    }
}

/// What expressions and replies of a flow see. Every slot and every field of every lookup is there; what is not known
/// yet is null, which a condition can ask for and a reply cannot say.
pub(super) fn context<'a>(
    flow: &Flow,
    state: &FlowState,
    spec: impl Fn(&str) -> Option<&'a LookupSpec>,
    customer: &Customer,
    business: &str,
) -> Value {
    let mut seen = Map::new();
    for step in &flow.steps {
        if let Deed::Lookup { call, name, .. } = &step.deed {
            let result = state.results.get(name);
            let mut fields: Map<_, _> = spec(&call.lookup)
                .into_iter()
                .flat_map(|spec| &spec.fields)
                .map(|field| {
                    let value = result.and_then(|result| result.fields.get(field));
                    (field.clone(), value.cloned().unwrap_or_default())
                })
                .collect();
            fields.insert("outcome".to_owned(), json!(result.map(|result| &result.outcome)));
            seen.insert(name.clone(), fields.into());
        }
    }
    let slots: Map<_, _> = flow
        .slots
        .iter()
        .map(|slot| (slot.name.clone(), json!(state.slots.get(&slot.name))))
        .collect();
    seen.insert("slots".to_owned(), slots.into());
    seen.insert(
        "customer".to_owned(),
        json!({ "name": customer.name, "verified": customer.verified }),
    );
    seen.insert("business".to_owned(), json!({ "name": business }));
    Value::from(Serde(seen))
}
