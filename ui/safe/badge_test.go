package safe

import "testing"

func TestNothingFromOutsideLooksLikeABadge(t *testing.T) {
	for in, want := range map[string]string{
		"Nadia ✔ [A 98]":         "Nadia ✔ (A 98)",
		"[?   ] new":             "(?   ) new",
		"[?] [E] [D  9]":         "(?) (E) (D  9)",
		"[A100] [A 100]":         "(A100) (A 100)",
		"[[B 76]]":               "[(B 76)]",
		"[\u0410 98]":            "(\u0410 98)", // a Cyrillic letter
		"[A\u0301 98]":           "(A\u0301 98)",
		"[PATCH 2/3] [1] []":     "[PATCH 2/3] [1] []",
		"[A b] [A 98765432] [F]": "[A b] [A 98765432] [F]",
		"a[0] [A 98":             "a[0] [A 98",
		"[A\r\n98]":              "(A 98)",
	} {
		if got := Line(in).String(); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Block("[A 98]").String(); got != "[A 98]" {
		t.Errorf("a text of several lines, which has no badges beside it, became %q", got)
	}
}
