//! The operator's console, as a browser sees it without its window.

mod operator;
mod pages;
mod refusals;
mod sessions;
mod writes;

pub(crate) use operator::Operator;
