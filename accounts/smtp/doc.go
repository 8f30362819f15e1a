// Package smtp hands mail over to the user's own submission server (RFC 6409,
// RFC 5321), over TLS that is verified or not at all. It knows at every moment
// whether the server may have taken the message, since nothing must be sent
// twice and nothing must be lost.
package smtp
