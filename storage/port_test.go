package storage_test

import (
	"github.com/caliopen/caliopen-tui/accounts/engine"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/storage"
)

var (
	_ conversation.Store = (*storage.DB)(nil)
	_ engine.Store       = (*storage.DB)(nil)
)
