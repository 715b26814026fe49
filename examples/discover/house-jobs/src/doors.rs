//! Windows and doors.

use dojobber::prelude::*;

use crate::House;

/// No window is open.
#[job(check = windows_are_closed)]
pub fn close_windows(State(house): State<House>) {
    house.bring_about("the windows are closed");
}

fn windows_are_closed(State(house): State<House>) -> Result {
    house.check("the windows are closed")
}

// Whatever else has to be done before, in whatever crate, says so itself.
/// The doors are locked.
#[job(check = doors_are_locked, deps = [close_windows], tags = ["nightly"])]
pub fn lock_doors(State(house): State<House>) {
    house.bring_about("the doors are locked");
}

fn doors_are_locked(State(house): State<House>) -> Result {
    house.check("the doors are locked")
}
