package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/caliopen/caliopen-tui/conversation"
)

// maxAttachment bounds a file to attach; no server takes larger ones.
const maxAttachment = 200 << 20

// maxSameName bounds how many files of one name are looked past.
const maxSameName = 1000

// readFile reads a file to attach.
func readFile(path string) (conversation.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return conversation.File{}, fmt.Errorf("attach: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return conversation.File{}, fmt.Errorf("attach: %s: %w", path, errors.Join(err, errors.New("no regular file")))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxAttachment+1))
	if err == nil && len(data) > maxAttachment {
		err = fmt.Errorf("larger than %d bytes", maxAttachment)
	}
	if err != nil {
		return conversation.File{}, fmt.Errorf("attach: %s: %w", path, err)
	}
	kind := mime.TypeByExtension(filepath.Ext(path))
	return conversation.File{Name: filepath.Base(path), Type: or(kind, "application/octet-stream"), Data: data}, nil
}

func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("attach: %w", err)
	}
	return info.Size(), nil
}

// writeFile makes a new private file in a folder. A name that is taken gets a
// number; nothing is ever written over or through a link.
func writeFile(dir, name string, data []byte) (string, error) {
	if name == "" || name != filepath.Base(name) || name == "." || name == ".." {
		return "", fmt.Errorf("save: %q: %w", name, fs.ErrInvalid)
	}
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for i := 1; i <= maxSameName; i++ {
		path := filepath.Join(dir, name)
		if i > 1 {
			path = filepath.Join(dir, stem+"-"+strconv.Itoa(i)+ext)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("save: %w", err)
		}
		_, err = f.Write(data)
		if err = errors.Join(err, f.Close()); err != nil {
			return "", fmt.Errorf("save: %w", errors.Join(err, os.Remove(path)))
		}
		return path, nil
	}
	return "", fmt.Errorf("save: %q: %w", name, fs.ErrExist)
}
