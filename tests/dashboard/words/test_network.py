"""The drawing of a network in words."""

from dashboard.words.network import answer_words, change_words, shown_words
from tests.dashboard.diagrams import made_diagram

CLASSES = tuple("0123456789")


def test_the_answer_is_said_right_or_wrong():
    (wrong,) = made_diagram(best=3).reactions
    assert answer_words(wrong, CLASSES) == "Test image 0 is a 2; the network says a 3 with 60.0 %."
    (right,) = made_diagram(best=2).reactions
    assert (
        answer_words(right, CLASSES) == "Test image 0 is a 2, and the network says so with 60.0 %."
    )


def test_units_that_are_left_out_are_counted():
    assert "16 of 128 in fc1, 16 of 20 in fc2" in shown_words(made_diagram())


def test_one_step_of_sgd_is_told_with_its_rate():
    told = change_words(made_diagram(step=512, since=511), 0.003)
    assert told.startswith("Step 512 changed a drawn weight by ")
    assert "−0.003 × the gradient" in told
    assert "gradient" not in change_words(made_diagram(step=512, since=511), None)


def test_several_steps_and_none_are_told():
    assert "2 steps ago" in change_words(made_diagram(step=512, since=510), 0.003)
    assert "no change to draw" in change_words(made_diagram(step=512), 0.003)
