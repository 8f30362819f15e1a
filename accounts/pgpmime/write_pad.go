package pgpmime

import (
	"encoding/base64"
	"math/bits"
	"slices"
	"strings"
)

// smallestPadded is the least size of a padded letter.
const smallestPadded = 4 << 10

// padded brings an entity to the next of few sizes, so that its length tells
// little. The padding stands behind the last boundary, where every reader of
// MIME ignores it (RFC 2046, 5.1.1).
func padded(entity []byte, random func([]byte)) []byte {
	missing := bucket(len(entity)+2) - len(entity)
	data := make([]byte, missing)
	random(data)
	text := base64.StdEncoding.EncodeToString(data)
	out := slices.Grow(entity, missing)
	for missing > 0 {
		n := min(missing-2, 76)
		if missing-2-n == 1 { // one byte is not enough for a line end
			n--
		}
		out = append(out, text[:n]...)
		out = append(out, "\r\n"...)
		text = text[n:]
		missing -= n + 2
	}
	return out
}

// isMultipart tells whether an entity has room behind its last boundary.
func isMultipart(entity []byte) bool {
	const multipart = "content-type: multipart/"
	return len(entity) > len(multipart) && strings.EqualFold(string(entity[:len(multipart)]), multipart)
}

// bucket gives the size that a letter of n bytes is brought to: one with few
// bits set, at most 12 % larger (Padmé: the lower bits are rounded away, as
// many as leave no more precision than the exponent has).
func bucket(n int) int {
	n = max(n, smallestPadded)
	exponent := bits.Len(uint(n)) - 1
	low := exponent - bits.Len(uint(exponent))
	mask := 1<<low - 1
	return (n + mask) &^ mask
}
