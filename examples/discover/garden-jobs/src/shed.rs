//! Where the tools are.

use dojobber::prelude::*;
use house_jobs::House;
use house_jobs::doors::lock_doors;

// The house, which knows nothing of a garden, has to wait for this.
/// The tools are in the shed before the doors are locked.
#[job(check = tools_are_in_the_shed, required_by = [lock_doors])]
pub fn put_tools_away(State(house): State<House>) {
    house.bring_about("the tools are in the shed");
}

fn tools_are_in_the_shed(State(house): State<House>) -> Result {
    house.check("the tools are in the shed")
}
