"""What stands around the training loop, as code: optimizer, validation, test."""

from __future__ import annotations

from mlcore.export.code.loop_code import to_model
from mlcore.export.code.names import Names
from mlcore.export.code.optimizers import make_optimizer, make_schedule
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import Part, indented

__all__ = [
    "evaluate_lines",
    "evaluation_part",
    "load_lines",
    "optimizer_part",
    "save_lines",
    "test_lines",
    "test_part",
]

_FILE = "model.pt"
"""What the script calls the file of its weights."""


def evaluate_lines(plan: Plan) -> list[str]:
    """The function that gives loss and accuracy; none where no images are held out."""
    if not plan.validates:
        return []
    loss = "nll_loss" if plan.config.train.loss == "nll" else "cross_entropy"
    return [
        "def evaluate(loader):",
        '    """Mean loss and accuracy of the model over all images of a loader."""',
        "    model.eval()  # no dropout; batch norm uses what it has learned",
        "    losses, correct = [], 0",
        "    with torch.no_grad():",
        "        for images, labels in loader:",
        *indented(to_model(plan), 12),
        "            outputs = model(images)",
        f'            losses.append(F.{loss}(outputs, labels, reduction="none"))',
        "            correct += (outputs.argmax(1) == labels).sum().item()",
        "    losses = torch.cat(losses).cpu().double()",
        "    return losses.mean().item(), correct / len(losses)",
    ]


def evaluation_part(plan: Plan) -> Part:
    """The cell with the functions that training uses; without blocks where it needs none."""
    orders = [
        [
            "def shuffled(seed):",
            '    """The order in which an epoch of this seed visits the images."""',
            "    generator = torch.Generator().manual_seed(seed)",
            "    return torch.randperm(len(train_set), generator=generator).tolist()",
        ],
        [
            "def next_order():",
            '    """An order, drawn from the random numbers as DataLoader(shuffle=True) does."""',
            "    torch.empty((), dtype=torch.int64).random_()  # a seed for its workers",
            "    return shuffled(torch.empty((), dtype=torch.int64).random_().item())",
        ],
    ]
    return Part(
        "Functions",
        "What the training uses.",
        evaluate_lines(plan),
        *(orders if plan.by_hand else []),
    )


def optimizer_part(plan: Plan, names: Names) -> Part:
    """The cell that makes model, loss, optimizer and schedule, and reads the checkpoint."""
    config, device = plan.config, plan.recipe.device
    model = _model(plan) + (f'.to("{device}")' if plan.moves_to_device else "")
    loss = "NLLLoss" if config.train.loss == "nll" else "CrossEntropyLoss"
    fresh = not plan.continues and not plan.by_hand
    total = "epochs * len(train_loader)" if fresh else str(plan.total_steps)
    schedule = make_schedule(config.optim, total)
    if not schedule and plan.schedules != {"constant"}:
        schedule = ["scheduler = None"]
    lines = [
        f"model = {model}",
        f"criterion = nn.{loss}()",
        *make_optimizer(config.optim),
        f"epochs = {config.train.epochs}",
        *schedule,
    ]
    start = _start(plan, names)
    words = "The loss, and what moves the weights against its gradient."
    return Part("Optimizer", words, lines, start)


def _model(plan: Plan) -> str:
    """The model, at random."""
    return "MLP().double()" if plan.is_double else "MLP()"


def _start(plan: Plan, names: Names) -> list[str]:
    """Read the checkpoint that the training begins from."""
    start = plan.recipe.start
    if start is None:
        return []
    where = f', map_location="{plan.recipe.device}"' if plan.moves_to_device else ""
    lines = [
        f"checkpoint = torch.load({names.checkpoint}, weights_only=True{where})",
        'model.load_state_dict(checkpoint["model_state_dict"])',
    ]
    if not start.continues:
        return ["# The initial weights are those of another training.", *lines]
    lines.append('optimizer.load_state_dict(checkpoint["optimizer_state_dict"])')
    lines.append('saved = checkpoint["trainer"]')
    match plan.config.optim.schedule:
        case "step" | "cosine":
            lines.append('scheduler.last_epoch = checkpoint["epoch"]')
        case "one_cycle":
            lines.append('scheduler.last_epoch = checkpoint["step"]')
        case "plateau":
            lines.append('scheduler.best = saved["schedule"]["best"]')
            lines.append('scheduler.num_bad_epochs = saved["schedule"]["num_bad_epochs"]')
    cpu = ".cpu()" if plan.moves_to_device else ""
    lines.append(f'torch.set_rng_state(saved["rng_cpu"]{cpu})')
    if plan.recipe.device.startswith("cuda"):
        lines.append('torch.cuda.set_rng_state(saved["rng_device"].cpu())')
    return ["# Continue the training that wrote the checkpoint, where it stood.", *lines]


def test_lines(plan: Plan) -> list[str]:
    """The lines that test the model."""
    if plan.validates:
        return [
            "test_loss, accuracy = evaluate(test_loader)",
            'print(f"test loss {test_loss:.4f}, accuracy {accuracy:.2%}")',
        ]
    return [
        "model.eval()  # no dropout; batch norm uses what it has learned",
        "correct = 0",
        "with torch.no_grad():  # a test needs no gradients",
        "    for images, labels in test_loader:",
        *indented(to_model(plan), 8),
        "        correct += (model(images).argmax(1) == labels).sum().item()",
        'print(f"test accuracy {correct / len(test_set):.2%}")',
    ]


def save_lines() -> list[str]:
    """The line that writes the weights."""
    return [f'torch.save(model.state_dict(), "{_FILE}")  # for load_state_dict']


def load_lines(plan: Plan) -> list[str]:
    """The lines with which another script reads what this one has written."""
    return [
        f"model = {_model(plan)}  # the same layers, with weights at random",
        f'model.load_state_dict(torch.load("{_FILE}", weights_only=True))',
        "model.eval()  # no dropout; batch norm uses what it has learned",
    ]


def test_part(plan: Plan) -> Part:
    """The cell that tests and saves."""
    words = "How well it does on images that it has never seen."
    return Part("Test", words, [*test_lines(plan), *save_lines()])
