package engine

import (
	"github.com/caliopen/caliopen-tui/conversation"
)

// tell hands the received mails of a stored batch to whoever wants to hear of
// them. What he makes of them is his affair: it cannot fail the pass.
func (m *mirror) tell(batch []Arrival) {
	if m.w.o.Arrived == nil || m.w.acc.Own.Protocol != conversation.Mail {
		return
	}
	m.spare()
	var mails []Arrival
	for i := range batch {
		if batch[i].Copy.Partial {
			continue // told when it is here whole
		}
		if batch[i].Parsed.Message.Direction == conversation.In && !m.checks.spared[batch[i].Copy.Folder] {
			mails = append(mails, batch[i])
		}
	}
	if len(mails) == 0 {
		return
	}
	_ = m.w.safely("arrived", func() error {
		m.w.o.Arrived(m.ctx, m.w.acc.Own, mails)
		return nil
	}) // a fault is in the log
}
