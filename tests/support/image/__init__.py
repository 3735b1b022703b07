"""The container image of a test hub, made without any container engine: hub, proxy and user server in one.

Inside: what it is made of and how. Outside: the cluster it is loaded into.
"""

from tests.support.image.recipe import archive as archive
from tests.support.image.recipe import is_built as is_built
from tests.support.image.recipe import name as name
from tests.support.image.recipe import reference as reference
from tests.support.image.recipe import tag as tag
