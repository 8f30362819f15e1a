package storage

// Vault keeps what must not lie open in the database. The context binds a
// sealed value to its place, so that none can be moved to another row.
type Vault interface {
	// Seal works also while the keys are locked.
	Seal(plain, context []byte) ([]byte, error)
	// Open gives conversation.ErrSealed while the keys are locked.
	Open(sealed, context []byte) ([]byte, error)
	// Unlocked tells whether Open can work now; Ready whether there is a key
	// at all, without which nothing can be sealed.
	Unlocked() bool
	Ready() bool
}
