"""What one run of a command has: where the fleet and the state are, how results are written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from deployer.cli import output
from deployer.errors import UsageError

if TYPE_CHECKING:
    from deployer.model.protocols import Effects


class OutputFormat(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@dataclass
class Session:
    """The common options as they were given, and what follows from them. One a run; `__main__` makes it."""

    chosen_fleet: Path | None = None
    chosen_state: Path | None = None
    chosen_output_format: OutputFormat | None = None
    chosen_debug: bool | None = None

    @classmethod
    def of(cls, context: typer.Context, *, formats: frozenset[OutputFormat] = frozenset()) -> Session:
        """The session of this command. `formats` are those that it has besides text and JSON. Raises UsageError for others."""
        session = context.ensure_object(cls)
        if session.format not in {OutputFormat.TEXT, OutputFormat.JSON, *formats}:
            raise UsageError(f"`{context.info_name}` has no format `{session.format}`", hint="use --format text or --format json")
        return session

    @property
    def format(self) -> OutputFormat:
        """How results are written: text unless said otherwise."""
        return self.chosen_output_format or OutputFormat.TEXT

    @cached_property
    def fleet(self) -> Path:
        """The fleet's root: as chosen, else the nearest folder upwards that has `config/clusters`. Raises UsageError."""
        return fleet_root(self.chosen_fleet, Path.cwd())

    @property
    def fleet_in_repository(self) -> str:
        """The fleet's path below the folder of its git repository; empty where it is that folder, or in none."""
        repository = next((folder for folder in (self.fleet, *self.fleet.parents) if (folder / ".git").exists()), self.fleet)
        path = self.fleet.relative_to(repository).as_posix()
        return "" if path == "." else path

    def effects(self, root: Path | None = None) -> Effects:
        """Everything with an effect, for this fleet and state. `root`: another fleet, which need not be there yet."""
        from deployer.cli.progress import progress_for
        from deployer.tools.journal import SILENT, Told
        from deployer.wiring import effects

        fleet = root or self.fleet
        state = (self.chosen_state or fleet / ".deployer").absolute()
        progress = progress_for(output.errors())
        return effects(fleet, state, progress, journal=Told(progress) if self.chosen_debug else SILENT)

    def show(
        self, *, text: Callable[[], str], data: Callable[[], Mapping[str, Any]], github: Callable[[], str] | None = None
    ) -> None:
        """Write the result to stdout in the format that was asked for."""
        match self.format:
            case OutputFormat.JSON:
                output.write(json.dumps(data(), indent=2, ensure_ascii=False) + "\n")
            case OutputFormat.GITHUB if github:
                output.write(github())
            case _:
                output.write(text())

    def end(self, code: int) -> None:
        """End the command with this exit code."""
        if code:
            raise typer.Exit(code)


def fleet_root(chosen: Path | None, here: Path) -> Path:
    """The fleet's root as an absolute path. Raises UsageError where there is none."""
    if chosen is None:
        found = next((folder for folder in (here, *here.parents) if _is_fleet(folder)), None)
        if found is None:
            raise UsageError(
                "no fleet here: neither this folder nor one above it has config/clusters",
                hint="name one by --fleet DIR, or write one with `deployer new fleet DIR`",
            )
        return found
    if not _is_fleet(chosen):
        raise UsageError(f"`{chosen}` is no fleet: it has no config/clusters", hint="`deployer new fleet DIR` writes one")
    return chosen.absolute()


def _is_fleet(folder: Path) -> bool:
    return (folder / "config" / "clusters").is_dir()
