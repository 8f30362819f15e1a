// Package domain finds out what a mail domain says of itself: whether it signed
// a mail (DKIM), what is to be done with forgeries of it (DMARC), whether mail
// to it must come over verified TLS (MTA-STS, DANE), whether its names are
// signed (DNSSEC).
//
// Each question tells the domain's name servers that somebody asks. So nothing
// is looked up in bulk or ahead of time: keys of signatures when a mail has just
// come and the provider said nothing of it, policies when somebody begins to
// write to the domain.
package domain
