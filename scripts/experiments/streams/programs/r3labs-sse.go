package main

import (
	"fmt"
	"os"

	"github.com/r3labs/sse/v2"
)

func main() {
	client := sse.NewClient(os.Getenv("HEARSAY_STREAM"))
	if err := client.SubscribeRaw(func(event *sse.Event) {
		fmt.Println(string(event.Event), string(event.Data))
	}); err != nil {
		panic(err)
	}
}
