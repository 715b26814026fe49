//! A program whose jobs do all that can be done with a secret, for the test that it is never shown.

use std::process::ExitCode;

use dojobber::prelude::*;
use serde::{Deserialize, Serialize};

/// Keep secrets
#[derive(clap::Args, Serialize, Deserialize, Debug)]
struct Vault {
    /// The password
    #[arg(long, env = "VAULT_PASSWORD")]
    password: Secret<String>,
    /// Another one, of digits
    #[arg(long, env = "VAULT_PIN")]
    pin: Option<Secret<u32>>,
}

/// What is stored and handed over, secrets and all.
#[derive(Clone, Serialize, Deserialize, Debug)]
struct Token {
    user: String,
    token: Secret<String>,
}

#[derive(Default)]
struct MakeToken;

/// A token is made of the password.
#[job(tries = 1)]
impl MakeToken {
    fn check(&self, Args(vault): Args<Vault>, global: &Global) -> Result<Token> {
        match global.get::<Token>("token") {
            Ok(token) => Ok(token),
            Err(error) => Err(error.context(format_args!("no token of {vault:?}"))),
        }
    }

    fn run(&self, Args(vault): Args<Vault>, global: &Global, ctx: &Context) -> Result {
        ctx.println(format_args!("a token of {}", vault.password));
        global.set("token", Token { user: "wendell".to_owned(), token: vault.password.clone() })
    }

    fn cleanup(&self, Args(vault): Args<Vault>) -> Result {
        bail!("{} can't be forgotten", vault.password)
    }
}

/// Hands it to a program, which gets it whole, and fails.
#[job(tries = 1)]
fn log_in(token: Output<MakeToken>, ctx: &Context) -> Result {
    let length = token.token.expose_secret().len().to_string();
    let seen =
        ctx.command("sh").args(["-c", r#"test ${#1} -eq "$2" && test ${#SECRET} -eq "$2" && echo "$2 letters""#, "sh"]);
    let seen = seen.secret_arg(&token.token).arg(&length).env("SECRET", token.token.expose_secret());
    tracing::info!("{seen:?}");
    ctx.println(seen.output()?.stdout().trim());
    ctx.command("false").arg("--as").arg(&token.user).secret_arg(&token.token).run()
}

/// Reads it as what it is not.
#[job(deps = [MakeToken], tries = 1)]
fn read_plainly(global: &Global) -> Result {
    #[derive(Deserialize)]
    struct Plain {
        #[expect(dead_code, reason = "it can't be read")]
        token: String,
    }
    ensure!(!format!("{global:?}").contains("hunter"), "it is in global storage");
    global.get::<Plain>("token").map(drop)
}

/// Panics with it.
#[job(deps = [MakeToken], tries = 1)]
fn panic_with_it(vault: Args<Vault>, token: Output<MakeToken>) {
    panic!("{vault:?} and {token:?}, which is {}", serde_json::to_string(&*token).unwrap_or_default());
}

#[derive(Default)]
struct Rotate;

/// Wants another one, and can't tell why not.
#[job(tries = 2, retry_delay = 0)]
impl Rotate {
    fn check(&self, Args(vault): Args<Vault>) -> Result {
        change!("password {} → {:?}", vault.password, vault.pin)
    }

    fn run(&self, Args(vault): Args<Vault>) -> Result {
        permanent!("{} is too short", vault.password)
    }
}

/// All of it.
#[job(deps = [log_in, read_plainly, panic_with_it, Rotate])]
struct Everything;

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(dojobber::cli::stderr).init();
    dojobber::cli::<Vault>().root::<Everything>().main()
}
