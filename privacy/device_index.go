package privacy

// half is the share of a table, in percent, below which what could be looked at
// says too little for a good letter, and unseenLimit what is given then at most.
const (
	half        = 50
	unseenLimit = 60
)

// deviceChecks gives the table of checks of a device.
func deviceChecks() []check[DeviceInput] {
	return []check[DeviceInput]{
		{"d.disk", axisReading, 25, func(d DeviceInput) string { return d.Disk }, map[string]int{"encrypted": 25, "clear": 0}},
		{"d.swap", axisReading, 5, func(d DeviceInput) string { return d.Swap }, map[string]int{"none": 5, "encrypted": 5, "clear": 0}},
		{"d.perm", axisCopies, 10, func(d DeviceInput) string { return d.Perm }, map[string]int{"private": 10, "readable": 0}},
		{"d.key", axisPerson, 15, func(d DeviceInput) string { return d.Key }, map[string]int{"locked": 15, "naked": 0}},
		{"d.cache", axisCopies, 10, func(d DeviceInput) string { return d.Cache }, map[string]int{"sealed": 10, "clear": 0}},
		{"d.lock", axisPerson, 10, func(d DeviceInput) string { return d.Lock }, map[string]int{"auto": 10, "never": 0}},
		{"d.updates", axisTraces, 10, func(d DeviceInput) string { return d.Updates }, map[string]int{"fresh": 10, "old": 0}},
		{"d.local", axisTraces, 5, func(d DeviceInput) string { return d.Local }, map[string]int{"local": 5, "ssh": 3, "remote": 0}},
		{"d.notroot", axisTraces, 5, func(d DeviceInput) string { return d.Root }, map[string]int{"user": 5, "root": 0}},
		{"d.memory", axisCopies, 5, func(d DeviceInput) string { return d.Memory }, map[string]int{"guarded": 5, "open": 0}},
	}
}

// Device computes the index of a device: the points earned as a share of what
// could be decided, and how much of the whole that is, in percent. It says what
// could be checked, never that the device is secure. A device of which less
// than half could be decided is never better than C.
func Device(d DeviceInput) (x Index, decided int) {
	x = Index{Version: Version}
	x.Factors, x.Raw, decided = measure(deviceChecks(), d)
	x.Caps = deviceCaps(d, decided)
	x.Score, x.DecidedBy = capped(x.Raw, x.Caps)
	x.Level = LevelOf(x.Score)
	if decided == 0 {
		x.Level = LevelUnknown
	}
	return x, decided
}

// DeviceUnchecked gives the catalogue keys of what could not be checked of a
// device ("d.disk.unknown"), so that it can be told beside what could.
func DeviceUnchecked(d DeviceInput) []string { return unchecked(deviceChecks(), d) }

// deviceCaps gives the bounds that apply. A disk in clear matters less when
// whoever takes it finds nothing but sealed things on it.
func deviceCaps(d DeviceInput, decided int) []Cap {
	noDisk := 60
	if d.Key == "locked" && d.Cache == "sealed" {
		noDisk = 80
	}
	cs := []Cap{}
	for _, c := range []struct {
		id    string
		limit int
		when  bool
	}{
		{"k.worldreadable", 20, d.Perm == "readable"},
		{"k.nakedkey", 40, d.Disk == "clear" && d.Key == "naked"},
		{"k.nodisk", noDisk, d.Disk == "clear"},
		{"k.diskunknown", 80, d.Disk != "clear" && d.Disk != "encrypted"},
		{"k.unseen", unseenLimit, decided < half},
	} {
		if c.when {
			cs = append(cs, Cap{ID: c.id, Limit: c.limit})
		}
	}
	return cs
}
