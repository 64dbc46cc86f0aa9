mod order;
mod outages;
mod poison;
mod random;
mod replays;
mod world;
