package imap

import (
	"io"
	"testing"
)

func TestQuota(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		caps, said string
		want       int
		fails      bool
	}{
		"not offered":      {"", "* QUOTAROOT INBOX u\r\n* QUOTA u (STORAGE 90 100)\r\n", 0, false},
		"half":             {" QUOTA", "* QUOTAROOT INBOX u\r\n* QUOTA u (STORAGE 5120 10240)\r\n", 50, false},
		"the fullest":      {" QUOTA", "* QUOTAROOT INBOX \"\" u\r\n* QUOTA \"\" (STORAGE 1 10 MESSAGE 97 100)\r\n* QUOTA u (STORAGE 9 10)\r\n", 97, false},
		"over":             {" QUOTA", "* QUOTAROOT INBOX u\r\n* QUOTA u (STORAGE 30 10)\r\n", 100, false},
		"without limit":    {" QUOTA", "* QUOTAROOT INBOX u\r\n* QUOTA u (STORAGE 30 0)\r\n", 0, false},
		"huge":             {" QUOTA", "* QUOTAROOT INBOX u\r\n* QUOTA u (STORAGE 9223372036854775806 9223372036854775807)\r\n", 100, false},
		"no root":          {" QUOTA", "* QUOTAROOT INBOX\r\n", 0, false},
		"not understood":   {" QUOTA", "* QUOTAROOT INBOX u\r\n* QUOTA u (STORAGE none)\r\n", 0, true},
		"somebody else's":  {" QUOTA", "* QUOTAROOT INBOX u\r\n* QUOTA v (STORAGE 9 10)\r\n", 0, false},
		"nothing is asked": {" QUOTA", "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t)
			s.uids = numbers(1, 2)
			s.caps += c.caps
			asked := 0
			s.answers["GETQUOTAROOT"] = func(w io.Writer, _ string) string { asked++; io.WriteString(w, c.said); return "" }
			client := newClient(t, s.start())
			for i := range 2 {
				got, err := client.Quota(t.Context())
				if got != c.want || (err != nil) != (c.fails && i == 0) {
					t.Errorf("%d%%, %v", got, err)
				}
			}
			m := newMemory()
			if mustSync(t, client, m); len(m.copies) != 2 {
				t.Errorf("%d messages", len(m.copies))
			}
			if c.fails && asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}
