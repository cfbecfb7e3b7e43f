"""A page that the frontend has given up is loaded again.

Where Streamlit's frontend meets an error of its own it takes the whole page away and leaves a blank
one, without a word and for good. What was chosen stands in the address and what trains goes on, so
the page is loaded again; one that is given up again at once stays blank. (No upstream issue found.)
"""

from __future__ import annotations

__all__ = ["LOADED_AGAIN"]

LOADED_AGAIN = r"""
<script>
(() => {
  if (window.__loadsAgain) return;
  window.__loadsAgain = true;
  const [name, apart, root] = ["page-given-up", 20000, document.getElementById("root")];
  if (!root) return;
  let leaves = false;
  addEventListener("pagehide", () => (leaves = true));
  new MutationObserver(() => {
    if (leaves || root.childElementCount) return;
    const before = Number(sessionStorage.getItem(name));
    if (Date.now() - before < apart) return;
    sessionStorage.setItem(name, Date.now());
    location.reload();
  }).observe(root, { childList: true });
})();
</script>
"""
"""The script that has the browser do so, as HTML."""
