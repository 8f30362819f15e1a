package conversation_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// way makes a channel with a predicted score, live and able to carry anything.
func way(name string, proto Protocol, score int, change ...func(*Prediction)) Prediction {
	p := Prediction{
		Channel: Channel{ID: name, Account: AccountID(name), Protocol: proto, Name: name},
		Index:   privacy.Index{Score: score, Raw: score, Level: privacy.LevelOf(score)},
		Reach:   Live, Files: true,
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

func sealedWay(p *Prediction)          { p.Channel.Sealed = true }
func lastUsed(p *Prediction)           { p.LastUsed = true }
func cold(p *Prediction)               { p.Reach = Cold }
func dead(p *Prediction)               { p.Reach = Dead }
func conflict(p *Prediction)           { p.Conflict = true }
func shortText(p *Prediction)          { p.MaxText = 500 }
func upTo25(p *Prediction)             { p.MaxSize = 26214400 }
func oneMissing(p *Prediction)         { p.Missing = []Recipient{{Name: "Lin"}} }
func noFiles(p *Prediction)            { p.Files = false }
func scaled(raw int) func(*Prediction) { return func(p *Prediction) { p.Index.Raw = raw } }

func clearMail(c ...func(*Prediction)) Prediction { return way("mail", Mail, 32, c...) }
func mastodon(c ...func(*Prediction)) Prediction {
	return way("mastodon", Mastodon, 40, append(c, shortText)...)
}

func sealedMail(c ...func(*Prediction)) Prediction {
	return way("sealed-mail", Mail, 76, append(c, sealedWay)...)
}

func matrix(score int, c ...func(*Prediction)) Prediction {
	return way("matrix", "matrix", score, append(c, sealedWay)...)
}

func intra(c ...func(*Prediction)) Prediction {
	return way("intra", Mail, 89, append(c, sealedWay)...)
}

func omemo(c ...func(*Prediction)) Prediction {
	return way("xmpp-omemo", "xmpp", 80, append(c, sealedWay)...)
}

// outcome writes a choice as the table of the design does.
func outcome(c Choice) string {
	best := c.Best()
	if best == nil {
		return strings.ToUpper(string(c.Decision)) + " " + c.Reason.Code
	}
	return fmt.Sprintf("%s %s %d %s", strings.ToUpper(string(c.Decision)), best.Channel.Name, best.Index.Score, best.Index.Level)
}

func rejections(c Choice) map[string]string {
	out := map[string]string{}
	for _, p := range c.Candidates {
		if p.Rejected.Code != "" {
			out[p.Channel.Name] = p.Rejected.Code
		}
	}
	return out
}

func TestRouteWorkedExamples(t *testing.T) {
	const MB = 1 << 20
	tests := []struct {
		name     string
		in       RouteInput
		want     string
		rejected map[string]string
		reason   string
	}{
		{
			name: "mail and Mastodon, both live, short text",
			in:   RouteInput{Predictions: []Prediction{clearMail(), mastodon()}, Text: 80, Size: 80},
			want: "AUTO mastodon 40 D", reason: "route.best",
		}, {
			name: "same two, answering a mail: no reason to hop within D",
			in:   RouteInput{Predictions: []Prediction{clearMail(lastUsed), mastodon()}, Text: 80},
			want: "AUTO mail 32 D", reason: "route.habit",
		}, {
			name: "same, text of 2 000 characters",
			in:   RouteInput{Predictions: []Prediction{clearMail(), mastodon()}, Text: 2000, Size: 2000},
			want: "AUTO mail 32 D", rejected: map[string]string{"mastodon": "route.too_long"}, reason: "route.only_fit",
		}, {
			name: "mail, sealed mail, Mastodon",
			in:   RouteInput{Predictions: []Prediction{clearMail(), sealedMail(), mastodon()}, Text: 80},
			want: "AUTO sealed-mail 76 B", reason: "route.best",
		}, {
			name: "sealed mail and Matrix: reply to a sealed mail",
			in:   RouteInput{Predictions: []Prediction{matrix(78), sealedMail(lastUsed)}, Floor: privacy.LevelB},
			want: "AUTO sealed-mail 76 B", reason: "route.habit",
		}, {
			name: "same, new conversation",
			in:   RouteInput{Predictions: []Prediction{sealedMail(), matrix(78)}},
			want: "AUTO matrix 78 B", reason: "route.best",
		}, {
			name: "intra verified, OMEMO, mail",
			in:   RouteInput{Predictions: []Prediction{clearMail(), omemo(), intra()}},
			want: "AUTO intra 89 A", reason: "route.best",
		}, {
			name: "intra verified but not seen for 8 months, sealed mail live",
			in:   RouteInput{Predictions: []Prediction{intra(cold), sealedMail()}},
			want: "AUTO sealed-mail 76 B", reason: "route.sure",
		}, {
			name: "intra verified, cold; only clear mail is live",
			in:   RouteInput{Predictions: []Prediction{intra(cold), clearMail()}},
			want: "AUTO intra 89 A", reason: "route.best",
		}, {
			name: "group of 4: OMEMO has only 3 of them",
			in:   RouteInput{Predictions: []Prediction{omemo(oneMissing), clearMail()}},
			want: "AUTO mail 32 D", rejected: map[string]string{"xmpp-omemo": "route.missing"}, reason: "route.only_fit",
		}, {
			name: "reply in a sealed conversation, but the key expired: only clear mail left",
			in:   RouteInput{Predictions: []Prediction{clearMail()}, Floor: privacy.LevelB},
			want: "STOP route.sealed_stop", reason: "route.sealed_stop",
		}, {
			name: "same, the user insists on mail",
			in:   RouteInput{Predictions: []Prediction{clearMail()}, Floor: privacy.LevelB, Override: "mail"},
			want: "ASK mail 32 D", reason: "route.sealed_ask",
		}, {
			name: "same, and has confirmed",
			in:   RouteInput{Predictions: []Prediction{clearMail()}, Floor: privacy.LevelB, Override: "mail", Confirmed: true},
			want: "OVERRIDE mail 32 D", reason: "route.sealed_left",
		}, {
			name: "a confirmation without naming the channel opens nothing",
			in:   RouteInput{Predictions: []Prediction{clearMail()}, Floor: privacy.LevelB, Confirmed: true},
			want: "STOP route.sealed_stop", reason: "route.sealed_stop",
		}, {
			name: "key of the contact changed",
			in:   RouteInput{Predictions: []Prediction{way("sealed-mail", Mail, 40, sealedWay, conflict), clearMail()}},
			want: "STOP route.key_changed", reason: "route.key_changed",
		}, {
			name: "key changed, and Mastodon would do as well: no quiet way around",
			in:   RouteInput{Predictions: []Prediction{way("sealed-mail", Mail, 40, sealedWay, conflict), mastodon(lastUsed)}},
			want: "STOP route.key_changed", reason: "route.key_changed",
		}, {
			name: "key changed, chosen by hand",
			in:   RouteInput{Predictions: []Prediction{way("sealed-mail", Mail, 40, sealedWay, conflict), clearMail()}, Override: "sealed-mail"},
			want: "OVERRIDE sealed-mail 40 D", reason: "route.override",
		}, {
			name: "key changed on one sealed channel, another one stands",
			in:   RouteInput{Predictions: []Prediction{way("sealed-mail", Mail, 40, sealedWay, conflict), matrix(78)}},
			want: "AUTO matrix 78 B", reason: "route.best",
		}, {
			name: "40 MB attachment: mail and intra refuse, Matrix takes it",
			in:   RouteInput{Predictions: []Prediction{clearMail(upTo25), intra(upTo25), matrix(78)}, Size: 40 * MB, Files: 1},
			want: "AUTO matrix 78 B", rejected: map[string]string{"mail": "route.too_big", "intra": "route.too_big"}, reason: "route.only_fit",
		}, {
			name: "pinned to Mastodon by the user",
			in:   RouteInput{Predictions: []Prediction{clearMail(lastUsed), sealedMail(), mastodon()}, Pin: Mastodon},
			want: "PIN mastodon 40 D", reason: "route.pinned",
		}, {
			name: "manual choice of clear mail in an unsealed conversation",
			in:   RouteInput{Predictions: []Prediction{clearMail(), sealedMail()}, Override: "mail"},
			want: "OVERRIDE mail 32 D", reason: "route.override_worse",
		}, {
			name: "mail address bounced, Matrix verified",
			in:   RouteInput{Predictions: []Prediction{clearMail(dead), matrix(86)}},
			want: "AUTO matrix 86 A", rejected: map[string]string{"mail": "route.bounced"}, reason: "route.only_fit",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := Route(test.in)
			if got := outcome(c); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if c.Reason.Code != test.reason {
				t.Errorf("reason %s, want %s", c.Reason.Code, test.reason)
			}
			if got := rejections(c); fmt.Sprint(got) != fmt.Sprint(test.rejected) {
				t.Errorf("rejected %v, want %v", got, test.rejected)
			}
		})
	}
}

func TestRouteEdges(t *testing.T) {
	tests := []struct {
		name string
		in   RouteInput
		want string
	}{
		{"nobody", RouteInput{}, "STOP route.none"},
		{"one channel that cannot", RouteInput{Predictions: []Prediction{mastodon()}, Text: 501}, "STOP route.too_long"},
		{"as long as allowed", RouteInput{Predictions: []Prediction{mastodon()}, Text: 500}, "AUTO mastodon 40 D"},
		{"two that cannot", RouteInput{Predictions: []Prediction{mastodon(), clearMail(dead)}, Text: 501}, "STOP route.none_fits"},
		{"no attachments there", RouteInput{Predictions: []Prediction{mastodon(noFiles)}, Files: 1}, "STOP route.no_files"},
		{"unknown channel", RouteInput{Predictions: []Prediction{clearMail()}, Override: "pigeon"}, "STOP route.unknown_channel"},
		{"override cannot lengthen", RouteInput{Predictions: []Prediction{clearMail(), mastodon()}, Text: 501, Override: "mastodon"}, "STOP route.too_long"},
		{"a bounced address may be tried by hand", RouteInput{Predictions: []Prediction{clearMail(dead)}, Override: "mail"}, "OVERRIDE mail 32 D"},
		{"pin without such a channel", RouteInput{Predictions: []Prediction{clearMail()}, Pin: Mastodon}, "AUTO mail 32 D"},
		{"pin in a sealed conversation", RouteInput{Predictions: []Prediction{sealedMail(), mastodon()}, Pin: Mastodon, Floor: privacy.LevelB}, "STOP route.sealed_stop"},
		{"override beats pin", RouteInput{Predictions: []Prediction{sealedMail(), mastodon()}, Pin: Mastodon, Override: "sealed-mail"}, "OVERRIDE sealed-mail 76 B"},
		{"cold, 19 points better and a better letter", RouteInput{Predictions: []Prediction{way("a", Mail, 61), way("b", "x", 80, cold), way("c", "x", 81, cold)}}, "AUTO c 81 A"},
		{"cold, 19 points", RouteInput{Predictions: []Prediction{way("a", Mail, 62), way("c", "x", 81, cold)}}, "AUTO a 62 B"},
		{"cold, 20 points within one letter", RouteInput{Predictions: []Prediction{way("a", Mail, 0), way("c", "x", 20, cold)}}, "AUTO a 0 E"},
		{"warm is sure", RouteInput{Predictions: []Prediction{way("a", Mail, 62, func(p *Prediction) { p.Reach = Warm }), way("c", "x", 81, cold)}}, "AUTO a 62 B"},
		{"attachments grow on their way by mail", RouteInput{Predictions: []Prediction{clearMail(upTo25)}, Size: 20 << 20, Files: 1}, "STOP route.too_big"},
		{"and still fit", RouteInput{Predictions: []Prediction{clearMail(upTo25)}, Size: 18 << 20, Files: 1}, "AUTO mail 32 D"},
		{"all cold", RouteInput{Predictions: []Prediction{way("a", Mail, 30, cold), way("c", "x", 50, cold)}}, "AUTO c 50 C"},
		{"raw sum breaks a tie", RouteInput{Predictions: []Prediction{way("a", Mail, 80, scaled(81)), way("b", "x", 80, scaled(89))}}, "AUTO b 80 B"},
		{"habit does not cross letters", RouteInput{Predictions: []Prediction{way("a", Mail, 40, lastUsed), way("b", "x", 41)}}, "AUTO b 41 C"},
		{"other reasons stay", RouteInput{Predictions: []Prediction{way("a", Mail, 40, func(p *Prediction) { p.Rejected = Reason{Code: "route.paused"} })}}, "STOP route.paused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := outcome(Route(test.in)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestRouteStaysOnTheAccountWrittenTo(t *testing.T) {
	c := Route(RouteInput{Predictions: []Prediction{way("a-work", Mail, 32), way("home", Mail, 32, lastUsed)}})
	if got := outcome(c); got != "AUTO home 32 D" || c.Reason.Code != "route.habit" || c.Line().Args["Account"] != "home" {
		t.Errorf("got %s because of %s", got, c.Reason.Code)
	}
}

func TestRouteLine(t *testing.T) {
	p := sealedMail()
	p.Addresses = []Address{MailAddress("zoe@example.org")}
	c := Route(RouteInput{Predictions: []Prediction{p, clearMail(), mastodon()}})
	line := c.Line()
	want := map[string]any{"Channel": "sealed-mail", "Address": "zoe@example.org", "Approx": "≈", "Level": "B", "Score": 76, "Others": 2, "Count": 1, "Account": "sealed-mail"}
	if line.Code != "route.line_auto" || fmt.Sprint(line.Args) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", line, want)
	}
	p.Proven = true
	c = Route(RouteInput{Predictions: []Prediction{p}})
	if got := c.Line().Args["Approx"]; got != "" {
		t.Errorf("a proven way is shown with %q", got)
	}
}

func drawPredictions(t *rapid.T) []Prediction {
	n := rapid.IntRange(0, 6).Draw(t, "channels")
	var out []Prediction
	for i := range n {
		p := way(fmt.Sprintf("c%d", i), rapid.SampledFrom([]Protocol{Mail, Mastodon, "matrix"}).Draw(t, "protocol"), rapid.IntRange(0, 100).Draw(t, "score"))
		p.Reach = rapid.SampledFrom([]Reach{Live, Warm, Cold, Dead}).Draw(t, "reach")
		p.Channel.Sealed = rapid.Bool().Draw(t, "sealed")
		p.Conflict = rapid.Bool().Draw(t, "conflict")
		p.LastUsed = rapid.Bool().Draw(t, "last")
		p.MaxText = rapid.SampledFrom([]int{0, 500}).Draw(t, "most")
		out = append(out, p)
	}
	return out
}

func drawInput(t *rapid.T) RouteInput {
	return RouteInput{
		Predictions: drawPredictions(t),
		Text:        rapid.IntRange(0, 1000).Draw(t, "text"),
		Floor:       rapid.SampledFrom([]privacy.Level{"", privacy.LevelB, privacy.LevelA}).Draw(t, "floor"),
		Pin:         rapid.SampledFrom([]Protocol{"", Mail, Mastodon}).Draw(t, "pin"),
		Override:    rapid.SampledFrom([]string{"", "c0", "c1", "nowhere"}).Draw(t, "override"),
		Confirmed:   rapid.Bool().Draw(t, "confirmed"),
	}
}

func TestRouteNeverLeavesASealedConversationByItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		c := Route(in)
		best := c.Best()
		if best == nil || c.Decision == Ask {
			return
		}
		insisted := in.Override != "" && in.Confirmed
		if in.Floor != "" && !best.Channel.Sealed && !insisted {
			t.Fatalf("left by %s on %+v", c.Decision, in)
		}
		if best.Conflict && in.Override == "" {
			t.Fatalf("took a changed key by %s", c.Decision)
		}
	})
}

func TestRouteOrderOfCandidatesNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		a := Route(in)
		in.Predictions = rapid.Permutation(in.Predictions).Draw(t, "order")
		b := Route(in)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("%v\nand\n%v", a, b)
		}
	})
}

func TestRouteGivesEveryCandidateBackAndChoosesOneThatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		c := Route(in)
		if len(c.Candidates) != len(in.Predictions) {
			t.Fatalf("%d of %d candidates", len(c.Candidates), len(in.Predictions))
		}
		if best := c.Best(); best != nil && best.Rejected.Code != "" && c.Decision != Override && c.Decision != Ask {
			t.Fatalf("chose a rejected one: %v", best.Rejected)
		}
		if c.Reason.Code == "" {
			t.Fatal("no reason given")
		}
		for i := 1; i < len(c.Candidates); i++ {
			if c.Candidates[i-1].Rejected.Code != "" && c.Candidates[i].Rejected.Code == "" {
				t.Fatal("rejected ones come last")
			}
		}
	})
}
