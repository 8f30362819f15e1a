package main

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
)

// tortureEnv asks for the long form of the torture: "long".
const tortureEnv = "CALIOPEN_TORTURE"

// torture counts what is tried, and what broke.
type torture struct {
	long             bool
	runs, violations atomic.Int64
}

// rack is one row of the torture: a kind of fault, tried at many points.
type rack struct {
	*torture
	t      *testing.T
	name   string
	server *servertest.Server
}

// row is a kind of fault. Each has a server of its own.
type row struct {
	name string
	mail bool // a submission server is needed as well
	none bool // no server is needed
	long bool // it takes too long for every day
	try  func(*rack)
}

func tortureRows() []row {
	return []row{
		{name: "K1", try: killedAtSteps},
		{name: "K2", mail: true, try: killedActing},
		{name: "K3", long: true, try: powerCut},
		{name: "C1", try: cutAnywhere},
		{name: "C2", try: halfOpen},
		{name: "C3", mail: true, try: answerLost},
		{name: "C4", long: true, try: slowly},
		{name: "C5", long: true, try: flapping},
		{name: "G1", try: garbage},
		{name: "G2", long: true, try: tooMuch},
		{name: "U1", try: renumbered},
		{name: "U2", long: true, try: gaps},
		{name: "E1", try: expunged},
		{name: "E2", try: vanished},
		{name: "E3", long: true, try: folders},
		{name: "D1", try: doubles},
		{name: "F1", long: true, try: conflicts},
		{name: "V1", long: true, try: refused},
		{name: "M1", try: malformed},
		{name: "S1", try: noRoom},
		{name: "S2", long: true, mail: true, try: beset},
		{name: "S3", try: upgraded},
		{name: "T1", long: true, try: clocks},
		{name: "T2", long: true, try: suspended},
		{name: "X1", long: true, try: soak},
	}
}

// Whatever happens to a connection, a server, a disk or the process while mail
// is fetched and acts are replayed: nothing is lost, nothing is doubled, and
// the next pass puts everything right. The long form tries many more points:
// make torture.
func TestTorture(t *testing.T) {
	if testing.Short() {
		t.Skip("this takes minutes")
	}
	o := &torture{long: os.Getenv(tortureEnv) == "long"}
	t.Cleanup(func() {
		fmt.Printf("torture: %d runs, %d violations\n", o.runs.Load(), o.violations.Load())
	})
	for _, r := range tortureRows() {
		if r.long && !o.long {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			k := &rack{torture: o, t: t, name: r.name}
			switch {
			case r.mail:
				k.server = servertest.Mail(t)
			case !r.none:
				k.server = servertest.Dovecot(t)
			}
			r.try(k)
		})
	}
}

// points gives how many points are tried: so many in the short form, so many
// in the long one.
func (k *rack) points(short, long int) int {
	if k.long {
		return long
	}
	return short
}

// try is one run. A run that fails says how to repeat it.
func (k *rack) try(name string, f func(t *testing.T)) {
	k.t.Run(name, func(t *testing.T) {
		k.runs.Add(1)
		defer func() {
			if !t.Failed() {
				return
			}
			k.violations.Add(1)
			path := strings.Split(t.Name(), "/")
			for i := range path {
				path[i] = "^" + path[i] + "$"
			}
			env := ""
			if k.long {
				env = tortureEnv + "=long "
			}
			t.Logf("again: %sgo test -tags $(sed -n 's/^TAGS := //p' Makefile) -count 1 -run '%s' ./cmd/caliopen-tui", env, strings.Join(path, "/"))
		}()
		f(t)
	})
}
