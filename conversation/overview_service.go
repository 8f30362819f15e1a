package conversation

import "context"

// Privacy gives everything of the user's own privacy at once.
func (s *Service) Privacy(ctx context.Context) (Overview, error) { return Overview{}, nil }
