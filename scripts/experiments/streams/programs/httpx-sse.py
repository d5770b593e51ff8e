import os

import httpx
from httpx_sse import connect_sse

with httpx.Client(timeout=None) as client:
    with connect_sse(client, "GET", os.environ["HEARSAY_STREAM"]) as source:
        for event in source.iter_sse():
            print(event.event, event.data, flush=True)
