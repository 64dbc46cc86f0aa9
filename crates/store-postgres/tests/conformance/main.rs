//! The suites of the `store` crate on this engine, at both isolation levels that
//! a server may be set to.

mod database;

mod read_committed {
    use crate::database::OwnDatabase;
    jumun_store::conformance_suite!(OwnDatabase::read_committed());
}

mod serializable {
    use crate::database::OwnDatabase;
    jumun_store::conformance_suite!(OwnDatabase::serializable());
}

mod access {
    mod read_committed {
        use crate::database::OwnDatabase;
        jumun_store::access_suite!(OwnDatabase::read_committed());
    }

    mod serializable {
        use crate::database::OwnDatabase;
        jumun_store::access_suite!(OwnDatabase::serializable());
    }
}

mod deliveries {
    mod read_committed {
        use crate::database::OwnDatabase;
        jumun_store::delivery_suite!(OwnDatabase::read_committed());
    }

    mod serializable {
        use crate::database::OwnDatabase;
        jumun_store::delivery_suite!(OwnDatabase::serializable());
    }
}
