//! Runs a command under `strace`, which writes down its system calls and lets one of them fail.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use super::calls::{self, Call};
use crate::tree;

/// Calls that change what a disk holds, and those that tell somebody.
const CALLS: &str = "?open,?creat,?mkdir,?rename,?renameat,?link,?unlink,?rmdir,?symlink,?chmod,?chown,?lchown,\
    openat,?openat2,mkdirat,write,pwrite64,writev,pwritev,fsync,fdatasync,flock,renameat2,linkat,unlinkat,symlinkat,\
    fchmod,fchmodat,fchown,fchownat,ftruncate,truncate,fallocate,lseek,copy_file_range,sendfile,splice,\
    sendto,sendmsg,execve,exit_group";

/// A run that takes longer hangs.
const SECONDS: &str = "120";

/// What happens to one call of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The system call.
    pub(super) name: String,
    /// Which call of this name in its thread.
    pub(super) nth: usize,
    /// The error; `None` kills the process before the call is carried out.
    pub(super) error: Option<&'static str>,
}

/// How a traced run ended.
pub(super) struct Traced {
    pub(super) calls: Vec<Call>,
    pub(super) output: Output,
}

/// Whether commands can be traced here. Where they cannot it is said once, and in CI it is a failure.
pub(super) fn can_trace() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let works = || {
            let probe = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
            probe.is_ok_and(|done| done.status.success())
        };
        if works() {
            return true;
        }
        // Root, or a user that need not give a password, installs it: a runner on GitHub is one.
        let install = "if [ $(id -u) = 0 ]; then s=; else s='sudo -n'; fi; \
                       $s apt-get update && $s apt-get install -y --no-install-recommends strace";
        let _ = Command::new("sh").args(["-c", install]).stdin(Stdio::null()).output();
        works()
    })
}

/// As [`can_trace`], and says so where it is not.
#[track_caller]
pub(super) fn can_trace_or_say() -> bool {
    let can = can_trace();
    if !can {
        tree::skipped("faults of system calls need `strace`, which is not installed or may not trace");
    }
    can
}

/// Runs a command in `folder` with this fault. `data`: the log is to hold all bytes that are written.
pub(super) fn run(inner: &Command, folder: &Path, fault: Option<&Fault>, data: bool) -> Traced {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("timeout");
    command.args([SECONDS, "strace", "-f", "-qq", "-y", "-a1"]).arg("-o").arg(log.path());
    // Other calls are left alone, which is several times faster; but signals are not sent then.
    if fault.is_none_or(|fault| fault.error.is_some()) {
        command.arg("--seccomp-bpf");
    }
    command.args(if data { &["-s", "16777216", "-xx"][..] } else { &["-s", "1"] });
    command.args(["-e", &format!("trace={CALLS}")]);
    if let Some(Fault { name, nth, error }) = fault {
        let what = match error {
            Some(error) => format!("error={error}"),
            None => "signal=SIGKILL".into(),
        };
        command.args(["-e", &format!("inject={name}:{what}:when={nth}")]);
    }
    as_in_session(&mut command, inner, folder);
    let output = command.output().unwrap();
    let text = std::fs::read(log.path()).unwrap();
    let folder = folder.canonicalize().unwrap();
    Traced { calls: calls::read(&String::from_utf8_lossy(&text), &folder), output }
}

/// Appends a command of a session, with the environment of that session, to one that runs it.
pub(super) fn as_in_session(outer: &mut Command, inner: &Command, folder: &Path) {
    outer.args(["env", "-i"]);
    for (name, value) in inner.get_envs() {
        let mut pair = name.to_owned();
        pair.push("=");
        pair.push(value.unwrap_or_default());
        outer.arg(pair);
    }
    outer.arg(inner.get_program()).args(inner.get_args()).current_dir(folder).stdin(Stdio::null());
}
