package mime

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"strings"
)

// fingerprint gives what all copies of one message have in common: the
// identifier, who wrote it and when, and the body. What servers add on the way
// (Received, results of checks, marks of spam) does not count, nor does Bcc,
// which the copy of the sender has and the others have not. Line ends do not
// count either, since some servers change them.
func fingerprint(h header, body []byte) [32]byte {
	sum := sha256.New()
	names := []string{"message-id", "from", "date"}
	if messageID(h.get("message-id")) == "" {
		names = append(names, "sender", "to", "cc", "reply-to", "subject", "in-reply-to", "references", "content-type")
	}
	for _, n := range names {
		writeField(sum, n, h.get(n))
	}
	writeBody(sum, body)
	var out [32]byte
	sum.Sum(out[:0])
	return out
}

// writeField writes a field so that no value can pass for another field.
func writeField(w io.Writer, name, value string) {
	value = strings.Join(strings.Fields(value), " ")
	_, _ = io.WriteString(w, name+":"+value+"\n") // a hash takes everything
}

// writeBody writes the lines of a body without their ends, and without empty
// lines and white space at its end.
func writeBody(sum hash.Hash, body []byte) {
	body = bytes.TrimRight(body, " \t\r\n")
	w := bufio.NewWriterSize(sum, 8<<10)
	for len(body) > 0 {
		i := bytes.IndexByte(body, '\n')
		if i < 0 {
			break
		}
		_, _ = w.Write(bytes.TrimSuffix(body[:i], []byte{'\r'}))
		_ = w.WriteByte('\n')
		body = body[i+1:]
	}
	_, _ = w.Write(body)
	_ = w.Flush()
}
