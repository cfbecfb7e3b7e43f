"""What the README shows works as it stands."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

import pytest
import torch
from babel.messages.pofile import read_po
from PIL import Image

from dashboard.panels.runs_parts.compared import PARTS as COMPARED_PARTS
from dashboard.panels.test_parts.registry import PARTS as TEST_PARTS
from dashboard.settings.link import LINKED, read_link
from mlcore.cli import main
from mlcore.cli.main import COMMANDS
from mlcore.config import RunConfig
from mlcore.runs import RunFolder, RunStore, read_state
from mlcore.runs.active.queue import RunQueue
from mlcore.runs.library.columns import find_column
from mlcore.runs.library.condition import parse_condition
from tests.strokes import rendered

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)


def commands(block: str) -> list[str]:
    """The commands of a block, each whole."""
    return block.replace("\\\n", " ").splitlines()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working directory, as after a clone; one thread, as in other fast tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("MLCORE_RUNS", "MLCORE_DATA"):
        monkeypatch.delenv(name, raising=False)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path
    torch.set_num_threads(threads)


def test_the_library_lines_train_test_and_save(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = blocks("python")
    lines = [line for line in code.splitlines() if line]
    assert len(lines) == 10
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    out = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in out[:5]] == [f"epoch {n}" for n in range(1, 6)]
    shown = re.fullmatch(r"test accuracy (\d+\.\d)%, loss 0\.\d{3}", out[5])
    assert shown
    assert float(shown[1]) > 85
    assert (elsewhere / "digits.pt").stat().st_size > 400_000


def test_the_shell_lines_work_one_after_another(
    elsewhere: Path,
    tiny_idx_root: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLCORE_DATA", str(tiny_idx_root()))  # MNIST, but small
    Image.fromarray(rendered(7, "middle")).save("seven.png")
    code, *more = (block for block in blocks("bash") if block.startswith("mlcore"))
    used = set()
    for line in code.splitlines():
        words = shlex.split(line)
        assert words[0] == "mlcore"
        used.add(words[1])
        newest = next((info.id for info in RunStore().list()), "none yet")
        words = [newest if word == "RUN" else word for word in words]
        assert main(words[1:]) == 0, f"{line}: {capsys.readouterr().err}"
        out = capsys.readouterr().out
        assert out
        if "--json" in words:
            assert [json.loads(record) for record in out.splitlines()]
    lines = (line for block in more for line in commands(block))
    assert used | {line.split()[1] for line in lines} == set(COMMANDS)


def test_the_lines_that_steer_a_run_work_one_after_another(
    elsewhere: Path, training: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    _, steering, *_ = (block for block in blocks("bash") if block.startswith("mlcore"))
    folder = training(RunStore())
    for line in steering.splitlines():
        words = shlex.split(line.replace("RUN", folder.id))
        assert main(words[1:]) == 0, f"{line}: {capsys.readouterr().err}"
        assert capsys.readouterr().out.startswith(f"run {folder.id} ")
    assert read_state(folder) == "stopped"


def test_the_lines_about_the_queue_work_one_after_another(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, queue, _ = (block for block in blocks("bash") if block.startswith("mlcore"))
    folder = RunStore().create(RunConfig())
    with RunQueue(folder.path.parent).change() as state:
        assert state.waiting == [folder.id]
    for line in queue.splitlines():
        words = shlex.split(line.replace("RUN", folder.id))
        assert main(words[1:]) == 0, f"{line}: {capsys.readouterr().err}"
        assert folder.id in capsys.readouterr().out
    assert read_state(folder) == "stopped"


@pytest.mark.slow
def test_the_lines_about_a_sweep_work_one_after_another(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    *_, code = (block for block in blocks("bash") if block.startswith("mlcore"))
    for shorter in (("--trials 40", "--trials 3"), ("--trials 60", "--trials 4")):
        assert code.count(shorter[0]) == 1
        code = code.replace(*shorter)
    for line in commands(code):
        assert main(shlex.split(line)[1:]) == 0, f"{line}: {capsys.readouterr().err}"
        assert "first" in capsys.readouterr().out
    assert [info.state for info in RunStore().list()] == ["finished"] * 4


def test_both_commands_name_files_that_are_there() -> None:
    (start,) = (block for block in blocks("bash") if "streamlit run" in block)
    (test,) = (block for block in blocks("bash") if "pytest" in block)
    assert len(start.splitlines()) == len(test.splitlines()) == 1
    for word in shlex.split(start) + shlex.split(test):
        if "/" in word or word.endswith(".txt"):
            assert (ROOT / word).is_file(), word


def test_the_map_and_the_steps_name_what_is_there() -> None:
    rooms = re.findall(r"^\| (`[^|]+) \|", TEXT, flags=re.MULTILINE)
    for room in (name for cell in rooms for name in re.findall(r"`([^`]+)`", cell)):
        if room.isupper() or room.startswith(("MLCORE", "room")):
            continue
        places = [ROOT / "mlcore" / room, ROOT / "dashboard" / room]
        in_a_run = {"config.json", "label.json", "events.jsonl", "control.jsonl"}
        in_a_run |= {"worker.json", ".reserve", "checkpoints/", "live/"}
        in_a_run |= {"tensorboard/", "trackers.log"}
        assert room in in_a_run or any(place.exists() for place in places), room
    texts = TEXT + (ROOT / "docs" / "measured.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:mlcore|dashboard|tests)/[\w/]+\.py)`", texts):
        assert path == "mlcore/data/NAME.py" or (ROOT / path).is_file(), path


def test_every_room_of_mlcore_is_on_the_map() -> None:
    for place in (ROOT / "mlcore").iterdir():
        if place.name.startswith("_"):
            continue
        if place.suffix == ".py" or (place / "__init__.py").is_file():
            shown = place.name + ("/" if place.is_dir() else "")
            assert f"`{shown}`" in TEXT, f"mlcore/{shown} is not on the map"


def test_the_names_in_the_steps_are_still_those_of_the_code() -> None:
    for name, path in {
        "FAMILIES": "mlcore/data/kmnist.py",
        "CATALOG": "mlcore/data/catalog.py",
        "DataName": "mlcore/config/data.py",
        "OptimName": "mlcore/config/optim.py",
        "build_optimizer": "mlcore/optim.py",
        "_UPDATES": "mlcore/steps/updates.py",
        "_NEEDS": "mlcore/checkpoint/optimizer_state.py",
        "_OWN": "mlcore/checkpoint/optimizer_options.py",
    }.items():
        assert f"`{name}`" in TEXT
        assert name in (ROOT / path).read_text(encoding="utf-8")


CODE_SPAN = re.compile(r"(`+)(.+?)\1(?!`)", flags=re.DOTALL)
TRANSLATIONS = sorted((*ROOT.glob("*.*.md"), *ROOT.glob("docs/*.*.md")))


def outline(text: str) -> list[str]:
    """Levels of the headings in order, and the figures in each row of each table."""
    shape = []
    for line in re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE).splitlines():
        if line.startswith("#"):
            shape.append(line.partition(" ")[0])
        elif line.startswith("|"):
            cells = re.sub(r"`[^`]*`", "", line)
            shape.append(f"| {' '.join(re.findall(r'[0-9]+(?:[.,][0-9]+)*', cells))}")
    return shape


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.name)
def test_a_translation_says_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    source = path.with_name(f"{path.name.partition('.')[0]}.md")
    original = source.read_text(encoding="utf-8")
    fenced = re.compile(r"^```.*?^```", flags=re.DOTALL | re.MULTILINE)
    assert fenced.findall(text) == fenced.findall(original)
    assert outline(text) == outline(original)
    spans, wanted = (
        {" ".join(span.split()) for _, span in CODE_SPAN.findall(fenced.sub("", page))}
        for page in (text, original)
    )
    assert spans == wanted
    assert f"({source.name})" in text
    assert f"({path.name})" in original


READMES = [ROOT / "README.md", *ROOT.glob("README.*.md")]


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_its_pictures_and_files_are_there_and_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = re.findall(r'(?:src|srcset)="([^"]+)"', text)
    assert len(shown) == 12  # a film and five pictures, in the light and in the dark
    named = [*shown, *re.findall(r"\]\(((?!https?:|#)[^)#]+)", text)]
    assert [name for name in named if not (ROOT / name).is_file()] == []
    assert sum(file.stat().st_size for file in (ROOT / "docs").glob("*.webp")) <= 1_500_000


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_what_was_asked_for_elsewhere_is_where_its_line_leads(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = re.findall(
        r"^\| \[[^]]+ #(\d+)\]\((\S+)\).*\| \[(.+)\]\((\S+)\) \|$", text, flags=re.MULTILINE
    )
    assert len(lines) >= 15
    texts = texts_of(path)
    named = re.findall(r"\*\*(.+?)\*\*", " ".join(line[2] for line in lines))
    assert [name for name in named if name not in texts] == []
    for number, request, words, here in lines:
        assert re.split("[:：]", words)[0] in texts
        assert re.fullmatch(rf"https://github\.com/[\w.-]+/[\w.-]+/issues/{number}", request)
        assert here.startswith("http://localhost:8501/"), here
        assert not strange_in(urlsplit(here)), here


def texts_of(readme: Path) -> set[str]:
    """What stands on the pages, in the language of a README."""
    file = "dashboard/locales/zh_CN/LC_MESSAGES/dashboard.po"
    catalogue = read_po((ROOT / file).read_bytes().splitlines(keepends=True))
    english = readme.name == "README.md"
    return {str(entry.id if english else entry.string) for entry in catalogue}


def strange_in(address: SplitResult) -> dict[str, str]:
    """What of an address leads nowhere in the app."""
    page = address.path.removeprefix("/") or "train"
    if not (ROOT / "dashboard" / "app_pages" / f"{page}.py").is_file():
        return {"page": page}
    found = dict(parse_qsl(address.query, strict_parsing=bool(address.query)))
    settings = {name: found.pop(name) for name in list(found) if name in LINKED}
    assert not read_link(settings)[1]
    known: dict[tuple[str, str], Callable[[str], object]] = {
        ("test", "part"): TEST_PARTS.get,
        ("test", "cell"): re.compile(r"\d-\d").fullmatch,
        ("runs", "view"): COMPARED_PARTS.get,
        ("runs", "where"): parse_condition,
        ("runs", "sort"): lambda text: find_column(text.removeprefix("-")),
    }
    return {
        name: text
        for name, text in found.items()
        if (page, name) not in known or not known[page, name](text)
    }
