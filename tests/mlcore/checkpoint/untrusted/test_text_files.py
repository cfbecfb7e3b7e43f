"""Texts in a checkpoint's place are told apart."""

from __future__ import annotations

import pytest

from mlcore.checkpoint.untrusted.text_files import text_error

TEXTS = {
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 12\n": "git lfs pull",
    b"\n\n<!DOCTYPE html>\n<html lang='en'>": "web page",
    b"<html><body>Sign in": "web page",
    b"\xef\xbb\xbf<!doctype html>": "web page",
    "<html>".encode("utf-16"): "web page",
    b"<?xml version='1.0'?><Error><Code>AccessDenied": "XML",
    b'{"message": "Not Found"}': '"Not Found"',
    b'{\n "cells": [{"cell_type": "code"': "notebook",
    b'{"metadata": {}, "weight_map": {"fc1.weight": "a.safetensors"}}': "several files",
    b"import torch\nfrom torch import nn\n": "program",
    b"(dp0\nS'a'\n": "plain Python pickle",
    b'model_checkpoint_path: "ckpt-1"\n': "TensorFlow",
    b"Entry not found": "Entry not found",
    "Zugriff verweigert: größ".encode()[:-1]: "Zugriff verweigert",
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_named_by_its_kind(text: bytes) -> None:
    error = text_error(text)
    assert error is not None
    assert str(error).startswith("The file is ")
    assert TEXTS[text] in str(error)


@pytest.mark.parametrize("data", [b"\x80\x02}q", b"\0\0\0", b"\x81\xa6params\x82", b"a\x1b[31m"])
def test_bytes_are_no_text(data: bytes) -> None:
    assert text_error(data) is None
