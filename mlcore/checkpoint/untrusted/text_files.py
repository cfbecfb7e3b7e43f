"""Texts that come in a checkpoint's place: pages, pointers, answers of servers."""

from __future__ import annotations

import codecs
import re

from mlcore.checkpoint.untrusted.source import printable
from mlcore.errors import CheckpointError
from mlcore.words import N_

__all__ = ["text_error"]

_KINDS = {
    rb"version https://git-lfs": N_(
        "The file is text, a pointer of Git LFS in the place of the checkpoint: "
        "fetch the file itself with `git lfs pull`, or download it from the project's page."
    ),
    rb"<(!doctype html|html|head|body|script)": N_(
        "The file is text, a saved web page (HTML) in the place of the checkpoint: "
        "download the file itself, with the page's download button or its raw link."
    ),
    rb"<(\?xml|error|!doctype|[a-z]+>)": N_(
        "The file is text (XML), perhaps a server's answer that refuses the download: "
        "read it in an editor, and download the checkpoint again."
    ),
    rb"[{\[][\s\S]*\"(nbformat|cells)\"": N_(
        "The file is text, a Jupyter notebook: "
        "run it, and give the file that its torch.save writes."
    ),
    rb"[{\[][\s\S]*\"weight_map\"": N_(
        "The file is text, the index of a model that lies in several files: "
        "save the model in one file, with torch.save(model.state_dict(), path)."
    ),
    rb"(\(dp0|\(lp0|ccopy_reg|ccollections)": N_(
        "The file is a plain Python pickle, no checkpoint: "
        "give a file written by torch.save or safetensors."
    ),
    rb"model_checkpoint_path:": N_(
        "The file is text, with which TensorFlow notes its last checkpoint, and only "
        "PyTorch's checkpoints and safetensors are read: save its weights by name with "
        "safetensors.numpy.save_file."
    ),
    rb"(import |from \w+ import |#!|\"\"\"|class \w+|def \w+)": N_(
        "The file is text, a program: run it, and give the file that its torch.save writes."
    ),
}
"""How a text begins, in lower case, and what to say of it; the first that fits counts."""


def text_error(head: bytes) -> CheckpointError | None:
    """What kind of text a file is that begins like this; None where it is none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, whose codec would be imported
        head = head[2:].replace(b"\0", b"")
    head = head.removeprefix(b"\xef\xbb\xbf")
    try:  # the last letter may be cut in two, which this decoder waits out
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    if any(ord(letter) < 32 and letter not in "\r\n\t\f" for letter in text):
        return None
    start = head.lstrip().lower()
    for pattern in _KINDS:
        if re.match(pattern, start):
            return CheckpointError(_KINDS[pattern])
    if start.startswith((b"{", b"[")):
        return CheckpointError(
            "The file is text (JSON that begins with {text}), such as a server's answer or a "
            "description: give a file written by torch.save or safetensors.",
            text=printable(text.strip(), 60),
        )
    return CheckpointError(
        'The file is text, no checkpoint; it begins with "{text}": '
        "give a file written by torch.save or safetensors.",
        text=printable(text.strip().split("\n", 1)[0], 40),
    )
