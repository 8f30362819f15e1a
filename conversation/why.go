package conversation

import (
	"encoding/json"
	"strings"
)

// told marks a technical text that is kept together with its reason.
const told = "\x1e"

// keptReason is how a reason is kept beside the technical text of an error.
type keptReason struct {
	Code string         `json:"code"`
	Args map[string]any `json:"args,omitempty"`
	Text string         `json:"text,omitempty"`
}

// Keep gives a reason and the technical text of the error behind it as one
// text, for MoveEntry to keep. A reason without a code is the text alone.
func (r Reason) Keep(text string) string {
	if r.Code == "" {
		return text
	}
	data, err := json.Marshal(keptReason{r.Code, r.Args, text})
	if err != nil { // an argument that cannot be kept
		return text
	}
	return told + string(data)
}

// KeptReason takes a text apart that Keep made. Any other one has no reason.
func KeptReason(kept string) (Reason, string) {
	data, ok := strings.CutPrefix(kept, told)
	if !ok {
		return Reason{}, kept
	}
	var k keptReason
	if json.Unmarshal([]byte(data), &k) != nil {
		return Reason{}, data
	}
	return Reason{k.Code, revived(k.Args)}, k.Text
}

// revived gives arguments the types that the catalogue knows: whole numbers,
// and reasons within a reason.
func revived(args map[string]any) map[string]any {
	for name, value := range args {
		switch v := value.(type) {
		case float64:
			if v == float64(int(v)) {
				args[name] = int(v)
			}
		case map[string]any:
			code, _ := v["Code"].(string)
			inner, _ := v["Args"].(map[string]any)
			args[name] = Reason{code, revived(inner)}
		}
	}
	return args
}
