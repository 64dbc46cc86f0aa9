//! To come: target.
