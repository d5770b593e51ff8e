import importlib
import os
import pkgutil

import hearsay_client
from hearsay_client import AuthenticatedClient
from hearsay_client.api.network import set_tag
from hearsay_client.api.node import get_status
from hearsay_client.models.tag_change import TagChange

# A module that cannot be imported is a fault of the generator that shows only here.
broken = []
for module in pkgutil.walk_packages(hearsay_client.__path__, "hearsay_client."):
    try:
        importlib.import_module(module.name)
    except NameError as error:
        broken.append(f"{module.name.rsplit('.', 1)[-1]} ({error})")
print("broken", ", ".join(broken) or "none")
with AuthenticatedClient(base_url=os.environ["HEARSAY_URL"], token=os.environ["HEARSAY_TOKEN"]) as client:
    print("read", get_status.sync(client=client).peer_id)
    tags = set_tag.sync(client=client, body=TagChange(key="client", value=os.environ["HEARSAY_WRITES"]))
    print("wrote", tags.tags["client"])
