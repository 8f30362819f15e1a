package conversation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/caliopen/caliopen-tui/privacy"
)

// coldGain is by how many points a channel whose reach is unsure must beat the
// best sure one to be taken instead of it.
const coldGain = 20

// RouteInput is what the choice of a channel depends on.
type RouteInput struct {
	Predictions []Prediction // every channel looked at; what is Rejected already stays so
	Text        int          // length of the text in characters
	Size        int64        // bytes of text and attachments before encoding
	Files       int          // number of attachments
	Floor       privacy.Level
	Pin         Protocol // "" for none
	Override    string   // a channel's id, "" for none
	Confirmed   bool     // the user said yes to leaving a sealed conversation
}

// Route chooses the channel a draft takes, in passes: what cannot carry it is
// left out with the reason; the best of the rest is found (sure channels before
// unsure ones, the higher letter before the lower one, the channel the other
// side used last before a hop nobody would understand); a pin beats that, the
// user's choice for this message beats the pin; and at the end the guards may
// stop what came out. The order of the predictions does not matter.
func Route(in RouteInput) Choice {
	c := Choice{Chosen: -1, Floor: in.Floor, Candidates: slices.Clone(in.Predictions)}
	for i := range c.Candidates {
		reject(&c.Candidates[i], in)
	}
	slices.SortFunc(c.Candidates, byRank)
	in.choose(&c)
	in.guard(&c)
	return c
}

// reject notes the first hard reason why a channel cannot carry the draft.
func reject(p *Prediction, in RouteInput) {
	switch {
	case p.Rejected.Code != "":
	case len(p.Missing) > 0:
		p.Rejected = Reason{"route.missing", map[string]any{"Names": missingNames(p.Missing), "Count": len(p.Missing)}}
	case p.Reach == Dead:
		p.Rejected = Reason{Code: "route.bounced"}
	case p.MaxText > 0 && in.Text > p.MaxText:
		p.Rejected = Reason{"route.too_long", map[string]any{"Limit": p.MaxText, "Length": in.Text}}
	case in.Files > 0 && !p.Files:
		p.Rejected = Reason{Code: "route.no_files"}
	case p.MaxSize > 0 && EncodedSize(p.Channel, in.Size) > p.MaxSize:
		p.Rejected = tooBigFor(*p)
	}
}

func tooBigFor(p Prediction) Reason {
	return Reason{"route.too_big", map[string]any{"Limit": p.MaxSize, "Megabytes": p.MaxSize >> 20}}
}

func missingNames(rs []Recipient) string {
	names := make([]string, len(rs))
	for i, r := range rs {
		names[i] = cmp.Or(r.Name, r.Address.ID, string(r.Contact))
	}
	return strings.Join(names, ", ")
}

// EncodedSize estimates how many bytes a draft takes on a channel: mail writes
// attachments in base64 with line ends (RFC 2045, section 6.8), and sealing
// writes all of that once more in armor (RFC 9580, 6), behind keys and header.
func EncodedSize(c Channel, size int64) int64 {
	switch {
	case c.Protocol != Mail:
		return size
	case c.Sealed:
		return size + size*883/1000 + sealedHead
	}
	return size + size/100*37
}

// sealedHead is what a sealed mail needs besides its content, for a few readers.
const sealedHead = 3 << 10

// byRank orders candidates: usable ones first, then by score and raw sum. Of two
// own accounts that are worth the same, the one that last had to do with the
// other side comes first: to be written to from another would surprise it, and
// tell it of that one. Then they come as they are configured.
func byRank(a, b Prediction) int {
	return cmp.Or(
		cmp.Compare(rejectedRank(a), rejectedRank(b)),
		cmp.Compare(b.Index.Score, a.Index.Score),
		cmp.Compare(b.Index.Raw, a.Index.Raw),
		b.Exchanged.Compare(a.Exchanged),
		cmp.Compare(a.Place, b.Place),
		cmp.Compare(a.Channel.ID, b.Channel.ID),
		cmp.Compare(a.Channel.Own.ID, b.Channel.Own.ID),
	)
}

func rejectedRank(p Prediction) int {
	if p.Rejected.Code != "" {
		return 1
	}
	return 0
}

func (in RouteInput) choose(c *Choice) {
	switch {
	case in.Override != "":
		in.override(c)
	case in.Pin != "":
		in.pinned(c)
	default:
		in.automatic(c)
	}
}

// override takes what the user chose for this message, as long as it can carry
// it. An address that bounced once may be tried again by hand.
func (in RouteInput) override(c *Choice) {
	i := slices.IndexFunc(c.Candidates, func(p Prediction) bool { return p.Channel.ID == in.Override })
	if i < 0 {
		stop(c, Reason{"route.unknown_channel", map[string]any{"Channel": in.Override}})
		return
	}
	if r := c.Candidates[i].Rejected; r.Code != "" && r.Code != "route.bounced" {
		stop(c, r)
		return
	}
	c.Decision, c.Chosen = Override, i
	c.Reason = Reason{Code: "route.override"}
	if best := bestOf(c.Candidates, nil); best >= 0 && best != i && c.Candidates[best].Index.Score > c.Candidates[i].Index.Score {
		c.Reason = Reason{"route.override_worse", bestArgs(c.Candidates[best])}
	}
}

func bestArgs(p Prediction) map[string]any {
	return map[string]any{"Best": channelWord(p.Channel), "BestScore": p.Index.Score, "BestLevel": string(p.Index.Level)}
}

// pinned takes the best channel of the protocol the user pinned. Where none can
// carry the draft, the choice is automatic and says so.
func (in RouteInput) pinned(c *Choice) {
	i := bestOf(c.Candidates, func(p Prediction) bool { return p.Channel.Protocol == in.Pin })
	if i < 0 {
		c.Warnings = append(c.Warnings, Reason{"route.pin_unavailable", map[string]any{"Protocol": string(in.Pin)}})
		in.automatic(c)
		return
	}
	c.Decision, c.Chosen, c.Reason = Pinned, i, Reason{Code: "route.pinned"}
}

func (in RouteInput) automatic(c *Choice) {
	i := bestOf(c.Candidates, nil)
	if i < 0 {
		stop(c, nothingLeft(c.Candidates))
		return
	}
	c.Decision, c.Chosen, c.Reason = Auto, i, whyAutomatic(c.Candidates, i)
}

// nothingLeft gives the one reason when there is only one channel.
func nothingLeft(ps []Prediction) Reason {
	switch len(ps) {
	case 0:
		return Reason{Code: "route.none"}
	case 1:
		return ps[0].Rejected
	}
	return Reason{Code: "route.none_fits"}
}

func whyAutomatic(ps []Prediction, i int) Reason {
	usable, better, equal := 0, false, false
	for k, p := range ps {
		if p.Rejected.Code == "" {
			usable++
			better = better || p.Index.Score > ps[i].Index.Score
			equal = equal || k != i && p.Index.Score == ps[i].Index.Score
		}
	}
	switch {
	case usable == 1 && len(ps) > 1:
		return Reason{Code: "route.only_fit"}
	case usable == 1:
		return Reason{Code: "route.only"}
	case (better || equal) && ps[i].LastUsed:
		return Reason{Code: "route.habit"}
	case better:
		return Reason{Code: "route.sure"}
	}
	return Reason{Code: "route.best"}
}

// bestOf gives the index of the best usable candidate among those that only
// lets through, or -1. A channel whose reach is unsure must be worth it.
func bestOf(ps []Prediction, only func(Prediction) bool) int {
	sure, unsure := -1, -1
	for i, p := range ps {
		if p.Rejected.Code != "" || only != nil && !only(p) {
			continue
		}
		if p.Reach == Live || p.Reach == Warm {
			sure = prefer(ps, sure, i)
		} else {
			unsure = prefer(ps, unsure, i)
		}
	}
	switch {
	case sure < 0:
		return unsure
	case unsure >= 0 && worthIt(ps[sure].Index, ps[unsure].Index):
		return unsure
	}
	return sure
}

func worthIt(sure, unsure privacy.Index) bool {
	return unsure.Score >= sure.Score+coldGain && letter(unsure) > letter(sure)
}

// prefer compares two candidates by letter, then by habit; candidates come in
// the order of score and raw sum, so the earlier one wins otherwise.
func prefer(ps []Prediction, a, b int) int {
	switch {
	case a < 0:
		return b
	case letter(ps[b].Index) > letter(ps[a].Index):
		return b
	case letter(ps[b].Index) == letter(ps[a].Index) && ps[b].LastUsed && !ps[a].LastUsed:
		return b
	}
	return a
}

// letter ranks levels, the best highest. It goes by the score, so that an index
// whose level is not known yet counts as the worst.
func letter(i privacy.Index) int {
	if i.Level == privacy.LevelUnknown {
		return -1
	}
	return int('E' - privacy.LevelOf(i.Score)[0])
}

func stop(c *Choice, r Reason) {
	c.Decision, c.Chosen, c.Reason = Stop, -1, r
}
