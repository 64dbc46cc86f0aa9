//! A shop with a platform and customers, whose servers come and go.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::customers::{CUSTOMERS, Customers, PRODUCT};
use super::history;
use super::platform::{Platform, Receipt};
use super::request::Event;
use crate::support::{Client, DEADLINE, Folder, Server};

/// How often a test looks whether something has come about.
pub(super) const LOOK_PERIOD: Duration = Duration::from_millis(5);
/// Events on their way at a time: few, so that too many repeats are noticed.
pub(super) const MAX_IN_FLIGHT: usize = 16;
/// Never used up, so that every order is paid.
const PLENTY: u64 = 1_000_000_000;
/// The most events that the server lists at a time.
const PAGE: usize = 200;

/// A shop that is open.
pub(super) struct Shop {
    pub(super) folder: Folder,
    pub(super) platform: Platform,
    customers: Option<Customers>,
}

/// A server, and the door by which it tells the platform.
pub(super) struct Told {
    pub(super) server: Server,
    pub(super) door: usize,
}

impl Shop {
    /// Opens a shop with one server and customers.
    pub(super) async fn open(folder: Folder) -> (Self, Told) {
        let mut shop = Self {
            folder,
            platform: Platform::new(),
            customers: None,
        };
        let told = shop.serve().await;
        let client = told.server.client();
        client.product(PRODUCT, 100, PLENTY).await;
        for user in 1..=CUSTOMERS {
            client.user(user, PLENTY).await;
        }
        shop.customers = Some(Customers::come(&[&told.server]));
        (shop, told)
    }

    /// Starts another server, which tells the same platform by a door of its own.
    pub(super) async fn serve(&mut self) -> Told {
        let (door, url) = self.platform.open_door().await;
        let name = format!("server-{door}.toml");
        let settings = format!(
            "[[platform]]\nname = \"inbox\"\nurl = \"{url}\"\nmax_in_flight = {MAX_IN_FLIGHT}\n"
        );
        self.folder.write(&name, settings);
        let options = ["--listen", "127.0.0.1:0", "--config", &name];
        let server = Server::start_with(&self.folder, &options);
        Told { server, door }
    }

    pub(super) fn customers(&self) -> &Customers {
        self.customers.as_ref().expect("the shop is open")
    }

    /// Waits until so many more orders were placed.
    pub(super) async fn more_orders(&self, count: usize) {
        let before = self.customers().placed().len();
        let enough = || self.customers().placed().len() >= before + count;
        until("more orders", enough).await;
    }

    /// Waits until the platform has taken what was placed before this.
    pub(super) async fn all_told(&self) {
        let placed = self.customers().placed();
        let orders: Vec<String> = placed.into_iter().map(|it| it.order).collect();
        let what = format!("{} orders are told", orders.len());
        until(&what, || self.platform.knows_all(&orders)).await;
    }

    /// What a command prints with `--json`.
    pub(super) fn listed(&self, line: &str) -> Value {
        let printed = self.folder.shop_succeeds(&format!("{line} --json"));
        let mut printed: Value = serde_json::from_str(&printed).expect("JSON");
        printed["items"].take()
    }

    /// The customers leave, all is told, and the servers stop in good order.
    /// Asserts that all is whole; what the platform received.
    pub(super) async fn close(mut self, servers: Vec<Told>) -> Vec<Receipt> {
        let customers = self.customers.take().expect("the shop is open");
        let orders = customers.leave().await;
        until("all is told", || self.platform.knows_all(&orders)).await;
        let events = all_events(&servers[0].server.client()).await;
        for told in servers {
            told.server.stop();
        }
        let receipts = self.platform.receipts();
        history::assert_whole(&receipts, &events, &orders);
        self.folder.audit();
        receipts
    }
}

impl Drop for Shop {
    /// Whoever looks for the cause of a failure wants to know what the servers
    /// said.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(self.folder.file("serve.log")).unwrap_or_default();
            let (url, list) = (self.folder.url(), self.folder.shop("events list inbox"));
            let (events, received) = (list.stdout, self.platform.count());
            // There is nobody else to tell.
            let _ = writeln!(
                std::io::stderr(),
                "{received} requests came; the servers on {url} said:\n{log}\n{events}"
            );
        }
    }
}

/// Polls until something is so.
///
/// # Panics
///
/// If that takes longer than anything should.
pub(super) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it never comes about: {what}");
        tokio::time::sleep(LOOK_PERIOD).await;
    }
}

async fn all_events(client: &Client) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |it| it.sequence);
        let path = format!("/events?after={after}&limit={PAGE}");
        let page = client.get(&path).await.json();
        let page = page["items"].as_array().expect("events");
        events.extend(page.iter().map(Event::of));
        if page.len() < PAGE {
            return events;
        }
    }
}
