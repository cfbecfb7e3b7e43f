"""The code of a training as text: short, tidy, and with nothing in it that it does not use."""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from mlcore.cli.arguments import read
from mlcore.cli.train import Options
from mlcore.config import SETTINGS, RunConfig
from mlcore.data import CATALOG
from mlcore.events import SettingsEdited
from mlcore.export import Recipe, Start, command, notebook, script
from mlcore.presets import PRESETS

SCHEDULES = ("constant", "step", "cosine", "plateau", "one_cycle")
LARGE = {
    "model.hidden": list(range(10, 42)),
    "model.dropout": 0.25,
    "model.batch_norm": True,
    "model.activation": "leaky_relu",
    "optim.name": "adam",
    "optim.lr": 0.00123456789,
    "optim.beta1": 0.8123456,
    "optim.beta2": 0.99123456,
    "optim.eps": 1.5e-7,
    "optim.weight_decay": 0.0123456,
}


def config(**changes):
    return RunConfig.from_flat({name.replace("__", "."): value for name, value in changes.items()})


def edit(step, epoch=0, **changes):
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    return SettingsEdited(step=step, epoch=epoch, changes=changes, before={})


def recipes():
    """Recipes that between them have every line that code can have."""
    yield from (Recipe(config=preset) for preset in PRESETS.values())
    for name in CATALOG:
        yield Recipe(config=config(data__name=name, data__validation=100, data__train_limit=1_000))
    yield Recipe(config=RunConfig.from_flat(LARGE))
    start = Start(file=Path("runs/20260101-000000-1234/checkpoints/start.pt"), step=938, epoch=1)
    within = Start(file=start.file, step=5, used=320, within=True)
    for before, after in itertools.product(SCHEDULES, SCHEDULES):
        base = config(data__validation=500, optim__schedule=before, optim__name="rmsprop")
        edits = [
            edit(3, optim__schedule=after, optim__momentum=0.9, optim__clip_norm=1.5),
            edit(938 if before == after else 852, 1, optim__lr=0.1, train__patience=3),
            edit(900, 1, train__epochs=7, **{"optim.weight_decay": 0.01}),
        ]
        yield Recipe(config=base, edits=edits, threads=2, run="20260101-000000-1234")
        edits = [edit(938, 1, optim__schedule=after, data__batch_size=100)]
        yield Recipe(config=base, edits=edits, start=start, device="cuda:0")
        edits = [edit(5, optim__schedule=after), edit(9, data__batch_size=100)]
        yield Recipe(config=base, edits=edits, start=within)


def test_every_script_is_as_ruff_leaves_it_with_its_defaults(tmp_path):
    for number, recipe in enumerate(recipes()):
        (tmp_path / f"script_{number}.py").write_text(script(recipe))
    for words in (("check",), ("format", "--check", "--diff")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[:3_000]


def test_the_quick_start_is_about_as_short_as_the_quick_start():
    text = script(RunConfig())
    assert len(text.splitlines()) <= 70
    for absent in ("mlcore", "scheduler", "evaluate", "validation", "clip", "dropout(", "step ="):
        assert absent not in text


def test_only_what_the_settings_use_is_in_it():
    plain = script(RunConfig())
    for changes, line in (
        ({"optim__lr": 0.02}, "SGD(model.parameters(), lr=0.02)"),
        ({"model__dropout": 0.3}, "self.dropout = nn.Dropout(0.3)"),
        ({"optim__clip_norm": 0.5}, "clip_grad_norm_(model.parameters(), 0.5)"),
        ({"data__validation": 5_000}, "random_split("),
        ({"optim__schedule": "cosine"}, "CosineAnnealingLR(optimizer, T_max=epochs)"),
        ({"train__loss": "cross_entropy"}, "nn.CrossEntropyLoss()"),
        ({"train__threads": 3}, "torch.set_num_threads(3)"),
        ({"train__seed": 7}, "torch.manual_seed(7)"),
    ):
        assert line in script(config(**changes))
        assert line not in plain


def test_one_setting_moves_few_lines():
    before = script(RunConfig()).splitlines()
    after = script(config(optim__lr=0.02)).splitlines()
    assert [line for line in after if line not in before] == [
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.02)"
    ]


def test_a_notebook_is_a_valid_one_with_the_code_of_the_script():
    for recipe in itertools.islice(recipes(), 0, None, 7):
        found = nbformat.reads(notebook(recipe), as_version=4)
        nbformat.validate(found)
        assert [cell for cell in found.cells if "parameters" in cell.metadata.get("tags", [])]
        code = "\n".join(cell.source for cell in found.cells if cell.cell_type == "code")
        compile(code, "notebook", "exec")
        assert "options" not in code
        lines = set(code.splitlines())
        own = [line for line in script(recipe).splitlines() if line.startswith("        ")]
        assert set(own) - lines <= {line for line in own if "options." in line or "file" in line}
    assert json.loads(notebook(RunConfig()))["nbformat"] == 4


@pytest.mark.parametrize("wanted", [*PRESETS.values(), RunConfig.from_flat(LARGE)])
def test_a_command_read_again_gives_the_settings(wanted):
    words = shlex.split(command(wanted).replace("\\\n", ""))  # as a shell reads it
    assert words[:2] == ["mlcore", "train"]
    _, given = read("train", Options, words[2:], settings=SETTINGS)
    assert RunConfig().with_values(given) == wanted


def test_a_command_is_quoted_and_says_only_what_differs():
    assert command(RunConfig()) == "mlcore train\n"
    assert command(config(model__hidden=[], data__root="my data")) == (
        "mlcore train --data.root 'my data' --model.hidden none\n"
    )


def test_a_command_says_what_was_edited_since_it_cannot_do_it():
    recipe = Recipe(config=RunConfig(), edits=[edit(120, optim__lr=0.01)], run="20260101-1")
    assert command(recipe).splitlines() == [
        "mlcore train",
        "# Edited while it trained:",
        "#   after step 120: --optim.lr 0.01",
        "# The same once more, edits included:",
        "# mlcore replay 20260101-1",
    ]


def test_an_edit_stands_at_its_step_or_epoch():
    edits = [edit(120, optim__lr=0.01), edit(938, 1, optim__momentum=0.9)]
    lines = script(config(), edits).splitlines()
    at = lines.index("        if step == 120:")
    assert lines[at + 1].strip() == "# Edit: learning rate 0.003 → 0.01"
    assert lines[at + 2].strip() == 'optimizer.param_groups[0]["lr"] = 0.01'
    at = lines.index("    if epoch == 1:")
    assert lines[at + 2].strip() == 'optimizer.param_groups[0]["momentum"] = 0.9'


def test_a_command_says_which_switch_is_turned_off():
    recipe = Recipe(config=RunConfig(), edits=[edit(4, optim__nesterov=False)], run="20260101-1")
    assert "#   after step 4: --optim.no-nesterov" in command(recipe).splitlines()
