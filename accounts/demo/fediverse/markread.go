package fediverse

// MarkRead marks every conversation of a local account read, as somebody does
// who has seen it all; what comes later is unread again.
func (s *Server) MarkRead(acct string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	me := s.accounts[s.fullName(acct)]
	for _, t := range s.threads {
		if t.owner == me {
			t.unread = false
		}
	}
}
