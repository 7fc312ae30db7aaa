//! Signatures beside an envelope: noted without a key, held to it with one.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use evalsig::domain::Digest;

use crate::support::authority::openssl;
use crate::support::{Session, tool};

const ENVELOPE: &str = "audit/v1/audit.json";

/// A session with one recorded decision and a key pair of this kind.
fn recorded(key: &str) -> Session {
    let session = Session::with_examples();
    session
        .run("gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --release-id v1")
        .exits(0);
    let here = session.path(".");
    openssl(&here, &format!("genpkey {key} -out key.pem"));
    openssl(&here, "pkey -in key.pem -pubout -out key.pub");
    openssl(&here, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem");
    openssl(&here, "pkey -in other.pem -pubout -out other.pub");
    session
}

fn sign(session: &Session, how: &str, file: &str, to: &str) {
    openssl(&session.path("."), &format!("{how} -out {to} {file}"));
}

fn digest(session: &Session, path: &str) -> Vec<u8> {
    let bytes = std::fs::read(session.path(path)).unwrap();
    let hex = Digest::of(&bytes).to_string();
    (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
}

#[test]
fn what_openssl_signs_is_held_to_the_key() {
    if tool("openssl", &["version"]).is_none() {
        return;
    }
    let keys = [
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "dgst -sha256 -sign key.pem"),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            "dgst -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sign key.pem",
        ),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "dgst -sha256 -sign key.pem"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "dgst -sha256 -sign key.pem"),
        ("-algorithm ed25519", "pkeyutl -sign -rawin -inkey key.pem -in"),
    ];
    for (key, how) in keys {
        let session = recorded(key);
        if how.contains("pkeyutl") {
            openssl(&session.path("."), &format!("{how} {ENVELOPE} -out {ENVELOPE}.sig"));
        } else {
            sign(&session, how, ENVELOPE, &format!("{ENVELOPE}.sig"));
        }
        let unasked = session.run("verify").exits(0).stdout;
        assert!(unasked.contains("who made 1 signature"), "{unasked}");
        let told = session.run("verify --key key.pub").stdout;
        assert!(told.contains("SIGNED: 1 of 1 entry, by the key."), "{key}, {how}: {told}");
        let json = session.run("verify --key key.pub --output json").exits(0).json();
        assert_eq!(json["lines"][0]["signatures"][0]["by"], "the key");
        assert!(session.run("verify audit/v1/audit.json --key key.pub").exits(0).stdout.contains("SIGNED"));
        // Without its entry the signature is what speaks for it.
        std::fs::create_dir(session.path("alone")).unwrap();
        for name in ["audit.json", "audit.json.sig"] {
            std::fs::copy(session.path("audit/v1").join(name), session.path("alone").join(name)).unwrap();
        }
        session.run("verify alone/audit.json").exits(2);
        session.run("verify alone/audit.json --key other.pub").exits(1);
        assert!(session.run("verify alone/audit.json --key key.pub").exits(0).stdout.contains("INTACT"));
        // Another key, base64 of the same, and another file's signature.
        let wrong = session.run("verify --key other.pub").exits(1).stdout;
        assert!(wrong.contains("broken signature-wrong"), "{wrong}");
        let bytes = std::fs::read(session.path("audit/v1/audit.json.sig")).unwrap();
        session.write("audit/v1/audit.json.sig", &format!("{}\n", STANDARD.encode(&bytes)));
        session.run("verify --key key.pub").exits(0);
        std::fs::rename(session.path("audit/v1/audit.json.sig"), session.path("audit/v1/entry.json.sig"))
            .unwrap();
        assert!(session.run("verify --key key.pub").exits(1).stdout.contains("audit/v1/entry.json.sig"));
    }
}

/// What `cosign sign-blob --key --bundle` writes, where it is told to use no log.
fn bundle(session: &Session, path: &str) -> String {
    sign(session, "dgst -sha256 -sign key.pem", ENVELOPE, "signature");
    let signature = STANDARD.encode(std::fs::read(session.path("signature")).unwrap());
    let digest = STANDARD.encode(digest(session, path));
    format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"publicKey":{{"hint":"key"}},"tlogEntries":[]}},"messageSignature":{{"messageDigest":{{"algorithm":"SHA2_256","digest":"{digest}"}},"signature":"{signature}"}}}}"#
    )
}

#[test]
fn a_bundle_by_a_key_is_held_to_the_key_and_to_the_envelope() {
    if tool("openssl", &["version"]).is_none() {
        return;
    }
    let session = recorded("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    let good = bundle(&session, ENVELOPE);
    session.write("audit/v1/audit.sigstore.json", &good);
    let told = session.run("verify --key key.pub").exits(0).stdout;
    assert!(told.contains("SIGNED: 1 of 1 entry, by the key."), "{told}");
    session.run("verify").exits(0);
    session.run("verify --key other.pub").exits(1);
    // Of another file, and no bundle at all.
    session.write("audit/v1/audit.sigstore.json", &bundle(&session, "audit/v1/entry.json"));
    assert!(session.run("verify --key key.pub").exits(1).stdout.contains("signature-wrong"));
    for bytes in ["", "{}", "[]", &good[..good.len() - 1], &good.replace("v0.3", "v9.9")] {
        session.write("audit/v1/audit.sigstore.json", bytes);
        for flags in ["", "--key key.pub"] {
            let told = session.run(&format!("verify {flags}")).exits(1).stdout;
            assert!(told.contains("no Sigstore bundle"), "{bytes}: {told}");
        }
    }
}

#[test]
fn a_signed_statement_is_held_to_the_key_and_names_the_envelope() {
    if tool("openssl", &["version"]).is_none() {
        return;
    }
    let session = recorded("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    let attest = |kind: &str, subject: &str| {
        let hex = Digest::of(&std::fs::read(session.path(subject)).unwrap()).to_string();
        let statement = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"x","digest":{{"sha256":"{hex}"}}}}],"predicateType":"https://example.com/v1","predicate":{{}}}}"#
        );
        session.write("pae", &format!("DSSEv1 {} {kind} {} {statement}", kind.len(), statement.len()));
        sign(&session, "dgst -sha256 -sign key.pem", "pae", "signature");
        let signature = STANDARD.encode(std::fs::read(session.path("signature")).unwrap());
        let payload = STANDARD.encode(&statement);
        format!(
            r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"publicKey":{{"hint":"key"}},"tlogEntries":[]}},"dsseEnvelope":{{"payload":"{payload}","payloadType":"{kind}","signatures":[{{"sig":"{signature}","keyid":""}}]}}}}"#
        )
    };
    const STATEMENT: &str = "application/vnd.in-toto+json";
    let good = attest(STATEMENT, ENVELOPE);
    session.write("audit/v1/audit.intoto.jsonl", &format!("{good}\n{good}\n"));
    assert!(
        session.run("verify --key key.pub").exits(0).stdout.contains("SIGNED: 1 of 1 entry, by the key.")
    );
    session.run("verify --key other.pub").exits(1);
    // The same without a bundle around it.
    let value: serde_json::Value = serde_json::from_str(&good).unwrap();
    session.write("audit/v1/audit.intoto.jsonl", &format!("{}\n", value["dsseEnvelope"]));
    assert!(
        session.run("verify --key key.pub").exits(0).stdout.contains("SIGNED: 1 of 1 entry, by the key.")
    );
    session.run("verify --key other.pub").exits(1);
    session.run("verify").exits(0);
    for (bad, why) in [
        (attest(STATEMENT, "audit/v1/entry.json"), "a statement about other files"),
        (attest("text/plain", ENVELOPE), "a statement that the key did not sign"),
    ] {
        session.write("audit/v1/audit.intoto.jsonl", &format!("{good}\n{bad}\n"));
        let told = session.run("verify --key key.pub").exits(1).stdout;
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn who_names_a_signer_or_an_authority_hears_what_is_missing() {
    if tool("openssl", &["version"]).is_none() {
        return;
    }
    let session = recorded("-algorithm ed25519");
    openssl(&session.path("."), "req -x509 -key other.pem -out ca.pem -days 10 -subj /CN=nobody");
    assert!(!session.run("verify").exits(0).stdout.contains("note not-s"));
    for path in ["", ENVELOPE] {
        let told = session.run(&format!("verify {path} --key key.pub --tsa-ca ca.pem")).exits(0).stdout;
        assert!(told.contains("note not-signed") && told.contains("note not-stamped"), "{told}");
        session.run(&format!("verify {path} --tsa-ca ca.pem --require-anchor")).exits(2);
    }
}

#[test]
fn what_cannot_be_checked_here_names_what_checks_it() {
    let session = Session::with_examples();
    session
        .run("gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --release-id v1")
        .exits(0);
    for name in ["audit.json.sig", "audit.json.asc", "audit.bundle", "signer.pem"] {
        session.write(&format!("audit/v1/{name}"), "?");
    }
    let told = session.run("verify").exits(0).stdout;
    for with in [
        "--key, or openssl dgst -verify",
        "gpg --verify",
        "cosign verify-blob --bundle",
        "the tool that made it",
    ] {
        assert!(told.contains(with), "{with}: {told}");
    }
    assert!(Path::new(&session.path("audit/v1/signer.pem")).exists());
}
