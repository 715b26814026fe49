use dojobber::prelude::*;

#[job]
struct LivingRoom;

struct Sofa;

fn main() {
    DoJobber::new().add_to::<LivingRoom>(Sofa);
}
