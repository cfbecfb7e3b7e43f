"""What happens in each chapter of a training, and where it usually goes wrong, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.words.translation import N_
from mlcore.export import Chapter

__all__ = ["CHAPTERS_OF", "PARAMETER", "WORDS", "ChapterWords", "Pitfall"]

PARAMETER = "how"
"""The parameter of the address that names the chapter that is open."""

CHAPTERS_OF: Mapping[str, tuple[Chapter, ...]] = {
    "data": ("data",),
    "train": ("model", "training"),
    "test": ("testing",),
    "checkpoints": ("saving",),
}
"""Page → its chapters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pitfall:
    """Where it usually goes wrong.

    Attributes:
        text: marked; one sentence.
        lesson: name of the experiment that shows it; empty where there is none.
    """

    text: str
    lesson: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterWords:
    """A chapter for somebody who meets it for the first time; all texts are marked.

    Attributes:
        title: of its panel.
        what: what happens, in three sentences.
        pitfalls: where it usually goes wrong.
    """

    title: str
    what: str
    pitfalls: Sequence[Pitfall]


WORDS: Mapping[Chapter, ChapterWords] = {
    "data": ChapterWords(
        title=N_("How it works: the data"),
        what=N_(
            "Each image is 28 × 28 grey values, which `ToTensor` makes numbers from 0 to 1. "
            "`Normalize` takes the mean off and divides by the standard deviation, so that the "
            "inputs lie around 0, where a network learns fastest. The training images are "
            "shuffled anew in each epoch and dealt out in batches; the test images are kept away "
            "from training."
        ),
        pitfalls=(
            Pitfall(
                text=N_(
                    "Without normalisation all inputs are positive and small, and the loss "
                    "falls more slowly."
                ),
                lesson="no-normalisation",
            ),
            Pitfall(
                text=N_(
                    "Images that lie sorted by class and are not shuffled: each batch teaches one "
                    "class, and the network forgets the others."
                ),
                lesson="no-shuffle",
            ),
            Pitfall(
                text=N_(
                    "Another mean and standard deviation when the model is used than when it was "
                    "trained: it sees other numbers than it learned from."
                )
            ),
        ),
    ),
    "model": ChapterWords(
        title=N_("How it works: the model"),
        what=N_(
            "The pixels are numbers in one long row; each unit of a layer multiplies them by its "
            "weights, adds the products and its bias, and passes the sum through an activation "
            "function. Without that function all layers together could do no more than one. The "
            "last layer gives a number for each class, and softmax turns these into "
            "probabilities that add up to 1."
        ),
        pitfalls=(
            Pitfall(
                text=N_(
                    "All weights 0 at the start: every unit of a layer gets the same gradient, "
                    "so they stay alike for ever."
                ),
                lesson="all-zero",
            ),
            Pitfall(
                text=N_(
                    "Sigmoid in a deep network: the gradient shrinks from layer to layer, and the "
                    "first layers hardly learn."
                ),
                lesson="deep-sigmoid",
            ),
            Pitfall(
                text=N_(
                    "The loss and the last layer must fit: `NLLLoss` asks for log-probabilities, "
                    "`CrossEntropyLoss` for the numbers before the softmax."
                ),
                lesson="nll-on-logits",
            ),
        ),
    ),
    "training": ChapterWords(
        title=N_("How it works: the training"),
        what=N_(
            "A step takes one batch and computes its loss: the less probability the network gives "
            "to the true classes, the higher it is. Going backwards through the layers it finds "
            "the gradient, which says for each weight how the loss would change with it. Then "
            "every weight moves a little against its gradient, the learning rate says how far, "
            "and an epoch is over when each training image was used once."
        ),
        pitfalls=(
            Pitfall(
                text=N_(
                    "Without `zero_grad` the gradients of all steps so far add up, and the steps "
                    "become larger and larger."
                ),
                lesson="no-zero-grad",
            ),
            Pitfall(
                text=N_(
                    "A learning rate far too high: each step overshoots, and the loss jumps or "
                    "becomes NaN."
                ),
                lesson="rate-too-high",
            ),
            Pitfall(
                text=N_("A learning rate far too low: the loss falls, but it would take for ever."),
                lesson="rate-too-low",
            ),
            Pitfall(
                text=N_(
                    "A batch of 1 is noisy and slow, and the whole data set in one batch makes "
                    "only one step an epoch."
                ),
                lesson="batch-of-one",
            ),
        ),
    ),
    "testing": ChapterWords(
        title=N_("How it works: the test"),
        what=N_(
            "The network answers images that it was never trained on, and the test counts how "
            "often the likeliest class is the true one. `eval()` switches off what is random in "
            "training, such as dropout, and `no_grad()` saves the work for gradients that nobody "
            "needs. So many test images tell the accuracy within an interval only: two models "
            "that are closer together may differ by chance."
        ),
        pitfalls=(
            Pitfall(
                text=N_(
                    "Without `eval()` dropout still silences units while testing, and the "
                    "accuracy is too low and another one each time."
                ),
                lesson="no-eval-dropout",
            ),
            Pitfall(
                text=N_(
                    "Tested on the images that it was trained on, a network that has only learned "
                    "them by heart looks excellent."
                ),
                lesson="tested-on-training-images",
            ),
            Pitfall(
                text=N_(
                    "Who chooses the best of many runs by their test accuracy has fitted the "
                    "choice to the test images: choose by validation accuracy."
                )
            ),
        ),
    ),
    "saving": ChapterWords(
        title=N_("How it works: saving and using a model"),
        what=N_(
            "What was learned are the weights alone: `state_dict()` names each tensor, and "
            "`torch.save` writes them to a file. To use the model, build the same network, load "
            "the weights into it and call `eval()`. A full checkpoint also holds the optimizer's "
            "state and the random numbers, so that training continues exactly where it stopped."
        ),
        pitfalls=(
            Pitfall(
                text=N_(
                    "A network built with other layer sizes or names than the one that was saved: "
                    "`load_state_dict` refuses the file."
                )
            ),
            Pitfall(
                text=N_(
                    "A model in use needs its images prepared as in training: 28 × 28, light on "
                    "dark, with the same mean and standard deviation."
                )
            ),
            Pitfall(
                text=N_(
                    "Saving the whole model with `torch.save(model, …)` ties the file to the "
                    "names in your code; rename a class, and it no longer opens."
                )
            ),
        ),
    ),
}
"""In the order of the quick start."""
