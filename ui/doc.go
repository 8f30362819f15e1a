// Package ui is the terminal interface: one tea.Model that owns the places,
// their stacks of screens, the overlays, the title, status and hint lines.
//
// Screens live in packages of their own and know only package screen; the
// application makes them (makers.go), sizes them (layout.go), hands them keys
// (press.go) and draws them (view.go). All reading and writing happens in
// commands, against Backend; outcomes come back through package screen.
package ui
