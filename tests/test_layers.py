"""Who may import whom: the order of the rooms, and what stays free of torch and of the page."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from mlcore.cli.main import COMMANDS, entry_point

ROOT = Path(__file__).parents[1]

ROOMS = (
    "errors",
    "words",
    "files",
    "plain_json",
    "rules",
    "config",
    "presets",
    "events",
    "commands",
    "summary",
    "fitting",
    "data",
    "model",
    "optim",
    "device",
    "parallel",
    "spinning",
    "steps",
    "evaluation",
    "trainer",
    "lr_finder",
    "checkpoint",
    "testing",
    "insight",
    "runs",
    "diagnosis",
    "live",
    "trackers",
    "signals",
    "initial_state",
    "run",
    "replay",
    "lessons",
    "export",
    "packing",
    "jobs",
    "sweeps",
    "cli",
    "__main__",
)
"""The rooms of mlcore; each imports only rooms before it."""

INSIDE = {
    "mlcore.checkpoint": (
        ("untrusted",),
        ("format", "state_dicts"),
        ("forms", "stated"),
        ("module_hints", "module_order"),
        ("progress",),
        ("layer_names",),
        ("layers", "shared_layers"),
        ("layer_kinds", "layer_order", "norm_places"),
        ("beside",),
        ("architecture",),
        ("departures", "normalisation", "weights"),
        ("notices",),
        ("optimizer_options", "optimizer_order"),
        ("optimizer_state",),
        ("state",),
        ("read",),
        ("suggest",),
        ("inspection",),
        ("write",),
    ),
    "mlcore.checkpoint.untrusted": (
        ("limits", "pickle_bytes"),
        ("source",),
        ("zipcheck",),
        ("names",),
        ("inert",),
        ("rebuild",),
        ("calls", "modules", "optimizers"),
        ("machine", "tree", "safetensors_header", "text_files", "other_zips"),
        ("scan", "other_formats"),
        ("plain_pickles",),
        ("containers",),
        ("tensor_reader",),
    ),
    "mlcore.insight": (
        (
            "answers",
            "image_file",
            "intervals",
            "numbers_as_text",
            "plain_network",
            "prediction",
            "specks",
            "t_tests",
        ),
        ("calibration", "comparison", "confidence", "curves", "diagram", "ink", "ranking"),
        ("drawing", "forward", "verdict"),
        ("flip", "path", "projection", "saliency"),
        ("drawn_network", "neighbours", "weights"),
        ("epochs",),
    ),
    "mlcore.runs": (("record",), ("active",), ("library",)),
    "mlcore.diagnosis": (("finding",), ("curves",), ("advice",), ("start", "rate", "fit")),
    "dashboard": (
        ("gaps",),
        ("words",),
        ("charts",),
        ("components",),
        ("settings",),
        ("server",),
        ("session",),
        ("controls",),
        ("panels",),
        ("app_pages",),
        ("app",),
    ),
}
"""The rooms inside a package, in floors; each imports only its own room and floors before it."""

TORCH_FREE = (
    "mlcore",
    "mlcore.errors",
    "mlcore.words",
    "mlcore.files",
    "mlcore.plain_json",
    "mlcore.rules",
    "mlcore.config",
    "mlcore.presets",
    "mlcore.events",
    "mlcore.commands",
    "mlcore.summary",
    "mlcore.data",
    "mlcore.data.drawings",
    "mlcore.insight",
    "mlcore.insight.answers",
    "mlcore.insight.calibration",
    "mlcore.insight.comparison",
    "mlcore.insight.confidence",
    "mlcore.insight.curves",
    "mlcore.insight.diagram",
    "mlcore.insight.drawing",
    "mlcore.insight.image_file",
    "mlcore.insight.intervals",
    "mlcore.insight.ranking",
    "mlcore.insight.t_tests",
    "mlcore.insight.verdict",
    "mlcore.runs",
    "mlcore.diagnosis",
    "mlcore.trackers.catalog",
    "mlcore.trackers.tracking",
    "mlcore.export",
    "mlcore.packing",
    "mlcore.lr_finder",
    "mlcore.lessons",
    "mlcore.jobs",
    "mlcore.sweeps",
    "mlcore.cli",
)


@dataclass(frozen=True)
class Import:
    """One module named in an import statement."""

    module: str
    line: int
    at_start: bool  # runs when the importing module is imported


def modules(package: str) -> dict[str, Path]:
    """Dotted name → file of every module in a package."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MLCORE, DASHBOARD = modules("mlcore"), modules("dashboard")
KNOWN = MLCORE | DASHBOARD


@cache
def imports(path: Path) -> tuple[Import, ...]:
    """All imports in a file, also those in functions and for type checkers only."""
    return tuple(_imports(ast.parse(path.read_text(encoding="utf-8")), path, at_start=True))


def _imports(node: ast.AST, path: Path, *, at_start: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, at_start)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{path}:{child.lineno} imports relatively"
            for alias in child.names:  # a submodule, or a name in the module
                full = f"{child.module}.{alias.name}"
                module = full if full in KNOWN else str(child.module)
                yield Import(module, child.lineno, at_start)
        else:
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            checking = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _imports(child, path, at_start=at_start and not later and not checking)


def loaded_with(module: str) -> dict[str, str]:
    """Module → who imports it, for all that importing `module` loads at once."""
    found, waiting = {module: "the test"}, [module]
    while waiting:
        name = waiting.pop()
        packages = [name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)]
        wanted = [item.module for item in imports(KNOWN[name]) if item.at_start]
        for other in (*packages, *wanted):
            if other not in found:
                found[other] = name
                if other in KNOWN:
                    waiting.append(other)
    return found


def is_torch(module: str) -> bool:
    return module.split(".")[0] in ("torch", "torchvision")


def in_a_fresh_process(code: str) -> str:
    """What a program prints."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_every_room_of_mlcore_has_its_place_in_the_order() -> None:
    rooms = {name.split(".")[1] for name in MLCORE if "." in name}
    assert rooms <= set(ROOMS), f"give {sorted(rooms - set(ROOMS))} a place"


@pytest.mark.parametrize("module", [name for name in MLCORE if name != "mlcore"])
def test_a_room_imports_only_rooms_before_it(module: str) -> None:
    room = module.split(".")[1]
    for item in imports(MLCORE[module]):
        package, _, rest = item.module.partition(".")
        if package != "mlcore" or rest.split(".")[0] == room:
            continue
        where = f"{module}, line {item.line}: {item.module}"
        if not rest:  # the package's own front; its rooms do not go round by it
            assert room in ("cli", "__main__"), where
            continue
        assert ROOMS.index(rest.split(".")[0]) < ROOMS.index(room), where


@pytest.mark.parametrize(
    ("package", "module"),
    [(package, name) for package in INSIDE for name in KNOWN if name.startswith(f"{package}.")],
)
def test_a_room_inside_imports_only_its_own_and_lower_floors(package: str, module: str) -> None:
    floor = {room: level for level, rooms in enumerate(INSIDE[package]) for room in rooms}
    room = module.removeprefix(f"{package}.").split(".")[0]
    assert room in floor, f"give {room} of {package} a floor"
    for item in imports(KNOWN[module]):
        where = f"{module}, line {item.line}: {item.module}"
        if item.module == package:
            raise AssertionError(f"{where} goes through the package's own front")
        if not item.module.startswith(f"{package}."):
            continue
        other = item.module.removeprefix(f"{package}.").split(".")[0]
        assert floor[other] <= floor[room], where


@pytest.mark.parametrize("module", MLCORE)
def test_mlcore_never_imports_the_page(module: str) -> None:
    for item in imports(MLCORE[module]):
        package = item.module.split(".")[0]
        assert package not in ("dashboard", "streamlit", "plotly"), f"line {item.line}"


def test_no_command_takes_anything_from_the_file_of_another() -> None:
    commands = {entry_point(name)[0] for name in COMMANDS}
    for module in commands:
        for item in imports(MLCORE[module]):
            assert item.module not in commands, f"{module}, line {item.line}: {item.module}"


@pytest.mark.parametrize("module", TORCH_FREE)
def test_settings_runs_and_jobs_load_no_torch(module: str) -> None:
    chain = {name: by for name, by in loaded_with(module).items() if is_torch(name)}
    assert not chain


@pytest.mark.parametrize("module", DASHBOARD)
def test_no_module_of_the_page_loads_torch(module: str) -> None:
    chain = {name: by for name, by in loaded_with(module).items() if is_torch(name)}
    assert not chain
    assert not [item for item in imports(DASHBOARD[module]) if is_torch(item.module)]


def test_importing_mlcore_loads_no_torch_in_a_real_process() -> None:
    code = f"import sys, {', '.join(TORCH_FREE)}; print('torch' in sys.modules)"
    assert in_a_fresh_process(code) == "False"


def test_importing_the_page_loads_neither_torch_nor_optuna_in_a_real_process() -> None:
    scripts = ("dashboard.app", "dashboard.app_pages")  # these draw when they are imported
    names = [name for name in DASHBOARD if not name.startswith(scripts)]
    code = f"import sys, {', '.join(names)}; print({{'torch', 'optuna'}} & set(sys.modules))"
    assert in_a_fresh_process(code) == "set()"


def test_a_name_that_needs_torch_loads_it_when_first_used() -> None:
    code = "import sys, mlcore; mlcore.MLP; print('torch' in sys.modules)"
    assert in_a_fresh_process(code) == "True"


@pytest.mark.parametrize("module", [name for name in DASHBOARD if ".charts" in name])
def test_charts_know_nothing_of_streamlit(module: str) -> None:
    assert not {name for name in loaded_with(module) if name.split(".")[0] == "streamlit"}


@pytest.mark.parametrize("module", [name for name in DASHBOARD if ".app_pages." in name])
def test_no_page_imports_another(module: str) -> None:
    assert not [item for item in imports(DASHBOARD[module]) if ".app_pages" in item.module]
