package openpgp

// Holds tells whether the primary key or a subkey has a key ID (RFC 9580,
// 5.5.4.1).
func (k *Key) Holds(id uint64) bool {
	return k.entity.PrimaryKey.KeyId == id || k.subkey(id) != nil
}
