"""All settings, read from the environment. A clone runs with none set: that is a private server on this machine.

Naming the public hosts (MINDFLIP_HOSTS) is what turns a private server into a deployment: HTTPS, secure cookies and
a secret key of one's own are then required. Each area is a module of its own here; Django sees their names as one.
"""

from mindflip.settings.paths import *
from mindflip.settings.doors import *
from mindflip.settings.installed import *
from mindflip.settings.operating import *
from mindflip.settings.stores import *
from mindflip.settings.files import *
from mindflip.settings.accounts import *
from mindflip.settings.api import *
from mindflip.settings.product import *
from mindflip.settings.data import *
from mindflip.settings.logs import *
