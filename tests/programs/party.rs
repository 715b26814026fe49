//! A program of jobs as users write it, for the tests of its command line.

use std::process::ExitCode;

use dojobber::prelude::*;
use serde::{Deserialize, Serialize};

/// Have a party
#[derive(clap::Args, Serialize, Deserialize)]
struct Party {
    /// Whom to invite
    #[arg(long, value_delimiter = ',')]
    guest: Vec<String>,
    /// What is broken
    #[arg(long)]
    broken: Option<String>,
}

#[derive(Default)]
struct CleanRoom {
    clean: bool,
}

/// The room is clean.
///
/// That is, clean enough.
#[job(tags = ["room"])]
impl CleanRoom {
    fn check(&self) -> Result {
        ensure!(self.clean, "there is dust on the couch");
        Ok(())
    }

    fn run(&mut self) {
        self.clean = true;
    }

    fn cleanup(&self, args: Args<Party>) -> Result {
        ensure!(args.broken.as_deref() != Some("broom"), "the broom is broken");
        Ok(())
    }
}

/// There is music.
#[job(deps = [CleanRoom], tries = 2, retry_delay = 0, tags = ["room"])]
fn play_music(args: Args<Party>, ctx: &Context) -> Result {
    if args.broken.as_deref() == Some("stereo") {
        return Err(Error::msg("no sound").context("turning it on"));
    }
    ensure!(ctx.try_number().number > 1, "it needs a moment");
    ctx.println("la la la");
    Ok(())
}

#[derive(Default)]
struct Weather;

/// It doesn't rain.
#[job]
impl Weather {
    fn check(args: Args<Party>) -> Result {
        if args.broken.as_deref() == Some("barometer") {
            unsure!("nobody can tell");
        }
        Ok(())
    }

    fn run() {}
}

#[derive(Clone)]
struct Invite {
    guest: String,
}

/// A guest knows of it.
#[job(each = guests, name = "Invite {guest}", required_by = [HaveParty])]
impl Invite {
    fn check(&self) -> bool {
        self.guest == "Cat"
    }

    fn run(&self) {}
}

fn guests(Args(args): Args<Party>) -> Vec<Invite> {
    args.guest.iter().map(|guest| Invite { guest: guest.clone() }).collect()
}

/// All that makes a party.
#[job(deps = [play_music, Weather])]
struct HaveParty;

/// Sleep instead.
#[job(deps = [CleanRoom])]
fn take_nap() {}

fn main() -> ExitCode {
    dojobber::cli::<Party>().root::<HaveParty>().root::<take_nap>().version("2.1").main()
}
