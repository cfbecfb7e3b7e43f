"""An edit as code: what of a training that is under way gets other values.

The schedule moves to where it would be had it held from the start, as `mlcore.optim.rebuild` has
it; the optimizer keeps what it remembers.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from mlcore.config import SETTINGS, OptimConfig
from mlcore.export.code.data_code import make_loader
from mlcore.export.code.optimizers import group_options, make_schedule
from mlcore.export.code.plan import PlacedEdit, Plan, moves_momentum
from mlcore.export.code.python_text import bracketed
from mlcore.words import N_, as_text

__all__ = ["edit_code"]

_SHAPES: Mapping[str, tuple[str, ...]] = {
    "step": ("optim.lr", "optim.step_every", "optim.gamma"),
    "cosine": ("optim.lr", "optim.min_lr", "train.epochs"),
    "plateau": ("optim.gamma", "optim.min_lr", "optim.plateau_patience"),
    "one_cycle": (
        "optim.lr",
        "optim.warmup",
        "optim.momentum",
        "optim.beta1",
        "optim.beta2",
        "train.epochs",
        "data.batch_size",
    ),
}
"""Schedule → settings that it is made of, beside its name."""

_COMMENT = 76  # characters of a comment's line, which stands further in
_BY_EPOCH = ("step", "cosine")
_MARKED = frozenset(("step", "cosine", "one_cycle"))
"""Schedules that note the first learning rate in the optimizer, and count its steps."""


def edit_code(plan: Plan, placed: PlacedEdit) -> list[str]:
    """The lines of an edit, below a comment that says what it changes; none where nothing does."""
    within = {"start": 0, "epoch": 8, "step": 12}[placed.place]
    lines = _variables(plan, placed, within) + _optimizer(plan, placed, within)
    lines += _schedule(plan, placed, within)
    return [*_comment(plan, placed), *lines] if lines else []


def _comment(plan: Plan, placed: PlacedEdit) -> list[str]:
    before = placed.before.flat()
    told = [
        plan.words(
            N_("{setting} {before} → {after}"),
            setting=plan.words(SETTINGS[name].rule.label).lower(),
            before=_told(before[name]),
            after=_told(value),
        )
        for name, value in placed.after.flat().items()
        if value != before[name]
    ]
    same = plan.words(N_("the same values again"))
    text = plan.words(N_("Edit: {changes}"), changes=plan.words(N_(", ")).join(told) or same)
    return textwrap.wrap(text, _COMMENT, initial_indent="# ", subsequent_indent="#   ")


def _told(value: object) -> str:
    return as_text(value, " ") if isinstance(value, int | float | str) else str(value)


def _variables(plan: Plan, placed: PlacedEdit, within: int) -> list[str]:
    """What is no option of the optimizer or its schedule."""
    before, after = placed.before, placed.after
    lines = []
    if after.data.batch_size != before.data.batch_size:
        by_hand = [f"batch_size = {after.data.batch_size}"]
        lines += by_hand if plan.by_hand else make_loader(after, within=within)
    if after.train.threads not in (0, before.train.threads):
        lines.append(f"torch.set_num_threads({after.train.threads})")
    if after.train.epochs != before.train.epochs:
        lines.append(f"epochs = {after.train.epochs}")
    if after.train.patience != before.train.patience:
        lines.append(f"patience = {after.train.patience}")
    if after.optim.clip_norm != before.optim.clip_norm:
        lines.append(f"max_norm = {after.optim.clip_norm!r}")
    return lines


def _optimizer(plan: Plan, placed: PlacedEdit, within: int) -> list[str]:
    """Other options for the optimizer, which keeps its state."""
    before, after = placed.before.optim, placed.after.optim
    old, new = group_options(before), group_options(after)
    names = [name for name in new if new[name] != old[name] and name != "lr"]
    moved = "betas" if "betas" in new else "momentum"
    if _moves(before) and not _moves(after) and moved not in names:
        names.append(moved)  # the schedule had moved it
    options = {name: new[name] for name in names}
    if _sets_rate(placed):
        options = {"lr": after.lr} | options
        if placed.schedules & _MARKED and after.schedule in _BY_EPOCH:
            options["initial_lr"] = after.lr
    lines = []
    if len(options) == 1:
        lines = [f'optimizer.param_groups[0]["{k}"] = {value!r}' for k, value in options.items()]
    elif options:
        given = [f"{name}={value!r}" for name, value in options.items()]
        lines = bracketed("optimizer.param_groups[0].update(", given, within=within)
    if after.name == "rmsprop" and after.momentum and not before.momentum:
        lines += [
            plan.noted("for weight in model.parameters():", N_("the momentum begins at 0")),
            "    state = optimizer.state[weight]",
            '    state.setdefault("momentum_buffer", torch.zeros_like(weight))',
        ]
    return lines


def _moves(optim: OptimConfig) -> bool:
    return optim.schedule == "one_cycle" and moves_momentum(optim)


def _sets_rate(placed: PlacedEdit) -> bool:
    """Whether the learning rate is that of the settings again (one_cycle sets it itself)."""
    before, after = placed.before.optim, placed.after.optim
    if after.schedule == "one_cycle":
        return False
    if before.schedule != after.schedule:
        return before.schedule != "constant" or before.lr != after.lr
    if after.schedule == "plateau":
        return "optim.lr" in placed.edit.changes  # else it keeps the rate it came down to
    if after.schedule == "constant":
        return before.lr != after.lr
    return _is_remade(placed)


def _is_remade(placed: PlacedEdit) -> bool:
    """Whether the schedule is another one from now on."""
    before, after = placed.before.flat(), placed.after.flat()
    schedule = placed.after.optim.schedule
    if schedule == "constant":
        return False
    names = ("optim.schedule", *_SHAPES[schedule])
    return any(before[name] != after[name] for name in names)


def _schedule(plan: Plan, placed: PlacedEdit, within: int) -> list[str]:
    """The schedule anew, and where it would be now."""
    before, after = placed.before.optim, placed.after.optim
    if after.schedule == "constant":
        return ["scheduler = None"] if before.schedule != "constant" else []
    if not _is_remade(placed):
        return []
    made = make_schedule(after, str(placed.total_steps), within=within)
    if before.schedule == after.schedule == "plateau":
        return [
            "best_so_far, bad_so_far = scheduler.best, scheduler.num_bad_epochs",
            *made,
            "scheduler.best, scheduler.num_bad_epochs = best_so_far, bad_so_far",
        ]
    done = {"one_cycle": placed.edit.step, "plateau": 0}.get(after.schedule, placed.edit.epoch)
    if not done:
        return made
    lines = list(made)
    if placed.place == "start" or not placed.schedules & _MARKED:
        lines += _mark_stepped(plan, placed)
    by_step = after.schedule == "one_cycle"
    where = (
        N_("to where it would be after these steps")
        if by_step
        else N_("to where it would be after these epochs")
    )
    return [
        *lines,
        plan.noted(f"for _ in range({done}):", where),
        "    scheduler.step()",
    ]


def _mark_stepped(plan: Plan, placed: PlacedEdit) -> list[str]:
    forget = [] if placed.place == "start" else ["optimizer.zero_grad()"]
    return [*forget, plan.noted("optimizer.step()", N_("without gradients it does nothing"))]
