//! Asking an instance, and what it answers in time.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use jumun_domain::{Answer, Command, Decision, Request};
use jumun_store::{Fault, Readiness, Reads as _, Store as _};

use super::commands::{plain, product, user};
use super::shop::Instance;
use super::wait::in_time;

/// The answer to a request, which comes in time whatever happens.
pub(crate) async fn ask(instance: &Instance, request: Request) -> Result<Decision, Fault> {
    in_time("an answer", instance.execute(request)).await
}

type Outcome = Result<Decision, Fault>;

/// Requests that were handed over and are to be answered.
pub(crate) struct Answers(Vec<ToCome>);

enum ToCome {
    Answered(Outcome),
    Asked(Pin<Box<dyn Future<Output = Outcome> + Send>>),
}

impl Answers {
    /// The answers in the order of the requests.
    pub(crate) async fn all(self) -> Vec<Outcome> {
        let mut answers = Vec::with_capacity(self.0.len());
        for answer in self.0 {
            answers.push(match answer {
                ToCome::Answered(answer) => answer,
                ToCome::Asked(answer) => in_time("an answer", answer).await,
            });
        }
        answers
    }
}

/// Hands over all requests in their order before it returns: what comes while a
/// batch is under way is the next batch.
pub(crate) fn hand_over(instance: &Instance, requests: Vec<Request>) -> Answers {
    let begun = requests.into_iter().map(|request| {
        let instance = instance.clone();
        let mut answer: Pin<Box<dyn Future<Output = Outcome> + Send>> =
            Box::pin(async move { instance.execute(request).await });
        let mut context = Context::from_waker(Waker::noop());
        match answer.as_mut().poll(&mut context) {
            Poll::Ready(answer) => ToCome::Answered(answer),
            Poll::Pending => ToCome::Asked(answer),
        }
    });
    Answers(begun.collect())
}

/// Requests handed over at once, so that the queue has room for those of others.
const AT_ONCE: usize = 2_000;

/// The answers to any number of requests.
pub(crate) async fn ask_all(instance: &Instance, requests: Vec<Request>) -> Vec<Outcome> {
    let mut answers = Vec::with_capacity(requests.len());
    for lot in requests.chunks(AT_ONCE) {
        answers.extend(hand_over(instance, lot.to_vec()).all().await);
    }
    answers
}

/// The answer to a command that nothing stands in the way of.
pub(crate) async fn done(instance: &Instance, command: Command) -> Answer {
    match ask(instance, plain(command)).await {
        Ok(Decision::Done(answer)) => answer,
        other => panic!("not done: {other:?}"),
    }
}

/// Does all of them, in any order.
pub(crate) async fn all_done(instance: &Instance, commands: Vec<Command>) {
    let requests = commands.into_iter().map(plain).collect();
    for answer in ask_all(instance, requests).await {
        assert!(matches!(answer, Ok(Decision::Done(_))), "{answer:?}");
    }
}

/// What an operator's check is told.
pub(crate) async fn readiness(instance: &Instance) -> Readiness {
    in_time("readiness", instance.readiness()).await
}

/// What a user has.
pub(crate) async fn balance(instance: &Instance, id: i64) -> i64 {
    let found = instance.user(user(id)).await.expect("it is read");
    found.expect("a user").balance.get()
}

/// How many pieces there are.
pub(crate) async fn stock(instance: &Instance, id: i64) -> i64 {
    let found = instance.product(product(id)).await.expect("it is read");
    found.expect("a product").stock.get()
}
