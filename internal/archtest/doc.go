// Package archtest holds the tests that keep the shape of the house: which
// package may import which, and who alone may use which library. It has no
// code of its own. docs/architecture.md explains the floors.
package archtest
