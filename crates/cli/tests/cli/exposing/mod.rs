//! What `jumun serve` exposes, and what it refuses to.

mod doors;
mod https;
mod platforms;
mod refusals;
