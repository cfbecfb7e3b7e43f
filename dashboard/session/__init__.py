"""What one person's session holds: `session.values()`, `session.current_run()` and the like.

What only few callers need is imported from its module: `comparison`, `problems`, `uploads`.
"""

from dashboard.session.address import write_address
from dashboard.session.display import (
    colours,
    draw_again,
    draw_number,
    projector,
    switch_projector,
)
from dashboard.session.languages import choose_language, language
from dashboard.session.settings import (
    apply,
    change,
    change_data,
    choose,
    config,
    data_config,
    data_name,
    enter,
    notes,
    put_back,
    touched,
    values,
)
from dashboard.session.shown import (
    choose_checkpoint,
    choose_upload,
    chosen_checkpoint,
    current_run,
    keep_upload,
    set_current_run,
    upload,
    upload_chosen,
)
from dashboard.session.tracking import set_trackers, trackers

__all__ = [
    "apply",
    "change",
    "change_data",
    "choose",
    "choose_checkpoint",
    "choose_language",
    "choose_upload",
    "chosen_checkpoint",
    "colours",
    "config",
    "current_run",
    "data_config",
    "data_name",
    "draw_again",
    "draw_number",
    "enter",
    "keep_upload",
    "language",
    "notes",
    "projector",
    "put_back",
    "set_current_run",
    "set_trackers",
    "switch_projector",
    "touched",
    "trackers",
    "upload",
    "upload_chosen",
    "values",
    "write_address",
]
