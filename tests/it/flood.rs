//! Whoever writes a run file does not choose how much is printed, nor how much memory that takes.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use crate::support::{Job, Ran, Session, ran};

/// Most bytes of all that a command may say about such a file.
const MOST: usize = 64 * 1024;

fn run(model: &str, items: &str) -> String {
    format!(r#"{{"run_id":"r","model_id":"{model}","task_id":"t","metric_name":"m","items":[{items}]}}"#)
}

fn rows(ids: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = ids.into_iter().map(|id| format!(r#"{{"item_id":"{id}","score":1}}"#)).collect();
    items.join(",")
}

/// Runs that are refused, by the name of their file, with the place and the words that say why.
fn refused() -> Vec<(&'static str, String, &'static str, &'static str)> {
    let long = |bytes: usize| "x".repeat(bytes);
    let table = |id: &str| format!("item_id,acc\nq1,1\n{id},0\n");
    let mut columns = String::from("item_id");
    (0..100_000).for_each(|n| write!(columns, ",column-{n:040}").unwrap());
    let cells = format!("q1{}", ",1".repeat(100_000));
    let lines = |field: &str| format!("{{\"item_id\":\"q1\",\"acc\":1,\"{field}\":\"{}\"}}\n", long(2000));
    let item = |field: &str| format!(r#"{{"item_id":"q1","score":1,"{field}":"{}"}}"#, long(5000));
    vec![
        (
            "id.json",
            run("m", &rows(["q1".into(), long(5000)])),
            "items[1]",
            "item_id has 5000 bytes, and at most 4096",
        ),
        ("cluster.json", run("m", &item("cluster_id")), "items[0]", "cluster_id has 5000 bytes"),
        ("model.json", run(&long(30_000_000), &rows(["q1".into()])), "model_id", "has 30000000 bytes"),
        ("id.csv", table(&long(5000)), "line 3", "item_id has 5000 bytes"),
        ("task.jsonl", lines("task_id"), "task_id", "has 2000 bytes"),
        ("hash.jsonl", lines("config_hash"), "config_hash", "has 2000 bytes"),
        (
            "column.csv",
            format!("item_id,{}\nq1,1\n", long(2000)),
            "line 2",
            "the name of a column has 2000 bytes",
        ),
        (
            "twice.json",
            run("m", &rows((0..100_000).map(|_| long(100)))),
            "items[1]",
            "stands already at items[0]",
        ),
        ("columns.csv", format!("{columns}\n{cells}\n"), "line 2", "10000 columns"),
        (
            "columns.jsonl",
            format!(
                "{{\"id\":1,{}}}\n",
                (0..100_000).map(|n| format!("\"c{n}\":1")).collect::<Vec<_>>().join(",")
            ),
            "line 1",
            "10000 columns",
        ),
        (
            "unknown.json",
            format!(
                "{{{}}}",
                (0..100_000).map(|n| format!("\"{}{n}\":1", long(300))).collect::<Vec<_>>().join(",")
            ),
            "",
            "format",
        ),
    ]
}

#[track_caller]
fn is_short(ran: &Ran, name: &str) {
    let said = ran.stdout.len() + ran.stderr.len();
    assert!(
        said < MOST,
        "{name}: {said} bytes, which begin with {}",
        &ran.stderr.chars().take(500).collect::<String>()
    );
}

#[test]
fn long_ids_and_names_are_refused_with_their_place() {
    let session = Session::with_examples();
    for (name, text, place, words) in refused() {
        session.write(name, &text);
        for line in [
            format!("gate --baseline {name} --candidate runs/candidate.json --min-delta 0"),
            format!("compare --baseline runs/baseline.json --candidate {name}"),
            format!("doctor {name}"),
            format!("doctor {name} --output json"),
        ] {
            let ran = session.run(&line).exits(65);
            is_short(&ran, name);
            let said = ran.stdout.clone() + &ran.stderr;
            assert!(said.contains(words), "{line}: {said}");
            if !line.ends_with("json") {
                let place = format!("{name}: {place}");
                assert!(said.contains(place.trim_end_matches(": ")), "{line}: {said}");
            }
        }
        let job = Job::new(&[("min-delta", "0"), ("candidate", name)]);
        job.session.write(name, &text);
        let ran = job.run().exits(65);
        is_short(&ran, name);
        let told = job.session.read("summary.md").len() + job.session.read("output").len();
        assert!(told < MOST, "{name}: {told} bytes in the files of the runner");
        std::fs::remove_file(session.path(name)).unwrap();
    }
}

#[test]
fn names_as_long_as_they_may_be_are_judged_and_verified() {
    let session = Session::with_examples();
    let (id, name) = ("é".repeat(2048), "n".repeat(1024));
    let items = |score: u8| -> String {
        let item =
            |n: usize| format!(r#"{{"item_id":"{n}{}","score":{score},"cluster_id":"{name}"}}"#, &id[..4092]);
        (10..40).map(item).collect::<Vec<_>>().join(",")
    };
    let text = |score| run(&name, &items(score)).replace("\"t\"", &format!("\"{name}\""));
    session.write("a.json", &text(0)).write("b.json", &text(1));
    let gate = "gate --baseline a.json --candidate b.json --min-delta 0 --cluster none --release-id v1";
    let ran = session.run(gate).exits(0);
    is_short(&ran, "the longest names");
    session.run("verify").exits(0);
}

/// A command that gets no more memory than this many MiB.
fn within(session: &Session, mib: u64, line: &str) -> Ran {
    let args: Vec<&str> = line.split_whitespace().collect();
    let evalsig = session.command(&args);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -v {}; exec \"$@\"", mib * 1024)).arg("sh");
    shell.arg(evalsig.get_program()).args(evalsig.get_args());
    ran(shell.current_dir(session.path(".")).env_clear().stdin(Stdio::null()).output().unwrap())
}

#[test]
fn an_id_of_two_hundred_megabytes_is_a_line() {
    if !crate::tree::slow_tests("an_id_of_two_hundred_megabytes_is_a_line") {
        return;
    }
    let session = Session::with_examples();
    let id = "x".repeat(200_000_000);
    session.write("id.json", &run("m", &rows(["q1".into(), id.clone()])));
    session.write("id.csv", &format!("item_id,acc\nq1,1\n{id},0\n"));
    for name in ["id.json", "id.csv"] {
        let line = format!("gate --baseline runs/baseline.json --candidate {name} --min-delta 0");
        let ran = within(&session, 1536, &line).exits(65);
        is_short(&ran, name);
        assert!(ran.stderr.contains("item_id has 200000000 bytes"), "{}", ran.stderr);
    }
}
