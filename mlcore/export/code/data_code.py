"""The images as code: torchvision's data sets and transforms, or scikit-learn's digits."""

from __future__ import annotations

from mlcore.config import DataConfig, RunConfig
from mlcore.data import find_family
from mlcore.export.code.names import Names
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import WIDTH, Block, Part, bracketed
from mlcore.words import N_

__all__ = ["data_part", "make_loader", "reads_torchvision"]

_CLASSES = {
    "mnist": "MNIST",
    "fashion_mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "qmnist": "QMNIST",
    "emnist_digits": "EMNIST",
    "emnist_letters": "EMNIST",
    "emnist_balanced": "EMNIST",
}
"""Name in the settings → class in `torchvision.datasets`."""

_NORMALISED = N_("Pixels from 0 to 1, then minus the mean, over the standard deviation.")


def reads_torchvision(config: DataConfig) -> bool:
    """Whether torchvision has the data set."""
    return config.name in _CLASSES


def data_part(plan: Plan, names: Names) -> Part:
    """The cell that reads the images and puts them into batches."""
    config = plan.config.data
    sets = _torchvision(plan, names) if reads_torchvision(config) else _digits(plan)
    return Part(
        plan.words(N_("Data")),
        plan.words(
            N_("{data}: each image as numbers, normalised, in batches."),
            data=plan.words(find_family(config.name).title),
        ),
        *sets[:-1],
        [*sets[-1], *_selection(plan), *_loaders(plan)],
    )


def make_loader(config: RunConfig, *, within: int = 0) -> list[str]:
    """The line that makes the loader of the training images; it will be indented so far."""
    options = ["train_set", f"batch_size={config.data.batch_size}", "shuffle=True"]
    if config.data.drop_last:
        options.append("drop_last=True")
    return bracketed("train_loader = DataLoader(", options, within=within)


def _torchvision(plan: Plan, names: Names) -> list[Block]:
    config = plan.config.data
    family = find_family(config.name)
    numbers = f"transforms.Normalize(({config.mean!r},), ({config.std!r},))"
    steps = ["transforms.ToTensor()", numbers]
    options = [names.data]
    target = []
    if family.transposed:
        steps.insert(1, "transforms.Lambda(lambda image: image.transpose(1, 2))")
        options.append(f'split="{config.name.partition("_")[2]}"')
    if family.first_label:
        target = [f"target_transform=lambda label: label - {family.first_label}"]
    read = f"datasets.{_CLASSES[config.name]}("
    lines = [plan.comment(_NORMALISED)]
    lines += _compose(steps)
    for name, part in (("train_set", "True"), ("test_set", "False")):
        given = [*options, f"train={part}", "download=True", "transform=transform", *target]
        lines += bracketed(f"{name} = {read}", given)
    return [lines]


def _compose(steps: list[str]) -> list[str]:
    start, items = "transform = transforms.Compose(", f"[{', '.join(steps)}]"
    if len(items) + 4 > WIDTH:  # then the list has an item a line, and the call none
        return [f"{start}", "    [", *(f"        {step}," for step in steps), "    ]", ")"]
    return bracketed(start, [items])


def _digits(plan: Plan) -> list[Block]:
    config = plan.config.data
    return [
        [
            plan.comment(
                N_("Digits of 8×8 pixels from 0 to 16, enlarged to 20×20 within 28×28 as in MNIST.")
            ),
            "digits = load_digits()",
            "centres = np.clip((np.arange(20) + 0.5) * 8 / 20 - 0.5, 0, 7)",
            "weights = np.maximum(0, 1 - np.abs(centres[:, None] - np.arange(8)))  # (20, 8)",
            "ink = np.rint(weights @ (digits.images * 255 / 16) @ weights.T).astype(np.uint8)",
            "pixels = torch.from_numpy(np.pad(ink, ((0, 0), (4, 4), (4, 4)))).unsqueeze(1)",
            "labels = torch.from_numpy(digits.target)",
        ],
        [
            plan.comment(_NORMALISED),
            f"normalize = transforms.Normalize(({config.mean!r},), ({config.std!r},))",
            "images = normalize(pixels / 255)  # (N, 1, 28, 28)",
            "is_test = torch.zeros(len(labels), dtype=torch.bool)",
            plan.noted(
                "is_test[labels.argsort(stable=True)[::5]] = True", N_("every fifth of each digit")
            ),
            "train_set = TensorDataset(images[~is_test], labels[~is_test])",
            "test_set = TensorDataset(images[is_test], labels[is_test])",
        ],
    ]


def _selection(plan: Plan) -> list[str]:
    """The images that are trained on, and those that are held out."""
    config, seed = plan.config.data, plan.config.train.seed
    lines = []
    if config.train_limit and config.train_limit < find_family(config.name).train_images:
        lines.append(f"train_set = Subset(train_set, range({config.train_limit}))")
    if config.validation:
        count = config.validation
        lines += bracketed(
            "train_set, validation_set = random_split(",
            [
                "train_set",
                f"[len(train_set) - {count}, {count}]",
                f"generator=torch.Generator().manual_seed({seed})",
            ],
        )
    return lines


def _loaders(plan: Plan) -> list[str]:
    if plan.by_hand:
        lines = [f"batch_size = {plan.config.data.batch_size}"]
    else:
        lines = make_loader(plan.config)
    if plan.validates:
        lines.append(
            plan.comment(
                N_("A generator of its own: validating leaves the order of training alone.")
            )
        )
        lines += bracketed(
            "validation_loader = DataLoader(",
            ["validation_set", "batch_size=1000", "generator=torch.Generator()"],
        )
    return [*lines, "test_loader = DataLoader(test_set, batch_size=1000)"]
