"""`mlcore runs`: what was trained, newest first."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mlcore.cli.arguments import read
from mlcore.cli.common import ForceOption, JsonOption, RunsOption, new_file, open_store
from mlcore.cli.groups import groups_file, members, show_groups
from mlcore.cli.layout import print_json, table
from mlcore.cli.options import switch, text
from mlcore.errors import ExportError, SettingsError
from mlcore.files import atomic_file, cannot_write
from mlcore.rules import list_words, shortened
from mlcore.runs import RunInfo
from mlcore.runs.library.columns import find_column, no_column, sort_runs
from mlcore.runs.library.condition import parse_condition
from mlcore.runs.library.groups import together
from mlcore.runs.library.table_file import TABLE_FORMATS, run_record, table_file
from mlcore.runs.library.trash import count_deleted, deleted_runs, trash
from mlcore.words import counted, duration, figure, percent, share_range

__all__ = ["run"]

_FIGURES = ("epoch", "loss", "best", "test", "time", "when")
_CONDITION = "only runs that meet a condition, as 'lr < 0.01 and optimizer = adam and tag = wide'"
_FORMATS = "{" + ",".join(TABLE_FORMATS) + "}"


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the runs, newest first.

    Conditions and `--sort` take state, name, tag, epoch, best (the highest validation accuracy),
    test, duration, pace (images/s), note, created, loss and every setting, such as lr, optimizer or
    train.seed; a condition compares them by =, !=, <, <=, >, >=, ~ (holds the text) and in (seed in
    1, 2), joined by and, or, not and brackets. Headings of the page are names too: Test accuracy.
    """

    where: Annotated[str, text(_CONDITION, "all runs", "CONDITION")] = ""
    sort: Annotated[str, text("sort by this", "created", "COLUMN")] = ""
    descending: Annotated[bool, switch("the highest first")] = False
    tag: Annotated[tuple[str, ...], text("only runs with these tags", "all runs", "TAG")] = ()
    deleted: Annotated[bool, switch("those in the trash instead")] = False
    format: Annotated[
        str, text("write a table with every figure and setting", "text", _FORMATS)
    ] = ""
    output: Annotated[str, text("with --format, the file to write", "standard output", "FILE")] = ""
    force: ForceOption = False
    groups: Annotated[bool, switch("runs that differ only in the seed as one row")] = False
    group: Annotated[str, text("only the runs of this group", "all runs", "GROUP")] = ""
    runs: RunsOption = ""
    json: JsonOption = False


def run(argv: Sequence[str]) -> int:
    """List the runs; damaged ones are named on standard error."""
    options, _ = read("runs", Options, argv)
    _check(options)
    store = open_store(options.runs)
    if options.deleted and not (options.json or options.format) and not count_deleted(store):
        print(f"No run of {store.root} was deleted: the trash is empty.")
        return 0
    listed = deleted_runs(store) if options.deleted else store.list()
    if options.deleted:
        store = trash(store)
    found = _chosen(listed, options)
    if options.group:
        wanted = {info.id for info in members(options.group, listed)}
        found = [info for info in found if info.id in wanted]
    for sentence in store.damaged().values():
        print(f"mlcore: {sentence}", file=sys.stderr)
    if options.format and options.groups:
        rows = together(found)
        _write(groups_file(rows, options.format), options, counted(len(rows), "group"))
    elif options.format:
        _write(table_file(found, options.format), options, counted(len(found), "run"))
    elif options.groups and found:
        show_groups(together(found), as_json=options.json)
    elif options.json:
        for info in found:
            print_json(run_record(info))
    elif found:
        _print_table(found, deleted=options.deleted)
    elif listed and options.where:
        print(f"No run in {store.root} meets the condition: `mlcore runs` lists all.")
    elif options.tag:
        tags = list_words(options.tag)
        print(f"No run in {store.root} has {tags} as tags: `mlcore runs` lists all.")
    else:
        print(f"There are no runs in {store.root} yet: `mlcore train` makes one.")
    return 0


def _check(options: Options) -> None:
    """Refuse options that mean nothing, or mean nothing together."""
    if options.format not in ("", *TABLE_FORMATS):
        raise SettingsError(
            "`--format` must be one of {formats}, but got {value!r}.",
            formats=list_words(TABLE_FORMATS, "or"),
            value=shortened(options.format),
        )
    if options.json and options.format:
        raise SettingsError("`--json` and `--format` write the runs in two ways: give one of them.")
    if options.output and not options.format:
        raise SettingsError("`--output` writes a table: say with `--format` in which form.")
    if options.force and not options.output:
        raise SettingsError("`--force` replaces the file that `--output` names: name one.")


def _chosen(listed: Sequence[RunInfo], options: Options) -> list[RunInfo]:
    """The runs that are asked for, in the order that is asked for."""
    condition = parse_condition(options.where)
    wanted = {tag.casefold() for tag in options.tag}
    found = [
        info
        for info in listed
        if wanted <= {tag.casefold() for tag in info.tags} and condition.holds(info)
    ]
    if not options.sort:
        return found[::-1] if options.descending else found
    column = find_column(options.sort)
    if column is None:
        problem = no_column(options.sort)
        raise SettingsError("Runs cannot be sorted: {problem}.", problem=problem)
    return sort_runs(found, column, descending=options.descending)


def _write(content: bytes, options: Options, count: str) -> None:
    """Write a table of so many runs or groups to the named file, else to standard output."""
    if options.output:
        path = new_file(options.output, f"runs.{options.format}", force=options.force)
        try:
            with atomic_file(path) as (file, _):
                file.write(content)
        except OSError as error:
            raise cannot_write(path, error) from error
        print(f"{path} ({count})")
    elif options.format != "parquet":
        print(content.decode().replace("\r\n", "\n"), end="")  # the console ends lines itself
    elif sys.stdout.isatty():
        raise ExportError("Parquet is no text: name a file with `--output`.")
    else:
        sys.stdout.buffer.write(content)


def _print_table(found: Sequence[RunInfo], *, deleted: bool) -> None:
    tagged = any(info.tags for info in found)
    headers = ("id", "name", *(("tags",) if tagged else ()), "state", *_FIGURES)
    print(table(headers, [_row(info, tagged=tagged) for info in found], left=3 + tagged))
    for info in found:
        if info.message:
            print(f"{info.id} {info.state}: {info.message}")
    if deleted:
        print("`mlcore restore RUN` restores one; `mlcore restore --empty` deletes all for good.")


def _row(info: RunInfo, *, tagged: bool) -> tuple[str, ...]:
    return (
        info.id,
        info.name,
        *((" ".join(info.tags),) if tagged else ()),
        info.state,
        f"{info.epoch}/{info.epochs}",
        figure(info.loss),
        percent(info.best_validation_accuracy),
        _test_accuracy(info),
        "–" if info.seconds is None else duration(info.seconds),
        time.strftime("%Y-%m-%d %H:%M", time.localtime(info.created)),
    )


def _test_accuracy(info: RunInfo) -> str:
    interval = info.test_accuracy_interval
    return percent(info.test_accuracy) + (f" ({share_range(*interval)})" if interval else "")
