"""What a deploy would do: frozen data that one executor shows and another carries out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from deployer.model.release import HubRef

_PROXIES = ("Deployment/proxy", "Deployment/autohttps")
"""Of zero-to-jupyterhub: between people's browsers and their servers."""
_PAUSE = "logins pause for less than a minute; running servers go on"
_BLINK = "; open notebooks reconnect, as the proxy restarts"


@dataclass(frozen=True, slots=True)
class Manifests:
    """What a target would hand to the machinery, as named texts: start files for `local`, objects for `kubernetes`.

    `documents` hold a keyed digest where a secret stands, so they can be compared, kept and shown. `notices`
    are sentences on what this
    target cannot honour or does differently.
    """

    documents: Mapping[str, str]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """What runs now. `documents` as in Manifests, empty where nothing was ever deployed; `healthy` is what its own probes say."""

    documents: Mapping[str, str]
    healthy: bool
    address: str = ""
    version: str = ""
    """Of the chart that was deployed, after its name; of JupyterHub where no chart was."""
    image: str = ""
    """The hub's own; empty where it runs without one."""
    users: int = 0
    deployed_at: str = ""
    deployed_by: str = ""
    detail: str = ""
    """Why it is not healthy."""
    up: bool = True
    """Its processes run, healthy or not."""
    login: str = ""
    """How a person logs in, in a sentence."""
    foreign: Mapping[str, str] = field(default_factory=dict)
    """Of a hub that this deployer has not deployed: documents that tell where people's homes are, and nothing else."""
    returnable: bool = True
    """A deploy can be undone to it, if people could log in before."""
    interrupted: bool = False
    """Its last deploy came to no end, and the one before to a good one: a deploy is undone to that, whether people could log in
    meanwhile or not."""
    unfinished: bool = False
    """Its first deploy came to no end: there is nothing to go back to."""

    def pause(self, becomes: Mapping[str, str], edited: Collection[str] = ()) -> str:
        """What people notice where these documents come instead, and what was `edited` by hand becomes as they say."""
        restarts = any(name in edited or self.documents.get(name) != becomes.get(name) for name in _PROXIES)
        return f"{_PAUSE}{_BLINK if restarts else ''}"

    @property
    def tells_of_homes(self) -> Mapping[str, str]:
        """Documents from which one learns where people's homes are."""
        return self.documents or self.foreign


@dataclass(frozen=True, slots=True)
class Change:
    """One document that differs. `kind`: added, removed, changed. `diff` is a unified diff without secrets."""

    document: str
    kind: str
    diff: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `name` is the target's word for it (kebab-case), `title` what a person reads, `pauses`
    what users notice."""

    name: str
    title: str
    pauses: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The ordered steps for one hub, and why. No steps: nothing to do."""

    ref: HubRef
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    notices: tuple[str, ...] = field(default=())
