"""Whatever lies beside model and optimizer, the weights are read; nothing of it is made."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from checkpoint_corpus import neighbours
from checkpoint_corpus.good import mlp, saved, trained, tutorial, weights
from checkpoint_corpus.watch import MEMORY, SECONDS, linux, read_all

from mlcore.checkpoint import inspect, load
from mlcore.checkpoint.format import Checkpoint
from mlcore.config import OptimConfig


def read(folder: Path, data: bytes) -> Checkpoint:
    (folder / "file.pt").write_bytes(data)
    return load(folder / "file.pt")


def notes(found: Checkpoint) -> str:
    return " ".join(map(str, found.warnings))


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return neighbours.files()


def problem(folder: Path, data: bytes) -> str:
    """What is wrong with the reading of a file that holds a neighbour."""
    try:
        found = read(folder, data)
    except Exception as error:  # noqa: BLE001  the test wants to know of any
        return f"{type(error).__name__}: {error}"
    if (found.form, found.epoch, found.loss) != ("tutorial", 5, 0.4) or found.state is None:
        return f"read as {found.form}, epoch {found.epoch}, loss {found.loss}"
    state = tutorial()["model_state_dict"]
    if not all(torch.equal(found.model[key], value) for key, value in state.items()):
        return "other weights"
    return "" if "Not used: `beside`" in notes(found) else notes(found)


def problems(folder: Path, files: dict[str, bytes]) -> dict[str, str]:
    found = {name: problem(folder, data) for name, data in files.items()}
    return {name: text for name, text in found.items() if text}


def test_whatever_it_is_it_is_left_aside_and_named(tmp_path: Path, made: dict[str, bytes]) -> None:
    assert len(made) > 90
    assert problems(tmp_path, made) == {}


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_every_protocol_of_pickle_is_read(tmp_path: Path, protocol: int) -> None:
    assert problems(tmp_path, neighbours.files(first=True, protocol=protocol)) == {}


def test_the_form_before_torch_1_6_is_read(tmp_path: Path) -> None:
    assert problems(tmp_path, neighbours.files(first=True, legacy=True)) == {}


@linux
def test_none_is_imported_or_made_and_none_takes_long(
    tmp_path: Path, made: dict[str, bytes]
) -> None:
    paths = {name: tmp_path / f"{number}.pt" for number, name in enumerate(made)}
    for name, path in paths.items():
        path.write_bytes(made[name])
    found = read_all(tmp_path, paths.values())
    for name, path in paths.items():
        result = found[str(path)]
        assert (result["outcome"], result["events"]) == ("loaded", []), (name, result)
        assert result["growth"] < MEMORY, (name, result)
        assert result["seconds"] < SECONDS, (name, result)


def test_a_class_is_named_and_its_module_not_imported(
    tmp_path: Path, made: dict[str, bytes]
) -> None:
    found = read(tmp_path, made["omegaconf"])
    assert "`beside` (omegaconf.dictconfig.Config)" in notes(found)
    assert not [name for name in sys.modules if name.startswith("omegaconf")]


def test_many_at_once_are_counted(tmp_path: Path) -> None:
    values = {name.replace(" ", "_"): value for name, value in neighbours.values().items()}
    found = read(tmp_path, saved(tutorial(**values)))
    assert found.state is not None
    assert f"and {len(values) - 5} more" in notes(found)


def test_a_history_of_110_000_losses_is_read_in_a_fraction_of_a_second(tmp_path: Path) -> None:
    (tmp_path / "file.pt").write_bytes(saved(tutorial(losses=[i / 7 for i in range(110_000)])))
    inspect(tmp_path / "file.pt")
    began = time.process_time()
    assert inspect(tmp_path / "file.pt")["epoch"] == 5
    assert time.process_time() - began < 0.5


NUMPY = [np.float64(0.25), np.float32(0.25), np.float16(0.25), np.array(0.25)[()]]


@pytest.mark.parametrize("loss", NUMPY)
@pytest.mark.parametrize("module", ["numpy._core", "numpy.core"])
def test_numpy_numbers_are_the_numbers_that_they_are(
    tmp_path: Path, loss: Any, module: str
) -> None:
    data = {"model": weights(), "loss": loss, "epoch": np.int32(3), "step": np.uint16(7)}
    raw = saved(data, protocol=2)
    found = read(tmp_path, renamed(raw, b"numpy._core.", module.encode() + b"."))
    assert (found.loss, found.epoch, found.step) == (0.25, 3, 7)


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """A file of torch.save with a module's name changed in its pickle."""
    import zipfile

    from checkpoint_corpus.pickles import rezipped

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        name = next(name for name in file.namelist() if name.endswith("/data.pkl"))
        pickle = file.read(name)
    return rezipped(data, {"/data.pkl": pickle.replace(old, new)})


@pytest.mark.parametrize(
    ("epoch", "read_as"),
    [
        ("4", 4),
        (4.0, 4),
        (torch.tensor(4), 4),
        (torch.tensor([4.0]), 4),
        (np.float64(4), 4),
        (-1, None),
        (4.5, None),
        ("last", None),
        (float("nan"), None),
        (2**60, None),
        (True, None),
        ([4], None),
        (None, None),
        (torch.ones(3), None),
        ({"epoch": 4}, None),
    ],
)
def test_an_epoch_is_a_count_or_left_out(tmp_path: Path, epoch: Any, read_as: int | None) -> None:
    found = read(tmp_path, saved(tutorial(epoch=epoch, step=epoch)))
    assert (found.epoch, found.step) == (read_as, read_as)
    assert found.state is not None
    assert ("was left out" in notes(found)) == (read_as is None and epoch is not None)


@pytest.mark.parametrize(
    ("loss", "read_as"),
    [
        (torch.tensor(0.5), 0.5),
        (torch.tensor([[0.5]]), 0.5),
        ([0.9], None),
        ([0.9] * 110_000, None),
        (torch.ones(3), None),
        ("low", None),
        (float("inf"), None),
        (10**400, None),
        ({"train": 0.5}, None),
        (np.ones(3), None),
        (torch.nn.CrossEntropyLoss(), None),
    ],
)
def test_a_loss_is_a_number_or_left_out(tmp_path: Path, loss: Any, read_as: float | None) -> None:
    found = read(tmp_path, saved(tutorial(loss=loss)))
    assert found.loss == read_as
    assert found.state is not None
    assert ("was left out" in notes(found)) == (read_as is None)


def test_an_optimizer_that_was_pickled_whole_gives_its_state(tmp_path: Path) -> None:
    model, optimizer, _ = trained(OptimConfig(name="adam"), 4, 3)
    whole = read(tmp_path, saved({"model": model.state_dict(), "optimizer": optimizer}))
    alone = read(
        tmp_path, saved({"model": model.state_dict(), "optimizer": optimizer.state_dict()})
    )
    assert whole.optimizer is not None
    assert alone.optimizer is not None
    assert whole.optimizer["param_groups"] == alone.optimizer["param_groups"]
    for number, kept in alone.optimizer["state"].items():
        for key, value in kept.items():
            assert torch.equal(whole.optimizer["state"][number][key], value)


def test_a_state_dict_of_a_class_of_ones_own_is_read(tmp_path: Path) -> None:
    state = neighbours.EasyDict(mlp(4, 3).state_dict())
    with neighbours.elsewhere(neighbours.EasyDict, module="easydict"):
        data = saved({"model": state, "epoch": 1})
        outside = saved(neighbours.EasyDict(model=dict(state), epoch=2))
    assert read(tmp_path, data).epoch == 1
    assert read(tmp_path, outside).epoch == 2
