//! What supervisors look at: the wall, the alerts that are raised, and the queues.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::domain::queue::{QueueProfile, WaitingLine};
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::http::views::{AlertView, ListView, PresencesView, QueueLineView, QueueView, WallView};

/// The wall
///
/// How the business stands now: who waits, what runs late, how customers feel, what the bot keeps, who is there. All
/// figures are of one moment; docs/SUPERVISING.md says how each is counted.
#[utoipa::path(get, path = "/v1/wall", operation_id = "get_wall", tag = "control",
    responses((status = 200, body = WallView)))]
pub(crate) async fn show(State(app): State<Arc<AppState>>) -> Result<Json<WallView>, ApiError> {
    let engine = &app.engine;
    let now = (engine.clock)();
    let wall = engine.store.wall(&engine.workspace, now).await?;
    let alerts = engine.store.alerts(&engine.workspace).await?;
    let parts = engine.in_service.parts();
    let agents = PresencesView::new(&wall.agents, now, parts.policy.routing().presence());
    let by_queue = lines(&parts.policy.queue_profiles(now), &wall.lines);
    Ok(Json(WallView::new(&wall, by_queue, agents, &alerts, now)))
}

/// Every queue of the policy with who waits in it, and those that are gone from it while somebody still waits there.
fn lines(queues: &[QueueProfile], waiting: &[WaitingLine]) -> Vec<QueueLineView> {
    let known = queues.iter().map(|queue| {
        let line = waiting.iter().find(|line| line.queue == queue.name);
        QueueLineView::new(queue.name.as_str(), line, queue.open)
    });
    let is_gone = |line: &&WaitingLine| queues.iter().all(|queue| queue.name != line.queue);
    let gone = waiting.iter().filter(is_gone);
    let gone = gone.map(|line| QueueLineView::new(line.queue.as_str(), Some(line), true));
    known.chain(gone).collect()
}

/// Alerts that are raised
#[utoipa::path(get, path = "/v1/alerts", operation_id = "list_alerts", tag = "control",
    responses((status = 200, body = ListView<AlertView>)))]
pub(crate) async fn alerts(State(app): State<Arc<AppState>>) -> Result<Json<ListView<AlertView>>, ApiError> {
    let alerts = app.engine.store.alerts(&app.engine.workspace).await?;
    let data = alerts.iter().map(AlertView::from).collect();
    Ok(Json(ListView { data }))
}

/// The queues
///
/// As the policy has them, in its order, with who waits in each now.
#[utoipa::path(get, path = "/v1/queues", operation_id = "list_queues", tag = "agents",
    responses((status = 200, body = ListView<QueueView>)))]
pub(crate) async fn queues(State(app): State<Arc<AppState>>) -> Result<Json<ListView<QueueView>>, ApiError> {
    let engine = &app.engine;
    let now = (engine.clock)();
    let waiting = engine.store.waiting_lines(&engine.workspace).await?;
    let queues = engine.in_service.parts().policy.queue_profiles(now);
    let data = queues.into_iter().map(|queue| {
        let line = waiting.iter().find(|line| line.queue == queue.name);
        QueueView::new(queue, line)
    });
    Ok(Json(ListView { data: data.collect() }))
}
