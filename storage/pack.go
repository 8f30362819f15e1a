package storage

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// maxUnpacked bounds what a raw source may grow to when it is unpacked, since
// another program may have written to the file.
const maxUnpacked = 256 << 20

// packer compresses raw sources. Both halves may be used by many goroutines.
type packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newPacker() (*packer, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, fmt.Errorf("make the encoder: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, fmt.Errorf("make the decoder: %w", err)
	}
	return &packer{enc, dec}, nil
}

func (p *packer) close() {
	if p != nil {
		p.dec.Close()
	}
}

// packWhole is the size of a source from which on there is room at once for all
// that it may become: what is large can seldom be compressed, and to make room
// again and again would take its size several times.
const packWhole = 1 << 20

// Pack compresses a raw source. It may be called from any goroutine.
func (d *DB) Pack(raw []byte) []byte {
	room := len(raw)/2 + 64
	if len(raw) >= packWhole {
		room = d.pack.enc.MaxEncodedSize(len(raw))
	}
	return d.pack.enc.EncodeAll(raw, make([]byte, 0, room))
}

// Unpack gives back what Pack was given.
func (d *DB) Unpack(packed []byte) ([]byte, error) {
	raw, err := d.pack.dec.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("storage: unpack: %w: %w", ErrCorrupt, err)
	}
	return raw, nil
}

// systemRandom never fails: crypto/rand ends the program rather than to give
// predictable bytes.
func systemRandom(b []byte) { _, _ = rand.Read(b) }

// source is a raw source as it is kept: packed, and sealed where everything is.
type source struct {
	packed []byte
	sealed bool
	sha    []byte
}

// keepSource gives a packed source as it is to be kept. One that arrived
// sealed needs no second seal, but its header does where all is sealed.
func (d *DB) keepSource(packed, sha []byte) (source, error) {
	s := source{packed: packed, sha: sha}
	if !d.opt.SealAll || !d.ready() {
		return s, nil
	}
	var err error
	s.packed, err = d.seal(packed, "raw", hex.EncodeToString(sha))
	s.sealed = true
	return s, err
}

// unpack gives a raw source back; ErrSealed when it is sealed and the keys are
// locked.
func (d *DB) unpack(s source) ([]byte, error) {
	if s.sealed {
		packed, err := d.open(s.packed, "raw", hex.EncodeToString(s.sha))
		if err != nil {
			return nil, err
		}
		s.packed = packed
	}
	return d.Unpack(s.packed)
}
