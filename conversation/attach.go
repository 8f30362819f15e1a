package conversation

import (
	"context"
	"strings"
)

// attachScheme begins the entries of Draft.Attach that name an attachment of a
// stored message instead of a file.
const attachScheme = "message:"

// AttachmentRef names an attachment of a stored message in Draft.Attach. Like a
// path, it ends in a name that can be shown.
func AttachmentRef(id MessageID, a Attachment) string {
	return attachScheme + string(id) + "/" + a.Part + "/" + FileName(a.Name)
}

// readRef reads what AttachmentRef wrote.
func readRef(path string) (id MessageID, part string, ok bool) {
	rest, ok := strings.CutPrefix(path, attachScheme)
	if !ok {
		return "", "", false
	}
	fields := strings.Split(rest, "/")
	if len(fields) != 3 {
		return "", "", false
	}
	return MessageID(fields[0]), fields[1], true
}

// isRef tells whether an entry of Draft.Attach names a stored attachment.
func isRef(path string) bool {
	_, _, ok := readRef(path)
	return ok
}

// readAttachment reads a file to attach, or an attachment passed on.
func (s *Service) readAttachment(ctx context.Context, path string) (File, error) {
	if id, part, ok := readRef(path); ok {
		a, data, err := s.Attachment(ctx, id, part)
		return File{Name: FileName(a.Name), Type: a.Type, Data: data}, err
	}
	if s.opt.ReadFile == nil {
		return File{}, ErrNotFound
	}
	return s.opt.ReadFile(path)
}

// attachmentSize tells the size of what is attached without reading it; 0 when
// it cannot be told.
func (s *Service) attachmentSize(source *Message, path string) int64 {
	if id, part, ok := readRef(path); ok {
		return refSize(source, id, part)
	}
	if s.opt.FileSize == nil {
		return 0
	}
	size, err := s.opt.FileSize(path)
	if err != nil {
		return 0
	}
	return size
}

func refSize(source *Message, id MessageID, part string) int64 {
	if source == nil || source.ID != id {
		return 0
	}
	for _, a := range source.Attachments {
		if a.Part == part {
			return a.Size
		}
	}
	return 0
}

// attachmentRefs names all attachments of a message.
func attachmentRefs(m *Message) []string {
	var out []string
	for _, a := range m.Attachments {
		if a.Part != "" && !strings.Contains(a.Part, "/") {
			out = append(out, AttachmentRef(m.ID, a))
		}
	}
	return out
}
