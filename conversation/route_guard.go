package conversation

import "slices"

// guard is the last pass: it may turn a choice into a stop or a question, never
// into another channel.
func (in RouteInput) guard(c *Choice) {
	best := c.Best()
	if best == nil {
		return
	}
	if c.Decision != Override && keyInDoubt(c.Candidates, *best) {
		stop(c, Reason{Code: "route.key_changed"})
		return
	}
	if in.Floor != "" && !best.Channel.Sealed {
		in.guardSealed(c, *best)
	}
}

// keyInDoubt tells whether somebody's changed key stands in the way. A choice
// of a clear channel is stopped too when a sealed one waits for the user's
// decision on a key: whoever can plant a key must not be able to make the
// program write in clear. Another sealed channel is not concerned.
func keyInDoubt(ps []Prediction, chosen Prediction) bool {
	if chosen.Conflict || chosen.Channel.Sealed {
		return chosen.Conflict
	}
	return slices.ContainsFunc(ps, func(p Prediction) bool { return p.Conflict && p.Channel.Sealed })
}

// guardSealed keeps a sealed conversation sealed unless the user insists twice:
// by naming the channel and by saying yes.
func (in RouteInput) guardSealed(c *Choice, best Prediction) {
	args := map[string]any{
		"Floor": string(in.Floor), "Channel": channelWord(best.Channel),
		"Score": best.Index.Score, "Level": string(best.Index.Level),
	}
	switch {
	case c.Decision != Override:
		stop(c, Reason{"route.sealed_stop", args})
	case !in.Confirmed:
		c.Decision, c.Reason = Ask, Reason{"route.sealed_ask", args}
	default:
		c.Reason = Reason{"route.sealed_left", args}
	}
}

// Line gives the one line that is always visible before sending: the channel,
// the address, the predicted index and how many other ways there are. The
// reason behind it is Choice.Reason.
func (c Choice) Line() Reason {
	best := c.Best()
	if best == nil {
		return Reason{"route.line_stop", map[string]any{"Others": c.usable()}}
	}
	approx := "≈"
	if best.Proven {
		approx = ""
	}
	line := Reason{"route.line_" + string(c.Decision), map[string]any{
		"Channel": channelWord(best.Channel), "Address": lineAddress(*best), "Approx": approx,
		"Level": string(best.Index.Level), "Score": best.Index.Score, "Others": c.usable() - 1,
		"Count": len(best.Addresses), "Account": string(best.Channel.Account),
	}}
	if best.Note.Code != "" {
		line.Args["Key"] = best.Note
	}
	return line
}

// channelWord gives the word for a channel: a sentence of the catalogue where
// there is one, since names like "mail" are the same in all languages.
func channelWord(c Channel) any {
	switch c.Name {
	case nameSealed:
		return Reason{Code: "channel.mail.sealed"}
	case nameIntra:
		return Reason{Code: "channel.intra"}
	}
	return c.Name
}

// Mark names what a choice comes to: the channel, the level, the addresses and
// the keys. Two choices with the same mark look the same to the user, and a key
// that changed since makes another mark.
func (c Choice) Mark() string {
	best := c.Best()
	if best == nil {
		return string(c.Decision)
	}
	fields := []string{best.Channel.ID, best.Channel.Own.ID, string(best.Index.Level), string(best.Policy)}
	for _, a := range best.Addresses {
		fields = append(fields, a.String(), best.Keys[a])
	}
	return joinFields(fields...)
}

func lineAddress(p Prediction) string {
	switch len(p.Addresses) {
	case 0:
		return ""
	case 1:
		return p.Addresses[0].ID
	}
	return p.Addresses[0].ID + ", …"
}

// usable counts the channels that could carry the draft, the chosen one always
// among them.
func (c Choice) usable() int {
	n := 0
	for i, p := range c.Candidates {
		if p.Rejected.Code == "" || i == c.Chosen {
			n++
		}
	}
	return n
}
