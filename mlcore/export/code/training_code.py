"""What stands around the training loop, as code: optimizer, validation, test."""

from __future__ import annotations

from mlcore.export.code.loop_code import to_model
from mlcore.export.code.names import Names
from mlcore.export.code.optimizers import make_optimizer, make_schedule
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import Part, indented
from mlcore.words import N_

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

_EVAL = N_("no dropout; batch norm uses what it has learned")


def evaluate_lines(plan: Plan) -> list[str]:
    """The function that gives loss and accuracy; none where no images are held out."""
    if not plan.validates:
        return []
    loss = "nll_loss" if plan.config.train.loss == "nll" else "cross_entropy"
    return [
        "def evaluate(loader):",
        _said(plan, N_("Mean loss and accuracy of the model over all images of a loader.")),
        plan.noted("    model.eval()", _EVAL),
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


def _said(plan: Plan, text: str) -> str:
    """The docstring of a function."""
    return f'    """{plan.words(text)}"""'


def evaluation_part(plan: Plan) -> Part:
    """The cell with the functions that training uses; without blocks where it needs none."""
    orders = [
        [
            "def shuffled(seed):",
            _said(plan, N_("The order in which an epoch of this seed visits the images.")),
            "    generator = torch.Generator().manual_seed(seed)",
            "    return torch.randperm(len(train_set), generator=generator).tolist()",
        ],
        [
            "def next_order():",
            _said(
                plan,
                N_("An order, drawn from the random numbers as DataLoader(shuffle=True) does."),
            ),
            plan.noted(
                "    torch.empty((), dtype=torch.int64).random_()", N_("a seed for its workers")
            ),
            "    return shuffled(torch.empty((), dtype=torch.int64).random_().item())",
        ],
    ]
    return Part(
        plan.words(N_("Functions")),
        plan.words(N_("What the training uses.")),
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
    about = plan.words(N_("The loss, and what moves the weights against its gradient."))
    return Part(plan.words(N_("Optimizer")), about, lines, start)


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
        return [plan.comment(N_("The initial weights are those of another training.")), *lines]
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
    about = N_("Continue the training that wrote the checkpoint, where it stood.")
    return [plan.comment(about), *lines]


def test_lines(plan: Plan) -> list[str]:
    """The lines that test the model."""
    if plan.validates:
        return [
            "test_loss, accuracy = evaluate(test_loader)",
            'print(f"test loss {test_loss:.4f}, accuracy {accuracy:.2%}")',
        ]
    return [
        plan.noted("model.eval()", _EVAL),
        "correct = 0",
        plan.noted("with torch.no_grad():", N_("a test needs no gradients")),
        "    for images, labels in test_loader:",
        *indented(to_model(plan), 8),
        "        correct += (model(images).argmax(1) == labels).sum().item()",
        'print(f"test accuracy {correct / len(test_set):.2%}")',
    ]


def save_lines(plan: Plan) -> list[str]:
    """The line that writes the weights."""
    return [plan.noted(f'torch.save(model.state_dict(), "{_FILE}")', N_("for load_state_dict"))]


def load_lines(plan: Plan) -> list[str]:
    """The lines with which another script reads what this one has written."""
    return [
        plan.noted(f"model = {_model(plan)}", N_("the same layers, with weights at random")),
        f'model.load_state_dict(torch.load("{_FILE}", weights_only=True))',
        plan.noted("model.eval()", _EVAL),
    ]


def test_part(plan: Plan) -> Part:
    """The cell that tests and saves."""
    about = plan.words(N_("How well it does on images that it has never seen."))
    return Part(plan.words(N_("Test")), about, [*test_lines(plan), *save_lines(plan)])
