"""Lessons about measuring: the network is trained well, and the figure is wrong."""

from __future__ import annotations

from mlcore.lessons import symptoms
from mlcore.lessons.lesson import Lesson, Side
from mlcore.words import N_

__all__ = ["LESSONS"]

LESSONS = (
    Lesson(
        name="no-eval-dropout",
        title=N_("No eval() with dropout"),
        question=N_("What does `model.eval()` change in a network with dropout?"),
        wrong=Side(
            label=N_("without eval()"),
            train="measuring.with_dropout",
            measure="measuring.in_train_mode",
        ),
        right=Side(
            label=N_("with eval()"),
            train="measuring.with_dropout",
            measure="measuring.in_eval_mode",
        ),
        symptom=symptoms.measures_too_little,
        measuring=True,
        seen=N_(
            "It is the same network on both sides, and its losses are equal. Without `eval()` it "
            "seems to get {mean:.1f} % of the test images right over the second half of the "
            "training, with `eval()` {right_mean:.1f} %."
        ),
        why=N_(
            "While it trains, `nn.Dropout(0.5)` puts half of the hidden units out of action, "
            "others for each image and each time. Without `eval()` it does so in the test too: "
            "half a network answers, and measured twice, the same network gets two accuracies."
        ),
        check=N_(
            "Call `model.eval()` before you measure and `model.train()` before you train on. "
            "`torch.no_grad()` does something else: it saves memory, and leaves dropout on."
        ),
    ),
    Lesson(
        name="no-eval-batch-norm",
        title=N_("No eval() with batch normalisation"),
        question=N_("What does `model.eval()` change in a network with batch normalisation?"),
        wrong=Side(
            label=N_("without eval()"),
            train="measuring.with_batch_norm",
            measure="measuring.pairs_in_train_mode",
        ),
        right=Side(
            label=N_("with eval()"),
            train="measuring.with_batch_norm",
            measure="measuring.pairs_in_eval_mode",
        ),
        symptom=symptoms.measures_too_little,
        measuring=True,
        seen=N_(
            "It is the same network on both sides, and its losses are equal. Tested in batches of "
            "two images without `eval()` it seems to get {mean:.1f} % right over the second half "
            "of the training, with `eval()` {right_mean:.1f} %."
        ),
        why=N_(
            "While it trains, batch normalisation takes mean and spread from the batch. Without "
            "`eval()` it does so in the test too: what the network says of an image then depends "
            "on which others are in its batch, and two images are too few. `eval()` makes it use "
            "the averages that it has kept while it trained."
        ),
        check=N_(
            "Does an image get another answer in another batch? Call `model.eval()`. With large "
            "mixed batches the mistake hides; with a single image PyTorch refuses."
        ),
    ),
    Lesson(
        name="tested-on-training-images",
        title=N_("Tested on the training images"),
        question=N_("My network gets 100 %. Is it that good?"),
        wrong=Side(
            label=N_("on training images"),
            train="measuring.on_few_images",
            measure="measuring.on_training_images",
            batch=20,
        ),
        right=Side(
            label=N_("on test images"),
            train="measuring.on_few_images",
            measure="measuring.on_test_images",
            batch=20,
        ),
        symptom=symptoms.flatters,
        measuring=True,
        seen=N_(
            "It is the same network on both sides, trained on 100 images. Of these it gets "
            "{accuracy:.1f} % right, of images that it has never seen {right_accuracy:.1f} %."
        ),
        why=N_(
            "The training images were shown 60 times each, with their answers. To know them again "
            "takes no understanding. What counts is how many images are right that had no part in "
            "the training, for the network will be used on such."
        ),
        check=N_(
            "Do the images that you measure on share any with those that you train on? Also count "
            "as trained on what you chose settings by: keep a test set for the very end."
        ),
    ),
)
