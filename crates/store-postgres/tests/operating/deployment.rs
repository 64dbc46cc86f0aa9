//! A shop with the roles and rights of the document, on a cluster of its own:
//! roles belong to all databases of a cluster.

use jumun_store_postgres::{Options, Target, migrate};
use jumun_test_cluster::{Cluster, Settings};
use tokio_postgres::{Client, NoTls};

use crate::document;

pub(crate) const OWNER: &str = "jumun_owner";
pub(crate) const SERVER: &str = "jumun_server";
pub(crate) const READER: &str = "jumun_reader";

/// The database that the document creates.
const DATABASE: &str = "shop";

/// A cluster with the shop of the document.
pub(crate) struct Deployment(Cluster);

impl Deployment {
    /// Creates the roles, the shop and the rights, in the document's order.
    pub(crate) async fn new() -> Self {
        let cluster = Cluster::start(Settings::default());
        // CREATE DATABASE has to be alone.
        for statement in document::sql("roles").split(';') {
            cluster.sql("postgres", statement);
        }
        let deployment = Self(cluster);
        let migrated = migrate(&deployment.target(OWNER), &Options::default()).await;
        migrated.expect("the owner migrates");
        let owner = deployment.session(OWNER).await;
        let granted = owner.batch_execute(document::sql("rights")).await;
        granted.expect("the owner grants");
        deployment
    }

    /// The shop as this role reaches it. The reader's sessions do not allow
    /// writes, so its URL has to say that they need not.
    pub(crate) fn target(&self, role: &str) -> Target {
        let parameters = if role == READER {
            "?target_session_attrs=any"
        } else {
            ""
        };
        Target::parse(&format!("{}{parameters}", self.url(role))).expect("a URL")
    }

    /// A session of this role.
    pub(crate) async fn session(&self, role: &str) -> Client {
        let connected = tokio_postgres::connect(&self.url(role), NoTls).await;
        let (client, connection) = connected.expect("the role may log in");
        tokio::spawn(connection);
        client
    }

    /// What `statement` returns to the superuser.
    pub(crate) fn sql(&self, statement: &str) -> String {
        self.0.sql(DATABASE, statement)
    }

    fn url(&self, role: &str) -> String {
        format!("postgres://{role}@{}/{DATABASE}", self.0.host_port())
    }
}
