from __future__ import annotations

from dashboard.charts.per_class import PerClassInfo, per_class_info, per_class_table

ENTRIES = (
    {"label": "4", "precision": 0.9, "recall": 0.5, "f1": 0.64, "support": 982},
    {"label": "9", "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
)


def test_figures_are_collected_in_the_order_of_the_classes() -> None:
    assert per_class_info(ENTRIES, ("4", "9")) == PerClassInfo(
        labels=("4", "9"),
        precision=(0.9, 0.0),
        recall=(0.5, 0.0),
        f1=(0.64, 0.0),
        support=(982, 0),
    )


def test_the_table_shows_shares_in_per_cent_and_keeps_numbers_sortable() -> None:
    table = per_class_table(per_class_info(ENTRIES, ("4", "9")))
    assert list(table) == ["Class", "Precision", "Recall", "F1", "Images"]
    assert table["Precision"] == [90.0, 0.0]
    assert table["Images"] == [982, 0]
