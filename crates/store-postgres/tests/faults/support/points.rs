//! Where connections are cut.

use jumun_test_cluster::Point;

/// A point at a statement.
pub(crate) type Place = fn(&str) -> Point;

/// Not sent; sent and perhaps done; done and not told.
pub(crate) const PLACES: [Place; 3] = [Point::before, Point::after, Point::after_answer];

/// What is part of every statement.
pub(crate) const ANY: &str = "";
