package uitest

import (
	"fmt"
	"time"

	"github.com/caliopen/caliopen-tui/conversation"
	"github.com/caliopen/caliopen-tui/privacy"
)

// Noon is the moment at which the invented world is looked at.
func Noon() time.Time { return time.Date(2026, 11, 19, 14, 33, 0, 0, time.UTC) }

// World gives a backend of invented people who write French, English, Italian,
// Chinese and Japanese over mail and Mastodon. Now must be the clock of the
// interface that looks at it.
func World(now func() time.Time) *Fake {
	f := NewFake(now)
	for _, who := range people() {
		f.addPerson(who)
	}
	f.sort()
	f.statuses = []conversation.Status{
		{Account: "home", Protocol: conversation.Mail, Address: conversation.MailAddress("you@home.example"), Phase: conversation.PhaseIdle, Last: Noon(), TLS: "1.3"},
		{Account: "work", Protocol: conversation.Mail, Address: conversation.MailAddress("you@work.example"), Phase: conversation.PhaseIdle, Last: Noon(), TLS: "1.3"},
		{Account: "social", Protocol: conversation.Mastodon, Address: conversation.MastodonAddress("you@social.example", ""), Phase: conversation.PhaseIdle, Last: Noon(), TLS: "1.3"},
	}
	f.contacts[conversation.Me] = conversation.Contact{ID: conversation.Me, Name: "You", Index: score(71)}
	return f
}

// person is one invented correspondent and what was exchanged.
type person struct {
	id, name    string
	mail, masto string
	kind        conversation.Kind
	score       int
	ago         time.Duration // since the last message
	said        []said
}

// said is one exchange: "<" received, ">" sent; over Mastodon when masto.
type said struct {
	dir     string
	masto   bool
	before  time.Duration // before the person's last message
	subject string
	text    string
	unread  bool
	files   []conversation.Attachment
	links   []conversation.Link
}

func score(n int) privacy.Index {
	if n < 0 {
		return privacy.Index{Level: privacy.LevelUnknown}
	}
	return privacy.Index{Version: privacy.Version, Score: n, Raw: n, Level: privacy.LevelOf(n)}
}

func (f *Fake) addPerson(p person) {
	c := conversation.Contact{ID: conversation.ContactID(p.id), Name: p.name, Index: score(p.score), Messages: len(p.said)}
	if p.mail != "" {
		c.Addresses = append(c.Addresses, conversation.ContactAddress{Address: conversation.MailAddress(p.mail), Name: p.name, Messages: len(p.said)})
	}
	if p.masto != "" {
		c.Addresses = append(c.Addresses, conversation.ContactAddress{Address: conversation.MastodonAddress(p.masto, ""), Name: p.name})
	}
	f.contacts[c.ID] = c
	for i, s := range p.said {
		f.addMessage(p.message(c, i, s))
	}
}

func (p person) message(c conversation.Contact, i int, s said) conversation.Message {
	at := Noon().Add(-p.ago - s.before)
	m := conversation.Message{
		ID: conversation.MessageID(fmt.Sprintf("%s-%02d", p.id, i)), Conversation: conversation.ConversationID("c-" + p.id),
		Protocol: conversation.Mail, Account: "home", Direction: conversation.In, Date: at, Received: at,
		Subject: s.subject, Text: s.text, Excerpt: firstWords(s.text), Read: !s.unread, Size: int64(len(s.text)),
		Attachments: s.files, Links: s.links, Index: score(p.score), Bulk: p.kind == conversation.KindBulk,
	}
	other := conversation.Participant{Role: conversation.From, Name: p.name, Contact: c.ID, Display: p.name}
	me := conversation.Participant{Role: conversation.To, Contact: conversation.Me, Display: "You", Address: conversation.MailAddress("you@home.example")}
	if len(c.Addresses) > 0 {
		other.Address = c.Addresses[0].Address
	}
	if s.masto {
		m.Protocol, m.Account, m.Index, m.Facts.Proto = conversation.Mastodon, "social", score(50), "mastodon"
		m.Evidence.Visibility = "direct"
	}
	if p.id == "olsen" {
		m.Warnings = []string{"mime.bad_charset", "no.such.code"}
	}
	if s.dir == ">" {
		m.Direction = conversation.Out
		me.Role, other.Role = conversation.From, conversation.To
		m.Read = true
	}
	m.Participants = []conversation.Participant{me, other}
	return m
}

func people() []person {
	day, hour, min := 24*time.Hour, time.Hour, time.Minute
	people, list, bulk := conversation.KindPeople, conversation.KindList, conversation.KindBulk
	plan := []conversation.Attachment{{Name: "plan-salle.pdf", Type: "application/pdf", Size: 84_211, Part: "2"}}
	return []person{
		{id: "nadia", name: "Nadia Benali", mail: "nadia@benali.example", masto: "nadia@social.example", kind: people, score: 50, ago: 2 * min, said: []said{
			{"<", true, 20 * hour, "", "Tu viens vendredi ?", false, nil, nil},
			{">", false, 19 * hour, "Vendredi", "Oui, je viens.\nJe passe à la mairie avant.", false, nil, nil},
			{"<", false, 40 * min, "Vendredi", "Parfait. La salle ouvre à 18 h.\n\n> Oui, je viens.\n> Je passe à la mairie avant.\n> \n> À vendredi", false, nil, nil},
			{"<", false, 0, "Vendredi", "Vendredi c'est bon, tu apportes les câbles ? Le plan de la salle est joint.\nLe détail est sur https://salle.example/reservation?id=41", true, plan, []conversation.Link{{Text: "https://salle.example/reservation?id=41", URL: "https://salle.example/reservation?id=41", Host: "salle.example"}}},
		}},
		{id: "marc", name: "Marc Dupuis", mail: "marc@dupuis.example", kind: people, score: 12, ago: 31 * min, said: []said{
			{"<", false, 0, "Facture de novembre", "Bonjour,\n\nla facture est en pièce jointe. Merci de me confirmer la réception.\n\nMarc", true, []conversation.Attachment{{Name: "facture_2291.pdf", Type: "application/pdf", Size: 231_004, Part: "2"}}, nil},
		}},
		{id: "giulia", name: "Giulia Ferrari", mail: "giulia@ferrari.example", masto: "giulia@piazza.example", kind: people, score: 45, ago: 53 * min, said: []said{
			{">", false, 2 * hour, "Treno", "A che ora arrivi?", false, nil, nil},
			{"<", false, 0, "Treno", "Il treno arriva alle 17:40, binario 6. Ci vediamo al bar della stazione?", false, nil, nil},
		}},
		{id: "zoe", name: "@zoe@social.example", masto: "zoe@social.example", kind: people, score: 50, ago: 138 * min, said: []said{
			{"<", true, hour, "", "See you at the meetup?", false, nil, nil},
			{">", true, 0, "", "thanks! see you at the meetup", false, nil, nil},
		}},
		{id: "li", name: "李小龍", mail: "li@dragon.example", kind: people, score: 45, ago: 155 * min, said: []said{
			{"<", false, 0, "翻譯", "第二次校對完成了。第三章還有兩個問題,請看附件。", true, nil, nil},
			{"<", false, 30 * min, "翻譯", "我先看第一章。", true, nil, nil},
		}},
		{id: "sncf", name: "Billets Express", mail: "no-reply@billets.example", kind: bulk, score: 30, ago: 5 * hour, said: []said{
			{"<", false, 0, "Votre e-billet Paris - Lyon", "Votre billet est disponible.", true, nil, nil},
		}},
		{id: "olsen", name: "K. Olsen", mail: "k.olsen@fastmail.example", kind: people, score: -1, ago: 6 * hour, said: []said{
			{"<", false, 0, "Hello", "Hello from the garden club, you asked for seeds last spring.", true, nil, nil},
		}},
		{id: "jf", name: "Jean-François Lemaître", mail: "jf@lemaitre.example", masto: "jf@piaille.example", kind: people, score: 58, ago: 3 * day, said: []said{
			{"<", false, 0, "Atelier", "D'accord pour l'atelier vélo de samedi, j'apporte les clés du local.", false, nil, nil},
		}},
		{id: "yuki", name: "田中ゆき 🌸", mail: "yuki@tanaka.example", kind: people, score: 41, ago: 4 * day, said: []said{
			{"<", false, 0, "写真", "温室の写真を送ります 🌱 来週また撮ります。", false, nil, nil},
		}},
		{id: "seeds", name: "Seed savers", mail: "list@seeds.example", kind: list, score: 20, ago: 5 * day, said: []said{
			{"<", false, 0, "[seeds] Swap in December", "The swap is on the 12th. Bring labelled bags.", true, nil, nil},
			{"<", false, day, "[seeds] Frost", "First frost tonight in the valley.", false, nil, nil},
		}},
		{id: "samira", name: "Samira Khelifi", mail: "samira@khelifi.example", masto: "samira@social.example", kind: people, score: 55, ago: 6 * day, said: []said{
			{"<", false, 0, "Photos", "Les photos de dimanche sont là.", false, nil, nil},
		}},
		{id: "shop", name: "Boutique Lampe", mail: "news@lampe.example", kind: bulk, score: 9, ago: 7 * day, said: []said{
			{"<", false, 0, "Votre commande est partie", "Le colis arrive jeudi.", false, nil, nil},
		}},
		{id: "bob", name: "@bob@tooting.example", masto: "bob@tooting.example", kind: people, score: 50, ago: 12 * day, said: []said{
			{"<", true, 0, "", "boost? this is great 🎉", false, nil, nil},
		}},
		{id: "mairie", name: "Mairie de Lyon", mail: "inscriptions@mairie.example", kind: people, score: 35, ago: 40 * day, said: []said{
			{"<", false, 0, "Inscription confirmée", "Votre inscription est confirmée.", false, nil, nil},
		}},
	}
}
