"""What each setting does to the training, beside what it is."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.words.translation import N_

__all__ = ["EFFECTS"]

EFFECTS: Mapping[str, str] = {
    "data.name": N_("Other images make another task: Fashion-MNIST is harder, EMNIST has letters."),
    "data.root": N_("It changes where files are looked for, and no result."),
    "data.batch_size": N_(
        "A larger batch gives a smoother gradient and fewer steps in an epoch; with fewer steps "
        "the same learning rate brings it less far."
    ),
    "data.drop_last": N_(
        "The short batch has a noisier gradient; without it a few images of each epoch are unused."
    ),
    "data.validation": N_(
        "They tell, epoch by epoch, how it does on images that it does not learn from; as many "
        "fewer are left to learn from."
    ),
    "data.train_limit": N_(
        "With fewer images an epoch is shorter, and the network learns them by heart sooner."
    ),
    "data.mean": N_(
        "Inputs that lie around 0 are learned from faster than inputs of one sign alone."
    ),
    "data.std": N_("A smaller one makes the inputs larger, and with them the gradients and steps."),
    "data.store": N_("It changes memory and speed, and no number."),
    "model.hidden": N_(
        "More and wider layers can learn more, take longer, and learn by heart sooner."
    ),
    "model.activation": N_(
        "Without one, all layers together could do no more than one; {relu} keeps gradients large, "
        "{sigmoid} and {tanh} shrink them in deep networks."
    ),
    "model.dropout": N_(
        "It keeps a network from learning images by heart; the training loss stays higher, and "
        "more epochs are needed."
    ),
    "model.batch_norm": N_(
        "It keeps the sums of a layer in a steady range, so that higher learning rates work."
    ),
    "optim.name": N_(
        "SGD follows the gradient as it is; the others fit the step to each weight, start faster, "
        "and need other learning rates."
    ),
    "optim.lr": N_(
        "It says how far each step moves the weights: too low and the loss hardly falls, too high "
        "and it jumps or becomes NaN."
    ),
    "optim.momentum": N_(
        "Steps that point the same way add up, so it gets faster through flat places; near 1 it "
        "overshoots."
    ),
    "optim.dampening": N_("It makes the steps of momentum smaller."),
    "optim.nesterov": N_("It brakes a little earlier than plain momentum, and overshoots less."),
    "optim.beta1": N_("Nearer 1 the direction is smoother and turns later."),
    "optim.beta2": N_("Nearer 1 the size of the steps is steadier, and changes later."),
    "optim.amsgrad": N_("Steps can then only become smaller, which helps where Adam runs away."),
    "optim.alpha": N_("Nearer 1 the size of the steps is steadier, and changes later."),
    "optim.centered": N_("Steps are larger where the gradients agree with each other."),
    "optim.lr_decay": N_("Steps become smaller as the run goes on."),
    "optim.eps": N_("A larger one makes the steps of weights with small gradients smaller."),
    "optim.weight_decay": N_(
        "Weights stay small, which keeps a network from learning by heart; too much, and it "
        "learns nothing."
    ),
    "optim.schedule": N_(
        "A rate that falls towards the end lets the weights settle; {one_cycle} also rises at "
        "first, and reaches a good model in few epochs."
    ),
    "optim.step_every": N_("More often means smaller steps sooner."),
    "optim.gamma": N_("A smaller one makes the steps after each drop much smaller."),
    "optim.min_lr": N_("It keeps the last steps from becoming too small to matter."),
    "optim.warmup": N_("A longer rise is gentler to the random weights of the start."),
    "optim.plateau_patience": N_("With less patience the rate falls sooner, also by mistake."),
    "optim.clip_norm": N_("A single bad batch can then not throw the weights far away."),
    "train.epochs": N_(
        "More epochs learn more, up to the point where the validation loss rises again."
    ),
    "train.loss": N_(
        "Both give the same numbers here; they differ in where the softmax stands, which must fit "
        "the model."
    ),
    "train.seed": N_(
        "Another one begins with other weights and another order of the images: the result "
        "differs by chance."
    ),
    "train.dtype": N_(
        "In float64 a run begins alike and differs in more digits with every step, which shows "
        "what rounding does; it takes twice the memory and about twice the time. What is drawn "
        "and predicted on the other pages stays float32."
    ),
    "train.device": N_("It changes how fast it is, and the last digits of the results."),
    "train.threads": N_("It changes how fast it is, and the last digits of the results."),
    "train.processes": N_(
        "Their gradients are averaged, so the losses are those of one process but for rounding; "
        "small networks are slower this way, and batch norm needs one process."
    ),
    "train.patience": N_("It saves epochs that would only learn the training images by heart."),
    "train.stepper": N_("It changes how fast a step is, and no number."),
}
"""Dotted name of a setting → marked sentence."""
