// Package resolve asks the DNS and says honestly whether an answer was
// authenticated by DNSSEC. An answer that nobody proved is never called
// secure; an answer that was proved wrong is an error, not an answer.
package resolve
