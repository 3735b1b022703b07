"""A one-node Kubernetes on this machine, from Go modules and Debian packages: pods really run.

Inside: building its binary, sealing it off, starting and ending its processes, loading images, reaching into it.
Outside: what runs on it (`tests.support.charts`, `tests.support.image`), and anything of the deployer.
"""

from tests.support.cluster.cluster import Cluster as Cluster
from tests.support.cluster.needs import missing as missing
