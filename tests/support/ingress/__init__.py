"""What stands before hubs on the test cluster: Traefik as the ingress, and pebble, an ACME server, which issues certificates.

Inside: both programs, started in the cluster's network, where they have the ports 80 and 443 and the names of its name server.
Outside: the support chart, whose images cannot be had here; what it says of Traefik is what Traefik is started with.
"""

from tests.support.ingress.fleet import InnerFleet as InnerFleet
from tests.support.ingress.pebble import Pebble as Pebble
from tests.support.ingress.traefik import Traefik as Traefik
from tests.support.ingress.traefik import chart_values as chart_values
