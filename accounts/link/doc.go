// Package link opens verified TLS connections to mail servers and chooses how
// to log in. The protocols of mail share it; each of them keeps its own way of
// asking for STARTTLS. There is no setting for a connection without TLS, so
// there is nothing a server could talk the program down to.
package link
