//! What becomes of deliveries when the real program is killed, held or asked to
//! stop, and when its platform hangs or is away. Customers order all the while.

mod customers;
mod history;
mod kills;
mod platform;
mod points;
mod relief;
mod request;
mod runs;
mod shop;
mod silence;
