package mime

import (
	"strings"
	"testing"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
)

// received is when the mails of these tests came in.
var received = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// parse reads a mail written with line feeds.
func parse(t *testing.T, raw string) conversation.Message {
	t.Helper()
	ctx := conversation.ParseContext{Account: "home", Own: conversation.MailAddress("me@example.org"), Received: received}
	return New().Parse([]byte(strings.ReplaceAll(raw, "\n", "\r\n")), ctx).Message
}

const ordinary = `Received: from mx.example.org by mail.example.org with ESMTPS id 1; Mon, 4 May 2026 11:59:00 +0000
From: =?utf-8?q?Zo=C3=A9?= Martin <Zoe@Example.org>
To: me@example.org, "Rossi, Ugo" <ugo@example.com>
Cc: =?iso-8859-1?Q?Andr=E9?= <andre@example.net>
Reply-To: zoe.home@example.org
Subject: =?utf-8?b?UsOpdW5pb24gZGUg?=
 =?utf-8?b?bHVuZGk=?=
Date: Mon, 4 May 2026 13:30:00 +0200
Message-ID: <a1@example.org>
In-Reply-To: <a0@example.org>
References: <r0@example.org> <a0@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hello,

see you at caf=C3=A9 https://example.org/map.
`

func TestOrdinary(t *testing.T) {
	m := parse(t, ordinary)
	if m.Sender().Address.ID != "zoe@example.org" || m.Sender().Name != "Zoé Martin" {
		t.Errorf("sender is %+v", m.Sender())
	}
	to := m.With(conversation.To)
	if len(to) != 2 || to[1].Name != "Rossi, Ugo" || to[1].Address.ID != "ugo@example.com" {
		t.Errorf("to is %+v", to)
	}
	if cc := m.With(conversation.Cc); len(cc) != 1 || cc[0].Name != "André" {
		t.Errorf("cc is %+v", cc)
	}
	if rt := m.With(conversation.ReplyTo); len(rt) != 1 || rt[0].Address.ID != "zoe.home@example.org" {
		t.Errorf("reply-to is %+v", rt)
	}
	for what, pair := range map[string][2]string{
		"subject":     {m.Subject, "Réunion de lundi"},
		"text":        {m.Text, "Hello,\n\nsee you at café https://example.org/map."},
		"id":          {m.RFCID, "a1@example.org"},
		"in-reply-to": {m.InReplyTo, "a0@example.org"},
		"references":  {strings.Join(m.References, " "), "r0@example.org a0@example.org"},
		"date":        {m.Date.Format(time.RFC3339), "2026-05-04T11:30:00Z"},
		"warnings":    {strings.Join(m.Warnings, " "), ""},
		"direction":   {string(m.Direction), "in"},
		"sealed":      {m.Evidence.Security.Sealed, "none"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
	if len(m.Links) != 1 || m.Links[0].URL != "https://example.org/map" {
		t.Errorf("links are %+v", m.Links)
	}
	if m.Bulk || m.Evidence.ManyFrom {
		t.Error("taken for bulk, or for a mail of several")
	}
}

const nested = `From: a@example.org
Content-Type: multipart/mixed; boundary="out"

preamble
--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=utf-8

plain words
--in
Content-Type: text/html; charset=utf-8

<p>rich <img src="https://t.example/p.gif" width=1 height=1></p>
--in--
--out
Content-Type: application/pdf; name="=?utf-8?q?f=C3=A9.pdf?="
Content-Disposition: attachment; filename*=utf-8''f%C3%A9.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--out
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
--out--
epilogue
`

func TestNested(t *testing.T) {
	m := parse(t, nested)
	if m.Text != "plain words" {
		t.Errorf("text is %q", m.Text)
	}
	if len(m.Attachments) != 2 || m.Attachments[0] != (conversation.Attachment{Name: "fé.pdf", Type: "application/pdf", Size: 5, Part: "2"}) {
		t.Errorf("attachments are %+v", m.Attachments)
	}
	if !m.Invite || m.Evidence.Remote.Trackers != 1 || m.Evidence.Remote.Images != 1 {
		t.Errorf("invite %v, remote %+v", m.Invite, m.Evidence.Remote)
	}
	raw := []byte(strings.ReplaceAll(nested, "\n", "\r\n"))
	a, data, err := New().Part(raw, "2")
	if err != nil || string(data) != "%PDF-" || a.Name != "fé.pdf" {
		t.Errorf("part 2 is %+v, %q, %v", a, data, err)
	}
	if got := New().HTML(raw); !strings.HasPrefix(got, "<p>rich") {
		t.Errorf("HTML is %q", got)
	}
	if _, _, err := New().Part(raw, "7"); err == nil {
		t.Error("a part that is not there was found")
	}
}
