"""Lessons about the loss, and about networks whose gradient is lost on its way."""

from __future__ import annotations

from mlcore.lessons import symptoms
from mlcore.lessons.lesson import Lesson, Side
from mlcore.words import N_

__all__ = ["LESSONS"]

LESSONS = (
    Lesson(
        name="softmax-before-cross-entropy",
        title=N_("Softmax before CrossEntropyLoss"),
        question=N_("My network ends with softmax. Why does the loss stop at 1.5?"),
        wrong=Side(label=N_("softmax first"), train="losses.softmax_first"),
        right=Side(label=N_("logits")),
        symptom=symptoms.stays_high,
        seen=N_(
            "The lowest loss is {lowest:.2f}, and it cannot be lower than ln(1 + 9/e) = "
            "{floor:.2f}. It is learned more slowly: {accuracy:.1f} % of the test images are right "
            "at the end, {right_accuracy:.1f} % without the softmax."
        ),
        why=N_(
            "`CrossEntropyLoss` takes the softmax itself. Given probabilities, it takes them for "
            "logits; these lie between 0 and 1, so even an answer that is perfectly sure looks "
            "undecided to it. The gradient goes through softmax twice and becomes small."
        ),
        check=N_(
            "With `CrossEntropyLoss` let the network end with its last `Linear`. Take the softmax "
            "only where you want to see probabilities."
        ),
    ),
    Lesson(
        name="log-softmax-twice",
        title=N_("Log-softmax twice"),
        question=N_("My network ends with log_softmax and I use CrossEntropyLoss. Is that wrong?"),
        wrong=Side(label=N_("log_softmax first"), train="losses.log_softmax_twice"),
        right=Side(label=N_("logits")),
        symptom=symptoms.same_losses,
        harmless=True,
        seen=N_(
            "Nothing: the two curves lie on each other. The losses of {steps} steps differ by "
            "{most:.1g} at most, and {accuracy:.1f} % of the test images are right on both sides."
        ),
        why=N_(
            "Log-softmax makes numbers whose exponentials add up to 1. A second one subtracts the "
            "logarithm of that sum, and ln 1 = 0: it changes nothing. So this mistake costs a "
            "little time and no accuracy, unlike softmax in place of log-softmax."
        ),
        check=N_(
            "Use either `CrossEntropyLoss` on logits or `NLLLoss` on `log_softmax`: that is the "
            "same, and whoever reads it need not think."
        ),
    ),
    Lesson(
        name="nll-on-logits",
        title=N_("NLLLoss on logits"),
        question=N_("Why is my loss negative?"),
        wrong=Side(label=N_("logits"), train="losses.nll_on_logits"),
        right=Side(label=N_("log-probabilities"), train="losses.nll_on_log_softmax"),
        symptom=symptoms.falls_below_zero,
        floor=-20.0,
        seen=N_(
            "At step {below} the loss is below 0, and it leaves the chart at the lower edge: it "
            "falls to {lowest:.0e}, and at step {broken} it is no number any more. It looks "
            "splendid, and {accuracy:.1f} % of the test images are right; with log-probabilities "
            "{right_accuracy:.1f} %."
        ),
        why=N_(
            "`NLLLoss` takes no logarithm: it is the number at the true class, with its sign "
            "turned. A log-probability is never above 0, so that loss ends at 0. A logit has no "
            "upper end: making all numbers larger makes the loss lower without end, and nothing "
            "is learned about the images."
        ),
        check=N_(
            "A negative loss of classes is always this mistake. Put `log_softmax` before "
            "`NLLLoss`, or use `CrossEntropyLoss`."
        ),
    ),
    Lesson(
        name="all-zero",
        title=N_("All weights zero"),
        question=N_("Why do weights begin at random? What if all of them begin at zero?"),
        wrong=Side(label=N_("zeros"), train="weights.all_zero"),
        right=Side(label=N_("random numbers")),
        symptom=symptoms.never_begins,
        seen=N_(
            "The loss begins at exactly ln 10 = {first:.3f} and is {end:.3f} at the end; "
            "{accuracy:.1f} % of the test images are right, as if guessed. The gradient of the "
            "first layer was exactly 0 at every step."
        ),
        why=N_(
            "Every hidden unit gives 0, so the last layer's weights, whose gradient is multiplied "
            "by that, get none. The way back to the first layer is multiplied by those weights, "
            "which are 0. Only the last bias learns, and it can only say how common each class is."
        ),
        check=N_(
            "Leave `nn.Linear` its own random beginning. If you set weights yourself, no two units "
            "of a layer may begin alike: they would stay alike for ever."
        ),
    ),
    Lesson(
        name="deep-sigmoid",
        title=N_("Sigmoid in a deep network"),
        question=N_("Why is ReLU used in deep networks, and sigmoid not?"),
        wrong=Side(label=N_("sigmoid"), train="weights.deep_sigmoid"),
        right=Side(label=N_("ReLU"), train="weights.deep_relu"),
        symptom=symptoms.vanishes,
        seen=N_(
            "With four hidden layers of sigmoid the loss stays at {end:.2f} (ln 10 = 2.30); with "
            "ReLU it ends at {right:.2f}. At first the gradient of the first layer is "
            "{times:,.0f} times as long with ReLU as with sigmoid."
        ),
        why=N_(
            "On its way back the gradient is multiplied by the slope of each activation. That of "
            "sigmoid is at most 0.25, and by the fourth layer little is left: the gradient "
            "vanishes, and the first layers do not learn. The slope of ReLU is 1 for each unit "
            "that is on."
        ),
        check=N_(
            "Does the loss stay at ln of the number of classes? Print `layer.weight.grad.norm()` "
            "of the first and of the last layer. Use ReLU, batch normalisation, or fewer layers."
        ),
    ),
)
