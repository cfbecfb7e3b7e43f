"""What a zip archive that is no checkpoint is instead, by the names of its members."""

from __future__ import annotations

from collections.abc import Callable, Collection

from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError
from mlcore.words import N_

__all__ = ["check_zip"]

_MODELS = (".pt", ".pth", ".ckpt", ".safetensors", ".bin")


def _any_below(*parts: str) -> Callable[[str], bool]:
    """Whether a member lies in one of these folders, or is called so, at the top or one below."""
    return lambda name: (
        f"/{name}".startswith(parts) or f"/{name.partition('/')[2]}".startswith(parts)
    )


_KINDS: dict[Callable[[str], bool], str] = {
    _any_below("/serialized_exported_program", "/archive_format", "/serialized_state_dict"): N_(
        "The file is a program written by torch.export (.pt2), and only numbers are read: "
        "save torch.save(torch.export.load(path).state_dict, new_path)."
    ),
    _any_below("/code/__torch__", "/constants.pkl"): N_(
        "The file is a TorchScript program, and only numbers are read: "
        "save torch.save(torch.jit.load(path).state_dict(), new_path)."
    ),
    (lambda name: name.endswith("data.pkl") and name.count("/") <= 1): "",
    (lambda name: name.endswith(("model.weights.h5", "/weights.h5"))): N_(
        "The file is a Keras model (.keras), and only PyTorch's checkpoints and safetensors "
        "are read: save its weights by name with safetensors.numpy.save_file."
    ),
    (lambda name: name.endswith(("saved_model.pb", "variables.index"))): N_(
        "The file is a zip archive of a TensorFlow model, and only PyTorch's checkpoints and "
        "safetensors are read: save its weights by name with safetensors.numpy.save_file."
    ),
    (lambda name: name.endswith(".npy")): N_(
        "The file is an archive of NumPy arrays (.npz), and only PyTorch's checkpoints and "
        "safetensors are read: save its arrays by name with safetensors.numpy.save_file."
    ),
    _any_below("/[Content_Types].xml", "/META-INF/MANIFEST.MF", "/coefficients.bin"): N_(
        "The file is a zip archive of other things, no checkpoint: "
        "give a file written by torch.save or safetensors."
    ),
}
"""What gives a kind of archive away, and what to say of it; "" where it is a checkpoint."""


def check_zip(names: Collection[str]) -> None:
    """Make sure that an archive with these members may be a checkpoint.

    Raises:
        CheckpointError: it is something else; the sentence says what, and what to do.
    """
    for known in _KINDS:
        if any(map(known, names)):
            if _KINDS[known]:
                raise CheckpointError(_KINDS[known])
            return
    inside = next((name for name in names if name.lower().endswith(_MODELS)), None)
    if inside is not None:
        raise CheckpointError(
            "The file is a zip archive that holds `{name}`: unpack it, and give that file.",
            name=printable(inside),
        )
    raise CheckpointError(
        "The file is a zip archive of other things, no checkpoint: "
        "give a file written by torch.save or safetensors."
    )
