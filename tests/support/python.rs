//! Tools from PyPI, each set in an environment of its own below the target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// One installs at a time: tests run side by side.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Python with these packages (`name==version`), installed once; `None`, said loudly, where that
/// cannot be done. On GitHub it must be possible.
pub(crate) fn python(packages: &[&str]) -> Option<PathBuf> {
    let _one = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let name: String = packages.join("+").replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python").join(name);
    let python = folder.join("bin/python");
    let ready = folder.join("ready");
    if ready.exists() {
        return Some(python);
    }
    let done = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let installed = done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        && done(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(packages),
        );
    if installed {
        std::fs::write(ready, "").unwrap();
        return Some(python);
    }
    crate::tree::skipped(&format!(
        "this check needs python3 with {packages:?}, which could not be installed"
    ));
    None
}

/// Runs a script in a folder and gives what it printed.
#[track_caller]
pub(crate) fn script(python: &Path, folder: &Path, script: &str, args: &[&str]) -> String {
    let path = super::repository("tests/it").join(script);
    let output = Command::new(python).arg(path).args(args).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
