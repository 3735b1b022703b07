"""The hub's configuration: this cluster's addresses, then the values as the hub runtime reads them."""

import os
import sys
from importlib import import_module
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "config/hub_runtime.zip")]
z2jh, traits = import_module("z2jh"), import_module("hub_runtime.traits")

c = get_config()  # noqa: F821 (traitlets defines it for this file)

AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient")
c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.JupyterHub.hub_bind_url = "http://:8081"
c.JupyterHub.hub_connect_url = f"http://{z2jh.get_name('hub')}:{z2jh.get_name_env('hub', '_SERVICE_PORT')}"
c.ConfigurableHTTPProxy.api_url = f"http://{z2jh.get_name('proxy-api')}:{z2jh.get_name_env('proxy-api', '_SERVICE_PORT')}"

# The hub runtime reads nothing of the database, as a hub on one's own machine has its own.
database = z2jh.VALUES["hub"]["db"]
files = {"sqlite-pvc": "sqlite:///jupyterhub.sqlite", "sqlite-memory": "sqlite://"}
c.JupyterHub.db_url = files.get(database["type"]) or database["url"]

# This chart brings no user scheduler, which the values turn on by default.
z2jh.VALUES["scheduling"]["userScheduler"]["enabled"] = False
z2jh.VALUES["Release"].setdefault("Namespace", os.environ["POD_NAMESPACE"])
traits.apply_values(c, z2jh.VALUES, z2jh.SECRETS)
