pub mod rooms {
    use dojobber::prelude::*;

    #[derive(serde::Serialize)]
    struct Clean;

    #[job]
    pub fn clean() -> Result<Clean> {
        Ok(Clean)
    }
}

fn main() {}
