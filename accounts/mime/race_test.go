//go:build race

package mime

// slow is how much longer things take when races are looked for.
const slow = 20
