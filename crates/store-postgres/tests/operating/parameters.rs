//! The parameters of a URL.

use std::collections::BTreeSet;

use jumun_store_postgres::{OpenError, Target};

use crate::document::{codes, table};
use crate::names::compare;

#[test]
fn the_document_names_every_parameter_that_is_accepted_and_no_other() {
    let refused = Target::parse("postgres://db1/shop?no_such_parameter=1");
    let Err(OpenError::UnknownParameter { known, .. }) = refused else {
        panic!("an unknown parameter is not refused: {refused:?}");
    };
    let accepted = known.split(", ").map(str::to_owned).collect();
    compare(documented(), accepted);
}

#[test]
fn every_value_in_the_document_is_accepted() {
    for row in table("parameters") {
        let [name, values, ..] = row.as_slice() else {
            panic!("{row:?} has no values");
        };
        let name = codes(name).next().expect("a name");
        let values: Vec<_> = codes(values).collect();
        assert!(!values.is_empty(), "{name} has no value");
        for value in values {
            // The last of two counts. What is trusted and how it is checked
            // have to fit; any of these may go with the value.
            let fitting = [
                "",
                "sslmode=verify-full&",
                "sslrootcert=ca.pem&",
                "host=db1,db2&",
            ];
            let accepted = fitting.iter().any(|before| {
                let place = if ["host", "port"].contains(&name) || before.contains("host") {
                    "postgres:///shop"
                } else {
                    "postgres://db1/shop"
                };
                Target::parse(&format!("{place}?{before}{name}={value}")).is_ok()
            });
            assert!(accepted, "{name}={value}");
        }
    }
}

fn documented() -> BTreeSet<String> {
    let rows = table("parameters");
    let names = rows.iter().flat_map(|row| codes(row[0]));
    names.map(str::to_owned).collect()
}
