package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

// TestFaultsOfTheCommandLineAreToldInTheChosenLanguage looks for the English
// that the library of the flags would say by itself.
func TestFaultsOfTheCommandLineAreToldInTheChosenLanguage(t *testing.T) {
	for _, args := range [][]string{
		{"search"},
		{"search", "--foo", "x"},
		{"show"},
		{"show", "a", "b"},
		{"mark", "read"},
		{"show", "-x"},
		{"conversations", "--limit", "x"},
		{"conversations", "--limit"},
		{"contact", "nosuch"},
		{"undo", "x"},
		{"account", "add", "foo"},
		{"show", "--raw", "--html", "x"},
		{"completion"},
		{"completion", "tcsh"},
		{"account", "add", "mail", "--password-stdin", "--password-command", "x"},
	} {
		said := map[string]bool{}
		for _, l := range lang.Languages() {
			r := run(t, "", append([]string{"--lang", l}, args...)...)
			if r.code != exitUsage || r.out != "" || strings.Count(r.err, "\n") != 1 {
				t.Errorf("%v: %d, %q and %q", args, r.code, r.out, r.err)
			}
			for _, foreign := range []string{"arg(s)", "unknown", "invalid", "flag ", "flags", "Usage"} {
				if strings.Contains(r.err, foreign) {
					t.Errorf("%v in %s: %s", args, l, r.err)
				}
			}
			said[r.err] = true
		}
		if len(said) != len(lang.Languages()) {
			t.Errorf("%v: the same in several languages: %v", args, said)
		}
	}
}

func TestHelpSpeaksNoEnglishInOtherLanguages(t *testing.T) {
	for _, args := range [][]string{{"completion", "--help"}, {"help", "--help"}, {"contact", "--help"}, {"search", "--help"}} {
		r := run(t, "", append([]string{"--lang", "fr"}, args...)...)
		for _, foreign := range []string{"Generate", "provides", "[flags]", "[command]"} {
			if r.code != 0 || strings.Contains(r.out, foreign) {
				t.Errorf("%v: %d %s", args, r.code, r.out)
			}
		}
	}
}

// TestAMinusExcludesAWord is about the shell's "search -word", which is no flag.
func TestAMinusExcludesAWord(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"search -velo garage --limit 5", "search --limit 5 -- -velo garage"},
		{"--config c --json search a -is:unread or -b", "search --config c --json -- a -is:unread or -b"},
		{"conversations -from:zoe --kind=list -q", "conversations --kind=list -q -- -from:zoe"},
		{"search -- -hv", "search -- -hv"},
		{"search x --limit", "search x --limit"},
		{"show -x", "show -x"},
		{"mark read -x", "mark read -x"},
	} {
		p := speaking(t, "en")
		if got := strings.Join(queries(p.root(), strings.Fields(test.args)), " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.args, got, test.want)
		}
	}
	if r := run(t, "", "search", "-velo", "garage", "--count", "--json"); r.code != 0 || r.out != "{\"count\":0}\n" {
		t.Errorf("%d %s %s", r.code, r.out, r.err)
	}
	if r := run(t, "", "conversations", "-velo", "a", "(", "--json"); r.code != exitUsage || !strings.Contains(r.out, "character") {
		t.Errorf("%d %s %s", r.code, r.out, r.err)
	}
}

// TestWhatIsMissingIsNamed keeps the words of the database out of errors.
func TestWhatIsMissingIsNamed(t *testing.T) {
	for _, args := range [][]string{
		{"messages", "zz"}, {"outbox", "retry", "zz"}, {"outbox", "cancel", "zz"}, {"show", "zz"}, {"explain", "zz"}, {"undo"},
	} {
		r := run(t, "", append(args, "--json")...)
		if r.code != exitMissing || strings.Contains(r.out, "sql") || strings.Contains(r.out, "storage") {
			t.Errorf("%v: %d %s", args, r.code, r.out)
		}
		if args[0] != "undo" && !strings.Contains(r.out, "zz") {
			t.Errorf("%v: %s", args, r.out)
		}
	}
}

func TestADataFolderThatCannotBeIsThree(t *testing.T) {
	r := run(t, "", "--data", "/dev/null/x", "conversations", "--json")
	var o struct{ Error errorObject }
	r.decode(t, &o)
	if r.code != exitConfig || o.Error.Code != "data" {
		t.Errorf("%d %s", r.code, r.out)
	}
}

// TestEachLosingChannelSaysWhy is the promise of --dry-run.
func TestEachLosingChannelSaysWhy(t *testing.T) {
	candidate := func(id string, score int, used bool) conversation.Prediction {
		return conversation.Prediction{
			Channel:  conversation.Channel{ID: id, Name: id, Protocol: conversation.Mail},
			Index:    privacy.Index{Score: score, Raw: score, Level: privacy.LevelOf(score)},
			Reach:    conversation.Live,
			LastUsed: used,
		}
	}
	p := speaking(t, "en")
	for _, test := range []struct {
		name  string
		in    conversation.RouteInput
		wants map[string]string
	}{
		{
			"better",
			conversation.RouteInput{Predictions: []conversation.Prediction{candidate("a", 70, false), candidate("b", 38, false)}},
			map[string]string{"a": "", "b": "less private than a"},
		},
		{
			"equal",
			conversation.RouteInput{Predictions: []conversation.Prediction{candidate("a", 38, false), candidate("b", 38, false)}},
			map[string]string{"a": "", "b": "not more private than a"},
		},
		{
			"habit",
			conversation.RouteInput{Predictions: []conversation.Prediction{candidate("a", 40, false), candidate("b", 38, true)}},
			map[string]string{"a": "not more private than b, where the other side wrote last", "b": ""},
		},
		{
			"chosen",
			conversation.RouteInput{Override: "b", Predictions: []conversation.Prediction{candidate("a", 70, false), candidate("b", 38, false)}},
			map[string]string{"a": "b was chosen by you", "b": ""},
		},
	} {
		choice := conversation.Route(test.in)
		for _, c := range p.choice(&choice).Candidates {
			if c.Rejected != test.wants[c.Channel.ID] {
				t.Errorf("%s: %s: %q, want %q", test.name, c.Channel.ID, c.Rejected, test.wants[c.Channel.ID])
			}
		}
	}
}

// The index of this device is that of what was looked at: it follows the
// configuration and the permissions, and where less than half could be looked
// at it stays low.
func TestTheIndexOfThisDeviceIsNotInvented(t *testing.T) {
	f := newSandbox(t)
	config := filepath.Join(f.dir, "config.toml")
	points := func(text string) map[string]int {
		t.Helper()
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var o explainObject
		f.run(t, "", "explain", "device", "--json").decode(t, &o)
		got, most := map[string]int{}, 0
		for _, factor := range o.Privacy.Factors {
			got[factor.ID] = factor.Points
			most += factor.Max
		}
		if o.Kind != "device" || most < 50 && o.Privacy.Score > 60 {
			t.Errorf("%d points could be looked at, and the index is %+v", most, o.Privacy)
		}
		return got
	}
	if got := points("unlock-minutes = 10\n"); got["d.cache"] != 0 || got["d.lock"] != 10 || got["d.perm"] != 10 {
		t.Errorf("a profile as it begins: %v", got)
	}
	if got := points("seal-cache = true\nunlock-minutes = 0\n"); got["d.cache"] != 10 || got["d.lock"] != 0 {
		t.Errorf("everything sealed, never locked: %v", got)
	}
	for _, folder := range []string{filepath.Dir(f.dir), f.dir} {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got := points(""); got["d.perm"] != 0 {
		t.Errorf("others may read: %v", got)
	}
}

// TestASentenceForWhatIsOdd keeps the codes of the parser away from people.
func TestASentenceForWhatIsOdd(t *testing.T) {
	mail := "From: \"boss@bank.example\" <x@craft.example>\r\nTo: me@home.example\r\nSubject: s\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nhello\r\n"
	for _, l := range lang.Languages() {
		r := run(t, mail, "--lang", l, "inspect", "-")
		want := "! " + speaking(t, l).t("mime.claimed_from")
		if r.code != 0 || !strings.Contains(r.err, want) || strings.Contains(r.out+r.err, "mime.") {
			t.Errorf("%s: %d %q", l, r.code, r.err)
		}
	}
	if r := run(t, mail, "inspect", "-", "--json"); !strings.Contains(r.out, `"warnings":["mime.claimed_from"]`) {
		t.Errorf("%s", r.out)
	}
}

// TestInspectBelievesWhatItIsTold gives golden rows that need more knowledge
// than a host's name.
func TestInspectBelievesWhatItIsTold(t *testing.T) {
	mail := "Authentication-Results: mx.home.example; dkim=pass header.d=home.example; dmarc=pass header.from=home.example\r\n" +
		"Received: from [192.0.2.4] (zoe.example [192.0.2.4]) by mx.home.example (Postfix) with %; Sat, 21 Nov 2026 10:00:00 +0000\r\n" +
		"From: Zoe <zoe@home.example>\r\nTo: me@home.example\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nhello\r\n"
	for with, score := range map[string]int{"ESMTP id 1": 12, "ESMTPSA id 1": 46} {
		r := run(t, strings.Replace(mail, "%", with, 1), "inspect", "-", "--json", "--trusted-host", "MX.home.example",
			"--trusted-id", "mx.home.example", "--tls-writer", "mx.home.example", "--own-domain", "home.example")
		var o messageObject
		r.decode(t, &o)
		if o.Privacy.Score != score {
			t.Errorf("%s: %d, want %d: %s", with, o.Privacy.Score, score, r.out)
		}
	}
}

// TestAnOutboxEntryThatIsOverNeedsNoConfirmation tells a state from a guard.
func TestAnOutboxEntryThatIsOverNeedsNoConfirmation(t *testing.T) {
	stopped := &conversation.Problem{Code: "problem.retry", Args: map[string]any{"State": "cancelled"}, Err: conversation.ErrGuard}
	err := speaking(t, "fr").over(stopped)
	if exit, _ := judge(err); exit != exitFailed {
		t.Errorf("status %d", exit)
	}
	if text := speaking(t, "fr").cat.Error(err); !strings.Contains(text, "repris") || strings.Contains(text, "cancelled") {
		t.Error(text)
	}
}
