package conversation

import "context"

// Act does something to messages, here at once and on the server later.
func (s *Service) Act(ctx context.Context, a Act) error {
	if err := checkAct(a); err != nil {
		return err
	}
	if _, err := s.opt.Store.Act(ctx, a); err != nil {
		return err
	}
	s.touched()
	return nil
}

func checkAct(a Act) error {
	if len(a.Messages) == 0 {
		return &Problem{Code: "problem.no_messages", Err: ErrUsage}
	}
	switch a.Kind {
	case ActRead, ActUnread, ActStar, ActUnstar, ActArchive, ActDelete:
		return nil
	case ActTag, ActUntag:
		if a.Tag != "" {
			return nil
		}
	}
	return &Problem{Code: "problem.act", Args: map[string]any{"Act": string(a.Kind)}, Err: ErrUsage}
}

// Undo takes the last act back and tells which one it was.
func (s *Service) Undo(ctx context.Context) (Act, error) {
	a, err := s.opt.Store.UndoLast(ctx)
	if err != nil {
		return a, err
	}
	s.touched()
	return a, nil
}

// touched tells listeners that messages changed and servers have to hear of it.
func (s *Service) touched() {
	s.Publish(Event{All: true})
	s.poke()
}
