// Package composer is where a message is written: recipients, subject, text,
// the forecast of how it would go, and the review before it goes.
//
// A draft is kept after each second of quiet and whenever the screen is left;
// what leaves by "send" is exactly what the review showed, or it does not
// leave.
package composer
