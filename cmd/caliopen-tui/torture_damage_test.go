package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/storage"
)

// pages overwrites pages all over a database. The doctor finds that, puts
// together what can be had of it, and the next pass brings the rest.
func pages(k *rack) {
	for i := range k.points(2, 12) {
		k.try(fmt.Sprintf("page=%d", i), func(t *testing.T) {
			user := k.filled(60)
			p := mailbox(t, k.server, user, "Alice Étoile")
			p.must("", "sync")
			p.must("", "contact", "add", "--name", "Inès Marchetti", "--address", "ines@example.org")
			dir := filepath.Join(p.dir, "data")
			overwrite(t, dir, i, k.points(2, 12))
			if _, errs, code := p.run("", "doctor", "--offline"); code == 0 {
				t.Log("the doctor finds nothing: a page that holds nothing may be anything")
			} else if strings.Contains(errs, "panic") {
				t.Errorf("I8: %s", errs)
			}
			if out, errs, code := p.run("", "doctor", "--rebuild", "--offline"); strings.Contains(errs, "panic") {
				t.Errorf("I8: status %d\n%s%s", code, out, errs)
			}
			for range 2 {
				p.must("", "sync")
			}
			var all faults
			(&process{v: &victim{Dir: dir}}).compared(t, &all, k.server.DumpAll(user))
			v := k.victim(t, user, k.server.IMAPS)
			v.Dir = dir
			db, err := storage.Open(t.Context(), dir, storage.Options{Score: score})
			if err != nil {
				t.Fatal(err)
			}
			(&process{v: v, db: db}).intact(&all)
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			for _, text := range all {
				t.Error(text)
			}
		})
	}
}

// overwrite spoils the i-th of n pages, spread over a database that nobody has
// open.
func overwrite(t *testing.T, dir string, i, n int) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, storage.FileName), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	pages := info.Size() / 4096
	at := 1 + (pages-2)*int64(i)/int64(max(n-1, 1))
	_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 4096), at*4096)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	t.Logf("page %d of %d", at, pages)
}

// twoServices runs two services on the same data. One of them serves the account,
// what is to be sent leaves once, and when it is killed the other one goes on.
func twoServices(t *testing.T, k *rack) {
	user := k.server.NewUser()
	p := mailbox(t, k.server, user, "Alice Étoile")
	first := p.service(newManager(t))
	second := p.service(newManager(t))
	have := len(k.server.Raws(servertest.Bob))
	for i := range 4 {
		if i == 2 {
			_ = first.Process.Kill()
			_ = first.Wait()
		}
		p.must("", "send", "--to", servertest.Bob, "--subject", fmt.Sprintf("number %d", i), "--body-file", textFile(t, "text\n"))
	}
	delivered(t, k.server, servertest.Bob, have+4)
	seen := map[string]int{}
	k.server.Save(user, "INBOX", small(40, 1))
	arrives(t, p, "letter")
	for _, raw := range k.server.Raws(servertest.Bob) {
		for i := range 4 {
			if bytes.Contains(raw, fmt.Appendf(nil, "Subject: number %d\r\n", i)) || bytes.Contains(raw, fmt.Appendf(nil, "Subject: number %d\n", i)) {
				seen[fmt.Sprint(i)]++
			}
		}
	}
	for i := range 4 {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Errorf("I7: mail %d was sent %d times", i, n)
		}
	}
	_ = second.Process.Kill()
	_ = second.Wait()
}

// arrives waits for what a service brings, without syncing.
func arrives(t *testing.T, p *profile, query string) {
	t.Helper()
	for end := time.Now().Add(patient); time.Now().Before(end); {
		if len(p.objects("search", query)) > 0 {
			return
		}
	}
	t.Errorf("I8: nothing matches %s after %v", query, patient)
}
