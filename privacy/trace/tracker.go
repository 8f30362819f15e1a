package trace

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Tracker tells whether a remote image is there to report that the mail was
// read: an image too small to be seen, one of a host known for nothing else, one
// whose address names its reader, or carries a long token made for him. width
// and height are the attributes as written, "" when missing. Nothing is loaded.
func Tracker(address, width, height string) bool {
	if unseen(width, height) {
		return true
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return false
	}
	path := strings.ToLower(u.Path)
	return trackingHost(strings.ToLower(u.Hostname())) || opening(path) || named(path) || personal(u)
}

// unseen tells that an image is too small for anybody to see: a line of one
// pixel's height across the page is seen.
func unseen(width, height string) bool {
	w, wide := size(width)
	h, high := size(height)
	switch {
	case wide && w == 0, high && h == 0:
		return true
	case wide && high:
		return w <= 2 && h <= 2
	}
	return wide && w <= 1 || high && h <= 1
}

// size reads a length in pixels, as written in an attribute.
func size(s string) (float64, bool) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.ToLower(s)), "px"))
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && n >= 0
}

// trackingHosts are hosts that serve read receipts, for large senders and for
// people who want to know.
var trackingHosts = [...]string{
	"list-manage.com", "sendgrid.net", "mailgun.org", "mandrillapp.com", "sparkpostmail.com",
	"mjt.lu", "hubspotemail.net", "google-analytics.com", "doubleclick.net", "pardot.com",
	"rs6.net", "createsend.com", "awstrack.me", "exacttarget.com", "mailtrack.io", "superhuman.com",
	"emltrk.com", "pstmrk.it", "klaviyomail.com", "klclick.com", "customeriomail.com", "sendibt2.com", "sendibt3.com",
	"yesware.com", "mixmax.com", "mailfoogae.appspot.com", "bananatag.com", "getnotify.com", "readnotify.com",
	"demdex.net", "omtrdc.net", "2o7.net", "scorecardresearch.com", "returnpath.net", "intercom-mail.com", "exct.net",
}

// trackingLabels are first labels of hosts that serve nothing else.
var trackingLabels = [...]string{"track", "tracking", "tracker", "trk", "pixel", "pixels", "beacon", "opens"}

func trackingHost(name string) bool {
	first, _, ok := strings.Cut(name, ".")
	if ok && slices.Contains(trackingLabels[:], first) {
		return true
	}
	return slices.ContainsFunc(trackingHosts[:], func(h string) bool {
		return name == h || strings.HasSuffix(name, "."+h)
	})
}

// openingPaths are parts of paths which mailing programs commonly use.
var openingPaths = [...]string{
	"/open.php", "/open.aspx", "/wf/open", "/track/open", "/tr/op/", "/e/o/", "/ss/o/", "/trk/", "/oo/", "/pixel.gif", "/beacon",
	"/email_open_log_pic", "/emimp/", "/__ptq.gif", "/email/tracking", "/mkt/img/", "/on.jsp", "/imp?",
}

func opening(path string) bool {
	return slices.ContainsFunc(openingPaths[:], func(p string) bool { return strings.Contains(path, p) })
}

// unseenNames are names of files that hold nothing to see.
var unseenNames = [...]string{"pixel", "open", "opened", "track", "tracking", "tracker", "beacon", "1x1", "blank", "clear", "transparent"}

// named knows files that are called what they are.
func named(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	name, kind, _ := strings.Cut(name, ".")
	switch kind {
	case "gif", "png", "php", "aspx", "ashx", "jsp":
		return slices.Contains(unseenNames[:], name)
	}
	return false
}

// personal finds what tells one reader from another: an address of mail, or a
// part of the query or the last part of the path that is too long and too mixed
// to be the name of a picture. Pictures of one token and an ending are left
// out: places that keep pictures for others name them so.
func personal(u *url.URL) bool {
	for _, vs := range u.Query() {
		for _, v := range vs {
			if random(v) || mailAddress(v) {
				return true
			}
		}
	}
	parts := strings.Split(u.Path, "/")
	last := parts[len(parts)-1]
	if !strings.Contains(last, ".") && random(last) {
		return true
	}
	return slices.ContainsFunc(parts[:len(parts)-1], mailAddress)
}

func mailAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, " /")
}

// random tells whether a word looks drawn by lot: letters mixed with digits, or
// a number longer than any date or count.
func random(s string) bool {
	letters, digits := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i] | 0x20; {
		case s[i] >= '0' && s[i] <= '9':
			digits++
		case c >= 'a' && c <= 'z':
			letters++
		}
	}
	return letters+digits >= 20 && digits >= 3 && (letters >= 3 || digits == len(s))
}
