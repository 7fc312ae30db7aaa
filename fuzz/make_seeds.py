#!/usr/bin/env python3
"""Writes fuzz/seeds/: a few small inputs for each target, in the shape of real files.

    python fuzz/make_seeds.py      (Python alone; the same files each time)

Nothing in them was measured: names and scores are made up here. Inputs of several files hold each after a line
`=== name`, as the targets take them. One file is not written here: `envelope/suite.json` is what `evalsig gate --policy` wrote about
two made-up tasks. What the tests hold as golden files is not copied: corpora.txt names their folders.
"""
import gzip
import hashlib
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent / "seeds"


def put(target, name, content):
    folder = HERE / target
    folder.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    assert len(data) < 16 << 10, (target, name, len(data))
    (folder / name).write_bytes(data)


def dump(value, **more):
    return json.dumps(value, ensure_ascii=False, **more)


def parts(files):
    return "".join(f"=== {name}\n{text}\n" for name, text in files)


def runframe():
    names = {"run_id": "run-a", "model_id": "model-a", "task_id": "reading", "metric_name": "accuracy"}
    right = [{"item_id": f"q{i}", "score": i % 2} for i in range(6)]
    put("reader_runframe", "right-and-wrong.json", dump(names | {"items": right}))
    graded = [{"item_id": i, "score": i / 7, "epoch": e, "cluster_id": f"c{i % 2}", "metadata": {"topic": "law", "n": 1.5}}
              for i in range(4) for e in range(2)]
    put("reader_runframe", "graded-epochs.json", dump(names | {"config_hash": "c0ffee", "items": graded}, indent=1))
    odd = '"items": [{"item_id": "a", "score": NaN}, {"score": -Infinity, "item_id": "b"}, {"item_id": "c", "score": 1e999},' \
          ' {"item_id": "é\\u0000\\ud83d\\ude00", "score": null}, {"item_id": "t", "score": true}]}'
    put("reader_runframe", "not-finite.json", dump(names)[:-1] + ", " + odd)
    put("reader_runframe", "byte-order-mark.json", "\ufeff" + dump({"items": right[:2]} | names))


def tables():
    rows = [{"item_id": f"q{i}", "score": i % 2, "cluster_id": f"p{i // 2}", "topic": "law"} for i in range(5)]
    put("reader_jsonl", "rows.jsonl", "".join(dump(row) + "\n" for row in rows))
    named = [row | {"run_id": "r", "model_id": "m", "task_id": "t", "metric_name": "f1", "score": row["score"] / 3, "epoch": e}
             for row in rows[:3] for e in (0, 1)]
    put("reader_jsonl", "named.jsonl", "\n\n".join(dump(row) for row in named))
    put("reader_jsonl", "odd.jsonl", '{"id": 7, "acc": NaN, "metadata": {"a": [1]}, "target": ["x", 1]}\r\n'
        '{"id": "x", "acc": "n/a", "prompt": {"role": "user"}}\n{"id": -1, "acc": 1e400}\n{"id": 8, "acc": 0.25}\n')
    put("reader_csv", "commas.csv", "item_id,score,cluster\nq1,1,a\nq2,0,a\nq3,0.5,b\n")
    put("reader_csv", "quoted.csv", 'id;acc;note\r\n"a;b";1;"line\nbreak ""q"""\r\nc;true;\r\n')
    put("reader_csv", "tabs.tsv", "\ufeffitem_id\trun_id\tmetric_name\tscore\nq1\tr\tf1\t0.1\nq2\tr\tf1\t\n")
    put("reader_csv", "missing.csv", "doc_id,exact_match,latency_ms\n1,NA,12.5\n2,nan,13\n3,-0,14\n")


def lm_eval():
    def line(i, name, **scores):
        return {"doc_id": i, "doc": {"question": f"Q{i}", "passage_id": f"p{i // 2}"}, "target": str(i), "arguments": {},
                "resps": [["x"]], "filtered_resps": ["x"], "filter": name, "metrics": list(scores),
                "doc_hash": hashlib.sha256(str(i).encode()).hexdigest()} | scores
    qa = [line(i, "none", acc=float(i % 2), acc_norm=0.5) for i in range(4)]
    text = "".join(dump(row) + "\n" for row in qa)
    put("reader_lm_eval", "choices.jsonl", text)
    two = [line(i, name, exact_match=float(i % 2)) for i in range(3) for name in ("strict-match", "flexible-extract")]
    put("reader_lm_eval", "filters.jsonl", "".join(dump(row) + "\n" for row in two))
    put("reader_lm_eval", "not-finite.jsonl", "".join(dump(line(i, "none", judged=float("nan") if i else 0.5)) + "\n" for i in range(3)))
    results = {"results": {"qa": {"alias": "qa", "sample_len": 4, "acc,none": 0.5, "acc_norm,none": 0.5}},
               "higher_is_better": {"qa": {"acc": True, "acc_norm": True}},
               "n-samples": {"qa": {"original": 4, "effective": 4}}, "lm_eval_version": "0.4.9", "date": 1764230400.5,
               "model_name": "model-a", "model_source": "dummy", "task_hashes": {"qa": "ab" * 32}, "config": {"model": "dummy"}}
    put("reader_lm_eval_folder", "folder", parts([("samples_qa_2026-11-21T15-25-58.720955.jsonl", text.rstrip()),
                                                  ("results_2026-11-21T15-25-58.720955.json", dump(results))]))
    put("reader_lm_eval_folder", "two-tasks", parts([("samples_qa_2026-11-21T15-25-58.7.jsonl", text.rstrip()),
                                                     ("samples_math_2026-11-21T15-25-58.7.jsonl", text.rstrip())]))


def helm():
    def stat(name, mean, split="test", **more):
        return {"name": {"name": name, "split": split} | more, "count": 1, "sum": mean, "mean": mean}
    rows = [{"instance_id": f"id{i}", "train_trial_index": t, "stats": [stat("exact_match", float(i % 2)), stat("num_prompt_tokens", 70 + i)]}
            for i in range(3) for t in range(2)]
    put("reader_helm", "scores.json", dump(rows))
    robust = {"perturbation": {"name": "robustness", "robustness": True}}
    put("reader_helm", "perturbed.json", dump(rows[:2] + [rows[0] | robust]))
    valid = [{"instance_id": "id9", "train_trial_index": 0, "stats": [stat("f1_score", 0.25, "valid"), {"name": {"name": "ece"}, "count": 0}]}]
    put("reader_helm", "valid.json", dump(valid))


def promptfoo():
    def result(i, prompt=0):
        return {"id": f"x{i}", "promptId": f"prompt-{prompt}", "promptIdx": prompt, "testIdx": i, "success": i % 2 == 0, "score": 1 if i % 2 == 0 else 0.5,
                "latencyMs": 10 + i, "cost": 0.001, "failureReason": i % 2, "namedScores": {"has": 1, "exact": i % 2},
                "gradingResult": {"pass": i % 2 == 0, "score": 1, "reason": "ok", "namedScores": {"has": 1}, "componentResults": [
                    {"pass": True, "score": 1, "reason": "", "assertion": {"type": "contains", "value": "a", "metric": "has"}}]},
                "prompt": {"raw": "say a", "label": "say {{q}}"}, "provider": {"id": "echo", "label": ""}, "response": {"output": "say a"},
                "testCase": {"description": f"t{i}", "vars": {"q": f"a{i}"}, "metadata": {"passage": "p1"}, "assert": []}, "vars": {"q": f"a{i}"},
                "tokenUsage": {"prompt": 3, "completion": 4, "total": 7, "cached": 0}, "metadata": {"passage": "p1"}}
    put("reader_promptfoo", "rows.jsonl", "".join(dump(result(i)) + "\n" for i in range(3)))
    whole = {"evalId": "eval-abc-2026-11-21T05:30:01", "results": {"version": 3, "timestamp": "2026-11-21T05:30:01.000Z",
             "prompts": [], "results": [result(i) for i in range(3)], "stats": {"successes": 2}},
             "config": {"description": "demo"}, "metadata": {"promptfooVersion": "0.120.0", "evaluationCreatedAt": "2026-11-21T05:30:01.000Z"}}
    put("reader_promptfoo", "whole.json", dump(whole))
    put("reader_promptfoo", "two-prompts.json", dump(whole | {"results": {"results": [result(i, p) for i in range(2) for p in range(2)]}}))


def inspect():
    evaluated = {"eval_id": "e1", "run_id": "r1", "created": "2026-11-21T07:02:04+01:00", "task": "qa", "model": "vendor/model",
                 "dataset": {"samples": 3, "sample_ids": ["a", "b", 3]}, "config": {"epochs": 1}, "packages": {"inspect_ai": "0.3.200"}}
    scores = [{"name": "match", "scorer": "match", "metrics": {"accuracy": {"name": "accuracy", "value": 0.5}}}]
    results = {"total_samples": 3, "completed_samples": 3, "scores": scores}
    def sample(id, value, **more):
        return {"id": id, "epoch": 1, "input": "Q", "target": "x", "metadata": {"subject": "law"}, "scores": {"match": {"value": value}},
                "model_usage": {"vendor/model": {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11, "total_cost": 0.01}},
                "total_time": 1.5, "working_time": 1.0} | more
    samples = [sample("a", "C"), sample("b", "I"), sample(3, 0.25)]
    head = {"version": 2, "status": "success", "eval": evaluated, "results": results}
    put("reader_inspect", "log.json", dump(head | {"samples": samples}))
    failed = sample("c", "N", error={"message": "overloaded", "traceback": ""}, scores={})
    put("reader_inspect", "errors.json", dump(head | {"samples": samples[:1] + [failed]} | {"invalidated": False}))
    put("reader_inspect", "many-scorers.json", dump(head | {"samples": [sample("a", {"x": 1, "y": False}, scores={"m": {"value": [1, 0]}, "n": {"value": "C"}})]}))
    summary = [{k: s[k] for k in ("id", "epoch", "input", "target", "metadata", "scores")} | {"completed": True} for s in samples]
    members = [("header.json", dump(head)), ("summaries.json", dump(summary))] + [
        (f"samples/{s['id']}_epoch_1.json", dump(s)) for s in samples]
    put("reader_eval_members", "whole", parts(members))
    put("reader_eval_members", "journal", parts([("_journal/start.json", dump(head)), ("_journal/summaries/1.json", dump(summary[:2])),
                                                 ("_journal/summaries/2.json", dump(summary[2:]))] + members[2:]))
    put("reader_eval_members", "twice", parts([members[0], ("summaries.json", dump(summary + summary[:1]))] + members[2:]))


def xlsx():
    head = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    def book(sheets, *more):
        names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, _) in enumerate(sheets, 1))
        links = "".join(f'<Relationship Id="rId{n}" Type="{kind}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1))
        return parts([("[Content_Types].xml", "<Types/>"),
                      ("_rels/.rels", f'<Relationships><Relationship Id="rId1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
                      ("xl/workbook.xml", f"<workbook {head}><sheets>{names}</sheets></workbook>"),
                      ("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")] + list(more) +
                     [(f"xl/worksheets/sheet{n}.xml", f"<worksheet {head}><sheetData>{rows}</sheetData></worksheet>") for n, (_, rows) in enumerate(sheets, 1)])
    def row(n, *cells):
        return f'<row r="{n}">' + "".join(cells) + "</row>"
    def text(at, value):
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    names = row(1, text("A1", "item_id"), text("B1", "score"))
    rows = names + row(2, text("A2", "q1"), '<c r="B2"><v>0.5</v></c>') + row(4, text("A4", "q2"), '<c r="B4" t="b"><v>1</v></c>')
    put("reader_xlsx_members", "table", book([("scores", rows)]))
    put("reader_xlsx_members", "two-runs", book([("a", rows), ("b", names)]))
    put("reader_xlsx_members", "formulas", book([("scores", names + row(2, '<c r="A2"><v>7</v></c>', '<c r="B2"><f>1/2</f><v>0.5</v></c>')
                                                  + row(3, '<c r="A3"><v>8</v></c>', '<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>'))]))
    shared = '<sst count="3" uniqueCount="3"><si><t>id</t></si><si><t>acc</t></si><si><r><t>q</t></r><r><t>1</t></r></si></sst>'
    styles = '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy-mm-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    cells = row(1, '<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>') + row(2, '<c t="s"><v>2</v></c>', "<c><v>1</v></c>") + row(3, '<c s="1"><v>46082</v></c>', "<c><v>0</v></c>")
    put("reader_xlsx_members", "shared-strings", book([("scores", cells)], ("xl/sharedStrings.xml", shared), ("xl/styles.xml", styles)))


def tools():
    def metric(name, score, **more):
        return {"name": name, "threshold": 0.5, "success": score >= 0.5, "score": score, "strictMode": False, "evaluationModel": "judge"} | more
    def case(i, name=None):
        return {"name": name or f"test_case_{i}", "input": f"Q{i}", "actualOutput": "A", "expectedOutput": f"E{i}", "success": i % 2 == 0, "order": i,
                "metricsData": [metric("Relevancy", i / 4)], "completionTime": 1.5, "metadata": {"topic": "law"}}
    spans = {"llmSpans": [{"uuid": "u", "name": "s", "metricsData": [metric("Relevancy", 1.0)]}]}
    scores = [{"metric": "Relevancy", "scores": [i / 4 for i in range(4)], "passes": 2, "fails": 2, "errors": 0}]
    run = {"testCases": [case(i) for i in range(4)], "conversationalTestCases": [], "metricsScores": scores, "hyperparameters": {"model": "m"},
           "testPassed": 2, "testFailed": 2, "runDuration": 3.5}
    put("reader_deepeval", "run.json", dump(run))
    put("reader_deepeval", "traced.json", dump({"testRunData": run | {"testCases": [case(0) | {"trace": spans}], "metricsScores": []}}))
    failed = metric("Kind", 0.5) | {"error": "timed out"}
    del failed["score"], failed["success"]
    chat = {"name": "greets", "success": True, "metricsData": [metric("Kind", 1.0)], "turns": [{"role": "user", "content": "hi", "order": 0}], "scenario": "a"}
    put("reader_deepeval", "chats.json", dump({"testCases": [case(9, "nine") | {"metricsData": [failed]}], "conversationalTestCases": [chat, chat]}))
    def instance(i, **more):
        return {"schema_version": "0.2.2", "evaluation_id": "qa/m/1", "model_id": "m", "evaluation_name": "qa", "sample_id": str(i), "sample_hash": f"h{i}",
                "interaction_type": "single_turn", "input": {"raw": f"Q{i}", "reference": ["x"]}, "output": {"raw": ["x"]}, "answer_attribution": [],
                "evaluation": {"score": i % 2, "is_correct": i % 2 == 1}, "token_usage": {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4}} | more
    put("reader_eee", "samples.jsonl", "".join(dump(instance(i)) + "\n" for i in range(4)))
    put("reader_eee", "failed.jsonl", "".join(dump(instance(i, error="e" if i else None, metadata={"topic": "law"})) + "\n" for i in range(2)))
    put("reader_eee", "two.jsonl", "".join(dump(instance(i, evaluation_name=n, evaluation={"score": float("nan")})) + "\n" for i in range(2) for n in ("a", "b")))
    trial = {"traj": [{"role": "user", "content": "x"}], "info": {"task": {"user_id": "u"}, "source": "user"}}
    old = [{"task_id": i, "reward": float(i % 2), "trial": t} | trial for t in range(2) for i in range(3)]
    old[1] |= {"info": {"error": "overloaded", "traceback": "..."}, "traj": []}
    put("reader_tau_bench", "list.json", dump(old))
    info = {"git_commit": "c", "num_trials": 2, "max_steps": 9, "max_errors": 9, "agent_info": {"implementation": "a", "llm": "m"},
            "environment_info": {"domain_name": "retail", "policy": "p"}}
    simulations = [{"id": f"s{i}{t}", "task_id": str(i), "trial": t, "duration": 2.5, "termination_reason": "agent_stop", "agent_cost": 0.01,
                    "reward_info": {"reward": float((i + t) % 2)}, "messages": []} for i in range(2) for t in range(2)]
    simulations[0] |= {"termination_reason": "infrastructure_error", "reward_info": None}
    new = {"timestamp": "2026-11-21T05:30:01", "info": info, "tasks": [{"id": "0"}, {"id": "1"}], "simulations": simulations}
    put("reader_tau_bench", "tau2.json", dump(new))
    index = [{"id": "s", "task_id": 0, "trial": 0, "reward": 1.0, "termination_reason": "user_stop"}]
    put("reader_tau_bench", "index.json", dump(new | {"simulations": [], "simulation_index": index}))
    lists = {"resolved": ["org__a-1", "org__b-2"], "unresolved": ["org__a-3"], "error": ["org__b-4"], "empty_patch": ["org__b-5"], "incomplete": ["org__c-6"]}
    counts = {"total_instances": 6, "submitted_instances": 5, "completed_instances": 3} | {f"{k}_instances": len(v) for k, v in lists.items() if k != "incomplete"}
    put("reader_swe_bench", "model.run.json", dump(counts | {f"{k}_ids": v for k, v in lists.items()} | {"schema_version": 2}, indent=4))
    put("reader_swe_bench", "few.json", dump({"resolved_ids": ["a-1"], "unresolved_ids": [7], "completed_ids": []}))
    def event(n, kind, data):
        return {"run_id": "r", "event_id": n, "sample_id": f"qa.dev.{n % 3}", "type": kind, "data": data, "created_by": "", "created_at": "2026-11-21 05:30:01+00:00"}
    spec = {"spec": {"completion_fns": ["m"], "eval_name": "qa.dev.v0", "base_eval": "qa", "split": "dev", "run_config": {}, "created_by": "", "run_id": "r", "created_at": "2026-11-21T05:30:01Z"}}
    matches = [event(n, "match", {"correct": n != 1, "expected": "x", "picked": "x"}) for n in range(3)]
    sampled = [event(n + 3, "sampling", {"prompt": "p", "sampled": ["x"]}) for n in range(3)]
    report = {"final_report": {"accuracy": 2 / 3, "boostrap_std": 0.2}, "run_id": "r"}
    put("reader_openai_evals", "match.jsonl", "".join(dump(line) + "\n" for line in [spec, *sampled, *matches, report]))
    graded = [event(n, "metrics", {"choice": "Y", "score": n / 2}) for n in range(2)] + [event(2, "error", {"type": "E", "message": "m"})]
    put("reader_openai_evals", "metrics.jsonl", "".join(dump(line) + "\n" for line in [spec, *graded, {"final_report": {"score": 0.25}}]))
    put("reader_jsonl", "list.json", dump([{"id": i, "score": i % 2, "doc": {"topic": "law"}} for i in range(3)], indent=1))


def packed():
    for target, name in [("reader_runframe", "right-and-wrong.json"), ("reader_csv", "commas.csv"), ("reader_jsonl", "rows.jsonl")]:
        data = (HERE / target / name).read_bytes()
        put("gzip", name + ".gz", gzip.compress(data, mtime=0))
        put("gzip", name + ".members.gz", gzip.compress(data[:40], mtime=0) + gzip.compress(data[40:], mtime=0))


def policies():
    put("policy", "small.yml", "version: 1\ntasks:\n  - name: qa\n    baseline: runs/base.json\n    candidate: runs/cand.json\n    role: improve\n")
    put("policy", "wrong.yml", "version: 2\ntasks:\n  - name: a\n    alpha: 010\n    margin: .5\n    rolle: improve\n  - name: a\n")
    put("policy", "flow.yml", '{"version": 1, "defaults": {"alpha": 0.01}, "tasks": [{"name": "qa", "baseline": "store:latest-allowed", '
        '"candidate": "c/*.json", "role": "no-regression", "margin": 0.02, "margin-rationale": "two of a hundred"}]}\n')
    put("policy", "anchors.yml", "version: 1\ndefaults: &d\n  alpha: 0.05\ntasks:\n  - <<: *d\n    name: 'qa'\n    role: !!str improve\n")
    put("waivers", "two.yml", "version: 1\nwaivers:\n  - release: v1.4.0\n    task: gsm8k\n    reason: a label error that the vendor has confirmed\n"
        "    ticket: REL-204\n    approver: Ada Lovelace\n    candidate-sha256: " + "2c" * 32 + "\n    effective-until: 2099-12-31\n"
        "  - commit: " + "ab" * 20 + "\n    task: qa\n    reason: \"known: fault\"\n    approver: risk\n    candidate-sha256: " + "00" * 32 +
        "\n    effective-until: 2026-12-24T18:00:00Z\n")
    put("waivers", "none.yml", "version: 1\nwaivers: []\n")


def documents():
    tool = {"name": "evalsig", "version": "0.2.0", "git_sha": None, "image_digest": None, "target": "a test"}
    file = {"path": ".github/evalsig.yml", "ref": "main", "commit": None, "sha256": "ab" * 32}
    task = {"name": "qa", "role": "no-regression", "claim": "not worse", "metric": "accuracy", "better": "higher", "min_delta": 0.0,
            "margin": 0.01, "scale": "difference", "alpha": 0.05, "power": 0.8, "method": "auto", "cluster": "from-data",
            "baseline": {"asked": "store:latest-allowed", "path": "default/base.parquet", "sha256": "cd" * 32}, "planned_n": 12000}
    put("plan_and_waiver", "plan.json", dump({"schema": "evalsig.plan/v1", "release_id": "v1", "locked_at": "2026-11-20T08:00:00Z", "clock": "a test",
        "policy": file, "tasks": [task], "run": None, "tool": tool, "time_stamp": None}, indent=2) + "\n")
    waiver = {"release": "v1", "commit": None, "task": "qa", "reason": "a known fault", "ticket": "RISK-1", "approver": "head of risk",
              "candidate_sha256": "ef" * 32, "effective_until": "2026-12-24T00:00:00Z"}
    put("plan_and_waiver", "waiver.json", dump({"schema": "evalsig.waiver/v1", "release_id": "v1", "recorded_at": "2026-11-22T08:00:00Z", "clock": "a test",
        "file": file, "waiver": waiver, "decision": {"path": "audit/v1/audit.json", "sha256": "01" * 32}, "run": None, "tool": tool, "time_stamp": None}, indent=2) + "\n")
    def entry(index, folder, previous, envelope=None, kind=None):
        path = f"{folder}/{'audit' if kind is None else kind}.json"
        value = {"schema": "evalsig.entry/v1" if kind is None else "evalsig.entry/v2"} | ({} if kind is None else {"kind": kind}) | {
            "index": index, "envelope": {"path": path, "sha256": f"@sha256({path})", "size": f"@size({path})"},
            "previous": previous and {"index": index - 1, "sha256": f"@sha256({previous}/entry.json)"}, "written_at": "2026-11-21T08:00:00Z"}
        # The target puts the right checksum in the place of this one.
        return dump(value, indent=2)[:-2] + ',\n  "checksum": "0"\n}'
    golden = pathlib.Path(__file__).parent.parent / "tests/golden/trail_v1/audit"
    envelope = (golden / "v1.0.0/audit.json").read_text().rstrip("\n")
    put("trail", "one", f"=== audit/v1.0.0/audit.json\n{envelope}\n=== audit/v1.0.0/entry.json\n{entry(1, 'audit/v1.0.0', None)}")
    other = envelope.replace('"v1.0.0"', '"v1.0.1"')
    put("trail", "two", f"=== audit/v1.0.0/audit.json\n{envelope}\n=== audit/v1.0.0/entry.json\n{entry(1, 'audit/v1.0.0', None)}"
        f"\n=== audit/v1.0.1/audit.json\n{other}\n=== audit/v1.0.1/entry.json\n{entry(2, 'audit/v1.0.1', 'audit/v1.0.0')}\n=== audit/.gitattributes\n* -text\n")
    put("trail", "strangers", "=== audit/x\n=== audit/v1/audit.json\n{}\n=== audit/v1/attempts/002/entry.json\n{}\n=== audit/.staging/a/b\nx\n"
        "=== audit/v1/link\n=== audit/V1/audit.json.sig\nx\n=== .gitattributes\naudit/** -text\n=== audit/_plans/v1/001/plan.json\n{}\n")
    put("entry", "sealed", (golden / "v1.0.0/entry.json").read_bytes())
    put("entry", "plan", entry(2, "audit/_plans/v1/001", "audit/v1.0.0", kind="plan").replace('"@size(audit/_plans/v1/001/plan.json)"', "8")
        .replace("@sha256(audit/_plans/v1/001/plan.json)", "ab" * 32).replace("@sha256(audit/v1.0.0/entry.json)", "cd" * 32))


def events():
    head, base = "1" * 40, "2" * 40
    repo = {"full_name": "org/app", "default_branch": "main"}
    pull = {"number": 7, "head": {"sha": head, "ref": "topic", "repo": repo}, "base": {"sha": base, "ref": "main", "repo": repo}}
    ended = {"head_sha": head, "event": "pull_request", "head_branch": "topic", "head_repository": {"full_name": "eve/app"},
             "pull_requests": [{"number": 9, "base": {"ref": "main"}}]}
    for number, name, payload in [(0, "pull", {"pull_request": pull, "repository": repo}), (1, "target", {"pull_request": pull | {"head": {"sha": head, "repo": None}}}),
                                  (2, "group", {"merge_group": {"head_sha": head, "base_sha": base, "base_ref": "refs/heads/main", "head_ref": "refs/heads/gh-readonly-queue/main/pr-1"}}),
                                  (3, "ended", {"workflow_run": ended}), (4, "push", {"before": base, "repository": repo}), (7, "schedule", [])]:
        put("event", name, bytes([number]) + dump(payload).encode())


def names():
    put("names", "files", "qa\nsamples_qa_2026-11-21T15-25-58.720955.jsonl\nqa.json\nqa.jsonl.gz\nother.csv\n")
    put("names", "odd", "v1.2.3\n../x\nCON\nrefs/heads/main\na..b\nruns/*/[ab].json\n**/x\n.hidden\njavascript:x\nhttps://h/p\na.lock\n")
    put("inputs", "pair", "baseline=a.json\ncandidate=b.json\nmin-delta=0.01\nrelease-id=v1\nalpha=0.05\nmode=advisory\naudit=best-effort\naudit-branch=audits\n")
    put("inputs", "policy", "policy=.github/evalsig.yml\npolicy-ref=base\nrelease-id=v1\nstore=s3://bucket/prefix\ntimestamp-url=http://tsa.example\ncomment=sticky\ndeadline=60\n")
    put("inputs", "line", "gate\n--baseline=a.json\n--candidate=b.json\n--equivalence=0.02\n--score-range=0,1\n--method=tango\n--cluster=topic\n--seed=7\n")
    put("inputs", "verify", "verify\naudit\n--anchor=" + "ab" * 32 + "\n--require-anchor\n--identity=x\n--issuer=y\n")


def texts():
    hostile = ["\n::error::x\n##[error]y\r::add-mask::z\u2028::stop-commands::t", "x\nghadelimiter_b3c1a0f4d29e4b7c8a6f5e0d1c2b3a49\nname=value",
               "</code></summary><script>alert(1)</script><img src=x onerror=y>", "![x](http://e.example/x.png) [a](javascript:1) <https://e.example> www.e.example a@e.example",
               "@octocat #1 GH-1 org/app#2 deadbeefdeadbeef $x$ [^1] :smile: ~~a~~ - [ ] x", "`code` ``two`` ```\nfence\n``` | a | b |\n|---|---|",
               "]]></failure><failure>\u0000&lt;&#x3c;", "=HYPERLINK(1)\t+1\r-1,@x;\"q\"\"", "\u001b[31m\u202e\u200b\ufeff\U000e0041", "\u00ad::warning::x %0A %25 100%"]
    for target in ("runner", "markdown", "page", "tables"):
        for number, text in enumerate(hostile):
            put(target, str(number), bytes([number, number + 1, number * 7]) + text.encode())


def draws():
    rng = random.Random(17)
    for target in ("exact_tests", "order", "monotone", "trail_changed"):
        for number in range(4):
            put(target, str(number), bytes([number]) + rng.randbytes(60 + 60 * number))


for make in (runframe, tables, lm_eval, helm, promptfoo, inspect, tools, xlsx, packed, policies, documents, events, names, texts, draws):
    make()
total = sum(file.stat().st_size for file in HERE.rglob("*") if file.is_file())
print(f"{sum(1 for file in HERE.rglob('*') if file.is_file())} files, {total} bytes")
