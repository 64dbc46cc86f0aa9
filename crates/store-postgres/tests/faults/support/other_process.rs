//! An instance in a process of its own: this very test binary, run again.

use std::io::Read as _;
use std::process::Stdio;

use jumun_domain::{Answer, Decision, Request};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::asking::ask_all;
use super::commands::{charge_for, keyed, order, plain};
use super::history::{History, Sent};
use super::load::{CLIENTS, PRODUCTS};
use super::shop::{Instance, Shop, open_narrow};
use super::wait::in_time;

/// Tells the process which database it is to serve.
const URL: &str = "JUMUN_FAULT_OTHER_PROCESS";

/// Comes before what the process tells; the test framework tells something, too.
const TOLD: &str = "told ";

/// Requests in each of its batches.
const BATCH: i64 = 200;

/// A process that sends its own instance one batch after the other.
pub(crate) struct OtherProcess {
    child: Child,
    told: Lines<BufReader<ChildStdout>>,
    /// What was acknowledged: its name, and the id of what was done.
    acknowledged: Vec<(i64, String)>,
}

impl OtherProcess {
    /// Starts it on the shop at `url`. `test` is the ignored test that calls [`run`].
    pub(crate) fn start(url: &str, test: &str) -> Self {
        let program = std::env::current_exe().expect("this binary");
        let mut child = Command::new(program)
            .args(["--ignored", "--exact", "--nocapture", test])
            .env(URL, url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a process");
        let told = child.stdout.take().expect("its output");
        Self {
            child,
            told: BufReader::new(told).lines(),
            acknowledged: Vec::new(),
        }
    }

    /// Stops it where it is, or lets it go on.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.id().expect("it runs");
        let id = Pid::from_raw(id.try_into().expect("an id")).expect("an id");
        kill_process(id, signal).expect("it runs");
    }

    /// Waits until it tells of a further batch.
    pub(crate) async fn gets_on(&mut self) {
        for _ in 0..BATCH {
            assert!(self.hear().await, "it has ended");
        }
    }

    /// Lets it have its last answers and end.
    pub(crate) async fn end(&mut self) {
        drop(self.child.stdin.take());
        while self.hear().await {}
        let status = in_time("its end", self.child.wait()).await;
        assert!(status.expect("a status").success());
    }

    /// All that it was answered is there, and nothing besides; then its orders
    /// are a part of `history`.
    pub(crate) async fn check(&self, shop: &Shop, instance: &Instance, history: &mut History) {
        let (orders, charges): (Vec<_>, Vec<_>) = self
            .acknowledged
            .iter()
            .partition(|(name, _)| is_order(*name));
        let mut charges: Vec<_> = charges
            .into_iter()
            .map(|(name, id)| format!("other-{name}|{id}"))
            .collect();
        charges.sort_unstable();
        let found =
            shop.sql("SELECT reference, entry_id FROM entries WHERE reference LIKE 'other-%'");
        let mut found: Vec<_> = found.lines().collect();
        found.sort_unstable();
        assert_eq!(charges, found);
        let requests = || orders.iter().map(|(name, _)| request(*name));
        let answers = ask_all(instance, requests().collect()).await;
        for (((_, told), request), outcome) in orders.iter().zip(requests()).zip(answers) {
            let right = matches!(&outcome, Ok(Decision::Replayed(it)) if id(it) == *told);
            assert!(right, "{told} was acknowledged, and then {outcome:?}");
            history.0.push(Sent { request, outcome });
        }
    }

    /// Whether it has told one thing more, before it has ended.
    async fn hear(&mut self) -> bool {
        while let Some(line) = in_time("a line", self.told.next_line())
            .await
            .expect("text")
        {
            if let Some((_, told)) = line.split_once(TOLD) {
                let (name, id) = told.split_once(' ').expect("two words");
                let name = name.parse().expect("a number");
                self.acknowledged.push((name, id.to_owned()));
                return true;
            }
        }
        false
    }
}

/// What the process does: batches until its input ends.
pub(crate) async fn run() {
    let url = std::env::var(URL).expect("this test is run by another one");
    let instance = open_narrow(&url).await;
    let input_ended = std::thread::spawn(|| std::io::stdin().read_to_end(&mut Vec::new()));
    for first in (0..).step_by(BATCH as usize) {
        let names = first..first + BATCH;
        let answers = ask_all(&instance, names.clone().map(request).collect()).await;
        for (name, answer) in names.zip(answers) {
            match answer {
                Ok(Decision::Done(answer)) => println!("{TOLD}{name} {}", id(&answer)),
                other => panic!("{name}: {other:?}"),
            }
        }
        if input_ended.is_finished() {
            return;
        }
    }
}

/// The request of this name: an order under a key, or a charge without one.
fn request(name: i64) -> Request {
    let (user, product) = (name % CLIENTS + 1, name % PRODUCTS + 1);
    if is_order(name) {
        keyed(order(user, &[product]), &format!("other-{name}"))
    } else {
        plain(charge_for(user, 1, &format!("other-{name}")))
    }
}

/// Whether the request of this name is an order.
fn is_order(name: i64) -> bool {
    name % 2 == 0
}

/// What an answer tells of, by its id.
fn id(answer: &Answer) -> String {
    match answer {
        Answer::OrderPlaced(order) => order.id.to_string(),
        Answer::Credited(entry) => entry.id.to_string(),
        other => panic!("neither an order nor a charge: {other:?}"),
    }
}
