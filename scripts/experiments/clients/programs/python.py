import os
from pathlib import Path

import openapi_client
from openapi_client.models.signed_transaction import SignedTransaction

configuration = openapi_client.Configuration(host=os.environ["HEARSAY_URL"], access_token=os.environ["HEARSAY_TOKEN"])
with openapi_client.ApiClient(configuration) as client:
    print("read", openapi_client.NodeApi(client).get_status().peer_id)
    transaction = SignedTransaction.from_json(Path(os.environ["HEARSAY_TRANSACTION"]).read_text())
    print("wrote", openapi_client.TransactionsApi(client).submit_transaction(transaction).id)
