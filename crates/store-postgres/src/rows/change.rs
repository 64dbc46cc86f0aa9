//! Rows of `changes`: the history of what operators have changed.

use jumun_domain::{Actor, Change, ChangeId, Timestamp};
use jumun_store::access::{ChangeLine, ChangeRecord};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Decoder, Result};
use crate::pipeline::Pipeline;

macro_rules! columns {
    () => {
        "change_id, changed_at, actor, action, subject, before, after, reason"
    };
}

/// Reads those below an id ($1), newest first.
pub(crate) const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM changes WHERE change_id < $1 ORDER BY change_id DESC LIMIT $2"
);

/// The id of the newest.
pub(crate) const NEWEST: &str = "SELECT change_id FROM changes ORDER BY change_id DESC LIMIT 1";

/// Whether one is there.
pub(crate) const IS_WRITTEN: &str = "SELECT EXISTS (SELECT 1 FROM changes WHERE change_id = $1)";

/// Adds lines.
pub(crate) const INSERT: &str = concat!(
    "INSERT INTO changes (",
    columns!(),
    ") SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], \
     $6::text[], $7::text[], $8::text[])"
);

/// What a line has from the engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) id: ChangeId,
    pub(crate) at: Timestamp,
}

pub(crate) fn decode(row: &Row) -> Result<ChangeRecord> {
    let row = Decoder::new(row, "changes");
    Ok(ChangeRecord {
        id: ChangeId(row.get(0)?),
        at: row.time(1)?,
        actor: Actor::stored(row.get(2)?),
        action: row.text(3)?,
        subject: row.text(4)?,
        before: row.optional_text(5)?,
        after: row.optional_text(6)?,
        reason: row.optional_text(7)?,
    })
}

/// Sends the lines of what a batch has changed.
pub(crate) fn insert(pipeline: &mut Pipeline<'_>, changes: &[Change]) {
    let line = |it: &Change| {
        (
            Place {
                id: it.id,
                at: it.at,
            },
            ChangeLine::of(it),
        )
    };
    insert_lines(pipeline, changes.iter().map(line).collect());
}

/// Sends lines.
pub(crate) fn insert_lines(pipeline: &mut Pipeline<'_>, lines: Vec<(Place, ChangeLine)>) {
    if lines.is_empty() {
        return;
    }
    let mut columns = Columns::default();
    for (place, line) in lines {
        columns.push(place, line);
    }
    pipeline.execute(
        INSERT,
        vec![
            Box::new(columns.ids),
            Box::new(columns.times),
            Box::new(columns.actors),
            Box::new(columns.actions),
            Box::new(columns.subjects),
            Box::new(columns.before),
            Box::new(columns.after),
            Box::new(columns.reasons),
        ],
    );
}

#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    times: Vec<i64>,
    actors: Vec<String>,
    actions: Vec<&'static str>,
    subjects: Vec<String>,
    before: Vec<Option<String>>,
    after: Vec<Option<String>>,
    reasons: Vec<Option<String>>,
}

impl Columns {
    fn push(&mut self, place: Place, line: ChangeLine) {
        self.ids.push(place.id.0);
        self.times.push(place.at.as_micros());
        self.actors.push(line.actor.as_str().to_owned());
        self.actions.push(line.action);
        self.subjects.push(line.subject);
        self.before.push(line.before);
        self.after.push(line.after);
        self.reasons.push(line.reason);
    }
}
