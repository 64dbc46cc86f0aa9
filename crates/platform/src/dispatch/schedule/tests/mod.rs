mod order;
mod outages;
mod random;
mod replays;
mod world;
