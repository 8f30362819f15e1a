package securejoin

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"rsc.io/qr"
)

// Errors of pictures.
var (
	ErrPicture = errors.New("not a readable picture")
	ErrNoCode  = errors.New("no QR code in the picture")
	ErrLong    = errors.New("too long for a QR code")
)

// Bounds of pictures, which come from anywhere.
const (
	mostBytes  = 8 << 20
	mostPixels = 16 << 20
)

// Matrix gives the QR code of a text as rows of modules, true for dark, without
// the quiet border of four light modules that has to be drawn around.
func Matrix(text string) ([][]bool, error) {
	if len(text) > longestLink {
		return nil, ErrLong
	}
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLong, err)
	}
	rows := make([][]bool, code.Size)
	for y := range rows {
		rows[y] = make([]bool, code.Size)
		for x := range rows[y] {
			rows[y][x] = code.Black(x, y)
		}
	}
	return rows, nil
}

// DecodePNG reads the text of the QR code in a picture.
func DecodePNG(r io.Reader) (text string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil || len(data) > mostBytes {
		return "", ErrPicture
	}
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || size.Width < 1 || size.Height < 1 || size.Width > mostPixels/size.Height {
		return "", ErrPicture
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return "", ErrPicture
	}
	defer func() {
		if recover() != nil { // the reader trusts that a code is well formed
			text, err = "", ErrNoCode
		}
	}()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		return "", ErrPicture
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		return "", ErrNoCode
	}
	return found.GetText(), nil
}
