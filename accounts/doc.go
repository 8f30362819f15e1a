// Package accounts describes the user's own accounts: their configuration,
// their secrets, and what a transport to a server must offer. Each protocol
// has its own package below; accounts/engine runs them.
package accounts
