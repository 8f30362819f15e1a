package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/caliopen/caliopen-tui/accounts"
	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/ui/key"
	"github.com/caliopen/caliopen-tui/ui/lang"
)

// config reads the configuration, which has to be there when a flag names it:
// a path with a slip in it would look like a profile without accounts.
func (p *program) config() (*accounts.Config, error) {
	path := p.places().Config
	if p.flags.config != "" {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, configFault("config.absent", "File", path)
		}
	}
	cfg, err := p.newConfig()
	if err == nil {
		err = p.adopt(cfg)
	}
	return cfg, err
}

// adopt speaks the language of the configuration, unless a flag asks for
// another one.
func (p *program) adopt(cfg *accounts.Config) (err error) {
	if cfg.Lang != "" && p.flags.lang == "" {
		p.cat, err = lang.Load(cfg.Lang)
	}
	return err
}

// newConfig reads the configuration for those who make it when there is none.
func (p *program) newConfig() (*accounts.Config, error) {
	cfg, err := accounts.ReadConfig(p.places().Config)
	if err != nil {
		return nil, err
	}
	return cfg, checkWords(cfg)
}

// checkWords looks at the values whose meaning only the interface knows.
func checkWords(cfg *accounts.Config) error {
	if _, ok := lang.Pick(cfg.Lang, func(string) string { return "" }); !ok {
		return cfg.Fault("config.lang", "lang", cfg.Lang)
	}
	own := make(map[key.ID][]string, len(cfg.Keys))
	for action := range cfg.Keys {
		own[key.ID(action)] = nil
	}
	if _, unknown := key.NewMap(key.Table(), own); len(unknown) > 0 {
		name := string(unknown[0])
		return cfg.Fault("config.action", "keys."+name, name)
	}
	return nil
}

func configFault(code string, args ...any) error {
	return &conversation.Problem{Code: code, Args: named(args), Err: accounts.ErrConfig}
}

// readable tells that the file of an account's own authority is there, before
// any server is asked something.
func readable(a accounts.Account) error {
	if a.CA == "" {
		return nil
	}
	_, err := os.ReadFile(a.CA)
	if err == nil {
		return nil
	}
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err // the path is named already
	}
	return configFault("config.ca", "Account", a.Name, "File", a.CA, "Detail", err.Error())
}
