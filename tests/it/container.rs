//! The image, run as the runner runs it. `.ci/container` builds it and names it in `EVALSIG_IMAGE`;
//! without that every test here is skipped, and says so.

mod job;

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use job::{Image, Job, as_root};

use crate::support::github::Github;
use crate::support::{EVALSIG, assert_valid_envelope, ran};

/// The branch that holds the trail unless an input says otherwise.
const BRANCH: &str = "evalsig-audit";

#[test]
fn the_image_holds_the_binary_and_roots_of_trust_and_nothing_else() {
    let Some(image) = Image::built() else { return };
    let config = image.config();
    assert_eq!(config["Entrypoint"], json!(["/evalsig"]));
    for broken in ["User", "WorkingDir", "Cmd", "Volumes"] {
        assert!(config[broken].is_null(), "{broken} is {}", config[broken]);
    }
    let container = image.container();
    let files = container.files();
    // What docker and buildah mount while an image is built leaves an empty file or folder behind.
    let mounted = ["dev", "etc/hostname", "etc/hosts", "etc/resolv.conf", "proc", "run", "sys"];
    let ours: Vec<_> = files.iter().filter(|file| !mounted.contains(&file.as_str())).collect();
    assert_eq!(ours, ["etc", "etc/ssl", "etc/ssl/certs", "etc/ssl/certs/ca-certificates.crt", "evalsig"]);
    let ran = ran(container.run().args([container.name(), "--", "/evalsig", "version"]).output().unwrap());
    assert_eq!(ran.exits(0).stdout, format!("evalsig {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_release_leaves_outputs_summary_and_a_trail_that_later_steps_can_use() {
    let inputs =
        [("min-delta", "0.01"), ("release-id", "v1"), ("report-json", "report.json"), ("store", "kept/runs")];
    let Some(mut job) = Job::new(&inputs) else { return };
    let head = "b".repeat(40);
    let side = |sha: &str| json!({"sha": sha, "repo": {"full_name": "org/app"}});
    let payload = json!({"pull_request": {"number": 7, "head": side(&head), "base": side(&"c".repeat(40))}});
    job.event("pull_request", &payload);
    let ran = job.run().exits(0);
    assert!(ran.stdout.contains("ALLOW"), "{}", ran.stdout);
    assert_eq!((job.output("verdict"), job.output("exit-code")), ("ALLOW".into(), "0".into()));
    assert_eq!((job.output("mode-used"), job.output("entry-index")), ("read-only".into(), "1".into()));
    assert_eq!(job.output("envelope-path"), "audit/v1/audit.json");
    assert!(job.summary().starts_with("before\n") && job.summary().contains("**ALLOW**"));
    let envelope = job.read("audit/v1/audit.json");
    assert_valid_envelope(&envelope);
    let envelope: Value = serde_json::from_str(&envelope).unwrap();
    // The payload was read: only there does the head of the pull request stand.
    assert_eq!(envelope["source"]["head_sha"], json!(head));
    assert_eq!(serde_json::from_str::<Value>(&job.read("report.json")).unwrap()["verdict"], "ALLOW");
    let stored = envelope["store"]["candidate"]["path"].as_str().unwrap();
    assert!(job.path("kept/runs").join(stored).is_file());
    job.assert_usable();
}

/// The image's binary is a release build for musl, this one a debug build for the machine.
#[test]
fn what_the_image_decided_comes_out_again_here_to_the_bit() {
    let graded = [("baseline", "runs/baseline-graded.json"), ("candidate", "runs/candidate-graded.json")];
    for more in [
        &[("min-delta", "0.01")][..],
        &graded,
        &[graded[0], graded[1], ("cluster", "none"), ("method", "paired_bootstrap")],
    ] {
        let mut inputs = vec![("min-delta", "0"), ("release-id", "v1"), ("store", "kept")];
        inputs.extend_from_slice(more);
        let Some(job) = Job::new(&inputs) else { return };
        let code = job.run().code;
        assert!((0..=2).contains(&code), "{more:?}: {code}");
        for threads in ["1", "2"] {
            let verified = std::process::Command::new(EVALSIG)
                .args(["verify", "--store", "kept", "--output", "json"])
                .current_dir(job.path("."))
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .unwrap();
            let told = ran(verified).exits(0).json();
            assert_eq!(told["lines"][0]["reproduced"], true, "{more:?}: {told}");
            // Another engine would be held to a share of 1e-9 only.
            let kinds: Vec<_> = told["findings"].as_array().unwrap().iter().map(|f| &f["kind"]).collect();
            assert!(!kinds.contains(&&json!("other-engine")), "{kinds:?}");
        }
    }
}

#[test]
fn the_exit_code_is_the_verdicts_unless_advisory() {
    let advisory = [("mode", "advisory"), ("candidate", "runs/candidate-worse.json"), ("min-delta", "0")];
    for (inputs, code, verdict) in [
        (&[("candidate", "runs/candidate-worse.json"), ("min-delta", "0")][..], 1, "REJECT"),
        (&[("candidate", "runs/candidate-same.json"), ("min-delta", "0.01")], 2, "INCONCLUSIVE"),
        (&advisory, 0, "REJECT"),
    ] {
        let Some(job) = Job::new(inputs) else { return };
        job.run().exits(code);
        assert_eq!(job.output("verdict"), verdict);
        assert_eq!(job.output("exit-code"), if verdict == "REJECT" { "1" } else { "2" });
        assert!(job.summary().contains(verdict), "{}", job.summary());
        assert_valid_envelope(&job.read("evalsig-envelope.json"));
        job.assert_usable();
    }
}

#[test]
fn an_error_has_its_own_exit_code_and_is_told_to_the_runner() {
    for (inputs, code, words) in [
        (vec![("min-delta", "0"), ("candidate", "absent.json")], 65, "absent.json"),
        (vec![("min-delta", "much")], 64, "input min-delta"),
    ] {
        let Some(job) = Job::new(&inputs) else { return };
        let ran = job.run().exits(code);
        assert!(
            ran.stdout.contains("::error title=evalsig::") && ran.stdout.contains(words),
            "{}",
            ran.stdout
        );
        assert_eq!((job.output("exit-code"), job.output("verdict")), (code.to_string(), String::new()));
        assert!(job.summary().contains("no verdict"), "{}", job.summary());
        job.assert_usable();
    }
}

#[test]
fn nothing_outside_the_workspace_is_read() {
    for target in ["/github/workflow/event.json", "/proc/self/environ", "../workflow/event.json"] {
        let Some(job) = Job::new(&[("min-delta", "0"), ("candidate", "link.json")]) else { return };
        std::os::unix::fs::symlink(target, job.path("link.json")).unwrap();
        let ran = job.run().exits(65);
        assert!(ran.stdout.contains("leads out of the workspace"), "{target}: {}", ran.stdout);
        assert_eq!(job.output("exit-code"), "65");
    }
}

#[test]
fn the_check_and_the_branch_hold_the_envelope_byte_for_byte() {
    if Image::built().is_none() {
        return;
    }
    let Some(github) = Github::start() else { return };
    let Some(job) = Job::at(&github, &[("min-delta", "0.01"), ("release-id", "v1")]) else { return };
    let ran = job.run().exits(0);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(github.token()));
    let envelope = job.read(&job.output("envelope-path"));
    assert_eq!(job.output("mode-used"), "full");

    let [check] = &github.checks()[..] else { panic!("one check: {:#?}", github.checks()) };
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("success")));
    assert_eq!(check.head_sha, github.head_sha());
    assert!(
        check.text.as_deref().unwrap_or_default().contains(&format!("json\n{envelope}```")),
        "{check:#?}"
    );
    assert!(job.output("check-url").contains("/org/app/"), "{}", job.output("check-url"));

    assert_eq!(github.file(BRANCH, "audit/v1/audit.json").unwrap(), envelope.as_bytes());
    assert_eq!(github.head(BRANCH), Some(job.output("audit-commit")));
    assert_eq!(github.log(BRANCH).len(), 1);
    github.fsck();
    job.assert_usable();
}

#[test]
fn a_rejected_release_fails_its_check_and_is_recorded_behind_the_one_before() {
    if Image::built().is_none() {
        return;
    }
    let Some(github) = Github::start() else { return };
    let Some(job) = Job::at(&github, &[("min-delta", "0.01"), ("release-id", "v1")]) else { return };
    job.run().exits(0);
    let worse = [("min-delta", "0"), ("release-id", "v2"), ("candidate", "runs/candidate-worse.json")];
    let Some(job) = Job::at(&github, &worse) else { return };
    job.run().exits(1);
    assert_eq!((job.output("verdict"), job.output("entry-index")), ("REJECT".into(), "2".into()));
    let concluded: Vec<_> = github.checks().into_iter().map(|check| check.conclusion.unwrap()).collect();
    assert_eq!(concluded, ["success", "failure"]);
    let committed = github.file(BRANCH, "audit/v2/audit.json").unwrap();
    assert_eq!(committed, fs::read(job.path(&job.output("envelope-path"))).unwrap());
    assert_eq!(github.head(BRANCH), Some(job.output("audit-commit")));
    assert_eq!(github.log(BRANCH).len(), 2);
    github.fsck();
}

/// The first process of a container gets no signal that it does not ask for, so a job that is cancelled
/// shows here, and only here, whether it asked.
#[test]
fn a_cancelled_job_leaves_no_check_in_progress() {
    if Image::built().is_none() {
        return;
    }
    let Some(github) = Github::start() else { return };
    let slow = [
        ("min-delta", "0.01"),
        ("cluster", "none"),
        ("method", "paired_bootstrap"),
        ("resamples", "10000000"),
    ];
    let Some(mut job) = Job::at(&github, &slow) else { return };
    let mark = format!("EVALSIG_TEST_{}", std::process::id());
    job.set(&mark, "cancelled");
    let container = job.image().container();
    let mut running = job.command(&container);
    let running =
        running.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while github.checks().is_empty() {
        assert!(Instant::now() < patience, "no check was opened");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Only our process has both this name and this variable.
    let script = format!(
        "for p in $(pgrep -x evalsig); do tr '\\0' '\\n' </proc/$p/environ | grep -q '^{mark}=' && kill -TERM $p; done; true"
    );
    ran(as_root("sh").args(["-c", &script]).output().unwrap()).exits(0);
    let ran = ran(running.wait_with_output().unwrap());
    assert_eq!(ran.code, 75, "{ran:?}");
    let [check] = &github.checks()[..] else { panic!("one check: {:#?}", github.checks()) };
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("failure")));
    assert_eq!(job.output("exit-code"), "75");
}
