package keyfind

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// Site is what to put on a web server for others to find a key.
type Site struct {
	Host  string
	Files []File
}

// File is a file with its path from the root of the web server, without
// leading slash.
type File struct {
	Path string
	Data []byte
}

// Layout describes the two ways to publish a key in the Web Key Directory of
// the own domain, either of which is enough: first that of a host of its own,
// which wins where both are there. Nothing but the address's own user ID goes
// in, and never a secret.
func Layout(key *openpgp.Key, address string) ([]Site, error) {
	local, domain, err := cutAddress(address)
	if err != nil {
		return nil, err
	}
	cert, err := published(key, address)
	if err != nil {
		return nil, err
	}
	site := func(host, folder string) Site {
		return Site{host, []File{{folder + "hu/" + directoryHash(local), cert}, {folder + "policy", nil}}}
	}
	const root = ".well-known/openpgpkey/"
	return []Site{site("openpgpkey."+domain, root+domain+"/"), site(domain, root)}, nil
}

// published gives the certificate as it may be shown to everybody.
func published(key *openpgp.Key, address string) ([]byte, error) {
	whole, err := key.Public().Bytes()
	if err != nil {
		return nil, err
	}
	cert, err := onlyAddress(whole, address)
	if err != nil {
		return nil, err
	}
	kept, err := openpgp.Parse(cert)
	if err != nil || len(kept) != 1 || kept[0].Secret() || len(kept[0].Addresses()) == 0 {
		return nil, fmt.Errorf("%w: no user ID of that address", ErrAnswer)
	}
	return cert, nil
}

// Record gives the line for the zone of the own domain, in the form of RFC
// 7929 and in that of RFC 3597 for servers that do not know the type.
func Record(key *openpgp.Key, address string) (known, generic string, err error) {
	local, domain, err := cutAddress(address)
	if err != nil {
		return "", "", err
	}
	cert, err := published(key, address)
	if err != nil {
		return "", "", err
	}
	name := recordName(strings.ToLower(local), domain)
	known = name + " IN OPENPGPKEY " + base64.StdEncoding.EncodeToString(cert)
	generic = fmt.Sprintf(`%s IN TYPE61 \# %d %s`, name, len(cert), hex.EncodeToString(cert))
	return known, generic, nil
}

// Upload is what keys.openpgp.org says of an uploaded key.
type Upload struct {
	Token  string            // to ask for confirmation with
	Status map[string]string // of each address: "unpublished", "published", "revoked", "pending"
}

// ErrUpload is given when the server talks of another key than the one sent.
var ErrUpload = errors.New("the key server speaks of another key")

type uploadAnswer struct {
	Fingerprint string            `json:"key_fpr"`
	Status      map[string]string `json:"status"`
	Token       string            `json:"token"`
}

// Upload gives the own key to the key server. Others find it by the address
// only after that was confirmed.
func (f *Finder) Upload(ctx context.Context, key *openpgp.Key, address string) (Upload, error) {
	cert, err := published(key, address)
	if err != nil {
		return Upload{}, err
	}
	body := map[string]any{"keytext": base64.StdEncoding.EncodeToString(cert)}
	a, err := f.post(ctx, "/vks/v1/upload", body)
	if err != nil {
		return Upload{}, fmt.Errorf("keyfind: upload: %w", err)
	}
	if !strings.EqualFold(a.Fingerprint, key.Fingerprint()) || a.Token == "" {
		return Upload{}, ErrUpload
	}
	return Upload{a.Token, a.Status}, nil
}

// Confirm asks the key server to send the mail that confirms an address, in
// one of the languages, the best first.
func (f *Finder) Confirm(ctx context.Context, token, address string, languages ...string) (status string, err error) {
	body := map[string]any{"token": token, "addresses": []string{address}}
	if len(languages) > 0 {
		body["locale"] = languages
	}
	a, err := f.post(ctx, "/vks/v1/request-verify", body)
	if err != nil {
		return "", fmt.Errorf("keyfind: confirm: %w", err)
	}
	return statusOf(a.Status, address), nil
}

func statusOf(all map[string]string, address string) string {
	for _, a := range slices.Sorted(maps.Keys(all)) {
		if same(a, address) {
			return all[a]
		}
	}
	return ""
}

func (f *Finder) post(ctx context.Context, path string, body any) (uploadAnswer, error) {
	var a uploadAnswer
	sent, err := json.Marshal(body)
	if err != nil {
		return a, err
	}
	data, err := f.do(ctx, "POST", f.servers().VKS+path, sent, mostDirectory)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return a, fmt.Errorf("%w: %w", ErrServer, err)
	}
	return a, nil
}
