package securejoin

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	alice = "alice@example.org" // invites
	bob   = "bob@example.net"   // joins
)

func invitation() Invitation {
	fill := byte(0)
	return NewInvitation("Alice@example.org", printA, func(b []byte) {
		for i := range b {
			fill++
			b[i] = fill
		}
	}, noon)
}

// deliver gives what the other side sees of a message when nobody interferes.
func deliver(s *Send, from, print string) Received {
	r := Received{Step: s.Step, Number: s.Number, Auth: s.Auth, Fingerprint: s.Fingerprint, Seal: s.Seal, From: from, At: noon}
	if s.Sign {
		r.Signer = print
	}
	if s.Attach {
		r.Key = print
	}
	if s.Gossip != "" {
		r.Gossip = []string{s.Gossip}
	}
	if s.Seal == BySecret {
		r.Secret = s.Secret[strings.LastIndexByte(s.Secret, '/')+1:]
	}
	return r
}

// story is a whole run: all states and messages.
type story struct {
	open       Invitation
	begun      Progress
	request    Received
	keyed      Welcome
	key        Received
	introduced Progress
	intro      Received
	welcomed   Welcome
	confirm    Received
	end        Progress
}

func tell(t *testing.T, version int) story {
	t.Helper()
	var s story
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s.open = invitation()
	i := s.open.Invite("Alice")
	i.Version = version
	s.begun, err = Join(i, bob, printB, false, noon)
	check()
	s.request = deliver(s.begun.Send, bob, printB)
	s.keyed, err = Answer([]Invitation{s.open}, s.request, noon)
	check()
	s.key = deliver(s.keyed.Send, alice, printA)
	s.introduced, err = s.begun.Joining.Next(s.key, noon)
	check()
	s.intro = deliver(s.introduced.Send, bob, printB)
	s.welcomed, err = Answer([]Invitation{s.keyed.Invitation}, s.intro, noon)
	check()
	s.confirm = deliver(s.welcomed.Send, alice, printA)
	s.end, err = s.introduced.Joining.Next(s.confirm, noon)
	check()
	return s
}

func TestJoining(t *testing.T) {
	steps := map[int][]Step{3: {RequestKey3, Key3, RequestAuth, Confirm}, 2: {RequestKey2, AuthRequired, RequestAuth, Confirm}}
	for version, want := range steps {
		s := tell(t, version)
		if got := []Step{s.request.Step, s.key.Step, s.intro.Step, s.confirm.Step}; !reflect.DeepEqual(got, want) {
			t.Errorf("version %d: %q", version, got)
		}
		if s.begun.Verified || s.keyed.Verified || s.keyed.Joined != "" {
			t.Errorf("version %d: verified before anything was proved", version)
		}
		if !s.introduced.Verified || !s.end.Verified || s.end.Joining.Stage != Joined || s.end.Send != nil {
			t.Errorf("version %d: the joiner has %+v", version, s.end)
		}
		if w := s.welcomed; w.Joined != printB || w.Address != bob || !w.Verified || w.Invitation.Guest != printB || w.Invitation.Answers != 2 {
			t.Errorf("version %d: the inviter has %+v", version, w)
		}
		if s.begun.Send.To != alice || s.introduced.Send.To != alice || s.keyed.Send.To != bob || s.welcomed.Send.To != bob {
			t.Errorf("version %d: a message goes to the wrong place", version)
		}
	}
}

func TestNothingLeaksBeforeTheSealHolds(t *testing.T) {
	three, two := tell(t, 3), tell(t, 2)
	if s := three.begun.Send; s.Seal != BySecret || s.Sign || s.Attach || s.Secret != "securejoin/"+printA+"/"+three.open.Auth {
		t.Errorf("the first message of version 3 tells who asks: %+v", s)
	}
	if s := two.begun.Send; s.Seal != Clear || s.Auth != "" || s.Secret != "" || s.Fingerprint != "" || s.Number != two.open.Number {
		t.Errorf("the first message of version 2 tells the secret: %+v", s)
	}
	if s := two.keyed.Send; s.Auth != "" || s.Seal != ToKey || s.Key != printB {
		t.Errorf("the secret goes to whoever asks: %+v", s)
	}
	for version, s := range map[int]story{2: two, 3: three} {
		for _, m := range []*Send{s.introduced.Send, s.welcomed.Send} {
			if m.Seal != ToKey || !m.Sign || !m.Attach || m.Gossip == "" || m.Gossip != m.Key {
				t.Errorf("version %d: %+v", version, m)
			}
		}
		if s.introduced.Send.Key != printA || s.welcomed.Send.Key != printB || s.welcomed.Send.Auth != "" {
			t.Errorf("version %d: sealed to the wrong key", version)
		}
	}
}

func TestKnownInvitersAreNotAskedForTheirKey(t *testing.T) {
	open := invitation()
	p, err := Join(open.Invite("Alice"), bob, printB, true, noon)
	if err != nil || p.Send.Step != RequestAuth || p.Joining.Stage != Introduced || !p.Verified {
		t.Errorf("%+v, %v", p, err)
	}
}

// attack is a change that somebody in between, or a false inviter or joiner,
// makes to a message.
type attack struct {
	do   func(r *Received)
	want error
}

func TestFalseInviters(t *testing.T) {
	key3 := map[string]attack{
		"key of somebody else":         {func(r *Received) { r.Key = printE }, ErrFingerprint},
		"key and signature of another": {func(r *Received) { r.Key, r.Signer = printE, printE }, ErrFingerprint},
		"signature of another":         {func(r *Received) { r.Signer = printE }, ErrFingerprint},
		"not signed":                   {func(r *Received) { r.Signer = "" }, ErrSigner},
		"no key":                       {func(r *Received) { r.Key = "" }, ErrFingerprint},
		"in clear":                     {func(r *Received) { r.Seal = Clear }, ErrSeal},
		"sealed to the key":            {func(r *Received) { r.Seal = ToKey }, ErrSeal},
		"under another secret":         {func(r *Received) { r.Secret = auth }, ErrSeal},
		"says another secret":          {func(r *Received) { r.Auth = auth }, ErrAuth},
		"says no secret":               {func(r *Received) { r.Auth = "" }, ErrAuth},
		"step of the other version":    {func(r *Received) { r.Step = AuthRequired }, ErrStep},
		"confirms too early":           {func(r *Received) { r.Step = Confirm }, ErrStep},
		"step of a joiner":             {func(r *Received) { r.Step = RequestAuth }, ErrStep},
	}
	sealed := map[string]attack{
		"signature of another":         {func(r *Received) { r.Signer = printE }, ErrFingerprint},
		"key and signature of another": {func(r *Received) { r.Key, r.Signer = printE, printE }, ErrFingerprint},
		"key of another":               {func(r *Received) { r.Key = printE }, ErrFingerprint},
		"not signed":                   {func(r *Received) { r.Signer = "" }, ErrSigner},
		"in clear":                     {func(r *Received) { r.Seal = Clear }, ErrSeal},
		"under a secret":               {func(r *Received) { r.Seal, r.Secret = BySecret, auth }, ErrSeal},
		"meant for another":            {func(r *Received) { r.Gossip = []string{printE} }, ErrMeant},
		"meant for nobody":             {func(r *Received) { r.Gossip = nil }, ErrMeant},
	}
	three, two := tell(t, 3), tell(t, 2)
	for name, a := range key3 {
		r := three.key
		a.do(&r)
		refused(t, "version 3, key: "+name, three.begun.Joining, r, a.want)
	}
	for name, a := range sealed {
		r := two.key
		a.do(&r)
		refused(t, "version 2, key: "+name, two.begun.Joining, r, a.want)
		for _, s := range []story{two, three} {
			r := s.confirm
			a.do(&r)
			refused(t, "confirmation: "+name, s.introduced.Joining, r, a.want)
		}
	}
	mixed := three.begun.Joining
	mixed.Invite.Version = 2
	refused(t, "version 3 to one of version 2", mixed, three.key, ErrStep)
	refused(t, "key again", three.introduced.Joining, three.key, ErrStep)
	refused(t, "confirmation again", three.end.Joining, three.confirm, ErrStep)
	if _, err := three.begun.Joining.Next(three.key, noon.Add(lives)); !errors.Is(err, ErrExpired) {
		t.Errorf("after a month: %v", err)
	}
}

func refused(t *testing.T, what string, j Joining, r Received, want error) {
	t.Helper()
	if p, err := j.Next(r, noon); !errors.Is(err, want) || p.Send != nil || p.Verified || p.Joining.Stage != "" {
		t.Errorf("%s: %+v, %v", what, p, err)
	}
}

func TestFalseJoiners(t *testing.T) {
	intro := map[string]attack{
		"wrong secret":                {func(r *Received) { r.Auth = auth }, ErrAuth},
		"half the secret":             {func(r *Received) { r.Auth = r.Auth[:12] }, ErrAuth},
		"no secret":                   {func(r *Received) { r.Auth = "" }, ErrAuth},
		"the number for the secret":   {func(r *Received) { r.Auth = r.Number }, ErrAuth},
		"in clear":                    {func(r *Received) { r.Seal = Clear }, ErrSeal},
		"under the secret":            {func(r *Received) { r.Seal, r.Secret = BySecret, r.Auth }, ErrSeal},
		"not signed":                  {func(r *Received) { r.Signer = "" }, ErrSigner},
		"signed by another":           {func(r *Received) { r.Signer = printE }, ErrFingerprint},
		"key of another":              {func(r *Received) { r.Key = printE }, ErrFingerprint},
		"fingerprint of another":      {func(r *Received) { r.Fingerprint = printE }, ErrFingerprint},
		"no fingerprint":              {func(r *Received) { r.Fingerprint = "" }, ErrSigner},
		"neither print nor signature": {func(r *Received) { r.Fingerprint, r.Signer = "", "" }, ErrSigner},
		"passed on":                   {func(r *Received) { r.Gossip = []string{printE, printB} }, ErrMeant},
		"meant for nobody":            {func(r *Received) { r.Gossip = nil }, ErrMeant},
		"no author":                   {func(r *Received) { r.From = "" }, ErrSigner},
		"step of an inviter":          {func(r *Received) { r.Step = Confirm }, ErrStep},
		"step of a group":             {func(r *Received) { r.Step = "vg-request-with-auth" }, ErrStep},
	}
	first := map[string]attack{
		"wrong secret":     {func(r *Received) { r.Auth = auth }, ErrAuth},
		"another's secret": {func(r *Received) { r.Secret = auth }, ErrSeal},
		"in clear":         {func(r *Received) { r.Seal = Clear }, ErrSeal},
		"to the key":       {func(r *Received) { r.Seal = ToKey }, ErrSeal},
		"no author":        {func(r *Received) { r.From = "" }, ErrSigner},
	}
	second := map[string]attack{
		"wrong number":              {func(r *Received) { r.Number = number }, ErrAuth},
		"no number":                 {func(r *Received) { r.Number = "" }, ErrAuth},
		"the secret for the number": {func(r *Received) { r.Number, r.Auth = "", r.Number }, ErrAuth},
		"no key":                    {func(r *Received) { r.Key = "" }, ErrFingerprint},
	}
	three, two := tell(t, 3), tell(t, 2)
	try := func(what string, open Invitation, r Received, all map[string]attack) {
		for name, a := range all {
			changed := r
			a.do(&changed)
			if w, err := Answer([]Invitation{open}, changed, noon); !errors.Is(err, a.want) || w.Send != nil || w.Joined != "" {
				t.Errorf("%s: %s: %+v, %v", what, name, w, err)
			}
		}
	}
	for _, s := range []story{two, three} {
		try("introduction", s.keyed.Invitation, s.intro, intro)
	}
	try("first, version 3", three.open, three.request, first)
	try("first, version 2", two.open, two.request, second)
}

func TestAnInvitationIsForOne(t *testing.T) {
	s := tell(t, 3)
	eve := s.intro
	eve.Signer, eve.Key, eve.Fingerprint, eve.From = printE, printE, printE, "eve@example.com"
	if w, err := Answer([]Invitation{s.welcomed.Invitation}, eve, noon); !errors.Is(err, ErrUsed) || w.Send != nil {
		t.Errorf("somebody else: %+v, %v", w, err)
	}
	again, err := Answer([]Invitation{s.welcomed.Invitation}, s.intro, noon)
	if err != nil || again.Joined != printB || again.Send.Key != printB {
		t.Errorf("the same again: %+v, %v", again, err)
	}
}

func TestReplaysEnd(t *testing.T) {
	s := tell(t, 3)
	open, answers := s.open, 0
	for range 3 * mostAnswers {
		w, err := Answer([]Invitation{open}, s.request, noon)
		if err != nil {
			if !errors.Is(err, ErrOften) {
				t.Fatal(err)
			}
			break
		}
		open = w.Invitation
		answers++
	}
	if answers != mostAnswers {
		t.Errorf("%d answers", answers)
	}
}

func TestInvitationsGrowOld(t *testing.T) {
	for age, want := range map[time.Duration]struct{ joins, verified bool }{
		0: {true, true}, verifies - time.Second: {true, true}, verifies: {true, false},
		lives - time.Second: {true, false}, lives: {false, false}, -2 * time.Hour: {false, false},
	} {
		s := tell(t, 3)
		w, err := Answer([]Invitation{s.keyed.Invitation}, s.intro, noon.Add(age))
		if (err == nil) != want.joins || w.Verified != want.verified {
			t.Errorf("after %s: %+v, %v", age, w, err)
		}
		if !want.joins && !errors.Is(err, ErrExpired) {
			t.Errorf("after %s: %v", age, err)
		}
	}
}

func TestTheRightInvitationIsFound(t *testing.T) {
	s := tell(t, 3)
	other := s.open
	other.Auth, other.Number = auth, number
	w, err := Answer([]Invitation{other, s.keyed.Invitation, other}, s.intro, noon)
	if err != nil || w.Which != 1 {
		t.Errorf("%+v, %v", w, err)
	}
	if _, err := Answer(nil, s.intro, noon); !errors.Is(err, ErrAuth) {
		t.Error(err)
	}
	if _, err := Answer([]Invitation{{}}, Received{Step: RequestAuth, From: bob}, noon); !errors.Is(err, ErrAuth) {
		t.Errorf("an empty secret opens an empty invitation: %v", err)
	}
}

func TestJoinRefuses(t *testing.T) {
	good := invitation().Invite("Alice")
	for name, change := range map[string]func(i *Invite){
		"no secret":          func(i *Invite) { i.Auth = "" },
		"short secret":       func(i *Invite) { i.Auth = "a" },
		"no address":         func(i *Invite) { i.Address = "" },
		"no number":          func(i *Invite) { i.Version, i.Number = 2, "" },
		"own key":            func(i *Invite) { i.Fingerprint = printB },
		"own address":        func(i *Invite) { i.Address = "BOB@example.net" },
		"broken fingerprint": func(i *Invite) { i.Fingerprint = "x" },
	} {
		i := good
		change(&i)
		for _, known := range []bool{true, false} {
			if p, err := Join(i, bob, printB, known, noon); !errors.Is(err, ErrLink) || p.Send != nil {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
		}
	}
}

func TestFields(t *testing.T) {
	s := tell(t, 3)
	fields := map[string]string{}
	for _, f := range s.introduced.Send.Fields() {
		fields[f[0]] = " " + f[1] + "\t"
	}
	if len(fields) != 3 {
		t.Errorf("%q", fields)
	}
	r, ok := FromFields(func(name string) string { return fields[name] })
	if !ok || r.Step != RequestAuth || r.Auth != s.open.Auth || r.Fingerprint != printB || r.Number != "" {
		t.Errorf("%+v", r)
	}
	if _, ok := FromFields(func(string) string { return "" }); ok {
		t.Error("any mail is a step")
	}
}

func TestTokensAreRandomAndFit(t *testing.T) {
	v := invitation()
	if v.Auth == v.Number || !isToken(v.Auth) || !isToken(v.Number) || len(v.Auth) != 24 || v.Address != alice {
		t.Errorf("%+v", v)
	}
	i := v.Invite("Alice")
	back, err := ParseLink(i.Link())
	if err != nil || !reflect.DeepEqual(back, i) {
		t.Errorf("%+v, %v", back, err)
	}
}
