//! `screenshot UNTIL COMMAND [ARGUMENT…]` runs a command at a terminal of 90 columns until this text is on it, prints
//! the screen as an SVG, and interrupts the command.

use std::process::ExitCode;

use dojobber_tests::{Terminal, svg};

/// What a README has room for.
const COLUMNS: u16 = 90;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [until, program, args @ ..] = &words[..] else {
        eprintln!("usage: screenshot UNTIL COMMAND [ARGUMENT…]");
        return ExitCode::from(2);
    };
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let mut terminal = Terminal::start_in(".".as_ref(), COLUMNS, program, &args, &[]);
    terminal.wait_until(|terminal| terminal.screen().contents().contains(until));
    let shown = words[1..].iter().filter(|word| *word != "-q").map(String::as_str).collect::<Vec<_>>();
    print!("{}", svg(terminal.screen(), &shown.join(" ")));
    terminal.type_in("\u{3}");
    terminal.end();
    ExitCode::SUCCESS
}
