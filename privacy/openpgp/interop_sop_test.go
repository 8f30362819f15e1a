package openpgp

import (
	"strings"
	"testing"
)

// sop is a program with the stateless interface
// (draft-dkg-openpgp-stateless-cli).
type sop struct {
	folder
	bin string
}

func TestInteropSOP(t *testing.T) {
	for _, bin := range []string{"sqop", "pgpainless-cli"} {
		t.Run(bin, func(t *testing.T) {
			p := sop{folder: newFolder(t, "alice", "ivan", "frank"), bin: need(t, bin)}
			meet(t, p, "alice", "ivan", "frank")
			code := "1234-5678"
			f := p.write(t, "code", []byte(code))
			sealed := must[[]byte](t)(SealWith([]byte("setup"), []byte(code), noon))
			if got, ok := run(t, sealed, p.bin, "decrypt", "--with-password="+f); !ok || string(got) != "setup" {
				t.Errorf("they read %q", got)
			}
			back, _ := run(t, []byte("setup"), p.bin, "encrypt", "--with-password="+f)
			if o, err := OpenWith(back, []byte(code), noon); err != nil || string(o.Plain) != "setup" || !o.Symmetric {
				t.Errorf("we read %q, %v", o.Plain, err)
			}
		})
	}
}

func (p sop) seal(t *testing.T, plain []byte, signer string, to ...string) []byte {
	args := []string{"encrypt"}
	if signer != "" {
		args = append(args, "--sign-with="+p.path(signer+".sec"))
	}
	for _, name := range to {
		args = append(args, p.path(name+".pub"))
	}
	out, _ := run(t, plain, p.bin, args...)
	return out
}

func (p sop) open(t *testing.T, sealed []byte, secret, signer string) ([]byte, bool) {
	args := []string{"decrypt", p.path(secret + ".sec")}
	if signer != "" {
		args = []string{"decrypt", "--verifications-out=" + p.path("verdict-"+secret), "--verify-with=" + p.path(signer+".pub"), p.path(secret + ".sec")}
		out, ok := run(t, sealed, p.bin, args...)
		return out, ok && strings.Contains(string(p.read(t, "verdict-"+secret)), load(t, signer).Fingerprint())
	}
	out, _ := run(t, sealed, p.bin, args...)
	return out, false
}

func (p sop) sign(t *testing.T, data []byte, signer string) []byte {
	out, _ := run(t, data, p.bin, "sign", p.path(signer+".sec"))
	return out
}

func (p sop) verify(t *testing.T, data, sig []byte, signer string) bool {
	out, ok := run(t, data, p.bin, "verify", p.write(t, "sig", sig), p.path(signer+".pub"))
	return ok && strings.Contains(string(out), load(t, signer).Fingerprint())
}
