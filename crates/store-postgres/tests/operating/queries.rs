//! The examples.

use crate::deployment::{Deployment, READER, SERVER};
use crate::{document, requests};

#[tokio::test]
async fn every_example_runs_as_the_reading_role() {
    let deployment = Deployment::new().await;
    requests::all(&deployment.target(SERVER), 1).await.unwrap();
    let reader = deployment.session(READER).await;
    let examples = document::examples();
    assert!(!examples.is_empty(), "the document has examples");
    for example in examples {
        let run = reader.simple_query(example).await;
        assert!(run.is_ok(), "{example}: {run:?}");
    }
}
