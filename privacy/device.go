package privacy

// DeviceInput is what could be found out about a device without being its
// administrator. Every field is a word of its table; "" means that it could not
// be decided.
type DeviceInput struct {
	Disk    string // "encrypted", "clear"; "" for unknown (a virtual machine, a container)
	Swap    string // "none", "encrypted", "clear"
	Perm    string // "private", "readable"
	Key     string // "locked" (passphrase, keyring or card), "naked", "none"
	Cache   string // "sealed", "clear"
	Lock    string // "auto", "never"
	Updates string // "fresh", "old"
	Local   string // "local", "ssh" (to an own machine), "remote"
	Root    string // "user", "root"
	Memory  string // "guarded", "open"
}
