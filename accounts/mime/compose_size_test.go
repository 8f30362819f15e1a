package mime

import (
	"bytes"
	"testing"

	"github.com/caliopen/caliopen-tui/conversation"
)

// What the choice of a channel assumes of the size is what comes out, within
// some percent and some lines of header.
func TestSizesAreAsForetold(t *testing.T) {
	for _, size := range []int{100 << 10, 5 << 20} {
		data := bytes.Repeat([]byte{0, 1, 2, 253}, size/4)
		for _, policy := range []conversation.HeaderPolicy{"", conversation.HideSubject, conversation.Discreet, conversation.HideAll} {
			o := sealedTo(t, policy, []string{"bob"}, nil, nil)
			o.Text, o.Attach = "Short.\n", []conversation.File{{Name: "data.bin", Type: "application/octet-stream", Data: data}}
			channel := conversation.Channel{Protocol: conversation.Mail, Sealed: policy != ""}
			if policy == "" {
				o.Seal = nil
			}
			if policy == conversation.HideAll {
				channel.Name = "intra"
			}
			got, want := int64(len(sealed(t, circle(t), o).Wire)), conversation.EncodedSize(channel, int64(size))
			room := want * 3 / 100
			if policy == conversation.HideAll {
				room = want * 12 / 100 // padding
			}
			if got < want-want*3/100 || got > want+room {
				t.Errorf("%d bytes under %q become %d, foretold %d (%+.1f %%)", size, policy, got, want, 100*float64(got-want)/float64(want))
			}
		}
	}
}
