// Package autoconfig looks up the servers of a mail address: the settings that
// its domain publishes as XML over HTTPS, then its SRV records (RFC 6186, RFC
// 8314), then the usual names. No third party is asked, no address is sent,
// and an answer without TLS is no answer.
package autoconfig
