"""The names that a checkpoint's pickle mentions; none is ever looked up or imported.

A few of them stand for tensors. Any other is a class of which nothing is known, and what a pickle
makes of it is noted as inert. A file that mentions what could only be there to be run is refused
nevertheless: nobody should use it.
"""

from __future__ import annotations

import sys
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from dataclasses import dataclass

from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError
from mlcore.words import N_

__all__ = ["STORAGES", "Global", "asks_to_run", "find_global", "no_tensor"]

STORAGES = {
    "torch.DoubleStorage": "float64",
    "torch.FloatStorage": "float32",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ShortStorage": "int16",
    "torch.CharStorage": "int8",
    "torch.ByteStorage": "uint8",
    "torch.BoolStorage": "bool",
    "torch.ComplexFloatStorage": "complex64",
    "torch.ComplexDoubleStorage": "complex128",
    "torch.QInt8Storage": "qint8",
    "torch.QUInt8Storage": "quint8",
    "torch.QInt32Storage": "qint32",
    "torch.storage.UntypedStorage": "bytes",
}
"""What a storage is called in a pickle → the kind of its numbers."""

_PARTS = ("__globals__", "__builtins__", "__subclasses__", "__import__", "__class__", "__dict__")
_PROGRAMS = frozenset({"os", "sys", "posix", "nt", "subprocess", "builtins", "eval", "exec"})
_OTHERS = """
    __builtin__ commands distutils imp nt pip popen2 pkg_resources posixpath ntpath setuptools
    dill cloudpickle IPython execnet pexpect paramiko fabric invoke sh
""".split()  # noqa: SIM905  a list of names is read, and changed, more easily as text
"""Modules outside the standard library, of today or of Python 2, that are there to run things."""

_LOADERS = (
    "torch.load",
    "torch.serialization.load",
    "torch.hub.",
    "torch.package.",
    "torch.jit.",
    "torch.ops.",
    "torch.fx.graph_module.",
    "torch.utils.cpp_extension.",
    "torch.utils.model_zoo.",
    "torch.distributed.rpc.",
    "torch.multiprocessing.",
    "torch.classes.",
    "numpy.load",
    "numpy.save",
    "numpy.f2py.",
    "numpy.distutils.",
    "numpy.testing.",
    "pandas.read_",
    "joblib.load",
)
_DATA = """
    builtins.set builtins.frozenset builtins.bytes builtins.bytearray builtins.complex
    builtins.list builtins.dict builtins.tuple builtins.int builtins.float builtins.str
    builtins.bool builtins.object builtins.slice builtins.range builtins.type builtins.getattr
    builtins.NotImplemented builtins.Ellipsis _codecs.encode copyreg._reconstructor
    copyreg.__newobj__ copyreg.__newobj_ex__ types.SimpleNamespace types.MappingProxyType
    types.NoneType re._compile re.compile logging.getLogger logging.Logger logging.RootLogger
    time.struct_time operator.getitem operator.itemgetter operator.attrgetter operator.or_
    operator.methodcaller functools.partial array.array array._array_reconstructor random.Random
    _random.Random io.BytesIO io.StringIO _io.BytesIO _io.StringIO optparse.Values
    contextlib.nullcontext inspect.Signature inspect.Parameter inspect._ParameterKind
    inspect._empty
""".split()  # noqa: SIM905
"""Names of the standard library that only stand for data, or are noted as such."""

_DATA_MODULES = """
    collections argparse pathlib datetime _datetime decimal _decimal fractions uuid enum typing
    dataclasses math cmath statistics numbers zoneinfo ipaddress itertools string abc configparser
""".split()  # noqa: SIM905
"""Modules of the standard library whose classes only hold data."""

_ASKS = N_(
    "The file asks to run `{name}`, which a checkpoint never needs; it was not run: "
    "use the file only if you trust its source, and save it again as a state dict."
)


@dataclass(frozen=True, slots=True)
class Global:
    """A name that the pickle mentioned, such as "torch.FloatStorage"; only a name."""

    name: str


def find_global(module: str, name: str) -> Global:
    """Take note of a name.

    Raises:
        CheckpointError: it is there to be run, or to load another file.
    """
    if (module, name) in NAME_MAPPING:  # protocol 2 writes the names of Python 2
        home, own = NAME_MAPPING[module, name]
    else:
        home, own = IMPORT_MAPPING.get(module, module), name
    full = f"{home}.{own}"
    if _runs(home, own, full):
        raise CheckpointError(_ASKS, name=printable(f"{module}.{name}"))
    return Global(full)


def asks_to_run(error: CheckpointError) -> bool:
    """Whether a file was refused because it mentions what is there to be run."""
    return error.template == _ASKS


def _runs(module: str, name: str, full: str) -> bool:
    """Whether a name is there to be run."""
    parts = name.split(".")
    reaches = any(part in _PARTS for part in parts) or any(p in _PROGRAMS for p in parts[:-1])
    if reaches or full.startswith(_LOADERS):
        return True
    top, _, rest = module.partition(".")
    if top in _OTHERS:
        return True
    if top not in sys.stdlib_module_names or (rest and top not in _PACKAGES):
        return False
    error = top == "builtins" and name.endswith(("Error", "Exception", "Interrupt", "Warning"))
    owner = full.rpartition(".")[0]  # a method of a class that holds data
    known = full in _DATA or (owner in _DATA and owner != "builtins.getattr")
    return not known and top not in _DATA_MODULES and not error


_PACKAGES = """
    asyncio collections compression concurrent ctypes curses dbm email encodings ensurepip html
    http idlelib importlib json lib2to3 logging multiprocessing os pathlib pydoc_data re sqlite3
    string sysconfig tkinter tomllib turtledemo unittest urllib venv wsgiref xml xmlrpc zipfile
    zoneinfo
""".split()  # noqa: SIM905
"""Modules of the standard library that have modules inside: a `code.nets` is somebody's own."""

_REFUSED = {
    ("torch._utils._rebuild_sparse", "torch.serialization._get_layout"): N_(
        "The file holds a sparse tensor (`{name}`): save dense ones, as tensor.to_dense()."
    ),
    ("torch._utils._rebuild_qtensor", "torch.Q"): N_(
        "The file holds a quantised tensor (`{name}`): save float32 tensors."
    ),
    ("torch._utils._rebuild_meta",): N_(
        "The file holds a meta tensor (`{name}`), which has no values: save a real model's."
    ),
    ("torch._tensor", "torch._utils"): N_(
        "The file holds a tensor of a special class (`{name}`): "
        "save plain ones, with torch.save(model.state_dict(), path)."
    ),
    ("numpy",): N_(
        "The file holds a NumPy value (`{name}`) where a tensor should be: "
        "save tensors, as torch.from_numpy(array)."
    ),
}
"""Beginnings of a name, and why what it makes is no tensor of a model; the first that fits."""


def no_tensor(name: str) -> CheckpointError | None:
    """Why what `name` makes is no tensor that can be read, where its name says that."""
    for beginnings in _REFUSED:
        if name.startswith(beginnings):
            return CheckpointError(_REFUSED[beginnings], name=printable(name))
    return None
