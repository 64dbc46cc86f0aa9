//! Several instances on one database.
