package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"example.com/hearsay/api"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	ctx := context.Background()
	bearer := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("HEARSAY_TOKEN"))
		return nil
	}
	client, err := api.NewClientWithResponses(os.Getenv("HEARSAY_URL"), api.WithRequestEditorFn(bearer))
	must(err)
	status, err := client.GetStatusWithResponse(ctx)
	must(err)
	fmt.Println("read", status.JSON200.PeerId)
	document, err := os.ReadFile(os.Getenv("HEARSAY_TRANSACTION"))
	must(err)
	var transaction api.SignedTransaction
	must(json.Unmarshal(document, &transaction))
	sent, err := client.SubmitTransactionWithResponse(ctx, transaction)
	must(err)
	fmt.Println("wrote", sent.JSON202.Id)
}
