package openpgp

import (
	"testing"
)

// sequoia is sq of Sequoia.
type sequoia struct {
	folder
	bin string
}

func TestInteropSequoia(t *testing.T) {
	meet(t, sequoia{folder: newFolder(t, "alice", "ivan", "frank"), bin: need(t, "sq")}, "alice", "ivan", "frank")
}

func (p sequoia) seal(t *testing.T, plain []byte, signer string, to ...string) []byte {
	args := []string{"encrypt"}
	if signer != "" {
		args = append(args, "--signer-key", p.path(signer+".sec"))
	}
	for _, name := range to {
		args = append(args, "--recipient-cert", p.path(name+".pub"))
	}
	out, _ := run(t, plain, p.bin, args...)
	return out
}

// open: sq writes nothing unless the wanted signatures are good.
func (p sequoia) open(t *testing.T, sealed []byte, secret, signer string) ([]byte, bool) {
	args := []string{"decrypt", "--recipient-key", p.path(secret + ".sec")}
	if signer != "" {
		args = append(args, "--signatures", "1", "--signer-cert", p.path(signer+".pub"))
	}
	out, ok := run(t, sealed, p.bin, args...)
	return out, ok && signer != ""
}

func (p sequoia) sign(t *testing.T, data []byte, signer string) []byte {
	out, _ := run(t, data, p.bin, "sign", "--detached", "--signer-key", p.path(signer+".sec"))
	return out
}

func (p sequoia) verify(t *testing.T, data, sig []byte, signer string) bool {
	_, ok := run(t, data, p.bin, "verify", "--signer-cert", p.path(signer+".pub"), "--detached", p.write(t, "sig", sig))
	return ok
}

// ribose is rnp, the library of Thunderbird.
type ribose struct {
	folder
	bin string
}

func TestInteropRNP(t *testing.T) {
	p := ribose{folder: newFolder(t, "alice", "ivan", "frank"), bin: need(t, "rnp")}
	keys := need(t, "rnpkeys")
	for _, name := range []string{"alice", "ivan", "frank"} {
		run(t, nil, keys, "--homedir", string(p.folder), "--import", p.path(name+".sec"))
	}
	meet(t, p, "alice", "ivan", "frank")
}

func (p ribose) rnp(t *testing.T, stdin []byte, args ...string) ([]byte, bool) {
	return run(t, stdin, p.bin, append([]string{"--homedir", string(p.folder), "--overwrite", "--password", ""}, args...)...)
}

func (p ribose) seal(t *testing.T, plain []byte, signer string, to ...string) []byte {
	args := []string{"--encrypt", "--armor", "--output", "-"}
	if signer != "" {
		args = append(args, "--sign", "-u", signer+"@example.org")
	}
	for _, name := range to {
		args = append(args, "-r", name+"@example.org")
	}
	out, _ := p.rnp(t, nil, append(args, p.write(t, "plain", plain))...)
	return out
}

// open cannot choose the key; the reader's is among those of the home.
func (p ribose) open(t *testing.T, sealed []byte, _, signer string) ([]byte, bool) {
	out, ok := p.rnp(t, nil, "--decrypt", "--output", "-", p.write(t, "sealed", sealed))
	return out, ok && signer != ""
}

func (p ribose) sign(t *testing.T, data []byte, signer string) []byte {
	p.rnp(t, nil, "--sign", "--detach", "--armor", "-u", signer+"@example.org", "--output", p.path("made.sig"), p.write(t, "plain", data))
	return p.read(t, "made.sig")
}

func (p ribose) verify(t *testing.T, data, sig []byte, _ string) bool {
	_, ok := p.rnp(t, nil, "--verify", "--source", p.write(t, "plain", data), p.write(t, "plain.sig", sig))
	return ok
}
