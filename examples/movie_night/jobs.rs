//! What there is to do before friends can watch a movie. Each job says what it needs, how to tell whether it is done
//! (`check`), and how to do it (`run`).

use dojobber::prelude::*;
use serde::Deserialize;
use tracing::info;

/// The movies that are at home.
const SHELF: [&str; 3] = ["Noises Off", "MST3K", "Babylon 5"];

/// What is known beforehand: a plain clap struct, which any job can take as [`Args<MovieNight>`].
#[derive(Clone, clap::Args, Deserialize)]
pub(crate) struct MovieNight {
    /// What to watch. Zardoz is not at home
    #[arg(long, default_value = "Noises Off", value_parser = ["Noises Off", "MST3K", "Babylon 5", "Zardoz"])]
    movie: String,
    /// How full the batteries of the remote are. The TV wants them "charged"
    #[arg(long, value_name = "STATE", default_value = "dead")]
    battery_state: String,
    /// There is space left on the couch
    #[arg(long)]
    couch_space: bool,
    /// At which of 5 tries the popcorn has popped [default: the last]
    #[arg(long, value_name = "TRY")]
    pop_success_try: Option<u32>,
    /// At which of 8 tries the bowl is clean [default: the last]
    #[arg(long, value_name = "TRY")]
    bowl_success_try: Option<u32>,
    /// At which of 3 tries the pizza arrives [default: the last]
    #[arg(long, value_name = "TRY")]
    pizza_success_try: Option<u32>,
}

/// The root: everything else is needed for this.
#[derive(Default)]
pub(crate) struct WatchMovie;

/// Friends watch the movie together.
#[job(deps = [StartMovie])]
impl WatchMovie {
    fn check(&self) {}
    fn run(&self) {}
}

#[derive(Default)]
struct StartMovie;

/// The movie is on.
#[job(deps = [FriendsArrive, PrepareRoom, TurnOnTV, InsertDVD, SitOnCouch, Food])]
impl StartMovie {
    fn check(&self) {}
    fn run(&self) {}
}

// ---- Friends --------------------------------------------------------------------------------------------------------

#[derive(Default)]
struct FriendsArrive;

/// All who were invited are here.
#[job(deps = [InviteFriends])]
impl FriendsArrive {
    fn check(&self) {}
    fn run(&self) {}
}

/// Everybody is invited. A group: it does nothing itself, it gathers what it needs. The invitations join it themselves.
#[job(deps = [DetermineDetails])]
struct InviteFriends;

/// What to watch, and when, is settled.
#[job(deps = [ValidateMovie, PickTimeAndDate])]
struct DetermineDetails;

#[derive(Default)]
struct ValidateMovie;

/// The movie is one that is at home.
#[job]
impl ValidateMovie {
    fn check(&self, Args(args): Args<MovieNight>) -> Result {
        ensure!(SHELF.contains(&args.movie.as_str()), "{} is not at home", args.movie);
        Ok(())
    }

    fn run(&self) {}
}

#[derive(Default)]
struct PickTimeAndDate;

impl PickTimeAndDate {
    const CHOICES: [&str; 2] = ["2024-04-08 18:18 UTC", "2099-09-14 16:57 UTC"];
}

/// The movie starts at a time that everybody knows: what the check returns is the job's result.
#[job]
impl PickTimeAndDate {
    fn check(&self, global: &Global) -> Result<String> {
        global.get("start")
    }

    fn run(&self, global: &Global) -> Result {
        // Somebody is always late.
        let [_, later] = Self::CHOICES;
        global.set("start", later)
    }
}

/// A family: one job for each value. Every try starts with a fresh clone, so `sent` tells of this try alone.
#[derive(Clone)]
struct SendInvite {
    guest: &'static str,
    email: &'static str,
    sent: bool,
}

/// The guest knows what to watch, and when. The time is another job's result, and taking it makes that job a dependency.
#[job(each = guests, name = "Invite {guest}", deps = [DetermineDetails], required_by = [InviteFriends])]
impl SendInvite {
    fn check(&self) -> Result {
        ensure!(self.sent, "{} has not been invited", self.guest);
        Ok(())
    }

    fn run(&mut self, Args(args): Args<MovieNight>, start: Output<PickTimeAndDate>) {
        info!("to {} <{}>: come and watch {} with me, {start}", self.guest, self.email, args.movie);
        self.sent = true;
    }
}

fn guests() -> Vec<SendInvite> {
    let friends = [("Wendell Bagg", "bagg@example.com"), ("Lawyer Cat", "lawyercat@example.com")];
    friends.map(|(guest, email)| SendInvite { guest, email, sent: false }).into()
}

// ---- The room -------------------------------------------------------------------------------------------------------

/// The room is fit for guests.
#[job(deps = [CleanCouch, fluff_pillows])]
pub(crate) struct PrepareRoom;

/// A job's fields are its own storage. Every try starts with a fresh value.
#[derive(Default)]
struct CleanCouch {
    dusted: bool,
}

/// The couch is clean, and the duster is back where it belongs.
#[job]
impl CleanCouch {
    fn check(&self) -> Result {
        ensure!(self.dusted, "the couch is dusty");
        Ok(())
    }

    fn run(&mut self) {
        info!("dusting the couch");
        self.dusted = true;
    }

    /// When all tries are over, whatever came of them.
    fn cleanup(&mut self, global: &Global) -> Result {
        info!("putting the duster away");
        global.set("duster_returned", true)
    }
}

/// The pillows are fluffed, every time: nobody can tell whether they need it.
#[job(name = "FluffPillows")]
fn fluff_pillows() {
    info!("fluffing the pillows");
}

#[derive(Default)]
struct SitOnCouch;

/// There is a seat for everybody.
#[job(deps = [PrepareRoom])]
impl SitOnCouch {
    fn check(&self, Args(args): Args<MovieNight>) -> Result {
        ensure!(args.couch_space, "no space on the couch");
        Ok(())
    }

    fn run(&self) {}
}

// ---- The TV ---------------------------------------------------------------------------------------------------------

#[derive(Default)]
pub(crate) struct TurnOnTV;

/// The TV is on.
#[job(deps = [FindTVRemote])]
impl TurnOnTV {
    fn check(&self, Args(args): Args<MovieNight>) -> Result {
        ensure!(args.battery_state == "charged", "the remote's batteries are {}", args.battery_state);
        Ok(())
    }

    /// Taking the batteries out and putting them in again sometimes helps. Not tonight.
    fn run(&self) {}
}

#[derive(Default)]
struct FindTVRemote;

/// The remote is at hand.
#[job]
impl FindTVRemote {
    fn check(&self) {}
    fn run(&self) {}
}

#[derive(Default)]
struct InsertDVD;

/// The disc is in the player.
#[job(deps = [ValidateMovie])]
impl InsertDVD {
    fn check(&self) {}
    fn run(&self) {}
}

// ---- Food: what takes several tries ---------------------------------------------------------------------------------

/// There is something to eat.
#[job(deps = [Popcorn, pizza])]
struct Food;

#[derive(Default)]
struct Popcorn;

/// The popcorn has popped.
#[job(deps = [PopcornBowl], tries = PopcornBowl::TRIES - 3)]
impl Popcorn {
    fn check(&self, Args(args): Args<MovieNight>, global: &Global, this: Try) -> Result {
        let popped: u32 = global.get("pop_count").unwrap_or(0);
        ensure!(popped >= args.pop_success_try.unwrap_or(this.of), "it is still popping");
        Ok(())
    }

    fn run(&self, global: &Global) -> Result<u32> {
        global.update("pop_count", |times: u32| times + 1)
    }
}

#[derive(Default)]
struct PopcornBowl;

impl PopcornBowl {
    const TRIES: u32 = 8;
}

/// A clean bowl for the popcorn.
#[job(tries = Self::TRIES, retry_delay = 0)]
impl PopcornBowl {
    fn check(&self, Args(args): Args<MovieNight>, global: &Global, this: Try) -> Result {
        let looked: u32 = global.get("bowl_count").unwrap_or(0);
        ensure!(looked >= args.bowl_success_try.unwrap_or(this.of), "the dishwasher is not done yet");
        Ok(())
    }

    fn run(&self, global: &Global) -> Result<u32> {
        global.update("bowl_count", |times: u32| times + 1)
    }
}

/// The pizza is here.
#[job(name = "Pizza", tries = 3)]
fn pizza(Args(args): Args<MovieNight>, global: &Global, this: Try) -> Result {
    let asked = global.update("pizza_count", |times: u32| times + 1)?;
    ensure!(asked >= args.pizza_success_try.unwrap_or(this.of), "the pizza has not arrived yet");
    Ok(())
}
