package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	hearsay "example.com/hearsay/client"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	configuration := hearsay.NewConfiguration()
	configuration.Servers = hearsay.ServerConfigurations{{URL: os.Getenv("HEARSAY_URL")}}
	client := hearsay.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), hearsay.ContextAccessToken, os.Getenv("HEARSAY_TOKEN"))
	status, _, err := client.NodeAPI.GetStatus(ctx).Execute()
	must(err)
	fmt.Println("read", status.PeerId)
	document, err := os.ReadFile(os.Getenv("HEARSAY_TRANSACTION"))
	must(err)
	var transaction hearsay.SignedTransaction
	must(json.Unmarshal(document, &transaction))
	sent, _, err := client.TransactionsAPI.SubmitTransaction(ctx).SignedTransaction(transaction).Execute()
	must(err)
	fmt.Println("wrote", sent.Id)
}
