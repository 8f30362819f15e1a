// Package depskeep keeps modules in go.mod that are about to be used.
package depskeep

import (
	_ "github.com/ProtonMail/go-crypto/openpgp/v2"
	_ "github.com/emersion/go-msgauth/dkim"
	_ "github.com/makiuchi-d/gozxing"
	_ "github.com/mdp/qrterminal/v3"
	_ "github.com/miekg/dns"
	_ "golang.org/x/crypto/hkdf"
	_ "rsc.io/qr"
)
