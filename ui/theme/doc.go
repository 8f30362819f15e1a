// Package theme turns a colour profile, a background and a glyph set into the
// styles that everything on the screen is drawn with, the badge first of all.
//
// It knows colours, not contents; it imports privacy for the levels only.
package theme
