//! Five people open the page, each with one question, and have nothing else.

use evalsig::domain::Digest;

use super::{better, gated, page, run};

/// A product owner: may it ship?
#[test]
fn may_it_ship() {
    let read = page(&better());
    assert_eq!(read.text("main .badge"), "ALLOW");
    let first = read.text("h1");
    assert!(first.starts_with("model-b may ship: it is better than model-a by at least "), "{first}");
    assert!(
        read.text("head > title").starts_with("ALLOW: model-b may ship"),
        "{}",
        read.text("head > title")
    );

    let worse = run("model-b", 400, |i| f64::from(u8::from(i % 2 == 0 && i % 10 != 0)));
    let base = run("model-a", 400, |i| f64::from(u8::from(i % 2 == 0)));
    let read = page(&gated(&base, &worse, "--min-delta 0", 1));
    assert_eq!(read.text("main .badge"), "REJECT");
    assert!(
        read.text("h1").contains("must not ship: it is worse than model-a by at least"),
        "{}",
        read.text("h1")
    );

    let close = run("model-b", 400, |i| f64::from(u8::from(i % 2 == 0 || i % 99 == 1)));
    let read = page(&gated(&base, &close, "--min-delta 0.005", 2));
    assert_eq!(read.text("main .badge"), "INCONCLUSIVE");
    assert!(read.text("h1").starts_with("Not decided: "), "{}", read.text("h1"));
    let undecided = read.texts("figcaption")[0].clone();
    assert!(undecided.contains("nothing is decided"), "{undecided}");
}

/// A lead: by how much, and how sure is that?
#[test]
fn by_how_much_and_how_sure() {
    let session = better();
    let read = page(&session);
    let (names, values) = (read.texts(".key dt"), read.texts(".key dd"));
    let value = |name: &str| values[names.iter().position(|found| found == name).unwrap()].clone();
    let envelope: serde_json::Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    let comparison = &envelope["report"]["comparison"];
    let points = |number: &serde_json::Value| number.as_f64().unwrap() * 100.0;
    let shown = |text: String| text.trim_end_matches(" points").parse::<f64>().unwrap();
    assert!((shown(value("Difference found")) - points(&comparison["delta"])).abs() < 0.051);
    // A bound is rounded to its weaker side.
    let (lower, upper) = (points(&comparison["bounds"]["lower"]), points(&comparison["bounds"]["upper"]));
    assert!((0.0..0.1).contains(&(lower - shown(value("Lower bound")))), "{lower} {}", value("Lower bound"));
    assert!((0.0..0.1).contains(&(shown(value("Upper bound")) - upper)), "{upper} {}", value("Upper bound"));
    assert_eq!(value("Sure of each bound"), "95 %");
    assert_eq!(value("Items compared"), "400");
    let subject = read.text(".lead .subject");
    assert_eq!(subject, "Task reading, metric accuracy: model-a scores 50.0 %, model-b scores 59.0 %.");
}

/// An engineer: what broke?
#[test]
fn what_broke() {
    let session = better();
    let read = page(&session);
    let broken = ["item-0050", "item-0150", "item-0250", "item-0350"];
    assert_eq!(read.texts("tr.worse th"), broken);
    assert_eq!(read.texts("tr.worse")[0], "item-0050 right wrong broken");
    assert_eq!(read.texts("tr.better").len(), 40);
    assert_eq!(read.texts(".filter label"), ["all", "broken (4)", "fixed (40)"]);
    let csv = session.read("page.csv");
    assert_eq!(csv.lines().next(), Some("task,item,baseline,candidate,difference"));
    assert_eq!(csv.lines().nth(1), Some("reading,item-0050,1,0,-1"));
    assert_eq!(csv.lines().count(), 1 + 44);

    // The envelope by itself holds counts and first ids, and the page says so.
    session.run("report v1 --html alone.html").exits(0);
    let alone = super::Read::of(session.read("alone.html"));
    let part = alone.part("What changed, worst first");
    assert!(part.contains("4 items broken and 40 fixed; it does not hold their scores"), "{part}");
    assert!(part.contains("item-0350") && !session.has("alone.csv"), "{part}");
}

/// A reviewer: what was asked, and was it held to that?
#[test]
fn what_was_asked() {
    let read = page(&better());
    let part = read.part("What was asked, and what was found");
    assert!(part.starts_with("What was asked, and what was found Asked: the candidate is better"), "{part}");
    let rules = read.texts("main > section:first-of-type table.cards tbody tr");
    assert!(
        rules.iter().any(|row| row.starts_with("items scored in both runs at least 95 % 100 % (400) met")),
        "{rules:?}"
    );
    assert!(rules.iter().any(|row| row.starts_with("lower bound of the difference above +1.0")), "{rules:?}");
    let plan = read.part("The plan");
    for fact in ["hypothesis superior-by-margin", "alpha 0.05, one-sided", "seed 0", "planned power 80 %"] {
        assert!(plan.contains(fact), "{fact}: {plan}");
    }
}

/// An auditor: is this the record?
#[test]
fn is_this_the_record() {
    let session = better();
    let read = page(&session);
    let envelope = Digest::of(session.read("audit/v1/audit.json").as_bytes()).to_string();
    let entry =
        session.files().into_iter().find(|path| path.starts_with("audit/") && path.ends_with("entry.json"));
    let entry = Digest::of(session.read(&entry.unwrap()).as_bytes()).to_string();
    let record = read.part("The record");
    assert!(
        record.contains("Entry 1 of 1 in the chain. The whole chain up to its head was recomputed"),
        "{record}"
    );
    assert!(record.contains(&envelope) && record.contains(&entry), "{record}");
    let runs = read.part("The runs that were compared");
    for file in ["base.json", "cand.json"] {
        assert!(runs.contains(&Digest::of(session.read(file).as_bytes()).to_string()), "{runs}");
    }
    // The commands are those that find it.
    let commands = read.text("pre");
    assert!(commands.starts_with(&format!("evalsig verify TRAIL --anchor {entry}")), "{commands}");
    session.run(&format!("verify . --anchor {entry}")).exits(0);
    session.run("verify . --store kept").exits(0);
}
