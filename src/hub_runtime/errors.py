"""What goes wrong in a hub's own processes, in words for the person who runs the hub."""

from __future__ import annotations


class RuntimeProblem(Exception):  # noqa: N818 (a problem is what the supervisor reports; it is no programming error)
    """One sentence or two: what is wrong, and where."""


class ConfigurationProblem(RuntimeProblem):
    """The values or settings cannot make a hub; trying again does not help."""


class MachineProblem(RuntimeProblem):
    """This machine refused: a port in use, a folder that cannot be written."""
