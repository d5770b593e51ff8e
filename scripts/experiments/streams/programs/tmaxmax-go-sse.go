package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/tmaxmax/go-sse"
)

func main() {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, os.Getenv("HEARSAY_STREAM"), http.NoBody)
	if err != nil {
		panic(err)
	}
	connection := sse.NewConnection(request)
	connection.SubscribeToAll(func(event sse.Event) {
		fmt.Println(event.Type, event.Data)
	})
	if err := connection.Connect(); err != nil {
		panic(err)
	}
}
