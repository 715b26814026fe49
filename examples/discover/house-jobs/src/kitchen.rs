//! Dishes and the like.

use dojobber::prelude::*;

use crate::House;

/// All dishes are in the dishwasher.
#[job(check = dishwasher_is_loaded)]
pub fn load_dishwasher(State(house): State<House>) {
    house.bring_about("the dishes are in the dishwasher");
}

fn dishwasher_is_loaded(State(house): State<House>) -> Result {
    house.check("the dishes are in the dishwasher")
}

/// The dishes are clean in the morning.
#[job(check = dishwasher_runs, deps = [load_dishwasher], tags = ["nightly"])]
pub fn run_dishwasher(State(house): State<House>) {
    house.bring_about("the dishwasher runs");
}

fn dishwasher_runs(State(house): State<House>) -> Result {
    house.check("the dishwasher runs")
}

/// There is no ice in the fridge.
#[job(check = fridge_is_defrosted, tags = ["yearly"])]
pub fn defrost_fridge(State(house): State<House>) {
    house.bring_about("the fridge is defrosted");
}

fn fridge_is_defrosted(State(house): State<House>) -> Result {
    house.check("the fridge is defrosted")
}
