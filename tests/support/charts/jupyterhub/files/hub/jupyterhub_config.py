"""The hub's configuration: this cluster's addresses, then the values as the hub runtime reads them."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tornado.httpclient import AsyncHTTPClient
from z2jh import SECRETS, VALUES, get_name, get_name_env

from hub_runtime.traits import apply_values

c = get_config()  # noqa: F821 (traitlets defines it for this file)

AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient")
c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.JupyterHub.hub_bind_url = "http://:8081"
c.JupyterHub.hub_connect_url = f"http://{get_name('hub')}:{get_name_env('hub', '_SERVICE_PORT')}"
c.ConfigurableHTTPProxy.api_url = f"http://{get_name('proxy-api')}:{get_name_env('proxy-api', '_SERVICE_PORT')}"

# This chart brings no user scheduler, which the values turn on by default.
VALUES["scheduling"]["userScheduler"]["enabled"] = False
VALUES["Release"].setdefault("Namespace", os.environ["POD_NAMESPACE"])
apply_values(c, VALUES, SECRETS)
