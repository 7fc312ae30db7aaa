//! Nothing is wider than the terminal; in a pipe the width is one whatever started the process.

use unicode_width::UnicodeWidthStr as _;

use crate::support::Session;

/// A session with a trail of two releases, a store, a policy and runs whose names are long and wide.
fn session() -> Session {
    let session = Session::with_examples();
    let name = format!("模型-{}", "x".repeat(90));
    for side in ["baseline", "candidate"] {
        let run = session.read(&format!("runs/{side}.json"));
        let mut run: serde_json::Value = serde_json::from_str(&run).unwrap();
        run["model_id"] = name.clone().into();
        session.write(&format!("runs/{side}.json"), &run.to_string());
    }
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json --store kept --project p";
    session.run(&format!("{gate} --min-delta 0 --release-id v1.0.0")).exits(0);
    session.run(&format!("{gate} --min-delta 0 --release-id v1.1.0")).exits(0);
    session.run("policy init runs/candidate.json --out policy.yml").exits(0);
    session
}

const COMMANDS: &[(&str, i32)] = &[
    ("help", 0),
    ("gate -h", 0),
    ("history --root kept --project p --trail .", 0),
    ("verify", 0),
    ("verify --store kept", 0),
    ("verify --baseline runs/baseline.json --candidate runs/baseline.json", 1),
    ("doctor runs/baseline.json runs/candidate.json --tolerance 0.02 --target-delta 0.02", 0),
    ("mde --sd-diff 0.35 --icc 0.2 --cluster-size 10 --target-delta 0.02", 0),
    ("mde --baseline runs/baseline.json --candidate runs/candidate.json --one-sided", 0),
    ("watch --baseline runs/baseline.json --candidate runs/candidate.json", 0),
    ("policy check policy.yml", 0),
    ("compare --baseline runs/baseline.json --candidate runs/candidate.json", 0),
    ("history --root kept --project a-project-that-the-store-does-not-have", 64),
    ("gate --baseline runs/baseline.json --candidate nowhere.json --min-delta 0", 65),
];

#[test]
fn no_command_writes_a_line_that_is_wider_than_the_terminal() {
    let session = session();
    for columns in [60, 80, 100, 140] {
        for (command, code) in COMMANDS {
            let shown = session.run_in_terminal(command, columns);
            let wide: Vec<&String> =
                shown.lines.iter().filter(|line| line.width() > usize::from(columns)).collect();
            assert!(wide.is_empty(), "{command} at {columns}: {wide:#?}");
            assert!(shown.lines.len() > 1, "{command}: {:?}", shown.lines);
            assert_eq!(shown.code, *code, "{command}: {:#?}", shown.lines);
        }
        let out = format!("export all --out evidence-{columns}");
        let export = session.run_in_terminal(&out, columns).exits(0).lines;
        let lock =
            format!("plan lock --release-id v2.{columns} --policy policy.yml --store kept --project p");
        let plan = session.run_in_terminal(&lock, columns).exits(0).lines;
        let mirror =
            session.run_in_terminal(&format!("store mirror --to m{columns} --root kept"), columns).exits(0);
        for line in export.iter().chain(&plan).chain(&mirror.lines) {
            assert!(line.width() <= columns.into(), "{columns}: {line}");
        }
    }
}

#[test]
fn runs_that_do_not_fit_in_a_row_are_listed_as_blocks() {
    let session = session();
    let command = "history --root kept --project p --trail .";
    let blocks = session.run_in_terminal(command, 80).exits(0).lines;
    for label in ["TIME", "RUN", "MODEL", "VERDICT", "FILE"] {
        assert!(blocks.iter().any(|line| line.starts_with(&format!("{label}  "))), "{label}: {blocks:#?}");
    }
    assert!(blocks.contains(&"VERDICT  ALLOW".to_owned()), "{blocks:#?}");
    // The same rows as ever for whoever reads them in a pipe.
    let table = session.run(command).exits(0).stdout;
    assert!(table.contains("\n\nTIME                  RUN"), "{table}");
    let short = session.run_in_terminal("verify", 80).exits(0).lines;
    assert!(short[0].starts_with("ok         1  ALLOW"), "{short:#?}");
    assert!(short[1].starts_with("              ") && short[1].trim().len() == 64, "{short:#?}");
}

#[test]
fn columns_are_heeded_on_a_terminal_and_nowhere_else() {
    let mut session = session();
    let command = "mde --sd-diff 0.35 --n-pairs 2000 --icc 0.2 --cluster-size 10";
    let (wide, piped) = (session.run_in_terminal(command, 140).lines, session.run(command).exits(0).stdout);
    session.set("COLUMNS", "60");
    assert!(session.run_in_terminal("verify", 140).lines.iter().all(|line| line.width() <= 60));
    assert_eq!(session.run(command).exits(0).stdout, piped);
    assert_eq!(wide.join("\n") + "\n", piped, "nothing of it is longer than 100 columns");
    let help = session.run("gate --help").exits(0).stdout;
    assert!(help.lines().any(|line| line.width() > 80), "{help}");
}
