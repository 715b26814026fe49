//! A program that sets the modes of files: its checks tell what is to change, and some of them need what is not there.

use std::path::PathBuf;
use std::process::ExitCode;

use dojobber::prelude::*;

/// Set modes
#[derive(clap::Args, serde::Deserialize)]
struct Modes {
    /// Where the files are
    #[arg(long)]
    dir: PathBuf,
    /// Fails when it is made
    #[arg(long)]
    broken: bool,
}

#[derive(Default)]
struct MakeFile;

/// The file is there.
#[job]
impl MakeFile {
    fn check(&self, args: Args<Modes>) -> Result<u64> {
        match std::fs::metadata(args.dir.join("file")) {
            Ok(file) => Ok(file.len()),
            Err(_) => change!("a file of {} bytes", 7),
        }
    }

    fn run(&self, args: Args<Modes>) -> Result {
        ensure!(!args.broken, "the disk is full");
        Ok(std::fs::write(args.dir.join("file"), "1234567")?)
    }
}

#[derive(Default)]
struct SetMode;

/// Nobody writes to it.
#[job(deps = [MakeFile], tries = 1)]
impl SetMode {
    fn check(&self, args: Args<Modes>) -> Result {
        let file = args.dir.join("file");
        let is_read_only = file.is_file() && std::fs::metadata(&file)?.permissions().readonly();
        if is_read_only { Ok(()) } else { Err(change("mode 0644 → 0444")) }
    }

    fn run(&self, args: Args<Modes>) -> Result {
        let file = args.dir.join("file");
        let mut permissions = std::fs::metadata(&file)?.permissions();
        permissions.set_readonly(true);
        Ok(std::fs::set_permissions(&file, permissions)?)
    }
}

#[derive(Default)]
struct Backup;

/// There is a copy, of the right length.
#[job]
impl Backup {
    fn check(&self, length: Output<MakeFile>, args: Args<Modes>) -> Result {
        let copy = std::fs::metadata(args.dir.join("copy"))?;
        ensure!(copy.len() == *length, "the copy has {} bytes", copy.len());
        Ok(())
    }

    fn run(&self, args: Args<Modes>) -> Result {
        std::fs::copy(args.dir.join("file"), args.dir.join("copy"))?;
        Ok(())
    }
}

#[derive(Default)]
struct Directory;

/// The directory is there.
#[job(deps = [MakeFile])]
impl Directory {
    fn check(&self, args: Args<Modes>) -> bool {
        args.dir.is_dir()
    }

    fn run(&self) {}
}

/// Somebody is told.
#[job]
fn tell(changed: Changed<SetMode>) {
    let _ = changed.get();
}

/// In winter, there is nothing to be done.
#[job(deps = [MakeFile], when = winter)]
fn mow() {}

fn winter() -> bool {
    false
}

/// All of it.
#[job(deps = [SetMode, Backup, Directory, tell, mow])]
struct Files;

fn main() -> ExitCode {
    dojobber::cli::<Modes>().root::<Files>().main()
}
