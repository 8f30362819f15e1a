package keyfind

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/caliopen/caliopen-tui/privacy/openpgp"
)

// program finds a program of the system. Its absence skips a test, but never
// where the checks run.
func program(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%q is missing", names)
	}
	t.Skipf("%q is not installed", names)
	return ""
}

func TestDirectoryHashes(t *testing.T) {
	// The example of the specification, 3.1.
	if got := directoryHash("Joe.Doe"); got != "iy9q119eutrkn8s1mk4r39qejnbu3n5q" {
		t.Error(got)
	}
	wks := program(t, "gpg-wks-client", "/usr/lib/gnupg/gpg-wks-client")
	for _, local := range []string{"zoe.martel", "Joe.Doe", "a+b", "UPPER", "x_y-z"} {
		out, err := exec.Command(wks, "--print-wkd-hash", local+"@example.org").Output()
		if err != nil {
			t.Fatal(err)
		}
		if want, _, _ := strings.Cut(string(out), " "); directoryHash(local) != want {
			t.Errorf("%s: %s, want %s", local, directoryHash(local), want)
		}
	}
}

func TestRecordNames(t *testing.T) {
	// The example of RFC 7929, 3.
	want := "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey.example.com."
	if got := recordName("hugh", "example.com"); got != want {
		t.Error(got)
	}
}

func TestLayout(t *testing.T) {
	sites, err := Layout(key(t, "zoe.pgp"), zoe)
	if err != nil || len(sites) != 2 {
		t.Fatal(len(sites), err)
	}
	places := map[string][]byte{}
	for _, s := range sites {
		for _, f := range s.Files {
			places[s.Host+"/"+f.Path] = f.Data
		}
	}
	for _, at := range []string{advanced, direct} {
		keys, err := openpgp.Parse(places[at])
		if err != nil || len(keys) != 1 || len(keys[0].UserIDs()) != 1 || keys[0].Secret() {
			t.Errorf("%s: %v", at, err)
		}
	}
	for _, at := range []string{"openpgpkey.example.org/.well-known/openpgpkey/example.org/policy", "example.org/.well-known/openpgpkey/policy"} {
		if data, ok := places[at]; !ok || len(data) != 0 {
			t.Errorf("%s: %q", at, data)
		}
	}
	if len(places) != 4 {
		t.Errorf("%d files", len(places))
	}
}

func TestWhatIsPublishedIsFound(t *testing.T) {
	own, err := openpgp.Generate("Zoe", "Zoe@example.org", openpgp.Compatible, noon)
	if err != nil {
		t.Fatal(err)
	}
	sites, err := Layout(own, "Zoe@example.org")
	if err != nil {
		t.Fatal(err)
	}
	w := newWeb(t, "openpgpkey.example.org", "example.org")
	for _, s := range sites {
		for _, f := range s.Files {
			w.answers[s.Host+"/"+f.Path] = serve(f.Data)
		}
	}
	for _, hosts := range [][]string{nil, {"openpgpkey.example.org"}} {
		found, err := finder(w, &fakeDNS{hosts: hosts}, WKD).Find(t.Context(), "zoe@example.org")
		if err != nil || len(found) != 1 || found[0].Fingerprint != own.Fingerprint() || !found[0].Usable {
			t.Errorf("%+v, %v", found, err)
		}
	}
}

func TestNothingOfOthersIsPublished(t *testing.T) {
	if _, err := Layout(key(t, "paul.pgp"), zoe); !errors.Is(err, ErrAnswer) {
		t.Error(err)
	}
	if _, _, err := Record(key(t, "paul.pgp"), zoe); !errors.Is(err, ErrAnswer) {
		t.Error(err)
	}
	if _, err := finder(newWeb(t), nil).Upload(t.Context(), key(t, "paul.pgp"), zoe); !errors.Is(err, ErrAnswer) {
		t.Error(err)
	}
}

func TestRecordText(t *testing.T) {
	known, generic, err := Record(key(t, "zoe.pgp"), "Zoe.Martel@example.org")
	if err != nil {
		t.Fatal(err)
	}
	a, errA := dns.NewRR(known)
	b, errB := dns.NewRR(generic)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	x, y := a.(*dns.OPENPGPKEY), b.(*dns.OPENPGPKEY)
	if x.PublicKey != y.PublicKey || x.Hdr.Name != y.Hdr.Name || x.Hdr.Name != recordName("zoe.martel", "example.org") {
		t.Errorf("%s\n%s", known, generic)
	}
	found, err := finder(newWeb(t), &fakeDNS{keys: map[string][]byte{x.Hdr.Name: joined([]dns.RR{b})[0]}}, DANE).Find(t.Context(), zoe)
	if err != nil || len(found) != 1 || found[0].Fingerprint != zoePrint {
		t.Errorf("%+v, %v", found, err)
	}
}

// GnuPG publishes all user IDs; name and type must be the same as ours, and we
// must read what it wrote.
func TestRecordsOfGnuPG(t *testing.T) {
	text, _, _ := strings.Cut(string(file(t, "zoe.dane")), "\n\n")
	zone := dns.NewZoneParser(strings.NewReader(text), "", "")
	zone.SetDefaultTTL(300)
	rr, ok := zone.Next()
	if !ok {
		t.Fatal(zone.Err())
	}
	if rr.Header().Name != recordName("zoe.martel", "example.org") {
		t.Error(rr.Header().Name)
	}
	if data := joined([]dns.RR{rr}); len(data) != 1 || !bytes.Equal(data[0], file(t, "zoe.pgp")) {
		t.Error("the record reads differently")
	}
}

func TestGnuPGTakesWhatIsPublished(t *testing.T) {
	gpg := program(t, "gpg")
	sites, err := Layout(key(t, "zoe.pgp"), zoe)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home, "zoe")
	if err := os.WriteFile(path, sites[0].Files[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(gpg, "--homedir", home, "--batch", "--with-colons", "--show-keys", path).Output()
	if err != nil || !strings.Contains(string(out), zoePrint) || strings.Count(string(out), "\nuid:") != 1 || strings.Count(string(out), "\nsub:") != 1 {
		t.Errorf("%s, %v", out, err)
	}
}

func TestUploadAndConfirm(t *testing.T) {
	w := newWeb(t, "keys.openpgp.org")
	var sent []map[string]any
	answer := func(fingerprint string) http.HandlerFunc {
		return func(out http.ResponseWriter, r *http.Request) {
			var body map[string]any
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s %v: %v", r.Method, r.Header, err)
			}
			sent = append(sent, body)
			json.NewEncoder(out).Encode(map[string]any{"key_fpr": fingerprint, "token": "T", "status": map[string]string{zoe: "pending"}})
		}
	}
	w.answers["keys.openpgp.org/vks/v1/upload"] = answer(strings.ToLower(zoePrint))
	w.answers["keys.openpgp.org/vks/v1/request-verify"] = answer(zoePrint)
	f := finder(w, nil)
	up, err := f.Upload(t.Context(), key(t, "zoe.pgp"), zoe)
	if err != nil || up.Token != "T" || up.Status[zoe] != "pending" {
		t.Errorf("%+v, %v", up, err)
	}
	status, err := f.Confirm(t.Context(), up.Token, "Zoe.Martel@example.org", "fr", "en")
	if err != nil || status != "pending" {
		t.Error(status, err)
	}
	if len(sent) != 2 || sent[1]["token"] != "T" || len(sent[1]["addresses"].([]any)) != 1 || len(sent[1]["locale"].([]any)) != 2 {
		t.Errorf("%v", sent)
	}
	w.answers["keys.openpgp.org/vks/v1/upload"] = answer("0" + zoePrint[1:])
	if _, err := f.Upload(t.Context(), key(t, "zoe.pgp"), zoe); !errors.Is(err, ErrUpload) {
		t.Errorf("another key's fingerprint: %v", err)
	}
	w.answers["keys.openpgp.org/vks/v1/upload"] = func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(503) }
	if _, err := f.Upload(t.Context(), key(t, "zoe.pgp"), zoe); !errors.Is(err, ErrServer) {
		t.Errorf("closed: %v", err)
	}
}
