package main

import (
	"context"
	"fmt"
	"os"

	"example.com/hearsay/api"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

type cookie struct{}

func (cookie) CookieToken(context.Context, api.OperationName) (api.CookieToken, error) {
	return api.CookieToken{Token: os.Getenv("HEARSAY_TOKEN")}, nil
}

func main() {
	ctx := context.Background()
	client, err := api.NewClient(os.Getenv("HEARSAY_URL"), cookie{})
	must(err)
	status, err := client.GetStatus(ctx)
	must(err)
	fmt.Println("read", status.(*api.Status).PeerId)
	document, err := os.ReadFile(os.Getenv("HEARSAY_TRANSACTION"))
	must(err)
	var transaction api.SignedTransaction
	must(transaction.UnmarshalJSON(document))
	sent, err := client.SubmitTransaction(ctx, &transaction)
	must(err)
	fmt.Println("wrote", sent.(*api.SubmitTransactionAccepted).ID)
}
