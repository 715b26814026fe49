//! What grows.

use dojobber::prelude::*;
use house_jobs::House;

/// There is water to water with.
#[job(check = can_is_full)]
pub fn fill_can(State(house): State<House>) {
    house.bring_about("the watering can is full");
}

fn can_is_full(State(house): State<House>) -> Result {
    house.check("the watering can is full")
}

/// The beds are watered.
#[job(check = beds_are_watered, deps = [fill_can], tags = ["nightly"])]
pub fn water_beds(State(house): State<House>) {
    house.bring_about("the beds are watered");
}

fn beds_are_watered(State(house): State<House>) -> Result {
    house.check("the beds are watered")
}
