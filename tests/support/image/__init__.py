"""The container images of a test hub, made without any container engine: one layer with all that hub, proxy and server need.

Inside: what they are made of and how. Outside: the cluster they are loaded into.
"""

from tests.support.image.recipe import HUB as HUB
from tests.support.image.recipe import USER as USER
from tests.support.image.recipe import archive as archive
from tests.support.image.recipe import references as references
from tests.support.image.recipe import tag as tag
from tests.support.image.recipe import user_reference as user_reference
