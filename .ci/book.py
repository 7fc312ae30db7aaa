"""Builds the book of docs/ and follows every link in it: python3 .ci/book.py MDBOOK

The pages also link what is not in the book, such as the changelog and the schemas. In the book these links go to the repository.
"""

import html.parser
import pathlib
import re
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOOK = ROOT / "target/book"
REPOSITORY = "https://github.com/org/evalsig-action/blob/main/"


class Page(html.parser.HTMLParser):
    """The links of a page, and the places in it that can be linked."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.places.add(attrs.get("id"))
        link = attrs.get("href" if tag == "a" else "src")
        if link:
            self.links.append(link)


def outside(page, link):
    """Where a link goes that leaves the book; None where it stays."""
    target = (page.parent / urllib.parse.unquote(link.split("#")[0])).resolve()
    if target.is_relative_to(BOOK):
        return None
    # As if the page were where its source is.
    source = (ROOT / "docs" / page.parent.relative_to(BOOK) / urllib.parse.unquote(link.split("#")[0])).resolve()
    if source.suffix == ".html" and not source.exists():
        # mdBook turns README.md into index.html, and every other page into one of its name.
        source = source.with_name(re.sub(r"^index$", "README", source.stem) + ".md")
    return source


def main(mdbook):
    subprocess.run([mdbook, "build"], cwd=ROOT, check=True)
    wrong, followed = [], 0
    pages = {path: Page(path) for path in sorted(BOOK.rglob("*.html")) if path.name not in ("print.html", "toc.html", "404.html")}
    for path, page in pages.items():
        text = path.read_text(encoding="utf-8")
        for link in sorted(set(page.links)):
            if re.match(r"[a-z]+:", link):
                continue
            followed += 1
            file, _, place = link.partition("#")
            source = outside(path, link) if file else None
            if source is not None:
                if not source.exists():
                    wrong.append(f"{path.relative_to(BOOK)}: {link}: no such file")
                    continue
                address = REPOSITORY + source.relative_to(ROOT).as_posix() + (f"#{place}" if place else "")
                text = text.replace(f'"{link}"', f'"{address}"')
                continue
            target = (path.parent / urllib.parse.unquote(file)).resolve() if file else path
            index = target.with_name("index.html")
            if target.name == "README.html" and index.exists():
                # mdBook names the page anew, and forgets the links to it.
                text = text.replace(f'"{link}"', f'"{link.replace("README.html", "index.html")}"')
                target = index
            if not target.exists():
                wrong.append(f"{path.relative_to(BOOK)}: {link}: no such file")
            elif place and target in pages and urllib.parse.unquote(place) not in pages[target].places:
                wrong.append(f"{path.relative_to(BOOK)}: {link}: no such place")
        path.write_text(text, encoding="utf-8")
    print(f"book: {len(pages)} pages, {followed} links followed, {len(wrong)} of them wrong")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main(sys.argv[1])
