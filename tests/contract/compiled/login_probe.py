"""Runs in the hub's interpreter: who gets in, and as whom, by an authenticator with compiled traits.

Reads `[{"class": NAME, "config": HUB_CONFIG, "person": USER_INFO, "answers": {END_OF_URL: JSON}}]` from stdin and writes
`[{"name", "admin", "groups", "allowed"}]`. What the provider says about a person, and answers besides, is given.
"""

import asyncio
import inspect
import json
import sys

import oauthenticator.azuread
import oauthenticator.bitbucket
import oauthenticator.gitlab
import oauthenticator.globus
import oauthenticator.openshift
from tornado.web import HTTPError
from traitlets.config import Config

TOKEN = {
    "access_token": "t",
    "token_type": "bearer",
    "resource_server": "auth.example.org",
    "other_tokens": [{"resource_server": "groups.api.globus.org", "access_token": "t"}],
}


class Answer:
    def __init__(self, code):
        self.code = code


def class_of(name):
    modules = (value for key, value in vars(oauthenticator).items() if inspect.ismodule(value))
    return next(getattr(module, name) for module in modules if hasattr(module, name))


async def tried(asked):
    authenticator = class_of(asked["class"])(config=Config(asked["config"]))

    async def person(token):
        return asked["person"]

    async def fetched(url, parse_json=True, **options):
        found = next((answer for end, answer in asked["answers"].items() if url.endswith(end)), None)
        return found if parse_json else Answer(404 if found is None else 200)

    authenticator.token_to_user, authenticator.httpfetch = person, fetched
    model = await authenticator._token_to_auth_model(TOKEN)
    told = {"name": model["name"], "admin": bool(model["admin"]), "groups": model.get("groups")}
    try:
        blocked = authenticator.check_blocked_users(model["name"], model)
        passes = await blocked if inspect.isawaitable(blocked) else blocked
    except HTTPError:
        passes = False
    return told | {"allowed": passes is not False and await authenticator.check_allowed(model["name"], model)}


async def main():
    json.dump([await tried(asked) for asked in json.load(sys.stdin)], sys.stdout)


asyncio.run(main())
