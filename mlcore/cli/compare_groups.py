"""Groups of runs that differ only in the seed, compared on the same test images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlcore.cli.files import find_run
from mlcore.cli.judged import verdict_line, verdict_record
from mlcore.cli.layout import print_json
from mlcore.cli.tested import Tested, answers, open_tested, same_data
from mlcore.errors import SettingsError
from mlcore.insight.t_tests import Spread, spread
from mlcore.insight.verdict import judge_groups
from mlcore.rules import Value
from mlcore.runs import RunFolder, RunStore
from mlcore.runs.library.run_info import read_run_info
from mlcore.words import counted, mean_percent

__all__ = ["compare_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The runs of one side.

    Attributes:
        runs: their ids.
        accuracy: seed → accuracy on the test images.
        test: mean and spread of these.
        validation: the same of the validation accuracy; None where no run has one.
    """

    runs: tuple[str, ...]
    accuracy: Mapping[int, float]
    test: Spread
    validation: Spread | None


def compare_groups(
    targets: Sequence[Sequence[str]], store: RunStore, given: Mapping[str, Value], *, as_json: bool
) -> None:
    """Test the runs of two groups, and print what the comparison says.

    Args:
        targets: the runs of each, as a person wrote them.
        store: where they are.
        given: the settings given, by dotted name.
        as_json: print JSON.

    Raises:
        SettingsError: two runs of a group have the same seed.
        MlcoreError: there is no such run, or it cannot be tested.
    """
    root = str(store.root)
    example = open_tested("compare", targets[0][0], root, given, {})
    given = {**same_data(example, targets[0][0], root), **given}
    first, second = (_tested([find_run(run, store) for run in runs], given) for runs in targets)
    judged = judge_groups(first.accuracy, second.accuracy)
    if as_json:
        print_json(
            {
                "accuracy": [first.test.mean, second.test.mean],
                "sd": [first.test.sd, second.test.sd],
                "only_first_right": None,
                "only_second_right": None,
                "mcnemar_p": None,
                **verdict_record(judged),
                "runs": [list(first.runs), list(second.runs)],
                "seeds": [list(first.accuracy), list(second.accuracy)],
            }
        )
        return
    print(f"on {len(example.raw.test.labels):,} test images of {example.config.name}")
    for name, group in (("first", first), ("second", second)):
        runs = counted(group.test.n, "run")
        print(f"{mean_percent(group.test.mean, group.test.sd)}  the {name}, {runs}")
    if first.validation and second.validation:
        a, b = (mean_percent(one.mean, one.sd) for one in (first.validation, second.validation))
        print(f"validation accuracy, to choose by: {a} and {b}")
    print(verdict_line(judged))


def _tested(folders: Sequence[RunFolder], given: Mapping[str, Value]) -> _Group:
    accuracy: dict[int, float] = {}
    for folder in folders:
        seed = folder.config.train.seed
        if seed in accuracy:
            raise SettingsError(
                "Two runs of a group have the seed {seed}, but each is to count once: leave one "
                "of them out, such as {run}.",
                seed=seed,
                run=folder.id,
            )
        accuracy[seed] = _accuracy(open_tested("compare", str(folder.path), "", given, {}), given)
    test = spread(list(accuracy.values()))
    assert test is not None
    return _Group(
        runs=tuple(folder.id for folder in folders),
        accuracy=accuracy,
        test=test,
        validation=spread([read_run_info(folder).validation_accuracy for folder in folders]),
    )


def _accuracy(tested: Tested, given: Mapping[str, Value]) -> float:
    found = answers(tested, given)
    return found.hits / len(found)
