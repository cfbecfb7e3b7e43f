"""Models as people write them: each that is read gives the answers of the original module."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from checkpoint_corpus.good import saved
from checkpoint_corpus.models import Case, cases
from safetensors.torch import save as to_safetensors

from mlcore.checkpoint import build_model, load
from mlcore.checkpoint.format import Checkpoint

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch calls its older norms of weights deprecated
    CASES = cases()

SAYS = {
    "no bias": ["no bias (`0`, `2`)", "further training moves"],
    "batch norm, affine=False": ["no weight and bias (`1`)"],
    "batch norm behind the activation": ["`2`, `5` stands behind the activation"],
    "batch norm of some layers": ["which not every hidden layer has"],
    "weights of the loss": ["Not used: `loss_fn.weight`"],
    "weights of the loss, first": ["Not used: `loss_fn.weight`"],
    "buffers of a normalisation": ["Normalisation: mean 0, std 1, as the file names them."],
    "counts of metrics": [
        "Not used: `val_acc.tp`, `train_acc.total`, `val_auc.confmat`, `loss_mean.weight`."
    ],
    "centres of a loss": ["Not used: `center_loss.centers`"],
    "a temperature": ["Not used: `temperature`"],
    "used twice": ["`2`, `4` share their weights"],
    "pruned": ["masks of the pruned `0`, `2`, `4`"],
    "weight norm": ["normed weights of `0`, `2`, `4`"],
    "spectral norm": ["normed weights of `0`, `2`, `4`"],
    "Keras": ["were turned round"],
    "(inputs, outputs)": ["stored as (inputs, outputs), and were turned round"],
    "(inputs, outputs), our names": ["stored as (inputs, outputs), and were turned round"],
    "Keras with batch norm": ["epsilon of its batch norm, 0.001"],
    "names that sort otherwise": ["input_layer → hidden_layer → output_layer"],
    "batch norms registered last": ["Batch norm: before the activation."],
    "plain": ["in the file's order as fc1 … fc3"],
}


def read(folder: Path, data: bytes) -> Checkpoint:
    (folder / "model.pt").write_bytes(data)
    return load(folder / "model.pt")


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(5)


def answers(case: Case, found: Checkpoint) -> tuple[torch.Tensor, torch.Tensor]:
    images = torch.rand(16, 784)
    with torch.no_grad():
        return build_model(found).eval().logits(images), case[0].eval()(images)


@pytest.mark.parametrize("name", CASES)
def test_a_model_gives_the_answers_of_the_original(tmp_path: Path, name: str) -> None:
    state = CASES[name][1]
    files = [saved(state), saved(state, legacy=True)]
    if name != "two names":  # safetensors writes no tensor under two names
        files.append(to_safetensors({key: tensor.clone() for key, tensor in state.items()}))
    for data in files:
        ours, original = answers(CASES[name], read(tmp_path, data))
        torch.testing.assert_close(ours, original, rtol=1e-5, atol=2e-6)


PLAIN = CASES["plain"][1]
ADAM = torch.optim.Adam(CASES["plain"][0].parameters()).state_dict()
TREES = {
    "model_weights": {"model_weights": PLAIN, "optimizer": ADAM, "epoch": 3},
    "a key of one's own": {"mine": PLAIN, "optimizer": ADAM, "epoch": 3},
    "nested once more": {"state": {"model": PLAIN, "optimizer": ADAM}, "epoch": 3},
    "a dictionary of the model": {"model": {"state_dict": PLAIN}, "optimizer": ADAM, "epoch": 3},
    "Lightning": {
        "epoch": 3,
        "global_step": 99,
        "state_dict": {f"model.{name}": tensor for name, tensor in PLAIN.items()},
        "optimizer_states": [ADAM],
        "hyper_parameters": {"lr": 0.1},
    },
    "tensors and the rest": {**PLAIN, "optimizer": ADAM, "epoch": 3},
    "a tuple": (PLAIN, {"optimizer": ADAM, "epoch": 3}),
    "a list of parameters": list(PLAIN.values()),
    "layers as dictionaries": {
        f"layer{n}": {"weight": PLAIN[f"{n}.weight"], "bias": PLAIN[f"{n}.bias"]} for n in (0, 2, 4)
    },
    "an encoder and a classifier": {
        "encoder": {name: tensor for name, tensor in PLAIN.items() if name[0] != "4"},
        "classifier": {name: tensor for name, tensor in PLAIN.items() if name[0] == "4"},
    },
}


@pytest.mark.parametrize("name", TREES)
def test_a_model_is_found_in_whatever_holds_it(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, saved(TREES[name]))
    ours, original = answers(CASES["plain"], found)
    assert torch.equal(ours, original)
    if "epoch" in str(TREES[name]) and name != "a tuple":
        assert (found.epoch, found.optimizer is not None) == (3, True)


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize("legacy", [False, True])
def test_every_pickle_protocol_of_today_is_read(
    tmp_path: Path, protocol: int, legacy: bool
) -> None:
    for tree in (PLAIN, TREES["Lightning"]):
        found = read(tmp_path, saved(tree, protocol=protocol, legacy=legacy))
        assert torch.equal(*answers(CASES["plain"], found))


@pytest.mark.parametrize("name", SAYS)
def test_what_is_not_as_in_the_file_is_said(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, saved(CASES[name][1]))
    said = " ".join(map(str, (*found.warnings, *found.assumed)))
    assert all(words in said for words in SAYS[name]), said


def test_batch_norm_stays_where_models_here_have_it(tmp_path: Path) -> None:
    kept = {name for name in CASES if read(tmp_path, saved(CASES[name][1])).model_config.batch_norm}
    assert kept == {
        "no bias before batch norm",
        "batch norm",
        "batch norm without counters",
        "batch norm, all floats",
        "batch norm, all doubles",
        "batch norm, counter of one entry",
        "batch norm, affine=False",
        "batch norms registered last",
        "averaged batch norm",
        "Keras with batch norm",
        "(inputs, outputs), batch norm",
    }


@pytest.mark.parametrize(
    "name", ["plain", "batch norm", "two names", "weights of the loss", "made in another order"]
)
def test_an_optimizer_goes_with_parameters_as_in_the_file(tmp_path: Path, name: str) -> None:
    module, state = CASES[name]
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1).state_dict()
    tree = {"model_state_dict": state, "optimizer_state_dict": optimizer, "epoch": 1}
    assert read(tmp_path, saved(tree)).optimizer is not None


@pytest.mark.parametrize(
    "name",
    ["no bias", "batch norm behind the activation", "pruned", "used twice", "(inputs, outputs)"],
)
def test_the_optimizer_of_other_parameters_is_left_out_and_said(tmp_path: Path, name: str) -> None:
    module, state = CASES[name]
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1).state_dict()
    tree = {"model_state_dict": state, "optimizer_state_dict": optimizer, "epoch": 1}
    found = read(tmp_path, saved(tree))
    assert found.optimizer is None
    assert any("cannot be continued with those here" in str(notice) for notice in found.warnings)


def test_tensors_of_a_layer_used_twice_do_not_change_together(tmp_path: Path) -> None:
    found = read(tmp_path, saved(CASES["used twice"][1]))
    assert torch.equal(found.model["fc2.weight"], found.model["fc3.weight"])
    assert len({tensor.data_ptr() for tensor in found.model.values()}) == len(found.model)


@pytest.mark.parametrize("tree", [lambda state: state, lambda state: {"model": state}])
def test_a_count_without_a_layer_is_named_wherever_the_model_lies(
    tmp_path: Path, tree: Callable[[dict[str, Any]], Any]
) -> None:
    found = read(tmp_path, saved(tree({**PLAIN, "seen": torch.tensor(3)})))
    assert "Not used: `seen`." in map(str, found.warnings)
