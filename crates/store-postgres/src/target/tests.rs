//! Which URLs are read, and as what.
