package engine

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"
)

// How often the engine looks whether the machine slept or went elsewhere, and
// by how much the clock on the wall must have left the steady one behind: a
// machine that sleeps stops the latter.
const (
	feelEvery = 5 * time.Second
	leap      = 20 * time.Second
)

// feel wakes what rests after the machine slept, after its clock was set, and
// when it is in another network.
func (e *Engine) feel(ctx context.Context) {
	tick := time.NewTicker(feelEvery)
	defer tick.Stop()
	wall, steady, network := e.o.Now().Round(0), time.Now(), e.o.Network()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		clock, since, now := e.o.Now().Round(0), time.Since(steady), e.o.Network()
		jump := clock.Sub(wall) - since
		wall, steady = clock, steady.Add(since)
		if jump.Abs() > leap || now != network {
			e.o.Log.Info("the machine slept or moved", "jump", jump, "network", now != network)
			e.rouse()
		}
		network = now
	}
}

// rouse wakes all workers.
func (e *Engine) rouse() {
	for _, w := range e.pick("") {
		w.waits.eager.Store(true)
		w.rouse()
	}
}

// addresses describes the networks that the machine is in by its addresses
// there.
func addresses() string {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	var out []string
	for _, a := range list {
		if ip, ok := a.(*net.IPNet); ok && !ip.IP.IsLoopback() && !ip.IP.IsLinkLocalUnicast() {
			out = append(out, ip.String())
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}
