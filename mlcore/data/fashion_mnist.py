"""Fashion-MNIST: clothes in the form of MNIST, and harder."""

from __future__ import annotations

from mlcore.data.family import Download, Family, SplitFiles
from mlcore.words import N_

__all__ = ["FAMILIES"]

_MIRRORS = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)

FAMILIES = (
    Family(
        name="fashion_mnist",
        title=N_("Fashion-MNIST"),
        description=N_("Photographs of clothes, shoes and bags from an online shop."),
        licence="MIT",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        train_images=60_000,
        test_images=10_000,
        folder="FashionMNIST/raw",
        train=SplitFiles(images="train-images-idx3-ubyte", labels="train-labels-idx1-ubyte"),
        test=SplitFiles(images="t10k-images-idx3-ubyte", labels="t10k-labels-idx1-ubyte"),
        downloads=(
            Download("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", _MIRRORS),
            Download("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", _MIRRORS),
            Download("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", _MIRRORS),
            Download("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310", _MIRRORS),
        ),
        download_bytes=30_878_645,
    ),
)
