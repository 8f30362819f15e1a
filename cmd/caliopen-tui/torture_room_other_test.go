//go:build !linux

package main

import (
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// smallDisk needs a way to make disks.
func smallDisk(*rack, *truth, *servertest.Proxy) {}

// resident is not known here.
func (v *victim) resident(*testing.T) int64 { return 0 }

func (v *victim) remember() {}
