//! A program with a job that starts one which asks at the terminal, as `sudo` does: what comes of that.

use dojobber::prelude::*;

#[job(tries = 1)]
fn ask(ctx: &Context) -> Result {
    ctx.command("sh").args(["-c", "printf 'password: ' >/dev/tty; read word </dev/tty; echo got $word"]).run()
}

#[job(tries = 1)]
async fn ask_async(ctx: &Context) -> Result {
    // The shell waits for another one, which asks.
    ctx.command("sh").args(["-c", "sh -c 'read word </dev/tty'; echo got it"]).run_async().await
}

fn main() {
    match DoJobber::new().root::<ask>().root::<ask_async>().checknrun() {
        Ok(report) => {
            for job in report.jobs() {
                println!("{}: {}", job.name(), job.error().map_or_else(String::new, |error| format!("{error:#}")));
            }
            println!("done");
        }
        Err(error) => println!("{error}"),
    }
}
