//! What whoever receives an export does with it.

use std::fs;

use evalsig::domain::Digest;
use serde_json::json;

use super::{commands, decided, gather, index, shell};
use crate::support::{repository, tool};
use crate::tree;

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

#[test]
fn an_auditor_follows_the_readme() {
    for (name, probe) in [("openssl", "version"), ("jq", "--version"), ("sha256sum", "--version")] {
        if tool(name, &[probe]).is_none() {
            return tree::skipped("the commands of README.txt were not run");
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
    let schema = fs::read(repository("schemas/verdict.v1.schema.json")).unwrap();
    assert!(files["schemas/verdict.v1.schema.json"] == schema, "another schema than the committed one");
    let head = Digest::of(&files["audit/v1/attempts/002/entry.json"]).to_string();

    for name in ["public.pem", "ca.pem"] {
        fs::copy(session.path(name), session.path("evidence").join(name)).unwrap();
    }
    let blocks = commands(&session.read("evidence/README.txt"));
    assert_eq!(blocks.len(), 9, "{blocks:#?}");
    let said: Vec<String> =
        blocks.iter().map(|block| shell(&session, "evidence", block).exits(0).stdout).collect();
    assert_eq!(said[0], "every file is as it was exported\n");
    assert_eq!(said[1].matches(": OK\n").count(), 3, "{}", said[1]);
    assert_eq!(said[2], format!("3 entries, head {head}\n"));
    assert_eq!(said[3], "3 runs, each the one that an envelope names\n");
    assert_eq!(said[4].lines().count(), 2);
    assert!(said[4].starts_with("2\t20") && said[4].contains("\tREJECT\tv2\t1\n"), "{}", said[4]);
    assert_eq!(said[5], "audit/v2/audit.json.sig: Verified OK\n");
    assert!(
        said[6].starts_with("audit/v2/entry.tsr: ") && said[6].contains("Verification: OK"),
        "{}",
        said[6]
    );
    assert!(said[7].contains("INTACT: 3 entries") && said[7].contains("ANCHORED"), "{}", said[7]);
    assert_eq!(said[8].matches("REPRODUCED: 1 of 1 decision").count(), 2, "{}", said[8]);
    assert!(!said[8].contains("NOT SHOWN"));

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
    assert!(shell(&session, "evidence", &blocks[8]).stdout.contains("NOT SHOWN"));
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
fn the_page_can_be_followed() {
    for (name, probe) in [("unzip", "-v"), ("jq", "--version"), ("sha256sum", "--version")] {
        if tool(name, &[probe]).is_none() {
            return tree::skipped("the commands of docs/export.md were not run");
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
