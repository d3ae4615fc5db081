//! The queues and their dead letters, with their messages.

use axum::body::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::World;
use crate::dev::html::{Escaped, wide};
use crate::dev::{page as page_of, refuse};
use crate::engines::{Depths, EngineError};

/// All queues, as they stand.
pub(super) struct Queues(Vec<Queue>);

struct Queue {
    /// As the template calls it.
    name: String,
    /// Whether it takes what others could not handle.
    dead_letters: bool,
    depths: Depths,
}

impl Queues {
    pub(super) fn of(world: &World) -> Result<Self, EngineError> {
        let queues = &world.stack().queues;
        let of = |spec: &crate::template::model::QueueSpec| {
            let depths = world.engines().sqs.depths(&spec.arn);
            let depths = depths.map_err(|refusal| EngineError::Dynamo(refusal.to_string()))?;
            let dead_letters = spec.logical_id.ends_with("DeadLetters");
            Ok(Queue { name: spec.logical_id.clone(), dead_letters, depths })
        };
        queues.iter().map(of).collect::<Result<_, _>>().map(Self)
    }

    /// Messages that are still to be handled.
    pub(super) fn waiting(&self) -> u64 {
        self.0.iter().filter(|queue| !queue.dead_letters).map(|queue| queue.depths.total()).sum()
    }

    /// Messages that could not be.
    pub(super) fn dead(&self) -> u64 {
        self.0.iter().filter(|queue| queue.dead_letters).map(|queue| queue.depths.total()).sum()
    }

    /// Those with messages as a table, the others by name.
    pub(super) fn table(&self) -> String {
        let (empty, full): (Vec<_>, Vec<_>) = self.0.iter().partition(|queue| queue.depths.total() == 0);
        let row = |queue: &&Queue| {
            format!(
                "<tr{ill}><td><a href=\"/dev/queues/{name}\">{name}</a></td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
                 <td class=\"n\">{}</td></tr>",
                queue.depths.visible,
                queue.depths.in_flight,
                queue.depths.delayed,
                ill = if queue.dead_letters { " class=\"ill\"" } else { "" },
                name = Escaped(&queue.name),
            )
        };
        let rows: String = full.iter().map(row).collect();
        let table = if rows.is_empty() {
            String::new()
        } else {
            format!(
                "<table><tr><th>Queue</th><th class=\"n\">To be received</th><th class=\"n\">In flight</th>\
                 <th class=\"n\">Held back</th></tr>{rows}</table>"
            )
        };
        let names: Vec<String> = empty
            .iter()
            .map(|queue| format!("<a href=\"/dev/queues/{name}\">{name}</a>", name = Escaped(&queue.name)))
            .collect();
        format!(
            "{table}<details><summary><span>{} of {} are empty</span></summary><p>{}</p></details>",
            empty.len(),
            self.0.len(),
            names.join(" · ")
        )
    }
}

/// All queues, for a program.
pub(super) fn json(world: &World) -> Result<Value, EngineError> {
    let Queues(queues) = Queues::of(world)?;
    let of = |Queue { name, dead_letters, depths: Depths { visible, in_flight, delayed } }: Queue| json!({"name": name, "dead_letters": dead_letters, "visible": visible, "in_flight": in_flight, "delayed": delayed});
    Ok(queues.into_iter().map(of).collect())
}

/// The messages of one, without taking any.
pub(super) fn page(world: &World, name: &str) -> Result<Response<Bytes>, EngineError> {
    let Some(spec) = world.stack().queues.iter().find(|queue| queue.logical_id == name) else {
        return Ok(refuse(StatusCode::NOT_FOUND, "there is no such queue"));
    };
    let messages = world.engines().sqs.peek(&spec.arn)?;
    let articles: String = messages
        .iter()
        .map(|body| {
            let shown =
                serde_json::from_str::<Value>(body).ok().and_then(|body| serde_json::to_string_pretty(&body).ok());
            format!("<article><pre>{}</pre></article>", Escaped(shown.as_ref().unwrap_or(body)))
        })
        .collect();
    let empty = if messages.is_empty() { "<p class=\"empty\">It is empty.</p>" } else { "" };
    let redrive = match &spec.redrive {
        Some((dead, most)) => {
            let dead = world.stack().queues.iter().find(|queue| queue.arn == *dead);
            let dead = dead.map_or_else(String::new, |queue| queue.logical_id.clone());
            format!(
                " · after {most} tries a message goes to <a href=\"/dev/queues/{dead}\">{dead}</a>",
                dead = Escaped(&dead)
            )
        }
        None => String::new(),
    };
    let nav = format!("<nav><a href=\"/dev\">status</a> · {} messages{redrive}</nav>", messages.len());
    Ok(page_of(&wide(name, &format!("{nav}{empty}{articles}"))))
}
