// Package mail joins the two halves of a mail account, the mirror kept by IMAP
// and the submission by SMTP, into one transport.
package mail
