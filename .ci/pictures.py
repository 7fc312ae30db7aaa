"""The picture of the three verdicts in README.md, from real reports: python3 .ci/pictures.py BINARY > docs/verdicts.svg

Each panel is the headline and the drawing of a report page that BINARY writes about the example runs; nothing is drawn
here. tests/it/pictures.rs makes the same reports and looks for each of them in the file.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNS = ROOT / "examples/runs"
# Candidate, smallest improvement asked for, colour of the verdict.
PANELS = [("candidate", "0.01", "#00734d"), ("candidate-worse", "0", "#a63c00"), ("candidate-same", "0.01", "#005a96")]
WIDTH, HEAD, DRAWING = 760, 94, 180
HEIGHT = HEAD + DRAWING + 10


def report(binary: str, candidate: str, min_delta: str) -> tuple[str, str, str]:
    """Verdict, headline and drawing of one decision."""
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page.html")
        subprocess.run(
            [binary, "gate", "--baseline", RUNS / "baseline.json", "--candidate", RUNS / f"{candidate}.json",
             f"--min-delta={min_delta}", "--html", page],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        text = page.read_text(encoding="utf-8")
    verdict = re.search(r'<span class="badge (\w+)">', text)[1]
    headline = re.sub(r"<[^>]*>", "", re.search(r"<h1>(.*?)</h1>", text)[1])
    drawing = re.search(r'<div class="wide">(<svg .*?</svg>)</div>', text, re.DOTALL)[1]
    return verdict, headline, drawing


def lines(headline: str) -> tuple[str, str]:
    """The headline in two lines, the second one what stands in brackets, or after the last semicolon."""
    at = headline.find(" (")
    if at < 0:
        at = headline.find("; ") + 1
    return headline[:at], headline[at:].strip()


def main(binary: str) -> None:
    height = HEIGHT * len(PANELS) + 10
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
          'role="img" font-family="system-ui, sans-serif" color="#1f2328">')
    print("<title>Three verdicts about the example runs, as their reports show them</title>")
    print(f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>')
    for number, (candidate, min_delta, colour) in enumerate(PANELS):
        verdict, headline, drawing = report(binary, candidate, min_delta)
        first, second = lines(headline)
        top = HEIGHT * number
        if number:
            print(f'<line x1="20" x2="{WIDTH - 20}" y1="{top}" y2="{top}" stroke="#d0d7de"/>')
        badge = 9 * len(verdict) + 22
        print(f'<rect x="20" y="{top + 16}" width="{badge}" height="24" rx="12" fill="{colour}"/>')
        print(f'<text x="{20 + badge / 2:g}" y="{top + 33}" font-size="13" font-weight="700" text-anchor="middle" '
              f'fill="#ffffff">{verdict}</text>')
        print(f'<text x="20" y="{top + 64}" font-size="15" font-weight="600">{first}</text>')
        print(f'<text x="20" y="{top + 84}" font-size="13">{second}</text>')
        # Two drawings in one document must not share names.
        drawing = drawing.replace("interval-wide", f"verdict-{number + 1}")
        print(f'<g transform="translate(20 {top + HEAD})">{drawing}</g>')
    print("</svg>")


if __name__ == "__main__":
    main(sys.argv[1])
