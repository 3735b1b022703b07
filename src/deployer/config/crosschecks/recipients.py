"""Encrypted files are readable for those whom .sops.yaml names, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deployer.config.documents import Document, read_document
from deployer.config.encryption import SOPS, is_encrypted
from deployer.config.loaded import LoadedFleet
from deployer.config.messages import problem
from deployer.config.recipients import CONFIGURATION, PatternError, Rule, of_file, rules
from deployer.config.shelf import Shelf
from deployer.config.source_text import is_secret
from deployer.model.place import Place
from deployer.model.problem import Problem


def check(_fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Every encrypted file of the fleet against the rule that covers it."""
    files = shelf.tree.files
    encrypted = sorted(path for path, content in files.items() if is_secret(path) and is_encrypted(content))
    if CONFIGURATION not in files:
        if encrypted:
            yield problem("no-recipients", Place(encrypted[0], 1, 1))
        return
    document, problems = read_document(CONFIGURATION, files[CONFIGURATION], may_be_empty=True)
    yield from problems
    if document is None:
        return
    try:
        known = tuple(rules(document.data))
    except PatternError as error:
        place = document.place(("creation_rules", error.number, "path_regex"))
        yield problem("recipients-pattern", place, reason=str(error))
        return
    for path in encrypted:
        document = shelf.values(path)
        if document is not None:
            yield from _recipients(document, known)


def _recipients(document: Document, known: Sequence[Rule]) -> Iterator[Problem]:
    rule = next((rule for rule in known if rule.covers(document.file)), None)
    if rule is None:
        yield problem("recipients-rule", document.place((SOPS,), key=True))
        return
    found = of_file(document.data.get(SOPS))
    for code, names in (("recipient-too-many", found - rule.recipients), ("recipient-missing", rule.recipients - found)):
        if names:
            place = document.place((SOPS,), key=True)
            yield problem(code, place, recipients=" and ".join(f"`{name}`" for name in sorted(names)))
