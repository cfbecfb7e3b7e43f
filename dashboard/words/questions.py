"""What people ask after a quick start, each answered in a sentence or two, and where it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.words.translation import N_

__all__ = ["GROUPS", "LESSON", "QUESTIONS", "Question"]

LESSON = "lesson-head"
"""Key of an element that stands at the head of every experiment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question; all texts are marked.

    Attributes:
        group: which part of the page it stands in: a name in `GROUPS`.
        text: the question.
        answer: one or two sentences.
        link: what the link says, which leads to where it is seen.
        page: name of that page.
        places: parameters of its address there.
        shows: key of the element that shows it, which the link brings into sight.
    """

    group: str
    text: str
    answer: str
    link: str
    page: str
    shows: str
    places: Mapping[str, str] = field(default_factory=dict)


GROUPS: Mapping[str, str] = {
    "data": N_("Data"),
    "model": N_("Model"),
    "training": N_("The training"),
    "testing": N_("Testing"),
    "using": N_("Using a model"),
}
"""Name → title, in the order of the quick start."""


QUESTIONS: Sequence[Question] = (
    Question(
        group="data",
        text=N_("Why are the images normalised, and where do 0.1307 and 0.3081 come from?"),
        answer=N_(
            "They are mean and standard deviation of all pixels of MNIST's training images; with "
            "them the inputs have mean 0 and standard deviation 1. The quick start's 0.5 and 0.5 "
            "are simpler, and bring the pixels between −1 and 1."
        ),
        link=N_("The pixels before and after"),
        page="data",
        shows="histogram",
    ),
    Question(
        group="data",
        text=N_("What happens if I do not normalise the images?"),
        answer=N_(
            "With the pixels as the file has them, 0 to 255, all sums are hundreds of times as "
            "large: the first steps push hidden units to where ReLU gives 0 for ever, and it "
            "hardly learns. After `ToTensor` alone, from 0 to 1, it learns, but more slowly."
        ),
        link=N_("Run it without normalising"),
        page="lessons",
        places={"lesson": "no-normalisation"},
        shows=LESSON,
    ),
    Question(
        group="data",
        text=N_("Why are the training images shuffled?"),
        answer=N_(
            "A batch of one class only pulls all weights towards that class, and the next batch "
            "pulls them back. Shuffled, each batch is a fair sample of all classes."
        ),
        link=N_("Train on sorted images"),
        page="lessons",
        places={"lesson": "no-shuffle"},
        shows=LESSON,
    ),
    Question(
        group="data",
        text=N_("What are a batch, a step and an epoch?"),
        answer=N_(
            "A batch is the images that are looked at together, a step the one change of all "
            "weights that follows from them, and an epoch all steps until each training image "
            "was used once."
        ),
        link=N_("The numbers of these settings"),
        page="data",
        places={"how": "data"},
        shows="how-data",
    ),
    Question(
        group="model",
        text=N_("How many numbers does the network learn?"),
        answer=N_(
            "Each layer has a weight for every pair of an input and a unit, and a bias for every "
            "unit: 109,386 in the quick start's network."
        ),
        link=N_("Counted layer by layer"),
        page="train",
        places={"how": "model"},
        shows="how-model",
    ),
    Question(
        group="model",
        text=N_("What happens to one image on its way through the network?"),
        answer=N_(
            "Its 784 pixels become sums in the first layer, negative sums become 0 under ReLU, "
            "and so on to ten numbers; the largest wins. Every unit's sum can be opened."
        ),
        link=N_("Follow an image"),
        page="test",
        places={"part": "image"},
        shows="unit-choice",
    ),
    Question(
        group="model",
        text=N_("What has the first layer learned?"),
        answer=N_(
            "Each unit of the first layer has a weight for every pixel, so its weights are an "
            "image: what it looks for."
        ),
        link=N_("The weights as images"),
        page="test",
        places={"part": "learned"},
        shows="picture-weights",
    ),
    Question(
        group="model",
        text=N_("Why do the weights start at random, and not at 0?"),
        answer=N_(
            "With equal weights all units of a layer compute the same and get the same gradient: "
            "they stay alike, and the layer is worth one unit."
        ),
        link=N_("Start at 0"),
        page="lessons",
        places={"lesson": "all-zero"},
        shows=LESSON,
    ),
    Question(
        group="model",
        text=N_("Do I need a softmax at the end of the model?"),
        answer=N_(
            "That depends on the loss: `NLLLoss` wants log-probabilities, so `log_softmax` at the "
            "end; `CrossEntropyLoss` does that itself and wants the numbers before it. Twice "
            "raises no error, and learns more slowly."
        ),
        link=N_("Run it with one too many"),
        page="lessons",
        places={"lesson": "softmax-before-cross-entropy"},
        shows=LESSON,
    ),
    Question(
        group="training",
        text=N_("What does a loss of 2.303 at the start mean?"),
        answer=N_(
            "It is ln 10: an untrained network gives each of ten classes a probability of about "
            "1/10, and the loss is −ln of the true class's probability. It knows nothing yet."
        ),
        link=N_("The formula with its numbers"),
        page="train",
        places={"how": "training"},
        shows="how-training",
    ),
    Question(
        group="training",
        text=N_("Why `zero_grad`, and what happens without it?"),
        answer=N_(
            "`backward()` adds its gradients to those that are there. Without `zero_grad` every "
            "step follows the sum of all gradients so far, and overshoots."
        ),
        link=N_("Run it without zero_grad"),
        page="lessons",
        places={"lesson": "no-zero-grad"},
        shows=LESSON,
    ),
    Question(
        group="training",
        text=N_("What does a learning rate 100 times too large look like, and why?"),
        answer=N_(
            "Each step jumps over the valley that it should walk down, so the loss rises or "
            "jumps about instead of falling; it may end as NaN."
        ),
        link=N_("Run it too high"),
        page="lessons",
        places={"lesson": "rate-too-high"},
        shows=LESSON,
    ),
    Question(
        group="training",
        text=N_("My loss hardly falls: is the learning rate too low?"),
        answer=N_(
            "If the curve is smooth and still falling when the run ends, probably: it goes the "
            "right way in steps that are too small. Try ten times as much."
        ),
        link=N_("Run it too low"),
        page="lessons",
        places={"lesson": "rate-too-low"},
        shows=LESSON,
    ),
    Question(
        group="training",
        text=N_("How do I find a good learning rate?"),
        answer=N_(
            "“Find a good rate” below the learning rate in the sidebar trains a throw-away model "
            "while the rate grows, draws the losses, and suggests a rate at which they fall "
            "well. It takes a few seconds, and no run is made."
        ),
        link=N_("The learning-rate finder"),
        page="train",
        shows="find-rate",
    ),
    Question(
        group="training",
        text=N_("How do I search settings?"),
        answer=N_(
            "A sweep trains many runs with other values of the settings that you choose, compares "
            "them by images that are held out, and draws which settings decided and where the "
            "best values lie. Train the best with other seeds: it was lucky too."
        ),
        link=N_("Begin a sweep"),
        page="sweeps",
        shows="begin-sweep",
    ),
    Question(
        group="training",
        text=N_("SGD or Adam: what is the difference?"),
        answer=N_(
            "SGD moves each weight by learning rate times gradient. Adam divides by the usual "
            "size of that weight's gradient, so all weights move about equally far; it needs a "
            "smaller learning rate, around 0.001."
        ),
        link=N_("The step as a formula"),
        page="train",
        places={"how": "training"},
        shows="how-training",
    ),
    Question(
        group="training",
        text=N_("Which batch size should I take?"),
        answer=N_(
            "Small batches make many noisy steps, large ones few exact steps, and few steps learn "
            "little. 32 to 512 are usual; with a larger batch a larger learning rate fits."
        ),
        link=N_("Batches of one image"),
        page="lessons",
        places={"lesson": "batch-of-one"},
        shows=LESSON,
    ),
    Question(
        group="training",
        text=N_("Why is the validation loss below the training loss?"),
        answer=N_(
            "The training loss is a mean over an epoch in which the model still improved, and "
            "with dropout; the validation loss is measured afterwards, without. Later it turns: "
            "the model knows its training images better than others."
        ),
        link=N_("What the chart draws"),
        page="train",
        shows="how-to-read",
    ),
    Question(
        group="training",
        text=N_("Do I get the same result if I train again?"),
        answer=N_(
            "With the same seed, settings and threads, to the last digit. With another seed not: "
            "how far results lie apart then is chance, and what counts as better must be more "
            "than that."
        ),
        link=N_("Train several seeds"),
        page="train",
        shows="seeds",
    ),
    Question(
        group="training",
        text=N_("What is the code of what I just did?"),
        answer=N_(
            "The page writes it: plain PyTorch with your settings, which gives the same losses. "
            "Each change in the sidebar marks the lines that it moves."
        ),
        link=N_("The code of these settings"),
        page="train",
        shows="code-to-start",
    ),
    Question(
        group="testing",
        text=N_("What does `model.eval()` change in this very network?"),
        answer=N_(
            "It switches dropout off, and has batch norm use its running mean instead of the "
            "batch's. A network without both, as the quick start's, answers the same either way."
        ),
        link=N_("Test with dropout on"),
        page="lessons",
        places={"lesson": "no-eval-dropout"},
        shows=LESSON,
    ),
    Question(
        group="testing",
        text=N_("Which classes does it mix up?"),
        answer=N_(
            "The confusion matrix counts it: a row for each true class, a column for each "
            "answer. Click a cell to see its images."
        ),
        link=N_("The confusion matrix"),
        page="test",
        places={"part": "mistakes"},
        shows="matrix-part",
    ),
    Question(
        group="testing",
        text=N_("Why did it get this image wrong, and which pixels mattered?"),
        answer=N_(
            "The pixels that speak for and against its answer lie over the image in two colours, "
            "and beside it is the smallest change that would turn the answer."
        ),
        link=N_("One image explained"),
        page="test",
        places={"part": "image"},
        shows="saliency",
    ),
    Question(
        group="testing",
        text=N_("Is 98.3 % against 98.1 % a real difference?"),
        answer=N_(
            "On 10,000 test images each of the two is known to within about ±0.26 points, so it "
            "may be chance. On the same images the two can be compared image by image, which "
            "tells smaller differences apart."
        ),
        link=N_("The interval of an accuracy"),
        page="test",
        places={"how": "testing"},
        shows="how-testing",
    ),
    Question(
        group="testing",
        text=N_("It is right on nearly all training images: is it that good?"),
        answer=N_(
            "No: it may have learned them by heart. Only images that it was not trained on tell "
            "how it does on others."
        ),
        link=N_("Test on the training images"),
        page="lessons",
        places={"lesson": "tested-on-training-images"},
        shows=LESSON,
    ),
    Question(
        group="testing",
        text=N_("It says 99 %: is it right 99 times in 100?"),
        answer=N_(
            "Only if it is calibrated. Of all images on which it was about so sure, the page "
            "counts how many were right."
        ),
        link=N_("How sure, how right"),
        page="test",
        places={"part": "sure"},
        shows="test-part",
    ),
    Question(
        group="testing",
        text=N_("Are some of the labels wrong?"),
        answer=N_(
            "A few are: where the model is as sure of another class as it usually is when right, "
            "the label may be the mistake."
        ),
        link=N_("Suspected wrong labels"),
        page="test",
        places={"part": "mistakes", "order": "label"},
        shows="mistakes-order",
    ),
    Question(
        group="testing",
        text=N_("How did it learn, epoch by epoch?"),
        answer=N_(
            "The saved epochs of a run are a film: the matrix, the weights and one image's "
            "probabilities, from the untrained network on."
        ),
        link=N_("The film of a run"),
        page="test",
        places={"part": "epochs"},
        shows="picture-film",
    ),
    Question(
        group="using",
        text=N_("Why does my digit fail when I draw it in the corner?"),
        answer=N_(
            "The network has a weight of its own for every pixel, and has only seen digits in the "
            "middle: the same stroke aside meets other weights. Centring the drawing, as MNIST's "
            "were, helps."
        ),
        link=N_("Draw with centring off"),
        page="draw",
        shows="draw-centre",
    ),
    Question(
        group="using",
        text=N_("How do I use this model in my own script?"),
        answer=N_(
            "Build the same network, load the weights and call `eval()`: three lines. Or take the "
            "ONNX file, which needs no PyTorch."
        ),
        link=N_("The lines, and the file"),
        page="checkpoints",
        places={"how": "saving"},
        shows="how-saving",
    ),
    Question(
        group="using",
        text=N_("Can I stop, and continue the training later?"),
        answer=N_(
            "Yes: a checkpoint holds the optimizer and the random numbers as well, so a resumed "
            "run is the same as one that was never stopped, to the last digit."
        ),
        link=N_("The run, and how to continue it"),
        page="train",
        shows="continue-run",
    ),
)
"""In the order of the page; the ten of the first visit are among them."""
