"""Lessons about the step: gradients, learning rate, batch size."""

from __future__ import annotations

from mlcore.lessons import symptoms
from mlcore.lessons.lesson import Lesson, Side
from mlcore.words import N_

__all__ = ["LESSONS"]

LESSONS = (
    Lesson(
        name="no-zero-grad",
        title=N_("No zero_grad"),
        question=N_("Why `optimizer.zero_grad()`, and what happens without it?"),
        wrong=Side(label=N_("without zero_grad"), train="step.without_zero_grad"),
        right=Side(label=N_("with zero_grad")),
        symptom=symptoms.rises_again,
        log=True,
        seen=N_(
            "Without `zero_grad` the loss falls to {lowest:.2f} by step {at}, then rises again: at "
            "the end it is {end:.2f} and {accuracy:.1f} % of the test images are right. With "
            "`zero_grad` it is {right:.2f}, and {right_accuracy:.1f} % are right."
        ),
        why=N_(
            "`backward()` adds the new gradient to what `.grad` holds already. Nothing empties it, "
            "so each step follows the sum of all gradients since the start, also of those that "
            "belong to weights long gone. The steps get longer and longer, run past the minimum "
            "and do not stop there."
        ),
        check=N_(
            "Call `optimizer.zero_grad()` once a step, before `backward()`. If you add up the "
            "gradients of several batches on purpose, empty them after each `step()`."
        ),
    ),
    Lesson(
        name="rate-too-high",
        title=N_("Learning rate 100 times too high"),
        question=N_("What does a learning rate 100 times too large look like, and why?"),
        wrong=Side(label=N_("learning rate 10"), train="step.rate_too_high"),
        right=Side(label=N_("learning rate 0.1")),
        symptom=symptoms.blows_up,
        log=True,
        seen=N_(
            "The loss begins at {first:.2f} and jumps to {highest:,.0f} at step {at}. Then it "
            "falls to about ln 10 = 2.30, that of pure guessing, and stays there: at the end "
            "{accuracy:.1f} % of the test images are right, with 0.1 it is {right_accuracy:.1f} %."
        ),
        why=N_(
            "The gradient says which way is downhill, but only close to where the weights are. A "
            "step 100 times as long lands far up on the other side. There the sums of all hidden "
            "units are negative for every image: ReLU makes 0 of them, has no gradient there, and "
            "the units never learn again. The last layer's bias is all that is left to learn."
        ),
        check=N_(
            "Does the loss rise in the first steps, or become `nan`? Divide the learning rate by "
            "10 until it falls from the start."
        ),
    ),
    Lesson(
        name="rate-too-low",
        title=N_("Learning rate 100 times too low"),
        question=N_("How do I see that my learning rate is too low?"),
        wrong=Side(label=N_("learning rate 0.001"), train="step.rate_too_low"),
        right=Side(label=N_("learning rate 0.1")),
        symptom=symptoms.crawls,
        seen=N_(
            "The loss falls, but so slowly that after {steps} steps it is {end:.2f}; with 0.1 it "
            "was there at step {there}. {accuracy:.1f} % of the test images are right, with 0.1 it "
            "is {right_accuracy:.1f} %."
        ),
        why=N_(
            "Each step goes the right way, but only a hundredth as far. Nothing is broken: it "
            "takes about a hundred times as many steps, and that is what it costs."
        ),
        check=N_(
            "Is the loss still falling, slowly and evenly, when the training ends? Multiply the "
            "learning rate by 10 until the loss gets restless, then go back one."
        ),
    ),
    Lesson(
        name="batch-of-one",
        title=N_("Batch size 1"),
        question=N_("Why not make a step after every single image?"),
        wrong=Side(label=N_("batch size 1"), train="step.batches_of_one", batch=1),
        right=Side(label=N_("batch size 64"), train="step.batches_of_64"),
        symptom=symptoms.restless,
        by_images=True,
        seen=N_(
            "The losses of single images jump, up to {high:.1f} at step {at}. Then the network is "
            "dead: the loss stays at {end:.2f}, and {accuracy:.1f} % of the test images are right; "
            "in batches of 64 it is {right_accuracy:.1f} %. The same images took {steps:,} steps "
            "and {seconds:.1f} s, instead of {right_steps} and {right_seconds:.2f} s."
        ),
        why=N_(
            "A batch of 64 averages the gradients of 64 images, so that what is peculiar to each "
            "of them evens out. One image alone pulls the weights its own way, the next one "
            "another way, and at this learning rate each pull is too far: the hidden units end at "
            "0 and learn no more. Besides, a computer does 64 images at once in little more time "
            "than one."
        ),
        check=N_(
            "If memory allows only small batches, lower the learning rate too: with 0.01, batches "
            "of one image learn well here, only slowly in seconds."
        ),
    ),
    Lesson(
        name="batch-of-all",
        title=N_("The whole data set in one batch"),
        question=N_("Why not use all images for every step?"),
        wrong=Side(label=N_("all 1,437 images"), train="step.one_batch_of_all", batch=1_437),
        right=Side(label=N_("batch size 64")),
        symptom=symptoms.few_steps,
        by_images=True,
        seen=N_(
            "The loss falls smoothly, but after 10 epochs it is {end:.2f}, in batches of 64 it "
            "is {right:.2f}: 10 epochs are {steps} steps here, and {right_steps} there. "
            "{accuracy:.1f} % of the test images are right, in batches of 64 it is "
            "{right_accuracy:.1f} %."
        ),
        why=N_(
            "The gradient of all images is exact, and that of 64 is nearly as good for a step of "
            "this size. So most of the work is spent on an exactness that the step cannot use, "
            "while 64 at a time make 23 steps with the same images."
        ),
        check=N_(
            "After making the batch larger, compare at equal steps, not at equal epochs; it then "
            "needs more epochs, a higher learning rate, or both."
        ),
    ),
)
