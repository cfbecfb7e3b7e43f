"""Each catalogue has every text of the code, whole, and is compiled as it is written."""

from __future__ import annotations

import gettext
import io
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("babel")

from babel.messages.catalog import Catalog, Message

from tests import catalogues

FILES = catalogues.po_files()
SAME = {
    *(", ", "; ", "{words}."),
    *("logits", "sigmoid", "ReLU", "ln {classes}"),
    *("{words}", "{message}", "{error}", "{name} · logits", "dropout {value}"),
    *("{mean:g} / {std:g}: {accuracy}", "{size:.0f} KB", "{size:.1f} MB", "{size:.1f} GB"),
    *("Adam", "AMSGrad", "Nesterov", "nesterov", "Beta 1", "beta 1", "Beta 2", "beta 2"),
    *("Alpha", "alpha", "Epsilon", "epsilon", "Dropout", "Log-softmax", "One cycle"),
    *("CPU", "Apple GPU", "CSV", "JSON", "Parquet", "safetensors", "ROC", "F1", "t-SNE"),
    *("Fashion-MNIST", "Kuzushiji-MNIST", "MNIST", "QMNIST"),
    "homework lecture-3",  # words that a person may type
}
"""Texts that may be the same in another language: names, units, and values without words."""

OTHER_WORDS = ("侧栏", "滑动平均", "批大小", "次试验", "工作者", "已失败", "已失联", " 至 ")
"""For what is called 侧边栏, 移动平均, 批次大小, 个试验, 工作进程, 失败, 失联, 到."""

_CODE = re.compile(r"`[^`]*`")


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.parents[1].name)
def path(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


@pytest.fixture(scope="module")
def catalogue(path: Path) -> Catalog:
    return catalogues.read(path)


def pairs(catalogue: Catalog) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What stands in the code, singular and plural, and what stands for it."""
    for message in catalogue:
        if message.id:
            yield _all(message.id), _all(message.string)


def _all(texts: Message | str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


def fields(text: str) -> set[tuple[str, str | None, str | None]]:
    """The values in a text: name, how it is written, conversion."""
    return {
        (name, spec, how)
        for _, name, spec, how in string.Formatter().parse(text)
        if name is not None
    }


def test_there_is_a_catalogue() -> None:
    assert FILES


def test_a_catalogue_holds_the_texts_of_the_code_and_no_others(path: Path) -> None:
    fresh = catalogues.updated(catalogues.read(path), catalogues.extracted())
    assert {message.id for message in catalogues.read(path)} == {message.id for message in fresh}, (
        "run `python -m tests.catalogues`"
    )


def test_a_catalogue_stands_as_the_command_writes_it(path: Path, catalogue: Catalog) -> None:
    assert catalogues.written(catalogue) == path.read_bytes()


def test_every_text_is_translated(catalogue: Catalog) -> None:
    assert not [texts for texts, there in pairs(catalogue) if not there or not all(there)]


def test_no_text_is_left_in_english(catalogue: Catalog) -> None:
    same = {texts[0] for texts, there in pairs(catalogue) if set(texts) & set(there)}
    assert same <= SAME


def test_no_translation_is_in_doubt(catalogue: Catalog) -> None:
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


def test_no_value_is_lost(catalogue: Catalog) -> None:
    lost = [
        (texts, there)
        for texts, there in pairs(catalogue)
        for text in there
        if fields(text) - {("n", "", None), ("n", ",", None)}
        != fields(texts[-1]) - {("n", "", None), ("n", ",", None)}
    ]
    assert not lost


def test_no_code_is_lost(catalogue: Catalog) -> None:
    lost = [
        (texts, text)
        for texts, there in pairs(catalogue)
        for text in there
        if sorted(_CODE.findall(texts[-1])) != sorted(_CODE.findall(text))
    ]
    assert not lost


def test_the_compiled_catalogue_is_the_written_one(path: Path, catalogue: Catalog) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        there = gettext.GNUTranslations(file)
    fresh = gettext.GNUTranslations(io.BytesIO(catalogues.compiled(catalogue)))
    for texts, _ in pairs(catalogue):
        if len(texts) == 1:
            assert there.gettext(texts[0]) == fresh.gettext(texts[0]) != ""
        else:
            for n in (0, 1, 2, 5):
                assert there.ngettext(*texts, n) == fresh.ngettext(*texts, n)


def test_another_language_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "dashboard.po"
    fresh = catalogues.updated(catalogues.read(path), catalogues.extracted())
    message = fresh.get("Train")
    assert message is not None
    message.string = "Trainieren"
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogues.written(fresh))
    path.with_suffix(".mo").write_bytes(catalogues.compiled(catalogues.read(path)))
    german = gettext.translation("dashboard", tmp_path, ["de"])
    assert (german.gettext("Train"), german.gettext("Runs")) == ("Trainieren", "Runs")


@pytest.mark.parametrize("path", [path for path in FILES if path.parents[1].name == "zh_CN"])
def test_chinese_has_one_word_and_one_mark_for_a_thing(path: Path) -> None:
    """A space stands at each value (`filled` takes it away); `{hint}` begins with a bracket."""
    beside = re.compile(r"[\u4e00-\u9fff]\{(?!hint)|(?<!\{hint)\}[\u4e00-\u9fff]")
    for _, there in pairs(catalogues.read(path)):
        for text in there:
            assert not beside.search(text), text
            assert not re.search(r"[\u4e00-\u9fff][.,;:?!]", text), text
            assert not re.search(r"……|[\u4e00-\u9fff] …", text), text
            assert not [word for word in OTHER_WORDS if word in text], text
