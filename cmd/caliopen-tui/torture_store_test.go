package main

import (
	"fmt"
	"testing"
)

// noRoom lets the disk be full after so many bytes. The pass says that it
// failed, and goes on when there is room again.
func noRoom(k *rack) {
	user := k.filled(100)
	want := k.truth(k.t, user)
	proxy := k.server.Proxy(k.t)
	n := k.points(20, 200)
	for i := range n {
		size := uint64(8192 + 1_200_000*i/n)
		k.try(fmt.Sprintf("bytes=%d", size), func(t *testing.T) {
			v := k.victim(t, user, proxy.Addr)
			v.Files = size
			if _, said := v.dies(t, true); said == "" {
				t.Log("there was room enough")
			} else {
				t.Logf("it said: %.300s", said)
			}
			v.rises(t, proxy, want)
		})
	}
}
