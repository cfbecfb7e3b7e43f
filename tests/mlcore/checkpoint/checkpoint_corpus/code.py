"""Files that would run code: each creates the marker file if it gets its way."""

from __future__ import annotations

import io
import os
import pickle
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from checkpoint_corpus.good import saved, weights
from checkpoint_corpus.pickles import call, integer, legacy, name, table, text, whole, zipped

_QUALIFIED = "torch._tensor _rebuild_from_type_v2"


class Evil:
    """Unpickling it runs a command."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.marker}",)


def _scripted() -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(nn.Linear(784, 10)), buffer)
    return buffer.getvalue()


def _module_with(evil: Any) -> nn.Module:
    module = nn.Sequential(nn.Linear(784, 10))
    module.hook = evil  # type: ignore[assignment]
    return module


def files(marker: Path) -> dict[str, bytes]:
    evil = Evil(marker)
    command = text(f"touch {marker}")
    python = text(f"open({str(marker)!r}, 'w')")
    system = call("os", "system", command)
    posix = call("posix", "system", command)
    hidden = {**weights(), "fc1.bias": evil}
    stack_global = b"\x80\x04\x8c\x05posix\x8c\x06system\x93" + command + b"\x85R."
    extension = b"\x80\x02\x82\x01" + command + b"\x85R."
    instance = b"\x80\x02(" + command + b"iposix\nsystem\n."
    made = b"\x80\x02(" + name("posix", "system") + command + b"o."
    new = b"\x80\x02" + name("subprocess", "Popen") + command + b"\x85\x81."
    by_type = call(
        *_QUALIFIED.split(), name("posix", "system"), name("torch", "Tensor"), command, b"}"
    )
    attribute = call("builtins", "getattr", name("os", "path"), text("join"))
    loader = call("torch", "load", text("other.pt"))
    hook = call(
        "torch._utils",
        "_rebuild_parameter_with_state",
        integer(0),
        b"\x88",
        b"}",
        table({"__class__": name("posix", "system")}),
    )
    grown = name("collections", "OrderedDict") + b")R" + table({"__class__": b"N"}) + b"b"
    return {
        "code in zip": saved(evil),
        "code in zip, protocol 4": saved(evil, protocol=4),
        "code in legacy": saved(evil, legacy=True),
        "code in plain pickle": pickle.dumps(evil, protocol=2),
        "code in plain pickle, protocol 0": pickle.dumps(evil, protocol=0),
        "code in plain pickle, protocol 5": pickle.dumps(evil, protocol=5),
        "code in a state dict": saved(hidden),
        "code in a legacy state dict": saved(hidden, legacy=True),
        "code beside a state dict": saved({"model_state_dict": weights(), "hook": evil}),
        "code beside a state dict, protocol 5": saved({"model": weights(), "a": evil}, protocol=5),
        "code in a whole module": saved(_module_with(evil)),
        "code beside a whole module, legacy": saved({"model": weights(), "a": evil}, legacy=True),
        "code by a dotted name": zipped(
            b"\x80\x04\x8c\x05torch\x8c\x09os.system\x93" + command + b"\x85R."
        ),
        "code by getattr of getattr": zipped(
            whole(
                call(
                    "builtins",
                    "getattr",
                    call("builtins", "getattr", name("torch", "nn"), text("__globals__")),
                    text("system"),
                )
            )
        ),
        "code by a state": zipped(
            whole(name("__main__", "A") + b")\x81" + name("builtins", "exec") + b"b")
        ),
        "code by an item": zipped(
            whole(name("__main__", "A") + b")\x81" + text("a") + posix + b"s")
        ),
        "code by functools.partial": zipped(
            whole(call("functools", "partial", name("os", "system"), command))
        ),
        "code by a loader of NumPy": zipped(whole(call("numpy", "load", text("other.npy")))),
        "code by a function of its own": zipped(
            whole(call("types", "FunctionType", call("types", "CodeType"), b"}"))
        ),
        "code by cloudpickle": zipped(
            whole(call("cloudpickle.cloudpickle", "_make_function", text("")))
        ),
        "code by dill": zipped(whole(call("dill._dill", "_create_function", text("")))),
        "code by runpy": zipped(whole(call("runpy", "run_path", text("a.py")))),
        "code by a web browser": zipped(whole(call("webbrowser", "open", text("http://a")))),
        "code by ctypes": zipped(whole(call("ctypes.util", "find_library", text("c")))),
        "code in the legacy magic number": whole(system),
        "code in the legacy keys": legacy(b"}", system),
        "code by os.system": zipped(whole(system)),
        "code by posix.system": zipped(whole(posix)),
        "code by builtins.eval": zipped(whole(call("builtins", "eval", python))),
        "code by Python 2's name": zipped(whole(call("__builtin__", "eval", python))),
        "code by STACK_GLOBAL": zipped(stack_global),
        "code by EXT1": zipped(extension),
        "code by INST": zipped(instance),
        "code by OBJ": zipped(made),
        "code by NEWOBJ": zipped(new),
        "code by rebuilding from a type": zipped(whole(by_type)),
        "code by getattr": zipped(whole(attribute)),
        "code by torch.load": zipped(whole(loader)),
        "code by a parameter's state": zipped(whole(hook)),
        "code by BUILD": zipped(whole(grown)),
        "call of a text": zipped(whole(text("posix.system") + command + b"\x85R")),
        "call of a storage": zipped(whole(name("torch", "FloatStorage") + integer(9) + b"\x85R")),
        "TorchScript": _scripted(),
    }
