package uitest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// found gives the messages that contain a query's words as they stand, newest
// first, narrowed by "on:" with a year, "with:" with a contact and "level:".
// What cannot be read as a search is an error, as everywhere.
func (f *Fake) found(query string) (words string, out []conversation.Message, err error) {
	if _, err := conversation.ParseQuery(query, f.now(), "en"); err != nil {
		return "", nil, err
	}
	var terms, plain []string
	either := false
	for _, word := range strings.Fields(strings.ToLower(query)) {
		either = either || word == "or"
		if word = strings.Trim(word, "()"); strings.Contains(word, ":") {
			terms = append(terms, word)
			continue
		}
		if either {
			continue // the first of several alternatives is enough here
		}
		plain = append(plain, strings.TrimSuffix(word, "*"))
	}
	words = strings.Join(plain, " ")
	for _, m := range slices.Backward(f.messages) {
		if strings.Contains(strings.ToLower(m.Text+"\n"+m.Subject), words) && !slices.ContainsFunc(terms, func(t string) bool { return !narrow(&m, t) }) {
			out = append(out, m)
		}
	}
	return words, out, nil
}

func narrow(m *conversation.Message, term string) bool {
	field, value, _ := strings.Cut(term, ":")
	switch field {
	case "on":
		return strings.HasPrefix(m.Date.Format("2006-01-02"), value)
	case "with":
		return "c-"+value == string(m.Conversation)
	case "level":
		return strings.EqualFold(value, string(m.Index.Level))
	}
	return true
}

// Search finds messages that contain the query.
func (f *Fake) Search(ctx context.Context, query string, limit int) ([]conversation.Hit, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	f.Asked = append(f.Asked, query)
	words, ms, bad := f.found(query)
	if err = cmp.Or(err, bad); err != nil {
		return nil, err
	}
	var out []conversation.Hit
	for _, m := range ms[:min(limit, len(ms))] {
		text := m.Text
		if !strings.Contains(strings.ToLower(text), words) {
			text = m.Subject
		}
		at := max(strings.Index(strings.ToLower(text), words), 0)
		end := min(at+len(words), len(text))
		out = append(out, conversation.Hit{Message: m, Snippet: []conversation.Fragment{
			{Text: text[:at]}, {Text: text[at:end], Match: true}, {Text: text[end:]},
		}})
	}
	return out, nil
}

// Query reads the search language.
func (f *Fake) Query(text string) (*conversation.Query, error) {
	return conversation.ParseQuery(text, f.now(), "en")
}

// Facets counts what was found by year, people and level.
func (f *Fake) Facets(ctx context.Context, query string) ([]conversation.Facet, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	_, ms, bad := f.found(query)
	if err = cmp.Or(err, bad); err != nil {
		return nil, err
	}
	by := []conversation.Facet{{Field: "with"}, {Field: "year"}, {Field: "level"}}
	for _, m := range ms {
		who := strings.TrimPrefix(string(m.Conversation), "c-")
		count(&by[0], "with:"+who, f.contacts[conversation.ContactID(who)].Name)
		count(&by[1], "on:"+strconv.Itoa(m.Date.Year()), strconv.Itoa(m.Date.Year()))
		count(&by[2], "level:"+string(m.Index.Level), string(m.Index.Level))
	}
	for i := range by {
		slices.SortStableFunc(by[i].Values, func(a, b conversation.FacetValue) int { return b.Count - a.Count })
	}
	return by, nil
}

func count(f *conversation.Facet, term, label string) {
	for i := range f.Values {
		if f.Values[i].Term == term {
			f.Values[i].Count++
			return
		}
	}
	f.Values = append(f.Values, conversation.FacetValue{Term: term, Label: label, Count: 1})
}

// Topics gives the subjects that hold the query.
func (f *Fake) Topics(ctx context.Context, query string, limit int) ([]conversation.FoundTopic, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	words, _, bad := f.found(query)
	if err = cmp.Or(err, bad); err != nil || words == "" {
		return nil, err
	}
	var out []conversation.FoundTopic
	for _, m := range slices.Backward(f.messages) {
		if !strings.Contains(strings.ToLower(m.Subject), words) {
			continue
		}
		at := slices.IndexFunc(out, func(t conversation.FoundTopic) bool {
			return t.Conversation == m.Conversation && t.Subject == m.Subject
		})
		if at < 0 {
			at = len(out)
			name := f.contacts[conversation.ContactID(strings.TrimPrefix(string(m.Conversation), "c-"))].Name
			out = append(out, conversation.FoundTopic{Subject: m.Subject, Conversation: m.Conversation, Title: []string{name}, Last: m.Date, Newest: m.ID})
		}
		out[at].Messages++
	}
	return out[:min(limit, len(out))], nil
}

// SavedSearches lists the searches that have a name.
func (f *Fake) SavedSearches(ctx context.Context) ([]conversation.SavedSearch, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	return slices.Clone(f.saved), err
}

// SaveSearch keeps a search.
func (f *Fake) SaveSearch(ctx context.Context, s conversation.SavedSearch) error {
	if err := f.DropSearch(ctx, s.Name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.saved = append(f.saved, s)
	slices.SortFunc(f.saved, func(a, b conversation.SavedSearch) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

// DropSearch forgets a search.
func (f *Fake) DropSearch(ctx context.Context, name string) error {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	if err == nil {
		f.saved = slices.DeleteFunc(f.saved, func(s conversation.SavedSearch) bool { return s.Name == name })
	}
	return err
}

// Whole notes that the rest of a message was asked for.
func (f *Fake) Whole(_ context.Context, id conversation.MessageID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Wanted = append(f.Wanted, id)
}

// News gives those of some messages that nobody was told about.
func (f *Fake) News(ctx context.Context, ids []conversation.MessageID) ([]conversation.Message, error) {
	err := f.lock(ctx)
	defer f.mu.Unlock()
	var out []conversation.Message
	for _, m := range f.messages {
		if err == nil && slices.Contains(ids, m.ID) && !f.told[m.ID] {
			f.told[m.ID] = true
			out = append(out, m)
		}
	}
	return out, err
}
