package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// panicFile names the file whose appearance makes panickingMain panic, and
// panicPlace the package in whose code.
const (
	panicFile  = "CALIOPEN_TEST_PANIC"
	panicPlace = "CALIOPEN_TEST_PANIC_IN"
)

// secretText stands for what a panic's value may hold of a message.
const secretText = "the door code is 4417"

// panickingMain is main with a clock that panics once, when it is asked from a
// certain package.
func panickingMain() {
	var once atomic.Bool
	p := newProgram()
	p.now = func() time.Time {
		if _, err := os.Stat(os.Getenv(panicFile)); err == nil && calledFrom(os.Getenv(panicPlace)) && once.CompareAndSwap(false, true) {
			panic(secretText)
		}
		return time.Now()
	}
	os.Exit(p.run(context.Background(), os.Args[1:]))
}

// calledFrom tells whether a package is among the callers.
func calledFrom(place string) bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if strings.Contains(f.Function, place) {
			return true
		}
		if !more {
			return false
		}
	}
}
