"""The training loop as code: over the batches of a `DataLoader`, or over batches taken by hand."""

from __future__ import annotations

from typing import Literal

from mlcore.export.code.edits import edit_code
from mlcore.export.code.optimizers import SCHEDULE_CLASSES
from mlcore.export.code.plan import Plan
from mlcore.export.code.python_text import Block, Part, indented
from mlcore.words import N_

__all__ = ["to_model", "training_part"]

_BY_EPOCH = ("step", "cosine")
_IS_STOPPED = "len(losses) == stop_at"


def training_part(plan: Plan, losses: str = "") -> Part:
    """The cell with the loop.

    Args:
        plan: of the training.
        losses: expression of the file for the losses; empty: they are kept in memory alone.
    """
    if plan.by_hand:
        head, body, end = _by_hand(plan, losses)
    else:
        head, body, end = _by_loader(plan, losses)
    loop = [*body, *indented(_end_of_epoch(plan) + end)]
    words = plan.words(N_("Every step takes a batch, finds the gradients, and moves the weights."))
    at_start = [line for placed in plan.at("start") for line in edit_code(plan, placed)]
    return Part(plan.words(N_("Training")), words, [*_variables(plan), *at_start, *head, *loop])


def _variables(plan: Plan) -> list[str]:
    """What the loop counts and remembers."""
    lines = [plan.noted("losses = []", N_("of every step"))]
    if plan.stop and plan.recipe.stopped:
        begun = ' - checkpoint["step"]' if plan.continues else ""
        step = plan.recipe.stopped.step
        stopped = N_("The run was stopped after step {step:,}; None trains to the end.")
        lines.append(plan.comment(stopped, step=step))
        lines.append(f"stop_at = {step}{begun}")
    if plan.counts_steps:
        lines.append('step = checkpoint["step"]' if plan.continues else "step = 0")
    if plan.varies("optim.clip_norm"):
        lines.append(f"max_norm = {plan.config.optim.clip_norm!r}")
    if plan.stops_early:
        lines.append(f"patience = {plan.config.train.patience}")
        if plan.continues and plan.recipe.start and plan.recipe.start.epoch:
            lines.append('best, bad_epochs = saved["best"], saved["bad_epochs"]')
        else:
            lines.append('best, bad_epochs = float("inf"), 0')
    return lines


def _by_loader(plan: Plan, losses: str) -> tuple[Block, Block, list[str]]:
    """A loop over epochs, and in it one over the batches of a `DataLoader`."""
    first = 'checkpoint["epoch"]' if plan.continues else "0"
    if plan.epochs_move:
        head = [f"epoch = {first}", "while epoch < epochs:", "    epoch += 1"]
    else:
        start = f"{first} + 1" if plan.continues else "1"
        head = [f"for epoch in range({start}, epochs + 1):"]
    body = ["total = 0.0"] if plan.sums_losses else []
    if plan.validates:
        body.append("model.train()")
    body += ["for images, labels in train_loader:", *indented(_step(plan, losses))]
    end = _edits_at(plan, "epoch")
    if plan.stops_early:
        end += [f"if {_has_waited(plan)}:", plan.noted("    break", N_("early stopping"))]
    end += _stop_at(plan, "epoch")
    return head, indented(body), end


def _by_hand(plan: Plan, losses: str) -> tuple[Block, Block, list[str]]:
    """The same with batches that are taken by hand from the epoch's order."""
    start = plan.recipe.start
    if start is not None and start.within:
        head = [
            plan.noted('epoch = checkpoint["epoch"] + 1', N_("the one under way")),
            'order = shuffled(saved["epoch_seed"])[saved["images_used"] :]',
            'total, batches = saved["loss_sum"], saved["position"]',
        ]
    else:
        first = 'checkpoint["epoch"] + 1' if plan.continues else "1"
        head = [f"epoch = {first}", "order = next_order()", "total, batches = 0.0, 0"]
    more = "len(order) >= batch_size" if plan.config.data.drop_last else "order"
    body = ["model.train()"] if plan.validates else []
    body += [
        f"while {more}:",
        "    batch, order = order[:batch_size], order[batch_size:]",
        "    images, labels = default_collate([train_set[index] for index in batch])",
        *indented(_step(plan, losses)),
    ]
    over = ["epoch >= epochs", *([_has_waited(plan)] if plan.stops_early else [])]
    over += [_IS_STOPPED] if plan.stop == "epoch" else []
    end = [
        *_edits_at(plan, "epoch"),
        f"if {' or '.join(over)}:",
        "    break",
        "epoch += 1",
        "order = next_order()",
        "total, batches = 0.0, 0",
    ]
    return [*head, "while True:"], indented(body), end


def _step(plan: Plan, losses: str) -> list[str]:
    """One optimisation step, and the edits that follow one."""
    lines = [
        *to_model(plan),
        plan.noted("optimizer.zero_grad()", N_("forget the gradients of the step before")),
        "loss = criterion(model(images), labels)",
        plan.noted("loss.backward()", N_("the gradient of the loss by every weight")),
    ]
    clip = "nn.utils.clip_grad_norm_(model.parameters(), {})"
    if plan.varies("optim.clip_norm"):
        lines += ["if max_norm:", f"    {clip.format('max_norm')}"]
    elif plan.config.optim.clip_norm:
        lines.append(clip.format(repr(plan.config.optim.clip_norm)))
    lines.append(plan.noted("optimizer.step()", N_("move every weight against its gradient")))
    if plan.schedules == {"one_cycle"}:
        lines.append("scheduler.step()")
    elif "one_cycle" in plan.schedules:
        lines += [f"if {_is_a('one_cycle')}:", "    scheduler.step()"]
    lines.append("losses.append(loss.item())")
    if losses:
        lines += [
            plan.noted(f"if {losses}:", N_("a line for each, as it comes")),
            f'    with open({losses}, "a" if len(losses) > 1 else "w") as file:',
            "        print(losses[-1], file=file)",
        ]
    if plan.sums_losses:
        lines.append("total += loss.item()")
    if plan.by_hand:
        lines.append("batches += 1")
    if plan.counts_steps:
        lines.append("step += 1")
    return lines + _edits_at(plan, "step") + _stop_at(plan, "step")


def _stop_at(plan: Plan, place: Literal["step", "epoch"]) -> list[str]:
    """The lines that end the training where the run was stopped, if it was in such a place."""
    return [f"if {_IS_STOPPED}:", "    break"] if plan.stop == place else []


def _end_of_epoch(plan: Plan) -> list[str]:
    """Validate, report, move the schedule, and note whether the epoch was the best."""
    lines = _stop_at(plan, "step")
    if plan.by_hand:
        lines += ["train_loss = total / batches"]
    elif plan.sums_losses:
        lines += ["train_loss = total / len(train_loader)"]
    else:
        lines += ["train_loss = sum(losses[-len(train_loader) :]) / len(train_loader)"]
    if plan.validates:
        lines += [
            "validation_loss, accuracy = evaluate(validation_loader)",
            'print(f"epoch {epoch}: training loss {train_loss:.4f}, ", end="")',
            'print(f"validation loss {validation_loss:.4f}, accuracy {accuracy:.2%}")',
        ]
    else:
        lines.append('print(f"epoch {epoch}: training loss {train_loss:.4f}")')
    judged = "validation_loss" if plan.validates else "train_loss"
    lines += _move_schedule(plan, judged)
    if plan.stops_early:
        lines += [
            f"if {judged} < best:",
            f"    best, bad_epochs = {judged}, 0",
            "else:",
            "    bad_epochs += 1",
        ]
    return lines


def _move_schedule(plan: Plan, judged: str) -> list[str]:
    """What a schedule does at the end of an epoch."""
    kinds = plan.schedules
    by_epoch = [kind for kind in _BY_EPOCH if kind in kinds]
    if kinds == {"plateau"}:
        return [f"scheduler.step({judged})"]
    if kinds <= set(_BY_EPOCH):
        return ["scheduler.step()"]
    lines = []
    if "plateau" in kinds:
        lines = [f"if {_is_a('plateau')}:", f"    scheduler.step({judged})"]
    for kind in by_epoch:
        lines += [f"{'elif' if lines else 'if'} {_is_a(kind)}:", "    scheduler.step()"]
    return lines


def _is_a(kind: str) -> str:
    return f"isinstance(scheduler, lr_scheduler.{SCHEDULE_CLASSES[kind]})"


def _has_waited(plan: Plan) -> str:
    always = all(config.train.patience for config in plan.configs)
    return "bad_epochs >= patience" if always else "0 < patience <= bad_epochs"


def _edits_at(plan: Plan, place: Literal["step", "epoch"]) -> list[str]:
    """The edits that were made after steps, or at the end of epochs."""
    code: dict[int, list[str]] = {}
    for placed in plan.at(place):
        when = placed.edit.step if place == "step" else placed.edit.epoch
        code.setdefault(when, []).extend(edit_code(plan, placed))
    lines = []
    for when, edits in code.items():
        if edits:
            lines += [f"if {place} == {when}:", *indented(edits)]
    return lines


def to_model(plan: Plan) -> list[str]:
    """The lines that move a batch to where the model is, and make its numbers the model's."""
    lines = []
    if plan.moves_to_device:
        device = plan.recipe.device
        lines.append(f'images, labels = images.to("{device}"), labels.to("{device}")')
    if plan.is_double:
        lines.append(plan.noted("images = images.double()", N_("float64, as the weights")))
    return lines
