package key

import "strings"

// Where the letters of a Latin keyboard lie on others. Rows are keyboard rows,
// so that the same finger does the same thing.
const (
	latin    = "qwertyuiop[]asdfghjkl;'zxcvbnm,.QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
	cyrillic = "йцукенгшщзхъфывапролджэячсмитьбюЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
	greek    = ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,.:΅ΕΡΤΥΘΙΟΠ{}ΑΣΔΦΓΗΞΚΛ¨\"ΖΧΨΩΒΝΜ<>"
)

// Latin gives the key that a keystroke means as a command. A terminal that
// tells the place of the key on a standard keyboard (base) is believed;
// otherwise Cyrillic and Greek letters stand for the Latin ones on their keys.
// Text fields never use this.
func Latin(pressed string, base rune) string {
	runes := []rune(pressed)
	if len(runes) != 1 || runes[0] < 0x80 {
		return pressed
	}
	if base > ' ' && base < 0x7f {
		return string(base)
	}
	for _, other := range []string{cyrillic, greek} {
		if at := strings.IndexRune(other, runes[0]); at >= 0 {
			return string([]rune(latin)[len([]rune(other[:at]))])
		}
	}
	return pressed
}
