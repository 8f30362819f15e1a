package trace

import (
	"encoding/binary"
	"errors"

	"github.com/caliopen/caliopen-tui/privacy"
)

// ErrEncoding tells that bytes are not what Encode gave, or were given by a
// newer version.
var ErrEncoding = errors.New("trace: not stored observations")

// encoding is the first byte of the stored form, encodingLocal that of one with
// the outcome of a check made here behind it.
const (
	encoding      = 1
	encodingLocal = 2
)

// Bits of the byte that stands before each hop.
const (
	bitNetwork = 1 << iota
	bitConfirmed
)

// Encode gives a compact form to be stored beside a message: some hundred
// bytes for most mails.
func (o Observations) Encode() []byte {
	b := make([]byte, 0, 512)
	form := byte(encoding)
	if o.Local != (Local{}) {
		form = encodingLocal
	}
	b = append(b, form, bit(o.DKIM))
	b = binary.AppendUvarint(b, uint64(o.From))
	b = appendText(b, o.List)
	b = binary.AppendUvarint(b, uint64(len(o.Hops)))
	for _, h := range o.Hops {
		b = append(b, bit(h.Network)*bitNetwork|bit(h.Confirmed)*bitConfirmed)
		for _, s := range []string{h.By, h.From, h.With, h.TLS, h.IP, h.Name} {
			b = appendText(b, s)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(o.Claims)))
	for _, c := range o.Claims {
		b = appendText(b, c.ID)
		b = binary.AppendUvarint(b, uint64(c.Above))
		b = binary.AppendUvarint(b, uint64(len(c.Results)))
		for _, r := range c.Results {
			b = appendText(appendText(appendText(b, r.Method), r.Value), r.Domain)
		}
	}
	if form == encodingLocal {
		b = append(appendText(appendText(b, o.Local.DKIM), o.Local.Domain), bit(o.Local.Weak))
	}
	return b
}

func bit(v bool) byte {
	if v {
		return 1
	}
	return 0
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Decode reads what Encode gave.
func Decode(data []byte) (Observations, error) {
	d := decoder{b: data}
	var o Observations
	form := d.byte()
	if form != encoding && form != encodingLocal {
		return o, ErrEncoding
	}
	o.DKIM = d.byte() == 1
	o.From = d.number(maxHeader)
	o.List = d.text()
	for range d.number(maxHops) {
		o.Hops = append(o.Hops, d.hop())
	}
	for range d.number(maxClaims) {
		o.Claims = append(o.Claims, d.claim())
	}
	if form == encodingLocal {
		o.Local = Local{DKIM: d.text(), Domain: d.text(), Weak: d.byte() == 1}
	}
	if d.bad || len(d.b) > 0 {
		return Observations{}, ErrEncoding
	}
	return o, nil
}

// decoder reads the stored form; bad is set when it is cut or out of bounds.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.bad = true
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) number(limit int) int {
	n, size := binary.Uvarint(d.b)
	if size <= 0 || n > uint64(limit) {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[size:]
	return int(n)
}

func (d *decoder) text() string {
	n := d.number(len(d.b))
	if n > len(d.b) {
		d.bad, n = true, 0
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) hop() Hop {
	bits := d.byte()
	h := privacy.Hop{By: d.text(), From: d.text(), With: d.text(), TLS: d.text(), Network: bits&bitNetwork != 0}
	return Hop{Hop: h, IP: d.text(), Name: d.text(), Confirmed: bits&bitConfirmed != 0}
}

func (d *decoder) claim() Claim {
	c := Claim{ID: d.text(), Above: d.number(maxHops)}
	for range d.number(maxResults) {
		c.Results = append(c.Results, Result{Method: d.text(), Value: d.text(), Domain: d.text()})
	}
	return c
}
