"""What `support deploy` installed, as text and as JSON."""

from __future__ import annotations

from typing import Any

from deployer.model.support import Installed, SupportReport


def to_text(report: SupportReport) -> str:
    """A line a release; ends with a newline."""
    if not report.releases:
        return f"The deployer runs no support stack on {report.cluster}: nothing to do.\n"
    return "".join(f"{report.cluster}: {_sentence(release)}\n" for release in report.releases)


def _sentence(release: Installed) -> str:
    if release.unchanged:
        return f"{release.name} is unchanged"
    objects = f"{release.objects} object{'' if release.objects == 1 else 's'}"
    if release.planned:
        return f"{release.name} would be {'upgraded' if release.before else 'installed'} ({objects})"
    return f"{release.name} is {'upgraded' if release.before else 'installed'} and runs ({objects})"


def to_json(report: SupportReport) -> dict[str, Any]:
    """Plain data by the schema `support-deploy.json`."""
    releases = [
        {
            "name": release.name,
            "objects": release.objects,
            "before": release.before,
            "unchanged": release.unchanged,
            "planned": release.planned,
        }
        for release in report.releases
    ]
    return {"cluster": report.cluster, "releases": releases}
