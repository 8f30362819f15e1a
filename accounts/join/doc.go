// Package join runs SecureJoin over mails: it makes invitations, follows those
// of others, and reads and answers the mails of the protocol. What is proved by
// them is told to the keyring. The rules themselves are in privacy/securejoin.
package join
