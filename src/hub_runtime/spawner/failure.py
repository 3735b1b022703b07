"""A server that could not be started, told to the person who waits for it."""

from __future__ import annotations

import re
from html import escape

_TOKEN = re.compile(r"(token=|Authorization: \w+ )[^\s&\"']+", re.IGNORECASE)


class ServerFailed(Exception):  # noqa: N818 (JupyterHub shows the sentence, not the class)
    """`jupyterhub_message` and `jupyterhub_html_message` are what JupyterHub shows on the spawn page."""

    def __init__(self, reason: str, lines: tuple[str, ...] = ()) -> None:
        lines = tuple(_TOKEN.sub(r"\1...", line) for line in lines)
        super().__init__("\n    ".join((reason, *lines)))
        self.jupyterhub_message = reason
        self.jupyterhub_html_message = f"<p>{escape(reason)}</p>"
        if lines:
            shown = escape("\n".join(lines))
            self.jupyterhub_html_message += f"<p>The last lines of its log:</p><pre>{shown}</pre>"


def ending(code: int, killed_for_memory: bool, memory_limit: int | None) -> str:
    """In words, how a process ended. `code` is negative for a signal, as in subprocess."""
    if killed_for_memory:
        limit = f" of {memory_limit / 2**20:.0f} MiB" if memory_limit else ""
        return f"was ended by the kernel: it needed more memory than its limit{limit}"
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
