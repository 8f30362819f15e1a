package html

import (
	"strconv"
	"strings"
)

// Bounds of what is judged of addresses: how many of one message, and how much
// of each.
const (
	maxJudged  = 2000
	maxAddress = 2048
)

// observe counts what an element would load or run.
func (w *walker) observe(tag string, a attrs) {
	for _, address := range a.others {
		w.load(address)
	}
	if a.handler || scripted(a.href) {
		w.res.Active = true
	}
	if a.style != "" {
		w.style(a.style)
	}
	switch tag {
	case "form", "script", "iframe", "frame", "object", "embed", "applet", "input", "button", "select", "textarea":
		w.res.Active = true
	case "img":
		w.count(a)
	case "link", "source", "audio", "video", "track", "image", "bgsound":
		switch {
		case remote(a.href):
			w.load(a.href)
		case remote(a.src):
			w.load(a.src)
		}
	}
	switch tag {
	case "iframe", "frame", "embed", "input":
		if remote(a.src) {
			w.load(a.src)
		}
	}
}

// load counts something else than an image in the text that would be loaded. A
// background or a style sheet reports a reader as well as an image does.
func (w *walker) load(address string) {
	w.res.Images++
	if w.opt.Tracker != nil && w.res.Images <= maxJudged && w.opt.Tracker(address[:min(len(address), maxAddress)], "", "") {
		w.res.Trackers++
	}
}

func scripted(href string) bool {
	href = strings.ToLower(strings.TrimSpace(href))
	return strings.HasPrefix(href, "javascript:") || strings.HasPrefix(href, "vbscript:")
}

// count counts one image, and judges whether it is there to be counted itself.
func (w *walker) count(a attrs) {
	if !remote(a.src) {
		return
	}
	w.res.Images++
	tiny := a.width >= 0 && a.width <= 1 || a.height >= 0 && a.height <= 1
	if w.opt.Tracker != nil {
		tiny = false // who judges addresses judges sizes too
	}
	if tiny || a.hidden || w.opt.Tracker != nil && w.opt.Tracker(a.src, declared(a.width), declared(a.height)) {
		w.res.Trackers++
	}
}

func declared(pixels int) string {
	if pixels < 0 {
		return ""
	}
	return strconv.Itoa(pixels)
}

// image writes the text that stands for an image.
func (w *walker) image(a attrs) {
	if n := len(w.links); n > 0 {
		w.links[n-1].image = true
	}
	if alt := strings.TrimSpace(a.alt); alt != "" && !w.out.full {
		w.body = true
		w.out.words(clip(alt))
	}
}

// style looks for what a style sheet loads, and for rules that depend on the
// reader's program: they let one signed text say two things.
func (w *walker) style(css string) {
	css = strings.ToLower(css)
	for rest := css; ; {
		_, after, ok := strings.Cut(rest, "url(")
		if !ok {
			break
		}
		address := strings.TrimLeft(after, " \t\r\n'\"")
		if remote(address) {
			address = address[:min(len(address), maxAddress)]
			if end := strings.IndexAny(address, "'\") \t\r\n"); end >= 0 {
				address = address[:end]
			}
			w.load(address)
		}
		rest = after
	}
	if strings.Contains(css, "@import") || strings.Contains(css, "@supports") || strings.Contains(css, "expression(") || conditional(css) {
		w.res.Active = true
	}
}

// conditional tells whether a style sheet changes texts by the reader's
// program. Plain width queries, which nearly every newsletter has, only adapt
// the layout.
func conditional(css string) bool {
	return strings.Contains(css, "@document") || strings.Contains(css, "content:") && strings.Contains(css, "@media")
}

// remote tells whether an address would be fetched from the network.
func remote(url string) bool {
	url = strings.TrimLeft(url, " \t\r\n")
	if len(url) > 8 {
		url = url[:8]
	}
	url = strings.ToLower(url)
	return strings.HasPrefix(url, "http:") || strings.HasPrefix(url, "https:") || strings.HasPrefix(url, "//") || strings.HasPrefix(url, "ftp:")
}
