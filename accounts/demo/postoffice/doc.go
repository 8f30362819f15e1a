// Package postoffice is a mail provider inside the process: IMAP and SMTP
// submission over TLS on loopback, for the demo and for tests. It behaves like
// an ordinary provider: it writes Received and Authentication-Results lines
// into what it delivers, files nothing by itself, and refuses strangers.
package postoffice
