package keyfind

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/miekg/dns"
)

// directory asks the Web Key Directory of the address's domain
// (draft-koch-openpgp-webkey-service, 3.1): the advanced method, and the direct
// one only where the name for the advanced one does not exist.
func (f *Finder) directory(ctx context.Context, address string) ([]Found, error) {
	local, domain, err := cutAddress(address)
	if err != nil {
		return nil, err
	}
	hash, query := directoryHash(local), "?l="+url.QueryEscape(local)
	advanced := "https://openpgpkey." + domain + "/.well-known/openpgpkey/" + domain + "/hu/" + hash + query
	direct := "https://" + domain + "/.well-known/openpgpkey/hu/" + hash + query
	there, err := f.host(ctx, "openpgpkey."+domain)
	if err != nil {
		return nil, err
	}
	place := direct
	if there {
		place = advanced
	}
	data, err := f.get(ctx, place, mostDirectory)
	if f.DNS == nil && err != nil && unreached(err) && ctx.Err() == nil {
		data, err = f.get(ctx, direct, mostDirectory)
	}
	if err != nil || data == nil {
		return nil, err
	}
	return f.read(data, address, WKD, FromWKD)
}

// host tells whether a name has an address. Without a DNS to ask it may have.
func (f *Finder) host(ctx context.Context, name string) (bool, error) {
	if f.DNS == nil {
		return true, nil
	}
	for _, rrtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		a, err := f.DNS.Lookup(ctx, name, rrtype)
		if err != nil || len(a.RR) > 0 {
			return err == nil, err
		}
		if !a.Exists {
			break
		}
	}
	return false, nil
}

// record asks for the OPENPGPKEY record (RFC 7929): by the local part as it is
// written, then in lower case, as most who publish one write it.
func (f *Finder) record(ctx context.Context, address string) ([]Found, error) {
	local, domain, err := cutAddress(address)
	if err != nil {
		return nil, err
	}
	spellings := []string{local}
	if lower := strings.ToLower(local); lower != local {
		spellings = append(spellings, lower)
	}
	for _, spelling := range spellings {
		a, err := f.DNS.Lookup(ctx, recordName(spelling, domain), dns.TypeOPENPGPKEY)
		if err != nil {
			return nil, err
		}
		source := FromGossip
		if a.Secure {
			source = FromDANE
		}
		if data := joined(a.RR); len(data) > 0 {
			return f.readRecords(data, address, source)
		}
	}
	return nil, nil
}

func joined(set []dns.RR) [][]byte {
	var out [][]byte
	for _, rr := range set {
		record, ok := rr.(*dns.OPENPGPKEY)
		if !ok {
			continue
		}
		if data, err := base64.StdEncoding.DecodeString(record.PublicKey); err == nil && len(data) <= mostDirectory && len(out) < 8 {
			out = append(out, data)
		}
	}
	return out
}

func (f *Finder) readRecords(data [][]byte, address string, source Source) ([]Found, error) {
	var out []Found
	var failed error
	for _, d := range data {
		found, err := f.read(d, address, DANE, source)
		out, failed = append(out, found...), errors.Join(failed, err)
	}
	if len(out) > 0 {
		return out, nil
	}
	return nil, failed
}

// verified asks the key server that checks addresses.
func (f *Finder) verified(ctx context.Context, address string) ([]Found, error) {
	data, err := f.get(ctx, f.servers().VKS+"/vks/v1/by-email/"+url.PathEscape(address), mostServer)
	if err != nil || data == nil {
		return nil, err
	}
	return f.read(data, address, VKS, FromVKS)
}

// unverified asks a key server that takes whatever it is given
// (draft-gallagher-openpgp-hkp).
func (f *Finder) unverified(ctx context.Context, address string) ([]Found, error) {
	q := url.Values{"op": {"get"}, "options": {"mr"}, "exact": {"on"}, "search": {address}}
	data, err := f.get(ctx, f.servers().HKP+"/pks/lookup?"+q.Encode(), mostServer)
	if err != nil || data == nil {
		return nil, err
	}
	return f.read(data, address, HKP, FromHKP)
}

// keybase asks for the key under a name.
func (f *Finder) keybase(ctx context.Context, name, address string) ([]Found, error) {
	if !regexp.MustCompile(`^[a-zA-Z0-9_]{2,16}$`).MatchString(name) {
		return nil, fmt.Errorf("%w: not a Keybase name", ErrAddress)
	}
	data, err := f.get(ctx, f.servers().Keybase+"/"+name+"/pgp_keys.asc", mostServer)
	if err != nil || data == nil {
		return nil, err
	}
	return f.read(data, address, Keybase, FromKeybase)
}
