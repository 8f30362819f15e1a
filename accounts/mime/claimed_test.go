package mime

import (
	"strings"
	"testing"
)

// A name is what readers look at; one that shows an address shows it instead of
// the real one.
func TestNameThatIsSomebodyElsesAddress(t *testing.T) {
	for from, want := range map[string]bool{
		`Zoé Martin <zoe@example.org>`:                          false,
		`"zoe@example.org" <zoe@example.org>`:                   false,
		`"ZOE@Example.org" <zoe@example.org>`:                   false,
		`"Zoé (zoe@example.org)" <zoe@example.org>`:             false,
		`zoe@example.org`:                                       false,
		`"Zoé @ home" <zoe@example.org>`:                        false,
		`"@zoe@social.example" <zoe@example.org>`:               false,
		`"5 @ 3.50" <zoe@example.org>`:                          false,
		`"zoe@example.org" <eve@evil.example>`:                  true,
		`zoe@example.org <eve@evil.example>`:                    true,
		`zoe@example.org (Eve) <eve@evil.example>`:              true,
		`eve@evil.example (zoe@example.org)`:                    true,
		`"Zoé <zoe@example.org>" <eve@evil.example>`:            true,
		`"Zoé, zoe@example.org." <eve@evil.example>`:            true,
		`"boss@example.org" <zoe@example.org>`:                  true,
		`=?utf-8?q?zoe=40example.org?= <eve@evil.example>`:      true,
		`=?utf-8?q?zoe=EF=BC=A0example.org?= <eve@evil.ex>`:     true, // a full-width at sign
		`=?utf-8?q?zoe@exam=E2=80=8Bple.org?= <eve@evil.ex>`:    true, // a zero-width space, which is not seen
		`"zoe@example.org` + "\t" + `." <eve@evil.example>`:     true,
		`"mailto:zoe@example.org" <eve@evil.example>`:           true,
		`"zoe@example.org via dev" <dev@lists.example.org>`:     true, // not from zoe, whatever the reason
		`"zoe@example.org / zoe@example.com" <zoe@example.org>`: true,
		`"zoe[@]example.org" <eve@evil.example>`:                true,
		`"zoe (at) example.org" <eve@evil.example>`:             true,
		`"zoe [at] example [dot] org" <eve@evil.example>`:       true,
		`"zoe@example。org" <eve@evil.example>`:                  true,
		`"zoe (at) example.org" <zoe@example.org>`:              false,
		`"Zoé at Example.org" <zoe@example.com>`:                false, // her company
	} {
		m := parse(t, "From: "+from+"\n\nbody")
		if m.Evidence.ManyFrom != want {
			t.Errorf("%s: many %v, want %v", from, m.Evidence.ManyFrom, want)
		}
		if got := strings.Contains(strings.Join(m.Warnings, " "), warnClaimed); got != want {
			t.Errorf("%s: warnings %v", from, m.Warnings)
		}
	}
}
