//go:build race

package demo

// slow is how much longer things take when races are looked for.
const slow = 20
