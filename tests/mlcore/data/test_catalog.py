from __future__ import annotations

from torchvision import datasets

from mlcore.config import SETTINGS
from mlcore.data import CATALOG


def test_the_catalog_offers_what_the_setting_offers() -> None:
    assert set(CATALOG) == set(SETTINGS["data.name"].choices)
    assert all(name == family.name for name, family in CATALOG.items())


def test_files_addresses_and_sums_are_those_torchvision_knows() -> None:
    for name, theirs in (
        ("mnist", datasets.MNIST),
        ("fashion_mnist", datasets.FashionMNIST),
        ("kmnist", datasets.KMNIST),
    ):
        ours = CATALOG[name].downloads
        assert [(item.file, item.md5) for item in ours] == theirs.resources
        assert all(list(item.mirrors) == theirs.mirrors for item in ours)
    qmnist = datasets.QMNIST.resources
    assert [(item.mirrors[0] + item.file, item.md5) for item in CATALOG["qmnist"].downloads] == [
        *qmnist["train"],
        *qmnist["test"],
    ]
    for name in ("emnist_digits", "emnist_letters", "emnist_balanced"):
        (archive,) = CATALOG[name].downloads
        assert archive.mirrors[0] + archive.file == datasets.EMNIST.url
        assert archive.md5 == datasets.EMNIST.md5


def test_class_names_are_as_many_and_in_the_order_of_torchvisions() -> None:
    assert list(CATALOG["fashion_mnist"].classes) == datasets.FashionMNIST.classes
    assert list(CATALOG["kmnist"].classes) == datasets.KMNIST.classes
    theirs = datasets.EMNIST.classes_split_dict
    assert list(CATALOG["emnist_balanced"].classes) == theirs["balanced"]
    letters = [letter.upper() for letter in theirs["letters"][1:]]
    assert list(CATALOG["emnist_letters"].classes) == letters


def test_every_file_is_brought_by_a_download() -> None:
    for family in CATALOG.values():
        brought = {name for download in family.downloads for name in download.packed}
        assert {f"{name}.gz" for name in family.files} <= brought
        assert family.bundled == (not family.files)
        assert family.description.endswith(".")
