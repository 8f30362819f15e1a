package imap

import (
	"testing"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/accounts/servertest"
	"github.com/caliopen/caliopen-tui/conversation"
)

// What lies in the trash already was moved there: deleting it is done.
func TestDeletedIsNotDeletedForGood(t *testing.T) {
	t.Parallel()
	s := servertest.Dovecot(t)
	user := s.NewUser()
	s.Deliver(user, "INBOX", "", letters(2, 5)...)
	config := dovecotConfig(s)
	config.User = user
	before := sums(s, user, "INBOX")
	again := act(conversation.ActDelete, s, user, 1, "INBOX")
	if done, err := newClient(t, config).Apply(t.Context(), []accounts.Task{again, again}); err != nil || len(done) != 2 {
		t.Fatalf("done %v, %v", done, err)
	}
	if after := sums(s, user, "INBOX"); len(after) != len(before) {
		t.Errorf("%d messages of %d are left", len(after), len(before))
	}
}
