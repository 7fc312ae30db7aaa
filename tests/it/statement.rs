//! `evalsig statement`: what signers take, and `docs/statement.md` followed to the letter.

use std::process::Command;

use evalsig::domain::Digest;
use evalsig::envelope::statement::{TEST_RESULT_TYPE, VERDICT_TYPE};
use serde_json::{Value, json};

use crate::support::{Ran, Session, ran, repository, tool};
use crate::tree;

/// A release with two attempts (INCONCLUSIVE, then ALLOW) and one that is REJECT.
fn decided() -> Session {
    let session = Session::with_examples();
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json";
    session.run(&format!("{gate} --min-delta 0.05 --release-id v1.4.0")).exits(2);
    session.run(&format!("{gate} --min-delta 0 --release-id v1.4.0")).exits(0);
    session.run(&format!("{gate} --min-delta 0.5 --release-id v2")).exits(1);
    session
}

fn sha256(session: &Session, path: &str) -> String {
    Digest::of(&std::fs::read(session.path(path)).unwrap()).to_string()
}

fn subjects(statement: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let subjects = statement["subject"].as_array().unwrap().iter();
    subjects.map(|one| (text(&one["name"]), text(&one["digest"]["sha256"]))).collect()
}

#[test]
fn the_statement_holds_the_envelope_and_its_place() {
    let session = decided();
    let path = "audit/v1.4.0/attempts/002/audit.json";
    let by_path = session.run(&format!("statement {path}")).exits(0);
    let statement = by_path.json();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], VERDICT_TYPE);
    let expected: Vec<(String, String)> = ["runs/baseline.json", "runs/candidate.json", path]
        .map(|path| (path.to_owned(), sha256(&session, path)))
        .into();
    assert_eq!(subjects(&statement), expected);

    let predicate = &statement["predicate"];
    let envelope: Value = serde_json::from_str(&session.read(path)).unwrap();
    assert_eq!(predicate["envelope"], envelope);
    assert_eq!(bits(&predicate["envelope"]), bits(&envelope));
    let entry = "audit/v1.4.0/attempts/002/entry.json";
    let place = json!({"path": entry, "index": 2, "sha256": sha256(&session, entry)});
    assert_eq!(predicate["entry"], place);
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(repository("schemas/verdict.v1.schema.json")).unwrap())
            .unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(predicate).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");

    // However it is named, the bytes are the same; the newest attempt is meant unless another is said.
    for line in
        ["--release-id v1.4.0", "--release-id v1.4.0 --attempt 2", "--release-id v1.4.0 --audit-root audit"]
    {
        assert_eq!(session.run(&format!("statement {line}")).exits(0).stdout, by_path.stdout, "{line}");
    }
    session.run("statement --release-id v1.4.0 --out statement.json").exits(0);
    assert_eq!(session.read("statement.json"), by_path.stdout);
    assert!(by_path.stdout.ends_with("}\n"));
    let first = session.run("statement --release-id v1.4.0 --attempt 1").exits(0).json();
    assert_eq!(first["predicate"]["entry"]["index"], 1);
    // Wherever a copy of the folder lies.
    std::fs::rename(session.path("audit/v1.4.0/attempts/002"), session.path("copy")).unwrap();
    assert_eq!(session.run("statement copy/audit.json").exits(0).stdout, by_path.stdout);
}

/// Every number of a document, by its bits.
fn bits(value: &Value) -> Vec<u64> {
    match value {
        Value::Number(number) => vec![number.as_f64().unwrap().to_bits()],
        Value::Array(all) => all.iter().flat_map(bits).collect(),
        Value::Object(all) => all.values().flat_map(bits).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_test_result_passes_only_where_the_claim_was_shown() {
    let session = decided();
    let result = |line: &str| {
        let statement = session.run(&format!("statement {line} --predicate test-result")).exits(0).json();
        assert_eq!(statement["predicateType"], TEST_RESULT_TYPE);
        statement["predicate"].clone()
    };
    let passed = result("--release-id v1.4.0");
    let test = json!([passed["passedTests"][0].as_str().unwrap()]);
    assert!(test[0].as_str().unwrap().ends_with("/accuracy/superior"), "{test}");
    assert_eq!((&passed["result"], &passed["failedTests"]), (&json!("PASSED"), &json!([])));
    let configuration = passed["configuration"].as_array().unwrap();
    let names: Vec<&str> = configuration.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["runs/baseline.json", "runs/candidate.json", "audit/v1.4.0/attempts/002/audit.json"]);
    for not_shown in ["--release-id v1.4.0 --attempt 1", "--release-id v2"] {
        let failed = result(not_shown);
        assert_eq!(
            (&failed["result"], &failed["passedTests"], &failed["warnedTests"]),
            (&json!("FAILED"), &json!([]), &json!([])),
            "{not_shown}"
        );
        assert_eq!(failed["failedTests"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn each_signer_gets_its_part() {
    let session = decided();
    session.write("model.bin", "weights");
    let hex = "AB".repeat(32);
    let line = format!(
        "statement --release-id v2 --subject model.bin --subject tokenizer=sha256:{hex} --subject model.bin --subject runs/baseline.json"
    );
    let statement = session.run(&line).exits(0).json();
    let listed = session.run(&format!("{line} --part subjects")).exits(0).stdout;
    let expected: String =
        subjects(&statement).iter().map(|(name, sha256)| format!("{sha256}  {name}\n")).collect();
    assert_eq!(listed, expected);
    assert_eq!(listed.lines().count(), 5, "the same file is one subject: {listed}");
    assert!(listed.contains(&format!("{}  tokenizer\n", hex.to_lowercase())));
    let predicate = session.run(&format!("{line} --part predicate")).exits(0).json();
    assert_eq!(predicate, statement["predicate"]);
    assert_eq!(session.run(&format!("{line} --part type")).exits(0).stdout, format!("{VERDICT_TYPE}\n"));
    let line = format!("{line} --part type --predicate test-result");
    assert_eq!(session.run(&line).exits(0).stdout, format!("{TEST_RESULT_TYPE}\n"));

    // A run compared with itself is one file.
    let same =
        "gate --baseline runs/baseline.json --candidate runs/baseline.json --min-delta 0 --release-id same";
    session.run(same);
    assert_eq!(subjects(&session.run("statement --release-id same").exits(0).json()).len(), 2);
}

#[test]
fn an_envelope_that_is_not_as_it_was_written_is_not_attested() {
    let session = decided();
    let path = "audit/v2/audit.json";
    let whole = session.read(path);
    session.write(path, &whole.replacen("REJECT", "ALLOW", 1));
    for line in [format!("statement {path}"), "statement --release-id v2".to_owned()] {
        let ran = session.run(&line).exits(73);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("[trail-broken]"), "{}", ran.stderr);
        assert!(ran.stderr.contains("audit/v2/audit.json") && ran.stderr.contains("nothing was attested"));
    }
    // The other releases are as they were.
    session.run("statement --release-id v1.4.0").exits(0);
    session.write(path, &whole);
    let entry = session.read("audit/v2/entry.json");
    session.write("audit/v2/entry.json", &entry.replacen("\"index\": 3", "\"index\": 4", 1));
    session.run(&format!("statement {path}")).exits(73);
    std::fs::remove_file(session.path("audit/v2/entry.json")).unwrap();
    session.run("statement --release-id v2").exits(73);
    // Alone it can be attested, and says that no entry is known.
    std::fs::copy(session.path(path), session.path("alone.json")).unwrap();
    let alone = session.run("statement alone.json").exits(0).json();
    assert_eq!(
        (&alone["predicate"]["entry"], &alone["subject"][2]["name"]),
        (&Value::Null, &json!("alone.json"))
    );
}

#[test]
fn what_cannot_be_stated_is_said_with_a_way_out() {
    let session = decided();
    session.write("model.bin", "weights").write("strange.json", "{}");
    let refused = |line: &str, code: i32, says: &str| {
        let ran: Ran = session.run_args(&line.split(' ').collect::<Vec<_>>()).exits(code);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(says), "{line}: {}", ran.stderr);
    };
    refused("statement", 64, "ENVELOPE");
    refused("statement --release-id v9", 65, "holds no release v9");
    refused("statement --release-id v2 --attempt 2", 65, "holds no attempt 2 at release v2");
    refused("statement --release-id v2 --attempt 0", 64, "--attempt");
    refused("statement --release-id ../x", 64, "bad-release-id");
    refused("statement --release-id v2 --audit-root runs", 65, "--audit-root");
    refused("statement audit", 65, "--release-id");
    refused("statement strange.json", 65, "envelope-unreadable");
    refused("statement nowhere/audit.json", 65, "nowhere/audit.json");
    refused("statement --release-id v2 --subject nothing.bin", 65, "nothing.bin");
    refused("statement --release-id v2 --subject runs", 65, "is a folder");
    refused("statement --release-id v2 --subject x=sha256:12", 64, "NAME=sha256:HEX");
    let other = format!("statement --release-id v2 --subject runs/baseline.json=sha256:{}", "0".repeat(64));
    refused(&other, 64, "the name of two files");
    let hostile = format!("\u{1b}[31m\n::error::=sha256:{}", "0".repeat(64));
    let args = ["statement", "--release-id", "v2", "--subject", &hostile, "--part", "subjects"];
    let ran = session.run_args(&args).exits(64);
    assert!(ran.stdout.is_empty() && !ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    assert!(session.run_args(&args[..5]).exits(0).stdout.is_ascii());
}

/// The `sh` blocks of the page in order: whether one verifies, what it runs, what it prints.
fn blocks() -> Vec<(bool, String, Option<String>)> {
    let page = tree::read("docs/statement.md");
    let mut found = Vec::new();
    let mut rest = page.as_str();
    while let Some((before, after)) = rest.split_once("```sh\n") {
        let (block, after) = after.split_once("```").unwrap();
        let printed =
            after.trim_start().strip_prefix("```text\n").map(|text| text.split_once("```").unwrap().0);
        let verifies = before.trim_end().ends_with("<!-- verifies -->");
        found.push((verifies, block.to_owned(), printed.map(str::to_owned)));
        rest = after;
    }
    found
}

#[test]
fn the_page_can_be_followed() {
    for (name, probe) in [("openssl", "version"), ("jq", "--version"), ("base64", "--version")] {
        if tool(name, &[probe]).is_none() {
            return tree::skipped("the commands of docs/statement.md were not run");
        }
    }
    tree::skipped_in_ci_too(
        "the commands of docs/statement.md for cosign and actions/attest: neither is here",
    );
    let session = Session::with_examples();
    session.write("model.bin", "weights");
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --release-id v1.4.0";
    session.run(gate).exits(0);
    let shell = |block: &str| -> Ran {
        let binary = std::path::Path::new(crate::support::EVALSIG).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command.args(["-eu", "-c", block]).env("PATH", path).env("LC_ALL", "C");
        ran(command.current_dir(session.path("")).output().unwrap())
    };
    let blocks = blocks();
    assert_eq!(blocks.iter().filter(|block| block.0).count(), 2);
    for (_, block, printed) in &blocks {
        let ran = shell(block).exits(0);
        if let Some(printed) = printed {
            assert_eq!(ran.stdout, *printed, "{block}");
        }
    }
    let verified = session.run("verify").exits(0).stdout;
    assert!(
        verified.contains("audit.json.sig") && verified.contains("audit.intoto.sigstore.json"),
        "{verified}"
    );

    // And what was changed afterwards does not verify, in either way.
    let envelope = session.read("audit/v1.4.0/audit.json");
    session.write("audit/v1.4.0/audit.json", &envelope.replacen("ALLOW", "REJECT", 1));
    for (_, block, _) in blocks.iter().filter(|block| block.0) {
        assert_ne!(shell(block).code, 0, "{block}");
    }
}
