//! Who may not is told so before the body is looked at.

use super::operations::{operations, owed, row};
use super::stage::{Caller, Stage};
use crate::harness::{Engine, send};

#[tokio::test]
async fn who_may_not_is_told_so_whatever_the_body_is() {
    let stage = Stage::open(Engine::ANY).await;
    for (method, path, operation) in operations() {
        let (id, right, query, body) = row(&operation);
        if body.is_none() {
            continue;
        }
        let path = stage.fill(&path) + query;
        for caller in Caller::all() {
            // Whether a user may depends on whom the body names.
            let Some(owed) = owed(right, caller) else {
                continue;
            };
            if caller == Caller::Other {
                continue;
            }
            let bodies: [(&str, &[u8]); 4] = [
                ("application/json", b"{"),
                ("application/json", b"{\"unknown\": 1}"),
                ("text/plain", b"hello"),
                ("application/json", &[b' '; 1024 * 1024 + 1]),
            ];
            for (kind, bytes) in bodies {
                let request = stage
                    .request(caller, &method, &path)
                    .header("content-type", kind)
                    .header("idempotency-key", "not a key")
                    .body(bytes.to_vec());
                let reply = send(request).await;
                assert_eq!(
                    reply.status.as_u16(),
                    owed,
                    "{id} by {caller:?}: {}",
                    reply.text
                );
            }
        }
    }
}
