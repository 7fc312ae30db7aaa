//! Malformed policies: each an error that names line, column, key, and what to write.

use evalsig::domain::Code;
use evalsig::policy::{parse, problems};

use super::FULL;

/// What a key takes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    Prose,
    Truth,
    Name,
    List,
    Map,
}

/// A line of the full policy that holds a key.
struct Line {
    number: usize,
    indent: usize,
    /// Its indentation, and the hyphen of a list, if one stands there.
    before: String,
    key: String,
    value: String,
    path: String,
}

fn kind(key: &str) -> Kind {
    match key {
        "version" | "alpha" | "power" | "planned-delta" | "resamples" | "seed" | "min-coverage"
        | "min-delta" | "margin" | "min-items" | "max-attempts" | "max-baseline-age" => Kind::Number,
        "lower-is-better" | "require-locked-plan" | "may-turn-green" => Kind::Truth,
        "first-run" | "missing" | "task-mismatch" | "identical" | "role" | "scale" | "rule"
        | "correction" | "spending" | "comment" | "epochs" => Kind::Name,
        "score-range" | "tasks" => Kind::List,
        "defaults" | "slices" | "anchor" | "suite" | "limits" | "waivers" | "check" => Kind::Map,
        "margin-rationale" => Kind::Prose,
        _ => Kind::Text,
    }
}

/// The lines of the policy with the path of each key.
fn lines() -> Vec<Line> {
    let (mut open, mut task, mut found): (Vec<(usize, String)>, usize, Vec<Line>) = (vec![], 0, vec![]);
    for (index, text) in FULL.lines().enumerate().filter(|(_, text)| !text.starts_with('#')) {
        let start = text.find(|c: char| c != ' ' && c != '-').unwrap();
        let (key, value) = text[start..].split_once(':').unwrap();
        let before = text[..start].to_owned();
        open.retain(|(indent, _)| *indent < start);
        if before.contains('-') {
            open.retain(|(indent, _)| *indent < start - 2);
            open.push((start - 2, format!("tasks[{task}]")));
            open.retain(|(_, key)| key != "tasks");
            task += 1;
        }
        open.push((start, key.to_owned()));
        let path = open.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>().join(".");
        found.push(Line {
            number: index + 1,
            indent: start,
            before,
            key: key.to_owned(),
            value: value.trim().to_owned(),
            path,
        });
    }
    found
}

/// The policy with one line replaced; the rest of a value that stands on further lines is left out.
fn replaced(line: &Line, by: &str) -> String {
    let nested = |text: &&str| text.len() - text.trim_start().len() > line.indent && !text.is_empty();
    let whole: Vec<&str> = FULL.lines().collect();
    let (head, tail) = whole.split_at(line.number - 1);
    let rest =
        tail[1..].iter().skip_while(|text| nested(text) || (line.key == "tasks" && text.starts_with("  ")));
    head.iter().copied().chain([by]).chain(rest.copied()).collect::<Vec<_>>().join("\n") + "\n"
}

struct Mutations {
    count: usize,
}

impl Mutations {
    /// The mutated policy is refused at this line (and column), with this key, and with advice.
    fn refused(&mut self, what: &str, text: &str, (line, column): (usize, Option<usize>), key: &str) {
        self.count += 1;
        let error = parse(text, "p.yml").expect_err(what);
        let message = error.to_string();
        assert_eq!(error.code, Code::BadPolicy, "{what}: {message}");
        let place = match column {
            Some(column) => format!("p.yml:{line}:{column}"),
            None => format!("p.yml:{line}:"),
        };
        assert!(error.place.starts_with(&place), "{what}: expected {place}: {message}");
        if !key.is_empty() {
            assert!(error.place.ends_with(&format!(": {key}")), "{what}: expected {key}: {message}");
        }
        assert!(!error.what.is_empty() && error.next.len() > 5, "{what}: {message}");
    }

    fn value(&mut self, line: &Line, value: &str) {
        let text = replaced(line, &format!("{}{}: {value}", line.before, line.key));
        let column = if value.is_empty() { line.indent + 1 } else { line.indent + line.key.len() + 3 };
        self.refused(&format!("{}: {value}", line.path), &text, (line.number, Some(column)), &line.path);
    }
}

#[test]
fn the_full_policy_is_good() {
    parse(FULL, "p.yml").unwrap();
    assert!(lines().iter().any(|line| line.path == "tasks[0].slices.min-items" && line.value == "200"));
}

#[test]
fn every_malformed_policy_is_refused_at_its_line_with_what_to_write() {
    let mut mutations = Mutations { count: 0 };
    for line in lines() {
        for value in wrong_values(&line) {
            mutations.value(&line, value);
        }
        // A key that is misspelled, with the nearest spelling.
        let typo = format!("{}x{}", &line.key[..2], &line.key[2..]);
        let text = FULL.lines().enumerate().map(|(index, text)| {
            if index + 1 == line.number { text.replacen(&line.key, &typo, 1) } else { text.to_owned() }
        });
        let text = text.collect::<Vec<_>>().join("\n");
        let path = format!("{}{typo}", line.path.strip_suffix(&line.key).unwrap());
        let found = problems(&text, "p.yml").unwrap_err();
        assert!(
            !found.iter().any(|error| error.place.ends_with(&format!(": {}", line.path))),
            "{typo} is not missed as well"
        );
        let named = found.iter().find(|error| error.place.ends_with(&format!(": {path}"))).expect(&typo);
        assert!(named.place.starts_with(&format!("p.yml:{}:{}", line.number, line.indent + 1)), "{named}");
        assert_eq!(named.next, format!("write `{}`", line.key));
        mutations.count += 1;
        // A key that stands twice.
        let twice: Vec<String> = FULL
            .lines()
            .enumerate()
            .flat_map(|(index, text)| {
                let again = (index + 1 == line.number)
                    .then(|| format!("{}{}: {}", " ".repeat(line.indent), line.key, line.value));
                // Before the lines that belong to the key, which then belong to the second one.
                std::iter::once(text.to_owned()).chain(again)
            })
            .collect();
        mutations.refused(
            &format!("{} twice", line.path),
            &twice.join("\n"),
            (line.number + 1, Some(line.indent + 1)),
            &line.path,
        );
    }
    println!("{} malformed policies", mutations.count);
    assert!(mutations.count >= 200, "only {}", mutations.count);
}

fn wrong_values(line: &Line) -> Vec<&'static str> {
    let numbers = [
        "\"0.05\"",
        "010",
        "0o7",
        "0x1F",
        "1_0",
        ".nan",
        ".inf",
        "-.inf",
        "+1",
        ".5",
        "5.",
        "0,05",
        "5%",
        "yes",
        "null",
        "~",
        "abc",
        "[1]",
        "{a: 1}",
        "",
        "1e999",
        "1e-999",
        "-1e3",
        "1:30",
        "&a 1",
        "!!float 1",
    ];
    let texts = [
        "010",
        "1.0",
        "null",
        "~",
        "true",
        "no",
        "off",
        "2026-01-01",
        "1e3",
        "[a]",
        "{a: b}",
        "\"\"",
        "",
        "\"  \"",
        "\"a\\u202eb\"",
        "&a x",
        "!!str x",
        "*a",
    ];
    match kind(&line.key) {
        // Any number may be planned for, as long as it exceeds the claim.
        Kind::Number if line.key == "planned-delta" => {
            numbers.into_iter().filter(|value| *value != "-1e3").collect()
        }
        Kind::Number => numbers.to_vec(),
        Kind::Text | Kind::Prose => texts.to_vec(),
        Kind::Truth => {
            vec!["yes", "no", "on", "off", "True", "FALSE", "\"true\"", "1", "0", "null", "", "[true]", "tru"]
        }
        Kind::Name => vec!["", "null", "[a]", "{a: b}", "nonsense", "\"\"", "-1", "true"],
        Kind::List => vec!["", "null", "[]", "1", "a", "{a: b}"],
        Kind::Map => vec!["", "null", "1", "a", "[]", "[a]"],
    }
}

#[test]
fn what_must_stand_there_is_missed() {
    let mut mutations = Mutations { count: 0 };
    let all = lines();
    // What is left out, and the line and key that are named then.
    for (path, named) in [
        ("version", "version"),
        ("tasks[0].name", "tasks[0].name"),
        ("tasks[0].role", "tasks[0].role"),
        ("tasks[0].candidate", "tasks[0].candidate"),
        ("tasks[0].margin-rationale", "tasks[0].margin-rationale"),
        ("tasks[0].slices.by", "tasks[0].slices.by"),
        ("tasks[0].slices.min-items", "tasks[0].slices.min-items"),
        ("tasks[0].slices.margin", "tasks[0].slices.margin"),
        ("tasks[0].anchor.run", "tasks[0].anchor.run"),
        ("tasks[0].anchor.margin", "tasks[0].anchor.margin"),
        ("tasks[1].margin", "tasks[1].margin"),
        ("tasks[2].margin", "tasks[2].margin"),
        ("defaults.baseline", "tasks[1].baseline"),
    ] {
        let line = all.iter().find(|line| line.path == path).unwrap();
        let mut text: Vec<String> = FULL.lines().map(str::to_owned).collect();
        if line.before.contains('-') {
            text[line.number] = text[line.number].replacen("    ", "  - ", 1);
        }
        text.remove(line.number - 1);
        let parent = named.rsplit_once('.').map_or("", |(parent, _)| parent);
        let within = |line: &&Line| parent.is_empty() || line.path.starts_with(&format!("{parent}."));
        let first = all.iter().filter(|line| line.path != path).find(within).unwrap();
        let at = first.number - usize::from(first.number > line.number);
        mutations.refused(&format!("without {path}"), &text.join("\n"), (at, Some(first.indent + 1)), named);
    }
    assert_eq!(mutations.count, 13);
}

/// Replaces a value of the full policy by another, and expects it to be refused there.
#[test]
fn values_that_do_not_go_together_are_refused() {
    let all = lines();
    let mut mutations = Mutations { count: 0 };
    for (path, value) in [
        ("version", "2"),
        ("defaults.alpha", "0"),
        ("defaults.alpha", "0.5"),
        ("defaults.alpha", "1"),
        ("defaults.power", "1"),
        ("defaults.resamples", "99"),
        ("defaults.resamples", "10000001"),
        ("defaults.seed", "18446744073709551616"),
        ("defaults.seed", "1.0"),
        ("defaults.epochs", "4294967296"),
        ("defaults.min-coverage", "1.01"),
        ("defaults.score-range", "[1, 0]"),
        ("defaults.score-range", "[0, 1, 2]"),
        ("defaults.score-range", "[0, \"1\"]"),
        ("defaults.baseline", "trail:newest"),
        ("defaults.baseline", "git:main"),
        ("defaults.baseline", "\"-\""),
        ("defaults.baseline-project", "a/b"),
        ("defaults.format", "xml"),
        ("defaults.method", "t-test"),
        ("tasks[0].name", "a..b"),
        ("tasks[0].name", "\"a b\""),
        ("tasks[0].candidate", "store:latest-allowed"),
        ("tasks[0].candidate", "git:main:a"),
        ("tasks[0].margin", "0"),
        ("tasks[0].margin", "-0.01"),
        ("tasks[0].margin", "1"),
        ("tasks[0].min-delta", "-0.005"),
        ("tasks[0].min-delta", "1"),
        ("tasks[0].slices.min-items", "0"),
        ("tasks[0].slices.margin", "0"),
        ("tasks[0].anchor.run", "store:latest-allowed"),
        ("tasks[0].anchor.run", "trail:latest-allowed"),
        ("tasks[1].scale", "ratio"),
        ("tasks[2].margin", "1.5"),
        ("tasks[2].lower-is-better", "false"),
        ("tasks[1].name", "mmlu-pro"),
        ("tasks[1].name", "MMLU-Pro"),
        ("suite.correction", "bonferroni"),
        ("limits.max-attempts", "0"),
        ("limits.max-attempts", "4294967296"),
        ("check.name", "\"a\\nb\""),
    ] {
        mutations.value(all.iter().find(|line| line.path == path).expect(path), value);
    }
    assert_eq!(mutations.count, 42);
}

#[test]
fn what_is_no_plain_yaml_is_refused() {
    let mut mutations = Mutations { count: 0 };
    let at = |from: &str, to: &str| FULL.replacen(from, to, 1);
    let line = |text: &str| FULL.lines().position(|line| line == text).unwrap() + 1;
    let mut refused =
        |what: &str, text: String, line: usize| mutations.refused(what, &text, (line, None), "");
    refused("nothing", String::new(), 1);
    refused("comments", "# nothing\n".into(), 1);
    refused("a list", "- a\n- b\n".into(), 1);
    refused("a text", "hello\n".into(), 1);
    refused("a byte order mark", format!("\u{feff}{FULL}"), 1);
    refused("a tab", at("  rule:", "\trule:"), line("  rule: improve-one-regress-none"));
    refused("a directive", format!("%YAML 1.1\n---\n{FULL}"), 1);
    refused("a second document", format!("{FULL}---\nversion: 1\n"), FULL.lines().count() + 1);
    refused("a merge key", at("  rule:", "  <<: {}\n  rule:"), line("  rule: improve-one-regress-none"));
    refused("an anchor", at("suite:", "suite: &s"), line("suite:"));
    refused(
        "a key that is a list",
        at("  rule:", "  [a]: b\n  rule:"),
        line("  rule: improve-one-regress-none"),
    );
    refused("an invisible character", at("limits:", "limits\u{200b}:"), line("limits:"));
    refused("too large", format!("{FULL}# {}\n", "x".repeat(300_000)), 1);
    refused(
        "deep brackets",
        at("metric: accuracy", &format!("metric: {}", "[".repeat(100_000))),
        line("  metric: accuracy"),
    );
    refused(
        "deep braces",
        at("metric: accuracy", &format!("metric: {}", "{a: ".repeat(20_000))),
        line("  metric: accuracy"),
    );
    let deep: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused("deep keys", deep, 17);
    refused("deep lists", "- ".repeat(50_000), 1);
    refused("wrong indentation", at("  seed: 7", "   seed: 7"), line("  seed: 7"));
    let many: String = (0..2000).map(|n| format!("k{n}: 1\n")).collect();
    refused("many keys", many, 1001);
    refused("many tasks", format!("version: 1\ntasks:\n{}", "  - {}\n".repeat(2000)), 1003);
    refused("a long key", format!("{}: 1\n", "k".repeat(200_000)), 1);
    refused("laughs", "a: &a [x, x]\nb: [*a, *a]\n".into(), 1);
    // Where a quote or bracket is not closed, the error stands where the parser missed it.
    for text in [
        at("name: evalsig / release", "name: \"evalsig"),
        at("alpha: 0.05", "alpha: [0.05"),
        at("alpha: 0.05", "alpha: {"),
        at("  seed: 7", "  seed:7"),
    ] {
        let error = parse(&text, "p.yml").unwrap_err();
        assert_eq!(error.code, Code::BadPolicy, "{error}");
    }
    assert!(mutations.count >= 20);
}

#[test]
fn all_problems_of_a_file_are_found_at_once() {
    let text = "version: 1\ntasks:\n  - {name: a, role: imprve, candidate: c, baseline: b}\n  - name: b\n    role: budget\n    \
                candidate: c\n    baseline: b\n    margn: 010\n    margin-rationale: why\nlimits: {max-attempts: 0, spending: bonferroni}\n";
    let found: Vec<String> = problems(text, "p.yml").unwrap_err().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(found.join("\n"));
    let first = parse(text, "p.yml").unwrap_err().to_string();
    assert!(first.contains("2 more problems stand in the file"), "{first}");
}
