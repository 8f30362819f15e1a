package conversation

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
)

// warnings gives the remarks on a draft that do not change its channel.
func (s *Service) warnings(ctx context.Context, sit *situation, c *Choice) []Reason {
	var out []Reason
	out = append(out, s.otherConversation(ctx, sit)...)
	out = append(out, s.addedReaders(sit, c)...)
	out = append(out, answerElsewhere(sit)...)
	out = append(out, unprovenSender(sit)...)
	out = append(out, openPeople(c)...)
	if len(sit.draft.Attach) == 0 && PromisesAttachment(sit.draft.Subject+"\n"+sit.draft.Text) {
		out = append(out, Reason{Code: "warn.attachment"})
	}
	return out
}

// otherConversation warns that the recipients are not those of the conversation
// the draft was begun in, so that the answer will stand in another one.
func (s *Service) otherConversation(ctx context.Context, sit *situation) []Reason {
	if sit.draft.Kind != DraftReply || sit.draft.Conversation == "" || len(sit.people) == 0 {
		return nil
	}
	c, err := s.opt.Store.Conversation(ctx, sit.draft.Conversation)
	if err != nil || c.Kind != KindPeople {
		return nil
	}
	before := map[ContactID]bool{}
	for _, m := range c.Contacts {
		before[m.Contact] = true
	}
	added, left := compareSets(sit.people, before, c.Contacts)
	switch {
	case len(added) > 0:
		return []Reason{{"warn.people_added", map[string]any{"Names": strings.Join(added, ", "), "Count": len(added)}}}
	case len(left) > 0:
		return []Reason{{"warn.people_left_out", map[string]any{"Names": strings.Join(left, ", "), "Count": len(left)}}}
	}
	return nil
}

func compareSets(people []person, before map[ContactID]bool, members []Member) (added, left []string) {
	for _, p := range people {
		id := p.Contact
		if id == "" {
			id = NewContactID(p.Address)
		}
		if !before[id] && id != Me {
			added = append(added, cmp.Or(p.Name, p.Address.ID))
		}
	}
	set := contactSet(people)
	for _, m := range members {
		if !slices.Contains(set, m.Contact) && m.Contact != Me {
			left = append(left, m.Name)
		}
	}
	return added, left
}

// addedReaders warns of names in the text that would have added readers; they
// are made inert when the message is sent.
func (s *Service) addedReaders(sit *situation, c *Choice) []Reason {
	best := c.Best()
	if best == nil || best.Channel.Protocol != Mastodon {
		return nil
	}
	extra := Mentions(sit.draft.Text, best.Channel.Own.Domain(), allowedMentions(*best))
	if len(extra) == 0 {
		return nil
	}
	names := make([]string, len(extra))
	for i, a := range extra {
		names[i] = a.ID
	}
	return []Reason{{"warn.mention", map[string]any{"Names": strings.Join(names, ", "), "Count": len(names)}}}
}

func allowedMentions(p Prediction) []Address {
	return append(slices.Clone(p.Addresses), p.Channel.Own)
}

// answerElsewhere warns that the message answered asks for answers to somebody
// other than its sender, and that the draft does so.
func answerElsewhere(sit *situation) []Reason {
	m := sit.source
	if m == nil || sit.draft.Kind != DraftReply || m.Direction != In {
		return nil
	}
	for _, p := range m.With(ReplyTo) {
		if sameSide(m, p) || !hasAddress(slices.Concat(sit.draft.To, sit.draft.Cc), p.Address) {
			continue
		}
		return []Reason{{"warn.reply_to", map[string]any{"Address": p.Address.ID, "Sender": m.Sender().Address.ID}}}
	}
	return nil
}

// unprovenSender warns that the message answered was not sent by whom it names,
// as far as anybody can tell: the answer would go to somebody who wrote nothing,
// or tell a deceiver that he was believed.
func unprovenSender(sit *situation) []Reason {
	m := sit.source
	if m == nil || sit.draft.Kind != DraftReply || m.Direction != In {
		return nil
	}
	if ev := m.Evidence.Security; ev.Signature == "mismatch" && ev.SignerAddress != "" {
		return []Reason{{"warn.other_signer", map[string]any{"Sender": m.Sender().Address.ID, "Signer": ev.SignerAddress}}}
	}
	switch m.Facts.Problem {
	case "forged", "fromsigner", "badsig":
		return []Reason{{"warn.unproven_sender", map[string]any{"Sender": m.Sender().Address.ID}}}
	}
	return nil
}

// openPeople names the few for whose want of a key a message to several cannot
// be sealed.
func openPeople(c *Choice) []Reason {
	best := c.Best()
	if best == nil || best.Channel.Sealed || len(best.Addresses) < 2 {
		return nil
	}
	for _, p := range c.Candidates {
		n, _ := p.Rejected.Args["Count"].(int)
		if p.Channel.Account == best.Channel.Account && lacksKey(p.Rejected.Code) && n > 0 && n < len(p.Addresses) {
			return []Reason{{"warn.open_people", map[string]any{"Names": p.Rejected.Args["Names"]}}}
		}
	}
	return nil
}

// sameSide tells whether a Reply-To is the sender himself or the list.
func sameSide(m *Message, p Participant) bool {
	from := m.Sender()
	return p.Address == from.Address || p.Contact != "" && p.Contact == from.Contact || m.ListID != "" && tookPart(m, p.Address)
}

// attachmentWords announce an attachment in English, French and Italian, as
// beginnings of words, or of words in sequence.
var attachmentWords = []string{
	"attached", "attachment", "i attach", "enclosed",
	"ci-joint", "ci joint", "pièce jointe", "pièces jointes", "piece jointe", "pieces jointes", "en pj", "je joins", "je vous joins", "je te joins", "fichier joint",
	"in allegato", "allegato", "allegata", "allegati", "allegate", "allego",
}

// PromisesAttachment tells whether somebody's own words, quotations left out,
// announce an attachment.
func PromisesAttachment(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if quotedLine(strings.TrimSpace(line)) {
			continue
		}
		low := strings.ToLower(line)
		for _, w := range attachmentWords {
			if startsWord(low, w) {
				return true
			}
		}
	}
	return false
}

func startsWord(line, word string) bool {
	for from := 0; ; {
		i := strings.Index(line[from:], word)
		if i < 0 {
			return false
		}
		at := from + i
		before := []rune(line[max(0, at-4):at])
		if len(before) == 0 || !unicode.IsLetter(before[len(before)-1]) {
			return true
		}
		from = at + len(word)
	}
}
