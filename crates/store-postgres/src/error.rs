//! To come: error.
