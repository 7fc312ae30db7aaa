#!/usr/bin/env python3
"""Writes tests/golden/xlsx/: workbooks as openpyxl, pandas and XlsxWriter write them, and what openpyxl reads of them.

    pip install openpyxl==3.1.5 pandas==3.1.1 XlsxWriter==3.3.1
    python tests/golden/make_xlsx.py      (from the repository's root)

scores.xlsx     pandas: one table with truth values, dates, clusters and an empty score, and a sheet of remarks
two-runs.xlsx   XlsxWriter: a table in each of two sheets, one with formulas whose results are kept
dates.xlsx      openpyxl: items that are named by dates and by times
formulas.xlsx   openpyxl: formulas without a result, which openpyxl does not compute
errors.xlsx     XlsxWriter: a formula whose result is an error
expected.json   rows and means of the sheets, as openpyxl reads them
"""
import datetime as dt
import json
import pathlib
import random
from importlib.metadata import version

import openpyxl
import pandas
import xlsxwriter

OUT = pathlib.Path(__file__).resolve().parent / "xlsx"


def main():
    OUT.mkdir(exist_ok=True)
    rng = random.Random(19)
    n = 24
    table = pandas.DataFrame({
        "item_id": [f"q{i}" if i % 3 else f"Größe & <{i}>" for i in range(n)],
        "score": [None if i == 5 else rng.random() for i in range(n)],
        "correct": [rng.random() < 0.6 for _ in range(n)],
        "topic": [["law", "art", "law and art"][i // 8] for i in range(n)],
        "asked": [dt.datetime(2026, 3, 1) + dt.timedelta(hours=i) for i in range(n)],
    })
    with pandas.ExcelWriter(OUT / "scores.xlsx", engine="openpyxl") as book:
        pandas.DataFrame({"remark": ["made for a test", "nothing to read"]}).to_excel(book, sheet_name="About", index=False)
        table.to_excel(book, sheet_name="scores", index=False)

    with xlsxwriter.Workbook(OUT / "two-runs.xlsx") as book:
        bold = book.add_format({"bold": True, "num_format": "0.00%"})
        for name, shift in [("base line", 0), ("candidate", 1)]:
            sheet = book.add_worksheet(name)
            sheet.write_row(1, 1, ["id", "a", "b", "mean"], bold)
            for i in range(12):
                a, b = (i + shift) % 3 / 2, i % 4 / 4
                sheet.write_number(2 + i, 1, 1000 + i)
                sheet.write_row(2 + i, 2, [a, b], bold)
                sheet.write_formula(2 + i, 4, f"=(C{3 + i}+D{3 + i})/2", bold, (a + b) / 2)

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["item_id", "score"])
    for key, score in [(dt.date(2026, 3, 1), 1), (dt.datetime(2026, 3, 1, 10, 30), 0), (dt.time(10, 30), 0.5), (dt.timedelta(hours=36), 1)]:
        sheet.append([key, score])
    book.save(OUT / "dates.xlsx")

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "scores"
    sheet.append(["item_id", "score"])
    sheet.append(["q1", 1])
    sheet.append(["q2", "=B2/2"])
    book.save(OUT / "formulas.xlsx")

    with xlsxwriter.Workbook(OUT / "errors.xlsx") as book:
        sheet = book.add_worksheet("scores")
        sheet.write_row(0, 0, ["item_id", "note", "score"])
        for i in range(6):
            sheet.write_row(1 + i, 0, [f"q{i}", "", i / 6])
        sheet.write_formula(6, 2, "=1/0", None, "#DIV/0!")

    expected = {"generator": {name: version(name) for name in ("openpyxl", "pandas", "XlsxWriter")}, "sheets": []}
    for file, sheet, columns in [("scores.xlsx", "scores", ["score", "correct"]), ("two-runs.xlsx", "base line", ["a", "mean"]),
                                 ("two-runs.xlsx", "candidate", ["a", "b", "mean"])]:
        rows = [row for row in openpyxl.load_workbook(OUT / file, data_only=True)[sheet].iter_rows(values_only=True) if any(row)]
        names = rows[0]
        for column in columns:
            values = [row[names.index(column)] for row in rows[1:]]
            scores = [float(value) for value in values if value is not None]
            expected["sheets"].append({"file": file, "sheet": sheet, "metric": column, "rows": len(values), "scored": len(scores),
                                       "mean": sum(scores) / len(scores)})
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
