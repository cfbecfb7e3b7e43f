"""Lessons about images and labels."""

from __future__ import annotations

from mlcore.lessons import symptoms
from mlcore.lessons.lesson import Lesson, Side
from mlcore.words import N_

__all__ = ["LESSONS"]

LESSONS = (
    Lesson(
        name="no-normalisation",
        title=N_("No normalisation"),
        question=N_("Does it matter whether I normalise the images?"),
        wrong=Side(
            label=N_("pixels 0 to 255"),
            train="inputs.pixels_as_bytes",
            measure="inputs.accuracy_on_bytes",
        ),
        right=Side(label=N_("normalised")),
        symptom=symptoms.blows_up,
        log=True,
        seen=N_(
            "The loss begins at {first:.1f} instead of {right_first:.2f} and jumps to "
            "{highest:,.0f} at step {at}. Then it stays at {end:.2f}, and {accuracy:.1f} % of the "
            "test images are right; with normalised pixels {right_accuracy:.1f} %."
        ),
        why=N_(
            "Weights begin at a size that suits inputs of about 1. With pixels up to 255 all sums "
            "are hundreds of times as large, and so are the gradients: the usual learning rate is "
            "then far too high, and the first steps throw the hidden units to where ReLU gives 0 "
            "for ever."
        ),
        check=N_(
            "Print `images.min()`, `images.max()` and `images.std()` of a batch. `ToTensor()` "
            "divides by 255, which is what matters most; `Normalize` makes it mean 0 and standard "
            "deviation 1."
        ),
    ),
    Lesson(
        name="no-shuffle",
        title=N_("Sorted data, not shuffled"),
        question=N_("Why `shuffle=True`?"),
        wrong=Side(label=N_("in order of classes"), train="inputs.in_order_of_classes"),
        right=Side(label=N_("shuffled"), train="inputs.in_random_order"),
        symptom=symptoms.forgets,
        seen=N_(
            "In the first epoch alone the loss goes down to {low:.2f} and up to {high:.1f}. After "
            "that epoch {after_one:.1f} % of the test images are right, shuffled "
            "{right_after_one:.1f} %; at the end {accuracy:.1f} and {right_accuracy:.1f} %."
        ),
        why=N_(
            "While only zeros come, the fastest way to a low loss is to answer 0 to everything. "
            "Then only ones come: the loss jumps, 1 becomes the answer, and the zeros are "
            "forgotten. A step makes its own batch better; only a mixed batch speaks for all "
            "classes."
        ),
        check=N_(
            "Does the training loss rise and fall in a pattern that returns with every epoch? "
            "Print the labels of one batch, and give the training `DataLoader` `shuffle=True`."
        ),
    ),
    Lesson(
        name="shuffled-labels",
        title=N_("Labels shuffled"),
        question=N_("Can a network learn labels that mean nothing?"),
        wrong=Side(label=N_("shuffled labels"), train="inputs.shuffled_labels", batch=50),
        right=Side(label=N_("true labels"), train="inputs.true_labels", batch=50),
        symptom=symptoms.by_heart,
        pause=0.01,
        seen=N_(
            "Yes, by heart: the loss falls from {first:.2f} to {end:.2f}. But only "
            "{accuracy:.1f} % of the test images are right, as if guessed; with the true labels "
            "{right_accuracy:.1f} %."
        ),
        why=N_(
            "This network has over 200,000 weights for 100 images: enough to keep a separate "
            "answer for each of them. A low training loss only says that the training images are "
            "known. Whether something is understood is said by images that it has never seen."
        ),
        check=N_(
            "Does the training loss fall while the accuracy on test images stays at chance? Look "
            "at 20 images with their labels, after all transformations: are they still together?"
        ),
    ),
)
