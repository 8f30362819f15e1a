package privacy

import (
	"testing"

	"pgregory.net/rapid"
)

// bestDevice is the laptop of the first row; the others differ from it.
func bestDevice(change func(*DeviceInput)) DeviceInput {
	d := DeviceInput{
		Disk: "encrypted", Swap: "none", Perm: "private", Key: "locked", Cache: "sealed",
		Lock: "auto", Updates: "fresh", Local: "local", Root: "user", Memory: "guarded",
	}
	if change != nil {
		change(&d)
	}
	return d
}

// TestDevice holds the table of the index of devices.
func TestDevice(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      DeviceInput
		score   int
		level   Level
		by      string
		decided int
	}{
		{"LUKS, zram, locked, sealed, updated, local", bestDevice(nil), 100, LevelA, "", 100},
		{"no disk encryption, key locked, cache sealed", bestDevice(func(d *DeviceInput) { d.Disk = "clear" }), 75, LevelB, "", 100},
		{"no disk encryption, key locked, cache clear", clearDevice(), 60, LevelC, "k.nodisk", 100},
		{"no disk encryption, key naked", bestDevice(func(d *DeviceInput) { d.Disk, d.Key, d.Cache = "clear", "naked", "clear" }), 40, LevelD, "k.nakedkey", 100},
		{"own server by SSH, disk unknown", bestDevice(func(d *DeviceInput) { d.Disk, d.Swap, d.Local = "", "", "ssh" }), 80, LevelB, "k.diskunknown", 70},
		{"container in CI, as root", DeviceInput{Perm: "private", Key: "naked", Cache: "clear", Lock: "never", Local: "local", Root: "root"}, 27, LevelD, "", 55},
		{"LUKS, updates 200 days old, no auto-lock", bestDevice(func(d *DeviceInput) { d.Updates, d.Lock = "old", "never" }), 80, LevelB, "", 100},
		{"readable by everybody", bestDevice(func(d *DeviceInput) { d.Perm = "readable" }), 20, LevelE, "k.worldreadable", 100},
		{"less than half decided", DeviceInput{Perm: "private", Key: "locked", Cache: "sealed", Lock: "auto"}, 60, LevelC, "k.unseen", 45},
		{"nothing known", DeviceInput{}, 0, LevelUnknown, "", 0},
	} {
		x, decided := Device(c.in)
		if x.Score != c.score || x.Level != c.level || x.DecidedBy != c.by || decided != c.decided {
			t.Errorf("%s: %d %s by %q of %d%%, want %d %s %q %d%%", c.name, x.Score, x.Level, x.DecidedBy, decided, c.score, c.level, c.by, c.decided)
		}
	}
}

// clearDevice is the third row.
func clearDevice() DeviceInput {
	return bestDevice(func(d *DeviceInput) { d.Disk, d.Cache = "clear", "clear" })
}

func TestChecksAreWorthAHundred(t *testing.T) {
	sum := 0
	for _, c := range deviceChecks() {
		sum += c.max
		for value, p := range c.points {
			if p < 0 || p > c.max {
				t.Errorf("%s %s: %d of %d", c.id, value, p, c.max)
			}
		}
	}
	if sum != 100 {
		t.Errorf("%d points", sum)
	}
}

func TestDeviceAdvice(t *testing.T) {
	as := AdviseDevice(clearDevice())
	if len(as) != 2 || as[0] != (Advice{ID: "adv.cache", Gain: 15}) || as[1] != (Advice{ID: "adv.disk", Gain: 30}) {
		t.Errorf("third row: %v, want the setting before the reinstall", as)
	}
	for _, c := range []struct {
		id     string
		gain   int
		change func(*DeviceInput)
	}{
		{"adv.lockkey", 20, func(d *DeviceInput) { d.Disk, d.Key, d.Cache = "clear", "naked", "clear" }},
		{"adv.autolock", 10, func(d *DeviceInput) { d.Updates, d.Lock = "old", "never" }},
		{"adv.update", 10, func(d *DeviceInput) { d.Updates, d.Lock = "old", "never" }},
		{"adv.perm", 80, func(d *DeviceInput) { d.Perm = "readable" }},
		{"adv.swap", 5, func(d *DeviceInput) { d.Swap = "clear" }},
		{"adv.notroot", 5, func(d *DeviceInput) { d.Root = "root" }},
	} {
		if got := gainOf(AdviseDevice(bestDevice(c.change)), c.id); got != c.gain {
			t.Errorf("%s: +%d, want +%d", c.id, got, c.gain)
		}
	}
	if as := AdviseDevice(bestDevice(nil)); len(as) != 0 {
		t.Errorf("the best device: %v", as)
	}
}

func TestAccountAdvice(t *testing.T) {
	second := AccountInput{TLS: "1.2", Auth: "scram", Secret: "kept", Key: "none", DMARC: "none", Inbound: "testing", DNSSEC: "unsigned", ClientIP: "hidden"}
	third := AccountInput{TLS: "1.2", StartTLS: true, Auth: "password", Secret: "file", Key: "none", DMARC: "quarantine", Inbound: "none", DNSSEC: "unsigned", ClientIP: "shown"}
	open := third
	open.TLS = "none"
	for _, c := range []struct {
		in   AccountInput
		id   string
		gain int
	}{
		{second, "adv.publishkey", 15},
		{second, "adv.oauth", 2},
		{second, "adv.dmarc", 8},
		{second, "adv.inbound", 10},
		{second, "adv.dnssec", 5},
		{second, "adv.owntls", 0},
		{third, "adv.keepsecret", 10},
		{third, "adv.implicittls", 2},
		{open, "adv.owntls", 31}, // from the cap of 10
	} {
		if got := gainOf(AdviseAccount(c.in, all), c.id); got != c.gain {
			t.Errorf("%+v %s: +%d, want +%d", c.in, c.id, got, c.gain)
		}
	}
	if as := AdviseAccount(second, nil); len(as) != 1 || as[0].ID != "adv.publishkey" {
		t.Errorf("what one can do alone: %v", as)
	}
}

// deviceSteps lists the single steps by which each answer improves.
func deviceSteps(d *DeviceInput) map[*string][][2]string {
	return map[*string][][2]string{
		&d.Disk:    {{"clear", "encrypted"}},
		&d.Swap:    {{"clear", "encrypted"}, {"clear", "none"}},
		&d.Perm:    {{"readable", "private"}},
		&d.Key:     {{"naked", "locked"}},
		&d.Cache:   {{"clear", "sealed"}},
		&d.Lock:    {{"never", "auto"}},
		&d.Updates: {{"old", "fresh"}},
		&d.Local:   {{"remote", "ssh"}, {"ssh", "local"}},
		&d.Root:    {{"root", "user"}},
		&d.Memory:  {{"open", "guarded"}},
	}
}

func TestImprovingADeviceNeverLowersItsIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d DeviceInput
		for field, steps := range deviceSteps(&d) {
			values := []string{""}
			for _, s := range steps {
				values = append(values, s[0], s[1])
			}
			*field = rapid.SampledFrom(values).Draw(t, "value")
		}
		before, decided := Device(d)
		if decided < 50 && before.Score > 60 || d.Disk != "encrypted" && before.Level == LevelA {
			t.Fatalf("%d of %d%% for %+v", before.Score, decided, d)
		}
		for field, steps := range deviceSteps(&d) {
			for _, s := range steps {
				if *field != s[0] {
					continue
				}
				*field = s[1]
				if after, _ := Device(d); after.Score < before.Score {
					t.Fatalf("%d became %d by %v: %+v", before.Score, after.Score, s, d)
				}
				*field = s[0]
			}
		}
		for _, a := range AdviseDevice(d) {
			if a.Gain <= 0 || Effort(a.ID) == 0 {
				t.Fatalf("%v for %+v", a, d)
			}
		}
	})
}

// TestEveryMeasureHasWords holds that whatever may be said of a device or an
// account has words in every language.
func TestEveryMeasureHasWords(t *testing.T) {
	keys := map[string]bool{}
	for _, c := range deviceChecks() {
		keys[c.id+".unknown"] = true
		for _, p := range c.points {
			keys[Factor{ID: c.id, Points: p, Max: c.max}.Key()] = true
		}
	}
	for _, c := range deviceCaps(DeviceInput{Disk: "clear", Key: "naked", Perm: "readable"}, 0) {
		keys[c.ID] = true
	}
	keys["k.diskunknown"] = true
	for _, c := range deviceCures {
		keys[c.id] = true
	}
	for _, c := range accountCures {
		keys[c.id] = true
	}
	for _, lang := range []string{"en", "fr", "it"} {
		texts := catalogue(t, lang)
		for key := range keys {
			if texts[key] == nil {
				t.Errorf("%s: no words for %s", lang, key)
			}
		}
	}
}
