//! The engines, and tests that run on each of them.

/// What a shop keeps its data with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    /// A file in a directory of its own.
    Sqlite,
    /// A database of its own on the server that the tests share.
    Postgres,
}

impl Engine {
    /// For tests of what no engine has a part in: the one that is there at once.
    pub(crate) const ANY: Self = Self::Sqlite;
}

/// Makes a test for each engine of a function that takes an [`Engine`]:
/// `name::on_sqlite` and `name::on_postgres`. Both compare with the same
/// snapshots, so what is seen over HTTP cannot differ.
macro_rules! on_each_engine {
    ($name:ident) => {
        mod $name {
            use crate::harness::Engine;

            #[tokio::test]
            async fn on_sqlite() {
                super::$name(Engine::Sqlite).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$name(Engine::Postgres).await;
            }
        }
    };
}
pub(crate) use on_each_engine;
