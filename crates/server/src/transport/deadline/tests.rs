use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::timeout;

use super::*;

/// Short, and yet many times what a step of these tests takes.
const DEADLINE: Duration = Duration::from_millis(600);

/// Longer than these tests may take; a hang fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the pipe of these tests holds.
const PIPE_BYTES: usize = 64;

#[tokio::test]
async fn a_connection_is_idle_from_when_the_last_byte_of_an_answer_was_taken() {
    let deadlines = Deadlines {
        head: PATIENCE,
        idle: DEADLINE,
        write: PATIENCE,
    };
    let phase = Phase::new(Instant::now());
    let (near, mut far) = duplex(PIPE_BYTES);
    let mut stream = Timed::new(near, deadlines, phase.clone());
    phase.begin_request();
    phase.end_request();
    let mut buffer = [0; PIPE_BYTES];
    let mut taken = Instant::now();
    // A long answer, of which the client takes a part now and then.
    for part in 0..3 {
        taken = Instant::now();
        stream.write_all(&[0; PIPE_BYTES]).await.unwrap();
        let early = timeout(DEADLINE * 2 / 3, stream.read(&mut buffer)).await;
        assert!(early.is_err(), "ended after part {part}: {early:?}");
        far.read_exact(&mut buffer).await.unwrap();
    }
    let late = timeout(PATIENCE, stream.read(&mut buffer)).await;
    let error = late.expect("it ends").expect_err("nothing was sent");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(taken.elapsed() >= DEADLINE);
}

#[tokio::test]
async fn a_request_that_is_served_and_an_answer_that_waits_are_not_idle() {
    let deadlines = Deadlines {
        head: PATIENCE,
        idle: Duration::ZERO,
        write: PATIENCE,
    };
    let phase = Phase::new(Instant::now());
    let (near, _far) = duplex(PIPE_BYTES);
    let mut stream = Timed::new(near, deadlines, phase.clone());
    let steps: [fn(&Phase); 2] = [Phase::begin_request, Phase::end_request];
    for step in steps {
        step(&phase);
        assert_eq!(phase.waiting_since(), None);
        let early = timeout(DEADLINE, stream.read(&mut [0])).await;
        assert!(early.is_err(), "{early:?}");
    }
}
