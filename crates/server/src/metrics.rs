//! The figures that an operator watches, in Prometheus' text format.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use http::{Method, StatusCode};
use metrics::{Counter, Gauge, Histogram, counter, describe_counter, describe_gauge};
use metrics::{describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the duration buckets: fine around a batch and its fsync (a
/// millisecond or two), coarse where something is wrong.
const BUCKETS_SECONDS: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// How often recorded durations are folded into the buckets, so that they do
/// not pile up while nobody reads the metrics.
pub(crate) const UPKEEP_PERIOD: Duration = Duration::from_secs(5);

/// The one label of all paths that no route has, so that a scanner cannot make
/// labels without bound.
const UNMATCHED: &str = "unmatched";

/// What the dispatcher counts of each data platform, with the label `platform`.
const PLATFORM_GAUGES: [(&str, &str); 6] = [
    (
        "jumun_platform_lag_events",
        "Events that the platform lacks, dead letters left out.",
    ),
    (
        "jumun_platform_lag_seconds",
        "Age of the oldest event that the platform lacks, dead letters left out.",
    ),
    (
        "jumun_platform_pending",
        "Events that are held up, by the state that holds them.",
    ),
    (
        "jumun_platform_breaker_open",
        "1 while the platform fails as a whole and is only probed.",
    ),
    (
        "jumun_platform_paused",
        "1 while nothing is sent: an operator wants it so, or the platform is gone.",
    ),
    (
        "jumun_platform_in_flight",
        "Events sent and not answered yet.",
    ),
];

/// Where the figures of this process are read from.
#[derive(Clone, Debug)]
pub struct MetricsHandle(PrometheusHandle);

/// Collects the figures of this process from now on. Calling it again gives
/// the same handle.
pub fn install_metrics() -> MetricsHandle {
    static INSTALLED: OnceLock<MetricsHandle> = OnceLock::new();
    INSTALLED.get_or_init(install).clone()
}

fn install() -> MetricsHandle {
    let builder = PrometheusBuilder::new();
    let durations = Matcher::Suffix("_seconds".to_owned());
    // Fails only without any bucket.
    let builder = builder
        .set_buckets_for_metric(durations, &BUCKETS_SECONDS)
        .unwrap_or_default();
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::error!("metrics go to another recorder; install the server's before any other");
    }
    describe_counter!("jumun_http_requests_total", "Requests answered.");
    describe_histogram!(
        "jumun_http_request_duration_seconds",
        "Time from the head of a request to its answer."
    );
    describe_gauge!("jumun_http_connections", "Connections open now.");
    describe_counter!(
        "jumun_orders_total",
        "Orders placed, replayed and cancelled."
    );
    describe_counter!(
        "jumun_rejections_total",
        "Reasons for which commands changed nothing."
    );
    for (name, description) in PLATFORM_GAUGES {
        describe_gauge!(name, description);
    }
    let [attempts, duration] = [
        "jumun_platform_attempts_total",
        "jumun_platform_delivery_duration_seconds",
    ];
    describe_counter!(attempts, "Attempts to deliver an event, by their outcome.");
    describe_histogram!(duration, "Time from sending an event to its answer.");
    MetricsHandle(handle)
}

impl MetricsHandle {
    /// All figures in Prometheus' text format, version 0.0.4.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds what was recorded into the buckets.
    pub(crate) fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Handles that the hot path uses, so that it looks none up by name.
pub(crate) struct Figures {
    routes: HashMap<String, Route>,
    unmatched: Route,
    pub(crate) connections: Gauge,
}

/// Every status that an answer can have; one not listed here is looked up by name.
const STATUSES: [u16; 16] = [
    200, 201, 307, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503,
];

const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PUT, Method::HEAD];

struct Route {
    name: String,
    durations: Histogram,
    answers: [[OnceLock<Counter>; STATUSES.len()]; METHODS.len()],
}

impl Figures {
    pub(crate) fn new() -> Self {
        let paths = crate::api::paths();
        Self {
            routes: paths
                .into_iter()
                .map(|path| (path.clone(), Route::new(path)))
                .collect(),
            unmatched: Route::new(UNMATCHED.to_owned()),
            connections: gauge!("jumun_http_connections"),
        }
    }

    /// Notes an answer; `path` is the route's, `None` where none matched.
    pub(crate) fn answered(
        &self,
        path: Option<&str>,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let route = path
            .and_then(|path| self.routes.get(path))
            .unwrap_or(&self.unmatched);
        route.durations.record(took.as_secs_f64());
        let place = METHODS
            .iter()
            .position(|known| known == method)
            .zip(STATUSES.iter().position(|known| *known == status.as_u16()));
        match place {
            Some((method_index, status_index)) => route.answers[method_index][status_index]
                .get_or_init(|| route.counter(method, status))
                .increment(1),
            None => route.counter(method, status).increment(1),
        }
    }
}

impl Route {
    fn new(name: String) -> Self {
        Self {
            durations: histogram!("jumun_http_request_duration_seconds", "route" => name.clone()),
            answers: Default::default(),
            name,
        }
    }

    fn counter(&self, method: &Method, status: StatusCode) -> Counter {
        // A method of the client's own making must not become a label.
        let method = match *method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::HEAD => "HEAD",
            Method::DELETE => "DELETE",
            Method::PATCH => "PATCH",
            Method::OPTIONS => "OPTIONS",
            _ => "other",
        };
        let status = status.as_str().to_owned();
        counter!(
            "jumun_http_requests_total",
            "route" => self.name.clone(), "method" => method, "status" => status
        )
    }
}

/// Notes why a command changed nothing.
pub(crate) fn rejected(code: &'static str) {
    counter!("jumun_rejections_total", "code" => code).increment(1);
}
