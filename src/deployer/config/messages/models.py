"""Messages on one file against its model: unknown keys, types, scalars."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {
    "unknown-key": Template("`{key}` is not a setting of {parent}", "{advice}"),
    "missing-key": Template("`{key}` is missing in {parent}", "{advice}"),
    "wrong-type": Template("`{path}` is {found}, {wanted} is wanted", "{advice}"),
    "not-text": Template("`{path}` must be text, `{written}` is read as {read}", 'quote it: "{written}"'),
    "not-one-of": Template("`{value}` is nothing that `{path}` can be", "{advice}"),
    "not-a-rule": Template(
        "`{value}` is nothing that `{path}` can be", "write {ways}; `{word}` lets in everybody with an account there"
    ),
    "too-small": Template("`{path}` is {value}, it must be {limit}"),
    "too-large": Template("`{path}` is {value}, it must be {limit}"),
    "too-short": Template("`{path}` is empty", "write something, or take the line away"),
    "too-long": Template("`{path}` has {length} characters, at most {limit} are allowed"),
    # scalars with a grammar of their own; the reason comes from config.scalars
    "not-a-dns-label": Template("`{path}`: {reason}"),
    "not-a-domain": Template("`{path}`: {reason}"),
    "not-a-url": Template("`{path}`: {reason}"),
    "not-an-image": Template("`{path}`: {reason}"),
    "not-a-registry": Template("`{path}`: {reason}"),
    "not-a-quantity": Template("`{path}`: {reason}"),
    "not-a-cpu-count": Template("`{path}`: {reason}"),
    "not-a-duration": Template("`{path}`: {reason}"),
    "no-idle-time": Template("`{path}`: {reason}", "for servers that are never stopped, write idle: {{enabled: false}}"),
    "not-a-share": Template("`{path}`: {reason}"),
    "not-a-relative-path": Template("`{path}`: {reason}"),
    "not-an-absolute-path": Template("`{path}`: {reason}"),
    "not-a-branch": Template("`{path}`: {reason}"),
    "not-an-env-name": Template("`{path}`: {reason}"),
    "not-a-mode": Template("`{path}`: {reason}"),
    "not-an-account": Template("`{path}`: {reason}"),
    "not-a-kubernetes-version": Template("`{path}`: {reason}"),
    "not-a-taint": Template("`{path}`: {reason}"),
    "not-a-mail-address": Template("`{path}`: {reason}"),
    "not-an-interface": Template("`{path}`: {reason}"),
    "not-a-person": Template("`{path}`: {reason}"),
    "not-a-team": Template("`{path}`: {reason}"),
}
