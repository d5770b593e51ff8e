import os

import requests
import sseclient

answer = requests.get(os.environ["HEARSAY_STREAM"], stream=True, headers={"Accept": "text/event-stream"})
for event in sseclient.SSEClient(answer).events():
    print(event.event, event.data, flush=True)
