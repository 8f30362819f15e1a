package trace

import (
	"net/url"
	"strconv"
	"strings"
)

// Tracker tells whether a remote image is there to report that the mail was
// read: an image too small to be seen, one of a host known for nothing else, or
// one whose address carries a long token made for one reader. width and height
// are the attributes as written, "" when missing. Nothing is loaded.
func Tracker(address, width, height string) bool {
	if tiny(width) || tiny(height) {
		return true
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	return trackingHost(strings.ToLower(u.Hostname())) || opening(strings.ToLower(u.Path)) || carriesToken(u)
}

func tiny(size string) bool {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(strings.ToLower(size)), "px"))
	return err == nil && n <= 1
}

// trackingHost knows the hosts of large senders that serve read receipts.
func trackingHost(name string) bool {
	for _, h := range []string{
		"list-manage.com", "sendgrid.net", "mailgun.org", "mandrillapp.com", "sparkpostmail.com",
		"mjt.lu", "hubspotemail.net", "google-analytics.com", "doubleclick.net", "pardot.com",
		"rs6.net", "createsend.com", "awstrack.me", "exacttarget.com", "mailtrack.io", "superhuman.com",
	} {
		if name == h || strings.HasSuffix(name, "."+h) {
			return true
		}
	}
	return false
}

// opening knows the paths which mailing programs commonly use.
func opening(path string) bool {
	for _, p := range []string{"/open.php", "/wf/open", "/track/open", "/e/o/", "/trk/", "/pixel.gif", "/beacon"} {
		if strings.Contains(path, p) {
			return true
		}
	}
	return false
}

// carriesToken finds a part of the query or the last part of the path that is too long
// and too mixed to be the name of a picture.
func carriesToken(u *url.URL) bool {
	for _, vs := range u.Query() {
		for _, v := range vs {
			if random(v) {
				return true
			}
		}
	}
	last := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	return !strings.Contains(last, ".") && random(last)
}

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
	return letters+digits >= 20 && digits >= 3 && letters >= 3
}
