package autocrypt

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }

func TestEffectiveDate(t *testing.T) {
	tests := []struct {
		name                 string
		date, received, want time.Time
	}{
		{"past", day(1), day(2), day(1)},
		{"future", day(3), day(2), day(2)},
		{"missing", time.Time{}, day(2), day(2)},
		{"never received", day(1), time.Time{}, day(1)},
	}
	for _, tt := range tests {
		if got := Effective(tt.date, tt.received); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWhatMailsChange(t *testing.T) {
	tests := []struct {
		name string
		seen []Sight
		want Peer
	}{
		{"a mail without header", []Sight{{Date: day(1)}}, Peer{LastSeen: day(1)}},
		{"a header", []Sight{{Date: day(1), Key: "A", Mutual: true}}, Peer{day(1), day(1), "A", true, time.Time{}, ""}},
		{
			"a header, then none",
			[]Sight{{Date: day(1), Key: "A", Mutual: true}, {Date: day(5)}},
			Peer{day(5), day(1), "A", true, time.Time{}, ""},
		},
		{
			"an older mail does not bring its key back",
			[]Sight{{Date: day(5), Key: "B"}, {Date: day(1), Key: "A", Mutual: true}},
			Peer{day(5), day(5), "B", false, time.Time{}, ""},
		},
		{
			"a newer header takes back the wish",
			[]Sight{{Date: day(1), Key: "A", Mutual: true}, {Date: day(2), Key: "A"}},
			Peer{day(2), day(2), "A", false, time.Time{}, ""},
		},
		{
			"gossip stands beside the key",
			[]Sight{{Date: day(1), Key: "A"}, {Date: day(9), Key: "G", Gossip: true}},
			Peer{day(1), day(1), "A", false, day(9), "G"},
		},
		{
			"older gossip",
			[]Sight{{Date: day(9), Key: "G", Gossip: true}, {Date: day(8), Key: "H", Gossip: true}},
			Peer{Gossip: day(9), GossipKey: "G"},
		},
		{"a mail without any date", []Sight{{Key: "A"}}, Peer{}},
	}
	for _, tt := range tests {
		var p Peer
		for _, s := range tt.seen {
			p = p.See(s)
		}
		if p != tt.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, p, tt.want)
		}
	}
}

// Folders are fetched in any order, twice, and by several processes.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Sight {
			return Sight{
				Date:   day(rapid.IntRange(1, 4).Draw(t, "day")),
				Key:    rapid.SampledFrom([]string{"", "A", "B", "C"}).Draw(t, "key"),
				Mutual: rapid.Bool().Draw(t, "mutual"),
				Gossip: rapid.Bool().Draw(t, "gossip"),
			}
		}), 0, 12).Draw(t, "sights")
		var p, q Peer
		for _, s := range sights {
			p = p.See(s)
		}
		again := append(append([]Sight{}, sights...), sights...)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		for _, s := range again {
			q = q.See(s)
		}
		if p != q {
			t.Fatalf("in order %+v, shuffled and repeated %+v", p, q)
		}
	})
}

func TestAdvice(t *testing.T) {
	fresh := Peer{LastSeen: day(20), Timestamp: day(20), Key: "A"}
	wish := fresh
	wish.Mutual = true
	silent := wish
	silent.LastSeen = silent.Timestamp.Add(stale)
	gone := wish
	gone.LastSeen = gone.Timestamp.Add(stale + time.Second)
	tests := []struct {
		name          string
		c             Candidate
		mutual, reply bool
		want          Advice
	}{
		{"no key", Candidate{Peer: fresh}, true, true, Disable},
		{"a key", Candidate{Peer: fresh, Key: true}, true, false, Available},
		{"a key, in answer to a sealed mail", Candidate{Peer: fresh, Key: true}, false, true, Encrypt},
		{"both wish it", Candidate{Peer: wish, Key: true}, true, false, Encrypt},
		{"only they wish it", Candidate{Peer: wish, Key: true}, false, false, Available},
		{"35 days without header", Candidate{Peer: silent, Key: true}, true, false, Encrypt},
		{"longer without header", Candidate{Peer: gone, Key: true}, true, false, Discourage},
		{"longer without header, in answer", Candidate{Peer: gone, Key: true}, true, true, Encrypt},
		{"gossip alone", Candidate{Peer: wish, Gossip: true}, true, false, Discourage},
		{"gossip alone, in answer", Candidate{Peer: wish, Gossip: true}, true, true, Encrypt},
		{"a key and gossip", Candidate{Peer: wish, Key: true, Gossip: true}, true, false, Encrypt},
	}
	for _, tt := range tests {
		if got := Advise(tt.c, tt.mutual, tt.reply); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestAdviceForSeveral(t *testing.T) {
	tests := []struct {
		all  []Advice
		want Advice
	}{
		{nil, Disable},
		{[]Advice{Encrypt, Encrypt}, Encrypt},
		{[]Advice{Encrypt, Available}, Available},
		{[]Advice{Encrypt, Discourage, Available}, Discourage},
		{[]Advice{Disable, Encrypt, Discourage}, Disable},
	}
	for _, tt := range tests {
		if got := Join(tt.all...); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.all, got, tt.want)
		}
	}
	both := []Candidate{{Peer: Peer{Mutual: true}, Key: true}, {}}
	if got := Recommend(both, true, true); got != Disable {
		t.Errorf("one without key: %s", got)
	}
	if got := Recommend(both[:1], true, false); got != Encrypt {
		t.Errorf("one who wishes it: %s", got)
	}
}
