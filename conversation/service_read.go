package conversation

import (
	"context"
	"errors"
	"fmt"
)

// List gives a part of the list of conversations.
func (s *Service) List(ctx context.Context, w Window) (Page, error) {
	return s.opt.Store.Conversations(ctx, w)
}

// Conversation gives one conversation.
func (s *Service) Conversation(ctx context.Context, id ConversationID) (Conversation, error) {
	return s.opt.Store.Conversation(ctx, id)
}

// Messages gives a part of a conversation, and whether there is more on either
// side of it.
func (s *Service) Messages(ctx context.Context, id ConversationID, p Span) (ms []Message, before, after bool, err error) {
	return s.opt.Store.Messages(ctx, id, p)
}

// Message gives one message with its text.
func (s *Service) Message(ctx context.Context, id MessageID) (Message, error) {
	return s.opt.Store.Message(ctx, id)
}

// Raw gives the source of a message as it came.
func (s *Service) Raw(ctx context.Context, id MessageID) ([]byte, error) {
	return s.opt.Store.Raw(ctx, id)
}

// HTML gives the HTML of a message as received, "" when it has none.
func (s *Service) HTML(ctx context.Context, id MessageID) (string, error) {
	raw, f, err := s.source(ctx, id)
	if err != nil {
		return "", err
	}
	return f.HTML(raw), nil
}

// source gives the raw form of a message and who can read it.
func (s *Service) source(ctx context.Context, id MessageID) ([]byte, Format, error) {
	m, err := s.opt.Store.Message(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	f, ok := s.opt.Formats[m.Protocol]
	if !ok {
		return nil, nil, &Problem{Code: "problem.protocol", Args: map[string]any{"Protocol": string(m.Protocol)}}
	}
	raw, err := s.opt.Store.Raw(ctx, id)
	return raw, f, err
}

// Attachment gives one attachment of a message and its bytes.
func (s *Service) Attachment(ctx context.Context, id MessageID, part string) (Attachment, []byte, error) {
	raw, f, err := s.source(ctx, id)
	if err != nil {
		return Attachment{}, nil, err
	}
	a, data, err := f.Part(raw, part)
	if err != nil {
		return a, nil, fmt.Errorf("attachment %q of %s: %w", part, id, err)
	}
	return a, data, nil
}

// SaveAttachment writes one attachment into a folder, under a harmless form of
// its name and never over another file, and gives the path.
func (s *Service) SaveAttachment(ctx context.Context, id MessageID, part, dir string) (string, error) {
	a, data, err := s.Attachment(ctx, id, part)
	if errors.Is(err, ErrRemote) && s.opt.Fetch != nil {
		data, err = s.fetch(ctx, id, a)
	}
	if err != nil {
		return "", err
	}
	path, err := s.opt.WriteFile(dir, FileName(a.Name), data)
	if err != nil {
		return "", fmt.Errorf("attachment %q of %s: %w", part, id, err)
	}
	return path, nil
}

// fetch gets an attachment that only the own server keeps.
func (s *Service) fetch(ctx context.Context, id MessageID, a Attachment) ([]byte, error) {
	m, err := s.opt.Store.Message(ctx, id)
	if err != nil {
		return nil, err
	}
	data, err := s.opt.Fetch(ctx, m.Account, a.URL)
	if err != nil {
		return nil, fmt.Errorf("attachment %q of %s: %w", a.Part, id, err)
	}
	return data, nil
}

// Search gives the messages that match a query, newest first.
func (s *Service) Search(ctx context.Context, query string, limit int) ([]Hit, error) {
	q, err := s.Query(query)
	if err != nil {
		return nil, err
	}
	return s.opt.Store.Search(ctx, q, limit)
}

// SearchCount gives how many messages match a query.
func (s *Service) SearchCount(ctx context.Context, query string) (int, error) {
	q, err := s.Query(query)
	if err != nil {
		return 0, err
	}
	return s.opt.Store.Count(ctx, q)
}

// ResolveMessage finds a message by its id or by its Message-ID (with or
// without angle brackets).
func (s *Service) ResolveMessage(ctx context.Context, text string) (MessageID, error) {
	if text == "" {
		return oneHit(nil, text)
	}
	m, err := s.opt.Store.Message(ctx, MessageID(text))
	if err == nil {
		return m.ID, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return "", err
	}
	q := &Query{Root: Node{Op: Match, Field: "id", Text: trimBrackets(text)}, Text: text}
	hits, err := s.opt.Store.Search(ctx, q, 2)
	if err != nil {
		return "", err
	}
	return oneHit(hits, text)
}

func oneHit(hits []Hit, text string) (MessageID, error) {
	switch len(hits) {
	case 0:
		return "", &Problem{Code: "problem.no_message", Args: map[string]any{"ID": text}, Err: ErrNotFound}
	case 1:
		return hits[0].Message.ID, nil
	}
	return "", &Problem{Code: "problem.many_messages", Args: map[string]any{"ID": text}, Err: ErrAmbiguous}
}

func trimBrackets(id string) string {
	if len(id) > 2 && id[0] == '<' && id[len(id)-1] == '>' {
		return id[1 : len(id)-1]
	}
	return id
}
