//! Registered agents: what a supervisor says of them, and what they say of themselves.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::agent::Agent;
use crate::domain::id::{AgentId, QueueName};
use crate::domain::presence::{AgentProfile, AgentState, Presence};
use crate::domain::time::{Duration, Timestamp};
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::state::AppState;
use crate::http::views::{AgentStateView, ListView};

/// Most that an agent can hold at once, in units.
const CAPACITY_MAX: u32 = 1000;

/// The longest wrap-up, in seconds: an hour.
const WRAP_UP_MAX: u32 = 3600;

/// What a supervisor says of an agent. A list that is left out asks for nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileBody {
    /// What customers read.
    #[serde(default)]
    name: String,
    /// What queues may ask for; `skills` of a queue in `policy.yml`.
    #[serde(default)]
    skills: Vec<String>,
    /// ISO 639-1; none: any.
    #[serde(default)]
    languages: Vec<String>,
    /// Some of the queues in `policy.yml`; none: all.
    #[serde(default)]
    queues: Vec<String>,
    /// Units at once, 1 to 1000; `routing.weights` in `policy.yml` says how many a conversation takes.
    capacity: u32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresenceBody {
    /// `online`, `busy`, `away`, `wrap_up` or `offline`; left out, this is a heartbeat.
    presence: Option<String>,
    /// How long a `wrap_up` takes, 1 to 3600.
    seconds: Option<u32>,
}

/// Register an agent, or change what is said of one
///
/// An agent who is new is offline until they say otherwise.
#[utoipa::path(put, path = "/v1/agents/{id}", operation_id = "put_agent", tag = "agents",
    params(("id" = String, Path)), request_body = ProfileBody, responses((status = 200, body = AgentStateView)))]
pub(crate) async fn put(
    State(app): State<Arc<AppState>>,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<ProfileBody>,
) -> Result<Json<AgentStateView>, ApiError> {
    let profile = body.parse(&app, &id)?;
    let (store, now) = (&app.engine.store, (app.engine.clock)());
    store.put_agent(&app.engine.workspace, &profile, now).await?;
    show(&app, &profile.agent.id).await
}

/// Registered agents, whether they are there, and what they hold
#[utoipa::path(get, path = "/v1/agents", operation_id = "list_agents", tag = "agents",
    responses((status = 200, body = ListView<AgentStateView>)))]
pub(crate) async fn list(
    State(app): State<Arc<AppState>>,
) -> Result<Json<ListView<AgentStateView>>, ApiError> {
    let agents = app.engine.store.agents(&app.engine.workspace).await?;
    let data = agents.iter().map(|agent| view(&app, agent)).collect();
    Ok(Json(ListView { data }))
}

/// Say whether an agent is there
///
/// Also the heartbeat: without one for `routing.presence_seconds` an agent is offline. An agent's key speaks for that
/// agent only.
#[utoipa::path(post, path = "/v1/agents/{id}/presence", operation_id = "set_presence", tag = "agents",
    params(("id" = String, Path)), request_body = PresenceBody, responses((status = 200, body = AgentStateView)))]
pub(crate) async fn presence(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    extract::Json(body): extract::Json<PresenceBody>,
) -> Result<Json<AgentStateView>, ApiError> {
    let named = Agent {
        id: AgentId::parse(&id)?,
        name: String::new(),
    };
    let id = caller.agent(Some(named))?.id;
    let now = (app.engine.clock)();
    let presence = body.parse(now)?;
    let store = &app.engine.store;
    store
        .set_presence(&app.engine.workspace, &id, presence, now)
        .await?;
    show(&app, &id).await
}

async fn show(app: &AppState, id: &AgentId) -> Result<Json<AgentStateView>, ApiError> {
    let agent = registered(app, id).await?.ok_or(ApiError::NotFound("agent"))?;
    Ok(Json(view(app, &agent)))
}

pub(crate) async fn registered(app: &AppState, id: &AgentId) -> Result<Option<AgentState>, ApiError> {
    let agents = app.engine.store.agents(&app.engine.workspace).await?;
    Ok(agents.into_iter().find(|agent| agent.profile.agent.id == *id))
}

fn view(app: &AppState, agent: &AgentState) -> AgentStateView {
    let limits = app.engine.in_service.parts().policy.routing().presence();
    AgentStateView::new(agent, agent.presence_at((app.engine.clock)(), limits))
}

impl ProfileBody {
    fn parse(self, app: &AppState, id: &str) -> Result<AgentProfile, ApiError> {
        if !(1..=CAPACITY_MAX).contains(&self.capacity) {
            let detail = format!("{} is not between 1 and {CAPACITY_MAX}", self.capacity);
            return Err(ApiError::field("/capacity", detail));
        }
        let parts = app.engine.in_service.parts();
        let mut queues = Vec::new();
        for (at, name) in self.queues.iter().enumerate() {
            let queue = QueueName::parse(name)?;
            if !parts.policy.has_queue(&queue) {
                let detail = format!("there is no queue named {name}; knowledge/policy.yml lists the queues");
                return Err(ApiError::field(format!("/queues/{at}"), detail));
            }
            queues.push(queue);
        }
        Ok(AgentProfile {
            agent: Agent {
                id: AgentId::parse(id)?,
                name: self.name,
            },
            skills: self.skills,
            languages: self.languages,
            queues,
            capacity: self.capacity,
        })
    }
}

impl PresenceBody {
    fn parse(self, now: Timestamp) -> Result<Option<Presence>, ApiError> {
        let Some(name) = self.presence else {
            return match self.seconds {
                None => Ok(None),
                Some(_) => Err(ApiError::field("/seconds", "only a wrap_up has seconds")),
            };
        };
        match (name.as_str(), self.seconds) {
            ("online", None) => Ok(Some(Presence::Online)),
            ("busy", None) => Ok(Some(Presence::Busy)),
            ("away", None) => Ok(Some(Presence::Away)),
            ("offline", None) => Ok(Some(Presence::Offline)),
            ("wrap_up", Some(seconds @ 1..=WRAP_UP_MAX)) => Ok(Some(Presence::WrapUp {
                until: now + Duration::from_secs(i64::from(seconds)),
            })),
            ("wrap_up", _) => Err(ApiError::field(
                "/seconds",
                format!("say how long the wrap_up takes, 1 to {WRAP_UP_MAX} seconds"),
            )),
            ("online" | "busy" | "away" | "offline", Some(_)) => {
                Err(ApiError::field("/seconds", "only a wrap_up has seconds"))
            }
            _ => Err(ApiError::field(
                "/presence",
                format!("{name:?} is no presence; give online, busy, away, wrap_up or offline"),
            )),
        }
    }
}
