"""A theme that is chosen on one page is the theme of all pages, also after a reload.

Streamlit keeps the choice in the browser under the path of the page that was loaded, so each page
has a choice of its own. (No upstream issue found.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence

__all__ = ["kept_on_all_pages"]

_SCRIPT = r"""
<script>
(() => {
  const names = NAMES;
  if (window.__themeOnAllPages) return;
  window.__themeOnAllPages = true;
  const loaded = new URL(performance.getEntriesByType("navigation")[0]?.name ?? location.href);
  const pages = new RegExp(`/(${names.join("|")})?$`);
  const base = loaded.pathname.replace(pages, "");
  const copy = () => {
    for (const key of Object.keys(localStorage)) {
      const found = /^stActiveTheme-(.*)-(v\d+)$/.exec(key);
      if (!found || found[1] !== loaded.pathname) continue;
      for (const name of ["", ...names]) {
        const other = `stActiveTheme-${base}/${name}-${found[2]}`;
        localStorage.setItem(other, localStorage.getItem(key));
      }
    }
  };
  addEventListener("pagehide", copy);
  document.addEventListener("visibilitychange", copy);
  document.addEventListener("click", () => setTimeout(copy, 300), true);
})();
</script>
"""


def kept_on_all_pages(pages: Sequence[str]) -> str:
    """The script that lets all pages share the choice, as HTML.

    Args:
        pages: their addresses, without the first one's, which is that of the app.
    """
    return _SCRIPT.replace("NAMES", json.dumps(list(pages)))
