package privacy

// Version is the version of the formula. It is stored with every index.
const Version = 1

// Level is the letter of an index, from LevelA (best) to LevelE; LevelUnknown
// stands for "not known yet" and is shown as "?".
type Level string

// The levels: who can read it?
const (
	LevelA       Level = "A" // only us, checked (81-100)
	LevelB       Level = "B" // only key holders (61-80)
	LevelC       Level = "C" // the providers too (41-60)
	LevelD       Level = "D" // whoever tampers with the network (21-40)
	LevelE       Level = "E" // postcard (0-20)
	LevelUnknown Level = "?"
)

// Facts is the only input of the index of a message. The field names are those
// of the golden table and of the "facts" object of the command line. An empty
// string means unknown or none.
type Facts struct {
	Proto     string // "mail", "mastodon", "matrix", "xmpp", "signal", "intra"
	E2E       string // "", "partial", "full"
	Crypto    string // "", "modern", "weak", "broken"
	FS        string // forward secrecy: "", "partial", "full"
	PQ        bool   // hybrid post-quantum key exchange
	Person    string // "", "gossip", "server", "domain", "new", "wkd", "dane", "tofu", "verified"
	Problem   string // "", "conflict", "forged", "fromsigner", "badsig"
	Unsigned  bool   // sealed but not signed
	Path      string // "", "plain", "tls", "auth"
	OwnHop    bool   // own server reached over verified TLS
	Subject   string // "clear", "hidden", "none"
	Headers   bool   // names, recipients and date reduced
	Direct    bool   // no third party's server
	Padding   bool
	Remote    string // "", "blocked", "loaded"
	Active    bool
	BadDevice bool
	Bridge    bool
	Public    bool
}

// Factor is one addend of an index.
type Factor struct {
	ID     string `json:"id"`
	Axis   string `json:"axis"` // "reading", "person", "traces", "copies"
	Points int    `json:"points"`
	Max    int    `json:"max"`
}

// Cap is one upper bound that applies to an index.
type Cap struct {
	ID    string `json:"id"`
	Limit int    `json:"limit"`
}

// Advice is one thing that would raise an index, and by how many points.
type Advice struct {
	ID   string `json:"id"`
	Gain int    `json:"gain"`
	Text string `json:"text,omitempty"` // filled at the edge, in the user's language
}

// Index is a privacy index with its reasons (object INDEX of the command line).
type Index struct {
	Version   int      `json:"version"`
	Score     int      `json:"score"` // 0-100, after caps
	Raw       int      `json:"raw"`   // the sum of the factors
	Level     Level    `json:"level"`
	Factors   []Factor `json:"factors"`
	Caps      []Cap    `json:"caps"`
	DecidedBy string   `json:"decided_by,omitempty"` // the cap that decided, "" when none lowered the score
	Sentence  string   `json:"sentence,omitempty"`   // filled at the edge, in the user's language
	Advice    []Advice `json:"advice,omitempty"`
	Facts     *Facts   `json:"facts,omitempty"`
}

// LevelOf gives the level of a score between 0 and 100.
func LevelOf(score int) Level {
	switch {
	case score > 80:
		return LevelA
	case score > 60:
		return LevelB
	case score > 40:
		return LevelC
	case score > 20:
		return LevelD
	}
	return LevelE
}
