from __future__ import annotations

from mlcore.runs.library.family import families


def test_each_fork_stands_below_its_parent(run) -> None:
    runs = [
        run(id="grandchild", parent="child", created=3.0),
        run(id="child", parent="root", created=1.0),
        run(id="second", parent="root", created=2.0),
        run(id="root", created=0.0),
        run(id="alone", created=4.0),
    ]
    found = families(runs, ["grandchild", "alone"])
    assert [(member.info.id, member.depth, member.chosen) for member in found] == [
        ("root", 0, False),
        ("child", 1, False),
        ("grandchild", 2, True),
        ("second", 1, False),
    ]


def test_a_parent_that_is_gone_makes_no_family(run) -> None:
    assert families([run(id="a", parent="gone")], ["a", "never"]) == []


def test_records_that_lead_round_in_a_circle_end(run) -> None:
    runs = [run(id="a", parent="b"), run(id="b", parent="a"), run(id="c", parent="c")]
    assert {member.info.id for member in families(runs, ["a", "c"])} == {"a", "b"}
