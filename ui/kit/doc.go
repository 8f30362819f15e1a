// Package kit holds the pieces that screens are drawn from: lines of spans,
// panes, the list window, form fields, overlays and wrapping.
//
// Everything is measured in terminal columns, with the widths of the terminal
// library, so that CJK and emoji stay in their columns. Text from outside
// enters as safe.Text only. The package knows no messages and no backend.
package kit
