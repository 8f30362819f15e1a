//go:build race

package html

// slow is how much longer things take when races are looked for.
const slow = 20
