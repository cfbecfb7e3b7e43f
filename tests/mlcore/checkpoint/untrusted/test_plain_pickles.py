"""Pickles that torch.save did not write are told by what they name; nothing of them is run."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch
from checkpoint_corpus.good import weights
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from mlcore.checkpoint import build_model, load
from mlcore.errors import CheckpointError

IMAGES = np.random.default_rng(0).random((40, 784))
LABELS = np.arange(40) % 10


def learned(model: MLPClassifier | LogisticRegression) -> MLPClassifier | LogisticRegression:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like to train for longer
        return model.fit(IMAGES, LABELS)


class Harm:
    """Runs a program where it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        import os

        return os.system, ("false",)


def refusal(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        load(path)
    return str(caught.value)


def test_what_scikit_learn_wrote_is_named_and_its_numbers_can_be_read(tmp_path: Path) -> None:
    path, model = tmp_path / "model.joblib", learned(MLPClassifier((16,), max_iter=1))
    joblib.dump(model, path)
    said = refusal(path)
    assert "a plain Python pickle of scikit-learn's MLPClassifier, no checkpoint" in said
    path.write_bytes(pickle.dumps(model))
    assert refusal(path) == said
    arrays = {f"W{n}": array for n, array in enumerate(model.coefs_, start=1)}
    arrays |= {f"b{n}": array for n, array in enumerate(model.intercepts_, start=1)}
    save_file(arrays, tmp_path / "model.safetensors")
    found = build_model(load(tmp_path / "model.safetensors")).eval()
    with torch.no_grad():
        chances = found(torch.from_numpy(IMAGES).float()).exp().numpy()
    np.testing.assert_allclose(chances, model.predict_proba(IMAGES), atol=1e-5)


@pytest.mark.parametrize("size", [3, 10_000])
def test_what_joblib_wrote_is_named_wherever_its_arrays_lie(tmp_path: Path, size: int) -> None:
    joblib.dump({"a": np.ones(size), "b": np.arange(size)}, tmp_path / "a.joblib")
    assert "a plain Python pickle, written by joblib, no checkpoint" in refusal(
        tmp_path / "a.joblib"
    )
    joblib.dump(learned(LogisticRegression(max_iter=1)), tmp_path / "b.joblib")
    assert "pickle of scikit-learn's LogisticRegression" in refusal(tmp_path / "b.joblib")


def test_what_it_would_run_is_said_first(tmp_path: Path) -> None:
    joblib.dump({"model": learned(MLPClassifier((4,), max_iter=1))}, tmp_path / "a.joblib")
    (tmp_path / "b.pkl").write_bytes(pickle.dumps([Harm(), np.ones(3)]))
    assert "asks to run" not in refusal(tmp_path / "a.joblib")
    assert "asks to run `posix.system`" in refusal(tmp_path / "b.pkl")


def test_a_damaged_file_of_torch_is_no_plain_pickle(tmp_path: Path) -> None:
    path = tmp_path / "old.pt"
    for protocol in (2, 4):
        torch.save(weights(), path, _use_new_zipfile_serialization=False, pickle_protocol=protocol)
        assert load(path)
        path.write_bytes(path.read_bytes()[:400])
        assert "plain" not in refusal(path)


def test_bytes_that_only_begin_like_a_pickle_are_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(b"\x80\x09" + bytes(40))
    assert "protocol 9" in refusal(tmp_path / "a.pt")
