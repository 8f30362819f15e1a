// Package servertest starts real mail servers for tests: Dovecot and Postfix
// on loopback, with certificates of a private authority, in folders that are
// gone when the test ends. It also makes the certificates for servers that
// tests run themselves.
package servertest
