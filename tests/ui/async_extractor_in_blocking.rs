use dojobber::AsyncFromContext;
use dojobber::prelude::*;

struct Connection;

impl<'c> AsyncFromContext<'c> for Connection {
    async fn from_context(_: &'c Context) -> Result<Self> {
        Ok(Self)
    }
}

#[job]
fn connect(_: Connection) {}

fn main() {}
