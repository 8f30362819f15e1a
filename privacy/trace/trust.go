package trace

import (
	"slices"
	"strings"
)

// Trust is what is known of the provider of one account. Its zero value
// believes nothing. It comes from Learned.Trust, from the configuration, or
// from both. All names are lower case.
type Trust struct {
	// Hosts are the names that the provider's servers give themselves in "by".
	// ".example.net" stands for every name below example.net.
	Hosts []string `json:"hosts,omitempty"`
	// IDs are the authserv-ids whose results are believed; they match exactly.
	IDs []string `json:"ids,omitempty"`
	// TLSWriters are the hosts known to write down TLS when there was TLS.
	TLSWriters []string `json:"tls_writers,omitempty"`
	// Domains are the mail domains whose users submit to these servers.
	Domains []string `json:"domains,omitempty"`
	// Lists are the List-Ids of mailing lists known to change mails on the way,
	// so that DMARC fails for honest ones.
	Lists []string `json:"lists,omitempty"`
	// Strips says that the servers remove forged results that carry their own
	// authserv-id, and add theirs just below the ingress Received. It can only
	// be configured, since no mail can prove it.
	Strips bool `json:"strips,omitempty"`
}

// Merge adds what b knows to t.
func (t Trust) Merge(b Trust) Trust {
	return Trust{
		Hosts:      union(t.Hosts, b.Hosts),
		IDs:        union(t.IDs, b.IDs),
		TLSWriters: union(t.TLSWriters, b.TLSWriters),
		Domains:    union(t.Domains, b.Domains),
		Lists:      union(t.Lists, b.Lists),
		Strips:     t.Strips || b.Strips,
	}
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// owns tells whether a host is one of the provider's.
func (t Trust) owns(name string) bool { return matches(t.Hosts, name) }

func matches(hosts []string, name string) bool {
	if name == "" {
		return false
	}
	for _, h := range hosts {
		if h == name || strings.HasPrefix(h, ".") && len(name) > len(h) && strings.HasSuffix(name, h) {
			return true
		}
	}
	return false
}
