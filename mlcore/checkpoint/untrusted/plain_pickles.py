"""What is said of a pickle that `torch.save` did not write."""

from __future__ import annotations

from mlcore.checkpoint.untrusted.names import asks_to_run
from mlcore.checkpoint.untrusted.scan import names_until_end
from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError

__all__ = ["plain_pickle"]

_PERCEPTRON = "MLPClassifier"
_PROTOCOLS = (b"\x02", b"\x03", b"\x04", b"\x05")


def plain_pickle(data: bytes) -> CheckpointError:
    """Why a plain pickle is no checkpoint, and by the names in it what to do with what it holds.

    What joblib writes is a pickle only in part: its arrays lie in between as they are.
    """
    names, error = names_until_end(data)
    if error is not None and (asks_to_run(error) or data[1:2] not in _PROTOCOLS):
        return error
    learned = [name.rpartition(".")[2] for name in names if name.startswith("sklearn.")]
    if _PERCEPTRON in learned:
        return CheckpointError(
            "The file is a plain Python pickle of scikit-learn's {kind}, no checkpoint: save its "
            "`coefs_` and `intercepts_` under the names W1, b1, W2, b2 and so on with "
            "safetensors.numpy.save_file.",
            kind=_PERCEPTRON,
        )
    if learned:
        return CheckpointError(
            "The file is a plain Python pickle of scikit-learn's {kind}, no checkpoint: "
            "give a file written by torch.save or safetensors.",
            kind=printable(learned[0], 40),
        )
    if any(name.startswith("joblib.") for name in names):
        return CheckpointError(
            "The file is a plain Python pickle, written by joblib, no checkpoint: "
            "give a file written by torch.save or safetensors."
        )
    return CheckpointError(
        "The file is a plain Python pickle, no checkpoint: "
        "give a file written by torch.save or safetensors."
    )
