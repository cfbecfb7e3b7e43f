"""The gettext catalogues: what the code says goes into each, and each is compiled.

    python -m tests.catalogues          after texts in the code or in a .po file have changed
    python -m tests.catalogues de       start the catalogue of another language

A catalogue is `dashboard/locales/LANGUAGE/LC_MESSAGES/dashboard.po`; the .mo beside it is what the
page reads. Texts that the code no longer has are dropped; new ones are there without translation.
"""

from __future__ import annotations

import io
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "dashboard" / "locales"
DOMAIN = "dashboard"
HEADER = """{comment}
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # so that a file changes only with its texts


def po_files() -> list[Path]:
    """The catalogues that there are."""
    return sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def extracted() -> Catalog:
    """All texts of the code that a page may show."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (mapping,) = pyproject["tool"]["babel"]["mappings"]
    keywords = parse_keywords(mapping["keywords"])
    catalogue = Catalog()
    for package in ("dashboard", "mlcore"):
        for file, _, message, comments, _ in extract_from_dir(
            ROOT / package, method_map=[(mapping["pattern"], mapping["method"])], keywords=keywords
        ):
            if package == "mlcore" and file.startswith("cli"):  # the shell speaks English
                continue
            place = (f"{package}/{Path(file).as_posix()}", 0)
            catalogue.add(message, None, [place], auto_comments=comments)
    return catalogue


def read(path: Path) -> Catalog:
    """A catalogue as it is written; of its language with nothing in it where there is none."""
    language = path.parents[1].name
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
    else:
        catalogue = Catalog(language, header_comment=f"# The page's texts: {language}.\n#")
    catalogue.creation_date = catalogue.revision_date = NO_DAY
    return catalogue


def updated(catalogue: Catalog, template: Catalog) -> Catalog:
    """The catalogue with the texts that the code has now, and no others."""
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """The .po file of a catalogue."""
    for message in catalogue:
        message.locations = sorted({(place, 0) for place, _ in message.locations})
    header = HEADER.format(
        comment=catalogue.header_comment.strip(),
        language=catalogue.locale_identifier,
        plural=catalogue.plural_forms,
    )
    stream = io.BytesIO(header.encode())
    stream.seek(0, io.SEEK_END)
    write_po(
        stream, catalogue, width=100, omit_header=True, sort_by_file=True, include_lineno=False
    )
    return stream.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def main(languages: list[str]) -> None:
    """Bring all catalogues up to date, those of these languages too, and say what is missing."""
    new = [LOCALES / name.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po" for name in languages]
    for path in sorted({*po_files(), *new}):
        catalogue = updated(read(path), extracted())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(read(path)))
        missing = sum(not message.string or not any(message.string) for message in catalogue)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} texts, {missing} not translated")


if __name__ == "__main__":
    main(sys.argv[1:])
