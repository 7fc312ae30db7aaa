//! What an export lacks, what it refuses, and what no name in it can do.

use std::collections::BTreeMap;
use std::fs;

use evalsig::domain::Digest;
use evalsig::envelope::{self, v1};
use evalsig::trail::{Entry, EnvelopeRef, Link, Placement};
use serde_json::{Value, json};

use super::{commands, decided, gather, index, members, shell};
use crate::trail::envelopes::Decision;

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
    session.write("audit/v3/model.bundle", &"x".repeat((16 << 20) + 1));
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
    assert!(session.files().iter().any(|path| path.starts_with(".evalsig-export-")));
    session.run("export all --store kept --out new").exits(0);
    assert!(!session.files().iter().any(|path| path.starts_with(".evalsig-")), "the next one sweeps");
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
            repeats: Vec::new(),
        });
        envelope
    };
    let bytes = envelope::to_bytes(&forge(&Placement { attempt: 1, supersedes: None })).unwrap();
    let previous = Digest::of(session.read("audit/v3/entry.json").as_bytes());
    let entry = Entry {
        kind: evalsig::trail::EntryKind::Decision,
        index: 5,
        envelope: EnvelopeRef {
            path: "audit/v9/audit.json".into(),
            sha256: Digest::of(&bytes),
            size: bytes.len() as u64,
        },
        previous: Some(Link { index: 4, sha256: previous }),
        written_at: decision.time(),
    };
    session.write("audit/v9/audit.json", std::str::from_utf8(&bytes).unwrap());
    session.write("audit/v9/entry.json", std::str::from_utf8(&entry.to_bytes().unwrap()).unwrap());
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
        "a", "b", "bdi", "body", "br", "caption", "code", "details", "div", "footer", "h1", "h2", "head",
        "header", "html", "li", "main", "meta", "p", "pre", "rect", "circle", "polygon", "section", "span",
        "style", "summary", "svg", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
    ];
    let read = scraper::Html::parse_document(&page);
    for element in read.select(&scraper::Selector::parse("*").unwrap()) {
        let element = element.value();
        assert!(known.contains(&element.name()), "<{}>", element.name());
        assert!(element.attrs().all(|(name, _)| !name.starts_with("on") && name != "style"), "{element:?}");
    }
    for address in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let inside = address.starts_with("./") || address.starts_with('#');
        assert!(inside && !address.contains("..") && !address.contains(':'), "{address}");
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
