// Package screen is the agreement between the application and its screens: a
// screen is a plain struct with a size, rows to draw and methods for what
// happened. It never sees a tea.Msg of its own: work outside the loop is begun
// with Ask, whose outcome comes back as a method call.
//
// Screens import this package, kit, key and theme; never each other, never ui.
package screen
