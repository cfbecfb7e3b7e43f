"""The forms a model can be exported in, and the code of a run."""

from __future__ import annotations

import importlib.util
import types
from collections.abc import Mapping
from dataclasses import dataclass

from mlcore.errors import ExportError, SettingsError
from mlcore.rules import list_words, nearest
from mlcore.words import N_

__all__ = ["CODE_FORMATS", "FORMATS", "Format", "find_format"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One form.

    Attributes:
        name: in the shell.
        title: for a person.
        suffix: what file names end in.
        help: what it is good for, in a sentence.
        runs: whether it holds the whole computation, normalisation included, and not weights.
        needs: packages that it takes beyond those of a plain installation.
    """

    name: str
    title: str
    suffix: str
    help: str
    runs: bool = False
    needs: tuple[str, ...] = ()

    @property
    def lacking(self) -> ExportError | None:
        """The error where a package that it needs is not installed."""
        missing = [name for name in self.needs if importlib.util.find_spec(name) is None]
        if not missing:
            return None
        return ExportError(
            '{format} needs {packages}: run `pip install -e ".[export]"` in the folder of the '
            "project.",
            format=self.title,
            packages=list_words(missing),
        )

    def check(self) -> None:
        """Make sure that it can be written here.

        Raises:
            ExportError: a package that it needs is not installed.
        """
        if error := self.lacking:
            raise error


_ALL = (
    Format(
        name="full",
        title=N_("Full checkpoint"),
        suffix=".pt",
        help=N_("Everything that training needs to continue exactly."),
    ),
    Format(
        name="weights",
        title=N_("Weights"),
        suffix="-weights.pt",
        help=N_("The state dict alone, for load_state_dict in a program of your own."),
    ),
    Format(
        name="safetensors",
        title="safetensors",
        suffix=".safetensors",
        help=N_(
            "The weights in a file that can hold nothing but numbers, the settings beside them."
        ),
    ),
    Format(
        name="onnx",
        title="ONNX",
        suffix=".onnx",
        help=N_(
            "For other languages and runtimes: takes pixels from 0 to 1, normalises them itself."
        ),
        runs=True,
        needs=("onnx", "onnxruntime"),
    ),
    Format(
        name="pt2",
        title="torch.export",
        suffix=".pt2",
        help=N_("A PyTorch program without its Python source: takes pixels from 0 to 1."),
        runs=True,
    ),
)

FORMATS: Mapping[str, Format] = types.MappingProxyType({one.name: one for one in _ALL})
"""Name → form of a model."""

_CODE = (
    Format(
        name="script",
        title=N_("Script"),
        suffix=".py",
        help=N_("The training in plain PyTorch: it gives the same losses to the last digit."),
    ),
    Format(
        name="notebook",
        title=N_("Notebook"),
        suffix=".ipynb",
        help=N_("The same for Jupyter, cell by cell."),
    ),
    Format(
        name="command",
        title=N_("Command"),
        suffix=".sh",
        help=N_("One line for a shell, with what differs from the defaults."),
    ),
)

CODE_FORMATS: Mapping[str, Format] = types.MappingProxyType({one.name: one for one in _CODE})
"""Name → form of the code of a run."""


def find_format(name: str, formats: Mapping[str, Format] = FORMATS) -> Format:
    """The form of this name.

    Raises:
        SettingsError: there is none.
    """
    if name not in formats:
        raise SettingsError(
            "There is no format {name!r}{hint}: use {formats}.",
            name=name,
            hint=nearest(name, formats),
            formats=", ".join(formats),
        )
    return formats[name]
