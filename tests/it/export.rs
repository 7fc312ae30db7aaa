//! `evalsig export`: a period in one folder, which proves itself with everyday tools.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use evalsig::domain::Digest;
use evalsig::edge::trail_dir::TrailDir;
use evalsig::envelope::{self, v1};
use evalsig::trail::{self, Placement};
use serde_json::{Value, json};

use crate::support::{EVALSIG, Ran, Session, ran, repository, tool};
use crate::trail::envelopes::Decision;
use crate::tree;

const GATE: &str =
    "gate --baseline runs/baseline.json --candidate runs/candidate.json --store kept --project qa";

/// Four decisions about three releases, with their runs in a store.
fn decided() -> Session {
    let session = Session::with_examples();
    for (release, delta) in [("v1", "0"), ("v2", "0.5"), ("v1", "0.05"), ("v3", "0.01")] {
        let ran = session.run(&format!("{GATE} --min-delta {delta} --release-id {release}"));
        assert!(ran.code <= 2, "{}", ran.stderr);
    }
    session
}

/// Runs commands in a folder of the session, with the binary at hand.
fn shell(session: &Session, folder: &str, commands: &str) -> Ran {
    let binary = Path::new(EVALSIG).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", commands]).env("PATH", path).env("LC_ALL", "C");
    ran(command.current_dir(session.path(folder)).output().unwrap())
}

fn index(session: &Session, folder: &str) -> Value {
    let index: Value = serde_json::from_str(&session.read(&format!("{folder}/export.json"))).unwrap();
    let schema = fs::read_to_string(repository("schemas/export.v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<_> = validator.iter_errors(&index).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    index
}

/// Every file below a folder, by path.
fn gather(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The members of an archive, in the order in which they stand there.
fn members(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut member = archive.by_index(at).unwrap();
            assert_eq!(member.unix_mode().unwrap() & 0o777, 0o644);
            assert_eq!(member.last_modified(), Some(zip::DateTime::DEFAULT));
            assert!(member.enclosed_name().is_some() && member.is_file());
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// A signature over the envelope of v2 and a time stamp over its entry, by a key and an authority of
/// this test; `public.pem` and `ca.pem` lie beside the trail.
const SIGN: &str = r#"
openssl ecparam -genkey -name prime256v1 -noout -out key.pem
openssl ec -in key.pem -pubout -out public.pem
openssl dgst -sha256 -sign key.pem -out audit/v2/audit.json.sig audit/v2/audit.json
cat > tsa.cnf <<'END'
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:true
[tsa]
extendedKeyUsage = critical,timeStamping
[authority]
serial = tsa.serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
END
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 9 -subj /CN=ca -config tsa.cnf -extensions ca
openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa -config tsa.cnf
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -out tsa.pem -extfile tsa.cnf -extensions tsa
openssl ts -query -data audit/v2/entry.json -sha256 -cert -out query.tsq
openssl ts -reply -config tsa.cnf -section authority -queryfile query.tsq -signer tsa.pem -inkey tsa.key -out audit/v2/entry.tsr
"#;

/// The indented blocks of `README.txt`.
fn commands(readme: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in readme.lines() {
        match line.strip_prefix("    ").filter(|_| !line.trim_start().starts_with("-- ")) {
            Some(command) => {
                let block = blocks.last_mut().unwrap();
                block.push_str(command);
                block.push('\n');
            }
            None if blocks.last().is_some_and(|block| !block.is_empty()) => blocks.push(String::new()),
            None => {}
        }
    }
    blocks.retain(|block| !block.starts_with(' ') && !block.is_empty());
    blocks
}

#[test]
fn an_auditor_follows_the_readme() {
    for (name, probe) in [("openssl", "version"), ("jq", "--version"), ("sha256sum", "--version")] {
        if tool(name, &[probe]).is_none() {
            return tree::say_skipped("the commands of README.txt were not run");
        }
    }
    let session = decided();
    shell(&session, "", SIGN).exits(0);
    let told = session.run("export 2..3 --store kept --out evidence").exits(0);
    assert!(told.stdout.starts_with("evidence: 2 decisions (entries 2 to 3)"), "{}", told.stdout);
    assert!(told.stderr.is_empty(), "{}", told.stderr);

    // The trail from its start to the last entry of the range, with what lies beside the envelopes.
    let files = gather(&session.path("evidence"));
    let trail: Vec<&str> =
        files.keys().map(String::as_str).filter(|path| path.starts_with("audit/")).collect();
    assert_eq!(
        trail,
        [
            "audit/v1/attempts/002/audit.json",
            "audit/v1/attempts/002/entry.json",
            "audit/v1/audit.json",
            "audit/v1/entry.json",
            "audit/v2/audit.json",
            "audit/v2/audit.json.sig",
            "audit/v2/entry.json",
            "audit/v2/entry.tsr",
        ]
    );
    for path in &trail {
        assert_eq!(files[*path], fs::read(session.path(path)).unwrap(), "{path}");
    }
    assert!(files.contains_key(".gitattributes") && files.contains_key("schemas/audit.v1.schema.json"));
    assert_eq!(
        files["schemas/verdict.v1.schema.json"],
        fs::read(repository("schemas/verdict.v1.schema.json")).unwrap()
    );
    let head = Digest::of(&files["audit/v1/attempts/002/entry.json"]).to_string();

    for name in ["public.pem", "ca.pem"] {
        fs::copy(session.path(name), session.path("evidence").join(name)).unwrap();
    }
    let blocks = commands(&session.read("evidence/README.txt"));
    assert_eq!(blocks.len(), 8, "{blocks:#?}");
    let said: Vec<String> =
        blocks.iter().map(|block| shell(&session, "evidence", block).exits(0).stdout).collect();
    assert_eq!(said[0], "every file is as it was exported\n");
    assert_eq!(said[1].matches(": OK\n").count(), 3, "{}", said[1]);
    assert_eq!(said[2], format!("3 entries, head {head}\n"));
    assert_eq!(said[3].lines().count(), 2);
    assert!(said[3].starts_with("2\t20") && said[3].contains("\tREJECT\tv2\t1\n"), "{}", said[3]);
    assert_eq!(said[4], "audit/v2/audit.json.sig: Verified OK\n");
    assert!(
        said[5].starts_with("audit/v2/entry.tsr: ") && said[5].contains("Verification: OK"),
        "{}",
        said[5]
    );
    assert!(said[6].contains("INTACT: 3 entries") && said[6].contains("ANCHORED"), "{}", said[6]);
    assert_eq!(said[7].matches("REPRODUCED: 1 of 1 decision").count(), 2, "{}", said[7]);
    assert!(!said[7].contains("NOT SHOWN"));

    let index = index(&session, "evidence");
    assert_eq!(index["head"], json!({"index": 3, "sha256": head}));
    assert_eq!(index["range"], json!({"asked": "2..3", "first": 2, "last": 3}));
    assert_eq!(index["decisions"][0]["beside"], json!(["audit/v2/audit.json.sig", "audit/v2/entry.tsr"]));

    // A changed byte shows, wherever it lies.
    for path in ["audit/v1/audit.json", "audit/v2/entry.tsr", "index.html", "README.txt", "export.json"] {
        let whole = files[path].clone();
        let mut damaged = whole.clone();
        damaged[20] ^= 1;
        fs::write(session.path("evidence").join(path), damaged).unwrap();
        assert_ne!(shell(&session, "evidence", &blocks[0]).code, 0, "{path}");
        fs::write(session.path("evidence").join(path), whole).unwrap();
    }
    let run = files.keys().find(|path| path.starts_with("runs/")).unwrap();
    fs::write(session.path("evidence").join(run), "other").unwrap();
    assert!(shell(&session, "evidence", &blocks[7]).stdout.contains("NOT SHOWN"));
}

#[test]
fn the_whole_trail_is_made_again_from_its_export() {
    let session = decided();
    session.run("export all --store kept --out out/evidence").exits(73);
    fs::create_dir(session.path("out")).unwrap();
    session.run("export all --store kept --out out/evidence").exits(0);
    let ran = session.run("verify out/evidence --store out/evidence/runs").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 4 of 4 decisions"), "{}", ran.stdout);
    // Of a part the rest is undecided, and said to be.
    session.run("export 3 --store kept --out part").exits(0);
    let ran = session.run("verify part --store part/runs").exits(2);
    assert!(ran.stdout.contains("input-missing"), "{}", ran.stdout);
    session.run("verify part/audit/v1/attempts/002/audit.json --store part/runs").exits(0);
    // Without a store the runs were not asked for, so none is missing.
    session.run("export all --out bare").exits(0);
    assert!(!session.has("bare/runs") && session.read("bare/README.txt").contains("not asked for"));
}

#[test]
fn folder_and_archive_hold_the_same_and_always_the_same() {
    let session = decided();
    session.write("audit/v2/audit.sigstore.json", "{}").write("audit/v2/entry.tsr", "token");
    let line = "export ..2 --store kept --out";
    session.run(&format!("{line} one.zip")).exits(0);
    session.run(&format!("{line} folder")).exits(0);
    let members = members(&session.path("one.zip"));
    let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(members.iter().cloned().collect::<BTreeMap<_, _>>(), gather(&session.path("folder")));
    // The trail grows, the clock runs on, the machine has other habits: the same range, the same bytes.
    session.run(&format!("{GATE} --min-delta 0.02 --release-id v9"));
    session.run(&format!("{line} two.zip")).exits(0);
    assert!(fs::read(session.path("one.zip")).unwrap() == fs::read(session.path("two.zip")).unwrap());
    if let Some(mut unzip) = tool("unzip", &["-v"]) {
        let done = unzip.args(["-q", "one.zip", "-d", "unzipped"]).current_dir(session.path("")).status();
        assert!(done.unwrap().success());
        assert_eq!(gather(&session.path("unzipped")), gather(&session.path("folder")));
        session.run("verify unzipped").exits(0);
    }
}

/// A trail of five decisions on four days, made without the binary.
fn on_four_days() -> Session {
    let session = Session::new();
    for (release, day) in [("v1", 0), ("v2", 1), ("v1", 1), ("12", 5), ("v3", 9)] {
        Decision::new(release, day * 86_400 + day)
            .append(&TrailDir::at(session.path("")))
            .map(|_| ())
            .unwrap_or_else(|e| panic!("{e}"));
    }
    session
}

#[test]
fn every_form_of_range_is_understood() {
    let session = on_four_days();
    for (n, (range, first, last, decisions)) in [
        ("all", 1, 5, 5),
        ("2", 2, 2, 1),
        ("12..99", 0, 0, 0),
        ("2..4", 2, 4, 3),
        ("4..", 4, 5, 2),
        ("..3", 1, 3, 3),
        ("3..99", 3, 5, 3),
        ("2026-11-21..2026-11-22", 1, 3, 3),
        ("2026-11-22..2026-11-22", 2, 3, 2),
        ("2026-11-23..", 4, 5, 2),
        ("..2026-11-26", 1, 4, 4),
        ("2026-11-23..2026-11-25", 0, 0, 0),
        ("v1", 1, 3, 2),
        ("release:12", 4, 4, 1),
        ("12", 0, 0, 0),
        ("V1", 0, 0, 0),
        ("v4", 0, 0, 0),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{n}");
        let ran = session.run(&format!("export {range} --out {out}"));
        if decisions == 0 {
            let ran = ran.exits(64);
            assert!(ran.stderr.contains("matches no decision"), "{}", ran.stderr);
            assert!(
                ran.stderr.contains("entries 1 to 5, decided from 2026-11-21 to 2026-11-30") || range == "V1"
            );
            assert!(!session.has(&out));
            continue;
        }
        ran.exits(0);
        let index = index(&session, &out);
        assert_eq!(
            (&index["range"]["first"], &index["range"]["last"]),
            (&json!(first), &json!(last)),
            "{range}"
        );
        assert_eq!(index["decisions"].as_array().unwrap().len(), decisions, "{range}");
        assert_eq!(index["head"]["index"], last, "{range}");
        session.run(&format!("verify {out}")).exits(0);
    }
    for range in ["0", "4..2", "..", "1..2026-11-21", "2026-11-22..2026-11-21", "a/b", "2026-02-30.."] {
        let ran = session.run(&format!("export {range} --out never")).exits(64);
        assert!(ran.stderr.starts_with("error") || ran.stderr.contains("RANGE"), "{}", ran.stderr);
        assert!(ran.stderr.contains("2026-01-01..2026-06-30"), "{}", ran.stderr);
    }
    assert!(!session.has("never"));
}

#[test]
fn a_run_that_is_not_there_is_said_everywhere() {
    let session = decided();
    let envelope: Value = serde_json::from_str(&session.read("audit/v2/audit.json")).unwrap();
    let stored = |run: &str| format!("kept/{}", envelope["store"][run]["path"].as_str().unwrap());
    fs::remove_file(session.path(&stored("candidate"))).unwrap();
    fs::write(session.path(&stored("baseline")), "other bytes").unwrap();
    let ran = session.run("export v2 --store kept --out evidence.zip").exits(2);
    assert!(
        ran.stderr.contains("is not in the store") && ran.stderr.contains("other bytes"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr.lines().count(), 2);
    session.run("export v2 --store kept --out evidence").exits(2);
    let index = index(&session, "evidence");
    let missing = index["missing"].as_array().unwrap();
    assert_eq!(missing.len(), 2);
    for run in missing {
        let what = run["what"].as_str().unwrap();
        assert_eq!(
            (&run["envelope"], session.has(&format!("evidence/{what}"))),
            (&json!("audit/v2/audit.json"), false)
        );
        for page in ["evidence/README.txt", "evidence/index.html"] {
            assert!(session.read(page).contains(what), "{page}");
        }
    }
    assert!(session.read("evidence/README.txt").contains("NOT COMPLETE"));
    assert_eq!(index["decisions"][0]["runs"], json!({"baseline": null, "candidate": null}));
    session.run("verify evidence").exits(0);

    // Of a file that is too long for a trail, half is not exported for the whole.
    session.write("audit/v3/model.bundle", &"x".repeat((1 << 20) + 1));
    let ran = session.run("export v3 --out long").exits(2);
    assert!(ran.stderr.contains("audit/v3/model.bundle") && ran.stderr.contains("longer"), "{}", ran.stderr);
    assert!(!session.has("long/audit/v3/model.bundle"));
    let ran = session.run("store mirror --to mirror").exits(65);
    assert!(ran.stderr.contains("audit/v3/model.bundle"), "{}", ran.stderr);
    fs::remove_file(session.path("audit/v3/model.bundle")).unwrap();

    // A decision whose envelope names no runs cannot be made again from a store either.
    session.run(
        "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --release-id bare",
    );
    let ran = session.run("export bare --store kept --out bare").exits(2);
    assert!(ran.stderr.contains("names no stored runs"), "{}", ran.stderr);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_behind() {
    let session = decided();
    session.write("taken.zip", "mine").write("folder/mine", "mine");
    fs::create_dir(session.path("empty")).unwrap();
    let before = session.files();
    let refused = |line: &str, code: i32, says: &str| {
        let ran = session.run(line).exits(code);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(says), "{line}: {}", ran.stderr);
        assert_eq!(session.files(), before, "{line}");
    };
    refused("export all --out taken.zip", 73, "is there already");
    refused("export all --out folder", 73, "is there already");
    refused("export all --out runs/baseline.json", 73, "is there already");
    refused("export all --out nowhere/evidence.zip", 73, "nowhere/evidence.zip");
    refused("export all --out s3://bucket/evidence", 64, "store mirror");
    refused("export all --audit-root runs --out new", 65, "holds no trail");
    refused("export all --audit-root audit/v1/audit.json --out new", 65, "holds no trail");
    refused("export all --out audit/evidence.zip", 64, "lies in the trail");
    refused("export all --audit-root ./audit --out audit/v1/evidence", 64, "lies in the trail");
    refused("export all --store s4://x --out new", 64, "s4");
    refused("export all", 64, "--out");

    // A disk that is full in the middle: an error, and nothing is left.
    let limited = |signal: &str, out: &str| {
        shell(
            &session,
            "",
            &format!("trap '' {signal}; ulimit -f 8; evalsig export all --store kept --out {out}"),
        )
    };
    for out in ["new", "new.zip"] {
        let ran = limited("XFSZ", out);
        assert_eq!((ran.code, ran.stdout.as_str()), (73, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("nothing was half-written"), "{}", ran.stderr);
        assert_eq!(session.files(), before);
    }
    // A kill in the middle: nothing lies under the name, and the next export goes through.
    let killed = limited("HUP", "new");
    assert!(killed.code < 0 || killed.code > 100, "{killed:?}");
    assert!(!session.has("new"));
    session.run("export all --store kept --out new").exits(0);
    session.run("export all --store kept --out empty").exits(0);
    session.run("verify empty").exits(0);

    // What is broken is not exported.
    let whole = session.read("audit/v3/audit.json");
    session.write("audit/v3/audit.json", &whole.replacen("ALLOW", "REJECT", 1));
    let ran = session.run("export 1 --out broken").exits(73);
    assert!(
        ran.stderr.contains("nothing was exported") && ran.stderr.contains("[trail-broken]"),
        "{}",
        ran.stderr
    );
    assert!(!session.has("broken"));
}

#[test]
fn no_name_does_more_than_to_be_read() {
    let session = decided();
    let port = TrailDir::at(session.path(""));
    // Whoever may append may write what he likes into an envelope.
    let decision = Decision::new("v9", 9);
    let secret = fs::read(session.path("runs/baseline.json")).unwrap();
    let run = |path: &str| v1::StoredRun {
        path: path.into(),
        sha256: Digest::of(&secret).to_string(),
        version: None,
        etag: None,
    };
    let forge = |placement: &Placement| {
        let mut envelope = decision.envelope(placement);
        envelope.decided_at = "<img src=x onerror=alert(1)>\n::error::\u{1b}[31m".into();
        envelope.report.claim = "</td><script>alert('1')</script>\u{202e}&amp;".into();
        envelope.store = Some(v1::Store {
            root: "kept".into(),
            project: "qa".into(),
            baseline: run("../runs/baseline.json"),
            candidate: run("qa\\..\\..\\x\n    rm -rf audit"),
        });
        envelope
    };
    let mut render = |placement: &Placement| envelope::to_bytes(&forge(placement));
    let first = envelope::to_bytes(&forge(&Placement { attempt: 1, supersedes: None })).unwrap();
    let fingerprint = envelope::read(&first).unwrap().fingerprint;
    trail::append(&port, &decision.release, &fingerprint, &mut render, &decision.time()).unwrap();
    let harmless = "é <b>&\"'$(touch x)#?.sig";
    for name in [harmless, "a\nb.sig", "..\\..\\up.sig", "\u{202e}gis.sig"] {
        fs::write(session.path("audit/v9").join(name), "signature").unwrap();
    }

    let ran = session.run("export v9 --store kept --out evidence").exits(2);
    assert_eq!(ran.stderr.lines().count(), 5, "{}", ran.stderr);
    for text in [&ran.stderr, &ran.stdout, &session.read("evidence/README.txt")] {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202e}'), "{text}");
        assert!(text.lines().all(|line| !line.starts_with("::")), "{text}");
    }
    let files = gather(&session.path("evidence"));
    assert!(!files.keys().any(|path| path.starts_with("runs/")), "what lies outside the store stays there");
    let beside: Vec<&String> = files.keys().filter(|path| path.ends_with(".sig")).collect();
    assert_eq!(beside, [&format!("audit/v9/{harmless}")]);
    shell(&session, "evidence", "sha256sum --check --quiet --strict SHA256SUMS").exits(0);
    session.run("verify evidence").exits(0);
    session.run("export v9 --store kept --out evidence.zip").exits(2);
    assert_eq!(members(&session.path("evidence.zip")).into_iter().collect::<BTreeMap<_, _>>(), files);
    for block in commands(&session.read("evidence/README.txt")) {
        assert!(!block.contains("rm -rf"), "{block}");
    }

    // The page holds the tags that we wrote and no other, and no address leads elsewhere.
    let page = session.read("evidence/index.html");
    let known = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "h1", "h2", "dl", "dt", "dd", "code",
        "div", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "p", "pre", "small",
    ];
    for tag in page.split('<').skip(1) {
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '!')
            .next()
            .unwrap();
        assert!(known.contains(&name), "<{tag}");
        let mut attributes = tag.split('>').next().unwrap().split_whitespace();
        assert!(!attributes.any(|attribute| attribute.starts_with("on")), "<{tag}");
    }
    for address in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(address.starts_with("./") && !address.contains("..") && !address.contains(':'), "{address}");
    }
    assert!(
        !page.contains("src=\"")
            && !page.contains("url(")
            && !page.contains("http:")
            && !page.contains("https:")
    );
    assert!(
        page.contains("default-src 'none'") && page.contains("&lt;script&gt;alert(&#39;1&#39;)"),
        "{page}"
    );
    assert!(page.contains("./audit/v9/%C3%A9%20%3Cb%3E"), "{page}");
}

#[test]
fn the_page_can_be_followed() {
    for (name, probe) in [("unzip", "-v"), ("jq", "--version"), ("sha256sum", "--version")] {
        if tool(name, &[probe]).is_none() {
            return tree::say_skipped("the commands of docs/export.md were not run");
        }
    }
    let session = decided();
    // The page calls the store `runs`, and so are the examples.
    fs::rename(session.path("runs"), session.path("examples")).unwrap();
    fs::rename(session.path("kept"), session.path("runs")).unwrap();
    let page = tree::read("docs/export.md");
    let blocks: Vec<&str> =
        page.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert_eq!(blocks.len(), 2);
    let ran = shell(&session, "", &blocks.concat()).exits(0);
    assert!(ran.stdout.contains("INTACT: 4 entries of 3 releases"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("REPRODUCED: 1 of 1 decision").count(), 4, "{}", ran.stdout);
}

#[test]
fn a_trail_on_a_branch_is_exported_without_a_checkout() {
    if tool("git", &["--version"]).is_none() {
        return tree::say_skipped("no export from a branch");
    }
    let session = decided();
    let commit = "git init -q -b main . && git add audit .gitattributes && \
                  git -c user.name=a -c user.email=a@b commit -q -m trail && rm -r audit .gitattributes";
    shell(&session, "", commit).exits(0);
    let ran = shell(&session, "", "evalsig export 2.. --audit-root git:main --store kept --out evidence");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(session.run("verify evidence").exits(0).stdout.contains("INTACT: 4 entries"));
    assert!(!session.has("audit"));
}
