"""Charts for tests that can reach no chart repository: a stand-in for zero-to-jupyterhub, and a repository to serve charts.

Inside: the stand-in's own source, packaging, the repository. Outside: clusters to install them on.
"""

from tests.support.charts.package import STAND_IN as STAND_IN
from tests.support.charts.package import package as package
from tests.support.charts.package import stand_in as stand_in
from tests.support.charts.registry import ChartRegistry as ChartRegistry
from tests.support.charts.repository import ChartRepository as ChartRepository
