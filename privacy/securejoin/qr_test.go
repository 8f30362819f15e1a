package securejoin

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// draw makes a picture of a code with its quiet border.
func draw(rows [][]bool, scale int) *image.Gray {
	side := (len(rows) + 8) * scale
	m := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			r, c := y/scale-4, x/scale-4
			dark := r >= 0 && c >= 0 && r < len(rows) && c < len(rows) && rows[r][c]
			if !dark {
				m.SetGray(x, y, color.Gray{255})
			}
		}
	}
	return m
}

func encode(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCodesAreReadAsDrawn(t *testing.T) {
	i := Invite{3, printA, "alice@example.org", nil, "Alice", number, auth}
	for _, text := range []string{i.Link(), i.Plain(), "OPENPGP4FPR:" + printA, "x"} {
		rows, err := Matrix(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, scale := range []int{2, 5} {
			got, err := DecodePNG(bytes.NewReader(encode(t, draw(rows, scale))))
			if err != nil || got != text {
				t.Errorf("scale %d: %q, %v", scale, got, err)
			}
		}
	}
}

func TestMatrixIsACode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, err := Matrix(rapid.StringMatching(`[ -~]{1,300}`).Draw(t, "text"))
		if err != nil || len(rows) < 21 || (len(rows)-17)%4 != 0 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, row := range rows {
			if len(row) != len(rows) {
				t.Fatal("not a square")
			}
		}
		last := len(rows) - 1
		for k := range 7 { // the three finders
			if !rows[0][k] || !rows[k][0] || !rows[0][last-k] || !rows[last][k] {
				t.Fatal("no finder")
			}
		}
	})
}

func TestMatrixHasABound(t *testing.T) {
	if _, err := Matrix(strings.Repeat("x", 3000)); !errors.Is(err, ErrLong) {
		t.Error(err)
	}
}

// header is the beginning of a picture that claims a size.
func header(width, height uint32) []byte {
	chunk := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(chunk[4:], width)
	binary.BigEndian.PutUint32(chunk[8:], height)
	copy(chunk[12:], []byte{8, 0, 0, 0, 0})
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

func TestHostilePictures(t *testing.T) {
	rows, err := Matrix("hello")
	if err != nil {
		t.Fatal(err)
	}
	good := encode(t, draw(rows, 4))
	tests := map[string]struct {
		data []byte
		want error
	}{
		"nothing":   {nil, ErrPicture},
		"no PNG":    {[]byte("GIF89a"), ErrPicture},
		"cut":       {good[:len(good)/2], ErrPicture},
		"gigantic":  {header(60000, 60000), ErrPicture},
		"large":     {encode(t, image.NewGray(image.Rect(0, 0, 4096, 4097))), ErrPicture},
		"very wide": {header(0x7fffffff, 2), ErrPicture},
		"too heavy": {append(bytes.Clone(good), make([]byte, mostBytes)...), ErrPicture},
		"blank":     {encode(t, image.NewGray(image.Rect(0, 0, 100, 100))), ErrNoCode},
		"one point": {encode(t, image.NewGray(image.Rect(0, 0, 1, 1))), ErrNoCode},
	}
	for name, test := range tests {
		if text, err := DecodePNG(bytes.NewReader(test.data)); !errors.Is(err, test.want) || text != "" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func FuzzDecodePNG(f *testing.F) {
	rows, err := Matrix("hello")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint64(0), 0)
	f.Add(uint64(1)<<40, 7)
	f.Fuzz(func(t *testing.T, flips uint64, where int) {
		damaged := make([][]bool, len(rows))
		for y := range rows {
			damaged[y] = append([]bool(nil), rows[y]...)
		}
		for bit := range 64 {
			if flips>>bit&1 == 1 {
				at := uint(where) + uint(bit)*7
				row := damaged[at/21%21]
				row[at%21] = !row[at%21]
			}
		}
		if text, err := DecodePNG(bytes.NewReader(encode(t, draw(damaged, 3)))); err != nil && text != "" {
			t.Errorf("%q with %v", text, err)
		}
	})
}
